/// The address of a server as an operator writes it: `https://es1:9200`, with a path where a proxy wants one.
package struct Endpoint: Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with an address, and the way out.
    package struct Problem: Error, Equatable, CustomStringConvertible {
        /// `…; …`
        package let description: String
    }

    /// The address without a slash at its end.
    package let url: String
    /// Whether what is sent there is encrypted.
    package var isEncrypted: Bool { url.hasPrefix("https:") }
    /// The address.
    package var description: String { url }

    /// Reads an address. It may hold no credentials: addresses are printed.
    package init(_ text: String) throws(Problem) {
        let scheme = ["https://", "http://"].first { text.lowercased().hasPrefix($0) }
        guard let scheme else {
            throw Problem(description: "an endpoint begins with https:// or http://; write https://es1:9200")
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else {
            throw Problem(
                description: "an endpoint holds no user and password, since it is printed; give them in 'auth'")
        }
        let isClean = rest.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && scalar.value < 0x7F && scalar != "?" && scalar != "#" && scalar != "\\"
        }
        guard isClean else {
            throw Problem(description: "an endpoint is a host, a port and a path only; write https://es1:9200")
        }
        try Self.check(authority)
        var url = scheme + rest
        while url.hasSuffix("/") { url.removeLast() }
        self.url = url
    }

    private static func check(_ authority: Substring) throws(Problem) {
        let afterHost: Substring
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else {
                throw Problem(
                    description: "'[' without its ']'; write an address of version 6 as https://[2001:db8::1]:9200")
            }
            afterHost = authority[authority.index(after: bracket)...]
        } else {
            afterHost = authority.drop { $0 != ":" }
        }
        guard afterHost.count < authority.count else {
            throw Problem(description: "an endpoint needs a host; write https://es1:9200")
        }
        guard !afterHost.isEmpty else { return }
        guard afterHost.hasPrefix(":"), let port = UInt16(afterHost.dropFirst()), port > 0 else {
            throw Problem(description: "what follows the host is no port; write https://es1:9200")
        }
    }
}
