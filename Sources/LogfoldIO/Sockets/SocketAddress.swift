import Glibc

/// Where a stream socket listens or connects to: `127.0.0.1:9598`, `[::1]:9598`, `localhost:9598`,
/// `unix:/run/logfold.sock`. Names of other hosts are not looked up: that could take long, and fail.
package enum SocketAddress: Sendable, Equatable, CustomStringConvertible {
    /// An IPv4 address in dotted form.
    case ipv4(String, port: UInt16)
    /// An IPv6 address without brackets.
    case ipv6(String, port: UInt16)
    /// A Unix socket: a path, or `@` and an abstract name.
    case unix(String)

    /// Why a text is no address.
    package struct Problem: Error, CustomStringConvertible, Equatable {
        /// What is wrong and what would be right, as half a sentence.
        package let description: String
    }

    /// The address that a text names.
    package init(_ text: String) throws(Problem) {
        if text.hasPrefix("unix:") {
            self = try Self.unix(reading: String(text.dropFirst(5)))
            return
        }
        guard let colon = text.lastIndex(of: ":") else {
            throw Self.problem(text, "there is no port")
        }
        guard let port = UInt16(text[text.index(after: colon)...]) else {
            throw Self.problem(text, "the port must be a number from 0 to 65535")
        }
        let host = text[..<colon]
        if host == "localhost" {
            self = .ipv4("127.0.0.1", port: port)
        } else if Self.isNumeric(String(host), AF_INET) {
            self = .ipv4(String(host), port: port)
        } else if host.hasPrefix("["), host.hasSuffix("]"),
            Self.isNumeric(String(host.dropFirst().dropLast()), AF_INET6)
        {
            self = .ipv6(String(host.dropFirst().dropLast()), port: port)
        } else if host.isEmpty {
            throw Self.problem(text, "there is no address before the port")
        } else if Self.isNumeric(String(host), AF_INET6) {
            throw Self.problem(text, "an IPv6 address stands in brackets: [\(host)]:\(port)")
        } else {
            throw Self.problem(text, "'\(host)' is no address, and names are not looked up")
        }
    }

    private static func unix(reading path: String) throws(Problem) -> SocketAddress {
        guard path.hasPrefix("/") || path.hasPrefix("@") else {
            throw problem("unix:\(path)", "the path must be absolute")
        }
        guard UnixAddress(path) != nil else {
            throw problem("unix:\(path)", "the path is longer than \(UnixAddress.capacity - 1) bytes")
        }
        return .unix(path)
    }

    private static func problem(_ text: String, _ reason: String) -> Problem {
        Problem(
            description: "'\(text)' cannot be used: \(reason); give an address such as 127.0.0.1:9598, [::1]:9598 or "
                + "unix:/run/logfold/status.sock")
    }

    private static func isNumeric(_ host: String, _ family: Int32) -> Bool {
        var room = in6_addr()
        return unsafe inet_pton(family, host, &room) == 1
    }

    /// Whether only this machine can reach it.
    package var isLocal: Bool {
        switch self {
        case .unix: true
        case .ipv4(let host, _): host.hasPrefix("127.")
        case .ipv6(let host, _): host == "::1" || host == "0:0:0:0:0:0:0:1"
        }
    }

    /// The text that names it.
    package var description: String {
        switch self {
        case .ipv4(let host, let port): "\(host):\(port)"
        case .ipv6(let host, let port): "[\(host)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

// MARK: - As the system takes it

extension SocketAddress {
    /// `AF_INET`, `AF_INET6` or `AF_UNIX`.
    var family: Int32 {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        case .unix: AF_UNIX
        }
    }

    /// Lends the address as system calls take it.
    func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        switch self {
        case .ipv4(let host, let port):
            var raw = sockaddr_in()
            raw.sin_family = sa_family_t(AF_INET)
            raw.sin_port = port.bigEndian
            unsafe _ = inet_pton(AF_INET, host, &raw.sin_addr)
            return unsafe Self.lend(raw, body)
        case .ipv6(let host, let port):
            var raw = sockaddr_in6()
            raw.sin6_family = sa_family_t(AF_INET6)
            raw.sin6_port = port.bigEndian
            unsafe _ = inet_pton(AF_INET6, host, &raw.sin6_addr)
            return unsafe Self.lend(raw, body)
        case .unix(let path):
            guard let address = UnixAddress(path) else {
                errno = ENAMETOOLONG
                return -1
            }
            return unsafe address.withPointer(body)
        }
    }

    private static func lend<Raw>(_ raw: Raw, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        unsafe withUnsafePointer(to: raw) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<Raw>.size))
            }
        }
    }
}

// MARK: - For who listens

extension SocketAddress {
    /// The same address with the port that the system has chosen.
    package func withPort(_ port: UInt16?) -> SocketAddress {
        guard let port else { return self }
        switch self {
        case .ipv4(let host, _): return .ipv4(host, port: port)
        case .ipv6(let host, _): return .ipv6(host, port: port)
        case .unix: return self
        }
    }

    /// Removes the file of a Unix socket that was listened on; of other addresses there is none.
    package func removeSocketFile() {
        if case .unix(let path) = self, path.hasPrefix("/") { unsafe _ = unlink(path) }
    }
}
