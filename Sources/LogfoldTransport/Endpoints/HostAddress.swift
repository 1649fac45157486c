/// A server by host and port, as an operator writes it: `ls1:5044`, `192.0.2.7:5044`, `[2001:db8::1]:5044`.
package struct HostAddress: Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with an address, and the way out.
    package struct Problem: Error, Equatable, CustomStringConvertible {
        /// `…; …`
        package let description: String
    }

    /// A name or an address; one of version 6 in brackets.
    package let host: String
    /// The port.
    package let port: UInt16
    /// Host and port.
    package var description: String { "\(host):\(port)" }

    /// Reads an address; without a default port it has to name one.
    package init(_ text: String, defaultPort: UInt16? = nil) throws(Problem) {
        guard !text.contains("://") else {
            throw Problem(description: "a host has no scheme in front, 'tls:' says what is encrypted; write ls1:5044")
        }
        let isClean = text.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && scalar.value < 0x7F && !"/?#\\@%".unicodeScalars.contains(scalar)
        }
        guard isClean else { throw Problem(description: "a host is a name and a port only; write ls1:5044") }
        let (host, rest) = try Self.parts(text)
        guard !host.isEmpty, host != "[]" else {
            throw Problem(description: "there is no host before the port; write ls1:5044")
        }
        self.host = String(host)
        guard let port = rest.isEmpty ? defaultPort : Self.port(rest) else {
            throw Problem(
                description: rest.isEmpty
                    ? "the port is missing; write \(host):5000" : "what follows the host is no port; write ls1:5044")
        }
        self.port = port
    }

    private static func parts(_ text: String) throws(Problem) -> (Substring, Substring) {
        guard text.hasPrefix("[") else {
            let host = text.prefix { $0 != ":" }
            let rest = text[host.endIndex...]
            guard rest.dropFirst().contains(":") == false else {
                throw Problem(description: "an address of version 6 stands in brackets; write [2001:db8::1]:5044")
            }
            return (host, rest)
        }
        guard let bracket = text.firstIndex(of: "]") else {
            throw Problem(description: "'[' without its ']'; write an address of version 6 as [2001:db8::1]:5044")
        }
        return (text[...bracket], text[text.index(after: bracket)...])
    }

    private static func port(_ rest: Substring) -> UInt16? {
        guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()), port > 0 else { return nil }
        return port
    }
}
