import Glibc

/// A TCP or Unix stream socket that never waits; closed when nobody holds it any more.
package final class StreamSocket: Sendable {
    /// The number that ``PollEntry`` takes.
    package let descriptor: Int32

    /// What came of reading or writing.
    package enum Transfer: Equatable, Sendable {
        /// So many bytes, at least one.
        case moved(Int)
        /// Nothing at the moment.
        case wouldBlock
        /// The other side has ended, or the connection is broken.
        case ended
    }

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = Glibc.close(descriptor) }

    private convenience init(
        for operation: SocketError.Operation, _ address: SocketAddress
    ) throws(SocketError) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else { throw .last(operation, address) }
        self.init(descriptor)
    }

    private func turnOn(_ option: Int32, _ level: Int32) {
        var isOn: Int32 = 1
        unsafe _ = setsockopt(descriptor, level, option, &isOn, socklen_t(MemoryLayout<Int32>.size))
    }
}

// MARK: - Connections

extension StreamSocket {
    /// A socket that waits for connections. A Unix socket that nobody listens on any more, left by a process that was
    /// killed, is replaced; its mode is `0660`.
    package static func listening(on address: SocketAddress) throws(SocketError) -> StreamSocket {
        let socket = try StreamSocket(for: .listen, address)
        switch address {
        case .ipv4: socket.turnOn(SO_REUSEADDR, SOL_SOCKET)
        case .ipv6:
            socket.turnOn(SO_REUSEADDR, SOL_SOCKET)
            // 0.0.0.0 and [::] at one port are two things, on every machine.
            socket.turnOn(Int32(IPV6_V6ONLY), Int32(IPPROTO_IPV6))
        case .unix(let path): removeIfAbandoned(path)
        }
        guard unsafe address.withPointer({ unsafe bind(socket.descriptor, $0, $1) }) == 0,
            listen(socket.descriptor, 64) == 0
        else { throw .last(.listen, address) }
        if case .unix(let path) = address, path.hasPrefix("/") { unsafe _ = chmod(path, 0o660) }
        return socket
    }

    private static func removeIfAbandoned(_ path: String) {
        var status = stat()
        guard path.hasPrefix("/"), unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
        do throws(SocketError) {
            _ = try connected(to: .unix(path), milliseconds: 1_000)
        } catch {
            if error.code == ECONNREFUSED { unsafe _ = unlink(path) }
        }
    }

    /// The next connection; nil where there is none at the moment.
    package func accept(on address: SocketAddress) throws(SocketError) -> StreamSocket? {
        let connection = Glibc.accept(descriptor, nil, nil)
        if connection >= 0 {
            // accept4(2) would do it in one, but Glibc's module hides it.
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            _ = fcntl(connection, F_SETFL, O_NONBLOCK)
            return StreamSocket(connection)
        }
        switch errno {
        // The other side may have gone before its turn came: see accept(2).
        case EAGAIN, EWOULDBLOCK, EINTR, ECONNABORTED, EPROTO: return nil
        default: throw .last(.accept, address)
        }
    }

    /// A connection; fails with `ETIMEDOUT` where it is not made in time.
    package static func connected(to address: SocketAddress, milliseconds: Int32) throws(SocketError) -> StreamSocket {
        let socket = try StreamSocket(for: .connect, address)
        guard unsafe address.withPointer({ unsafe connect(socket.descriptor, $0, $1) }) != 0 else { return socket }
        guard errno == EINPROGRESS || errno == EINTR else { throw .last(.connect, address) }
        var entries = [PollEntry(socket.descriptor, .output)]
        guard PollEntry.wait(for: &entries, milliseconds: milliseconds) else {
            throw SocketError(code: ETIMEDOUT, operation: .connect, address: "\(address)")
        }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        unsafe _ = getsockopt(socket.descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        guard code == 0 else { throw SocketError(code: code, operation: .connect, address: "\(address)") }
        return socket
    }

    /// The port that the system has chosen for an address with port 0.
    package var port: UInt16? {
        var raw = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let code = unsafe withUnsafeMutablePointer(to: &raw) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        let family = Int32(raw.sin6_family)
        // In both kinds of address the port stands at the same place.
        return code == 0 && (family == AF_INET || family == AF_INET6) ? UInt16(bigEndian: raw.sin6_port) : nil
    }
}

// MARK: - Bytes

extension StreamSocket {
    /// Reads what there is, up to `limit` bytes, which is above 0.
    package func read(_ limit: Int, onto bytes: inout [UInt8]) -> Transfer {
        let count = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: limit))
        let got = unsafe bytes.withUnsafeMutableBytes { raw in
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: raw[count...])
            return unsafe recv(descriptor, room.baseAddress, room.count, 0)
        }
        bytes.removeLast(limit - max(got, 0))
        return Self.transfer(got)
    }

    /// Writes as many of the bytes from an offset on as there is room for; there is at least one.
    package func write(_ bytes: [UInt8], from offset: Int) -> Transfer {
        let put = unsafe bytes.withUnsafeBytes { raw in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: raw[offset...])
            return unsafe send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        }
        return Self.transfer(put)
    }

    private static func transfer(_ count: Int) -> Transfer {
        if count > 0 { return .moved(count) }
        let isEarly = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return isEarly ? .wouldBlock : .ended
    }

    /// Says that no more will be written; reading goes on.
    package func endWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }
}
