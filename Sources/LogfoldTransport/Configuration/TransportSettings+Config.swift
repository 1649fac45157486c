package import LogfoldConfig
package import LogfoldIO

extension TransportSettings {
    /// Reads `timeout`, `connect_timeout`, `proxy` and `tls` of a section.
    package init(_ section: ConfigSection, _ files: any FileSystem) {
        timeout = section.duration("timeout", in: .seconds(1) ... .seconds(3_600), default: timeout)
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
        guard section.has("endpoints") else {
            section.problem("'endpoints' is missing in \(section.path); write 'endpoints: [\"https://es1:9200\"]'")
            return nil
        }
        let texts = section.texts("endpoints")
        if texts.isEmpty { section.problem("'endpoints' is empty; write [\"https://es1:9200\"]", at: "endpoints") }
        var endpoints: [Endpoint] = []
        for (number, text) in texts.enumerated() {
            do throws(Problem) {
                let endpoint = try Endpoint(text)
                if endpoints.contains(endpoint) {
                    section.problem("this endpoint is here twice; remove one", at: "endpoints", element: number)
                }
                endpoints.append(endpoint)
            } catch {
                section.problem(error.description, at: "endpoints", element: number)
            }
        }
        return endpoints.isEmpty || endpoints.count < texts.count ? nil : endpoints
    }
}
