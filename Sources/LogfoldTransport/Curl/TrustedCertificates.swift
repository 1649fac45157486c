import CCurl

/// The certificates that are trusted by their digest (`tls.ca_sha256`), by the server that has shown them.
final class TrustedCertificates {
    private let settings: TransportSettings
    private let multi: CurlMulti
    private var known: [String: String] = [:]

    init(_ settings: TransportSettings, _ multi: CurlMulti) {
        self.settings = settings
        self.multi = multi
    }

    /// The certificate that is the only CA for a server; nil where the settings name no digest.
    ///
    /// Blocking: the first time the server's chain is fetched, and nothing is sent to it. Other transfers of the multi
    /// handle that end meanwhile are given to `ended`.
    func certificate(
        for url: String, ended: (_ key: UInt, _ result: CURLcode) -> Void
    ) throws(TransportFailure) -> String? {
        guard let digest = settings.tls.caDigest, url.hasPrefix("https:") else { return nil }
        let server = String(url.dropFirst("https://".count).prefix { $0 != "/" })
        if let found = known[server] { return found }
        let chain = try chain(of: server, ended)
        let digests = chain.map { SHA256.digest(Base64.decode(pem: $0) ?? []) }
        guard let found = digests.firstIndex(of: digest) else {
            let seen = digests.map(\.hexadecimal).joined(separator: ", ")
            throw TransportFailure(
                .tls,
                "no certificate of \(server) has the digest in tls.ca_sha256; it shows \(seen.isEmpty ? "none" : seen)."
                    + " Where the server does not send its CA, give that as tls.ca")
        }
        known[server] = chain[found]
        return chain[found]
    }

    /// What a server shows of its chain, as PEM.
    private func chain(
        of server: String, _ ended: (UInt, CURLcode) -> Void
    ) throws(TransportFailure) -> [String] {
        var open = settings
        open.tls.verifies = false
        let probe = TransportRequest(.get, "https://\(server)/")
        guard let exchange = CurlExchange(probe, number: -1, settings: open, trusting: nil) else {
            throw TransportFailure(.invalid, "libcurl is out of memory")
        }
        // The connection is made and nothing is said on it.
        exchange.handle.set(CURLOPT_CONNECT_ONLY, 1)
        exchange.handle.set(CURLOPT_CERTINFO, 1)
        if let problem = exchange.handle.problem { throw TransportFailure(.invalid, problem) }
        guard multi.add(exchange.handle) else { throw TransportFailure(.invalid, "libcurl takes no more transfers") }
        defer { multi.remove(exchange.handle) }
        while !multi.isInterrupted {
            multi.perform()
            while let (key, result) = multi.nextEnded() {
                guard key == exchange.handle.key else {
                    ended(key, result)
                    continue
                }
                if case .failure(let failure) = exchange.result(result).outcome { throw failure }
                return exchange.handle.certificates
            }
            multi.wait(milliseconds: 60_000)
        }
        throw .interrupted
    }
}
