package import LogfoldConfig
package import LogfoldIO

extension TransportSettings {
    /// Reads `timeout`, `connect_timeout`, `proxy` and `tls` of a section.
    package init(_ section: ConfigSection, _ files: any FileSystem, timeout fallback: Duration = .seconds(60)) {
        timeout = section.duration("timeout", in: .seconds(1) ... .seconds(3_600), default: fallback)
        connectTimeout = section.duration(
            "connect_timeout", in: .milliseconds(100) ... .seconds(600), default: connectTimeout)
        proxy = Self.proxy(section)
        tls = TLSSettings(section, files)
    }

    private static func proxy(_ section: ConfigSection) -> String? {
        guard let text = section.text("proxy") else { return nil }
        // An empty one turns off what the environment says.
        if text.isEmpty { return text }
        do throws(Endpoint.Problem) {
            return try Endpoint(text).url
        } catch {
            section.problem("the proxy is no address: \(error.description)", at: "proxy")
            return nil
        }
    }
}

extension Endpoint {
    /// Reads the list `endpoints` of a section, one at least; nil where one of them is wrong.
    package static func list(_ section: ConfigSection) -> [Endpoint]? {
        section.addresses("endpoints", example: "https://es1:9200") { text throws(Problem) in try Endpoint(text) }
    }
}

extension HostAddress {
    /// Reads the list `hosts` of a section, one at least; nil where one of them is wrong. Without a default port each
    /// has to name its own.
    package static func list(_ section: ConfigSection, defaultPort: UInt16?) -> [HostAddress]? {
        section.addresses("hosts", example: "ls1:\(defaultPort ?? 5_000)") { text throws(Problem) in
            try HostAddress(text, defaultPort: defaultPort)
        }
    }
}

extension ConfigSection {
    /// The addresses of a list, each once and one at least; nil where one of them is wrong.
    fileprivate func addresses<Address: Equatable, Problem: Error & CustomStringConvertible>(
        _ key: String, example: String, read: (String) throws(Problem) -> Address
    ) -> [Address]? {
        guard has(key) else {
            problem("'\(key)' is missing in \(path); write '\(key): [\"\(example)\"]'")
            return nil
        }
        let texts = texts(key)
        if texts.isEmpty { problem("'\(key)' is empty; write [\"\(example)\"]", at: key) }
        var addresses: [Address] = []
        for (number, text) in texts.enumerated() {
            do throws(Problem) {
                let address = try read(text)
                if addresses.contains(address) {
                    problem("this address is here twice; remove one", at: key, element: number)
                }
                addresses.append(address)
            } catch {
                problem(error.description, at: key, element: number)
            }
        }
        return addresses.isEmpty || addresses.count < texts.count ? nil : addresses
    }
}
