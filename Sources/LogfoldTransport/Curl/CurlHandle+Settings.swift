import CCurl

extension CurlHandle {
    /// Sets what every transfer of a transport has in common. `certificate`, in PEM, is the only CA where it is given.
    func set(_ settings: TransportSettings, trusting certificate: String?) {
        // Signals would reach whichever thread is at hand.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeout.milliseconds)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_USERAGENT, settings.userAgent)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_SSL_ENABLE_ALPN, settings.offersHTTP ? 1 : 0)
        if let proxy = settings.proxy { set(CURLOPT_PROXY, proxy) }
        set(settings.tls, trusting: certificate)
    }

    private func set(_ tls: TLSSettings, trusting certificate: String?) {
        let version = tls.minimum == .tls13 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2
        set(CURLOPT_SSLVERSION, Int(version))
        set(CURLOPT_SSL_VERIFYPEER, tls.verifies ? 1 : 0)
        set(CURLOPT_SSL_VERIFYHOST, tls.verifies ? 2 : 0)
        if let directory = tls.systemDirectory { set(CURLOPT_CAPATH, directory) }
        if let certificate {
            set(CURLOPT_CAINFO_BLOB, blob: Array(certificate.utf8))
        } else if let ca = tls.ca {
            set(CURLOPT_CAINFO, ca)
        }
        // Else the system's folder is asked besides (seen with libcurl 7.88 and OpenSSL), and any CA in it is trusted.
        if certificate != nil || tls.ca != nil { unsafe set(CURLOPT_CAPATH, nil) }
        if let digest = tls.publicKeyDigest { set(CURLOPT_PINNEDPUBLICKEY, "sha256//\(Base64.encode(digest))") }
        if let certificate = tls.certificate { set(CURLOPT_SSLCERT, certificate) }
        if let key = tls.key { set(CURLOPT_SSLKEY, key) }
    }

    /// Gives up the transfer without waiting for a name server that does not answer.
    func abandon() { set(CURLOPT_QUICK_EXIT, 1) }
}
