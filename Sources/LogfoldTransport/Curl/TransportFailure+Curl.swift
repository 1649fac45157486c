import CCurl

extension TransportFailure {
    /// What a transfer ended with. `isSent` says whether libcurl had taken all of the body.
    init(_ code: CURLcode, _ text: String, isTooLong: Bool, isSent: Bool) {
        guard !isTooLong else {
            self.init(.tooLong, "the answer is longer than any that is expected")
            return
        }
        // libcurl's sentences begin with a capital and may end in a full stop.
        let plain = text.prefix(1).lowercased() + text.dropFirst()
        let sentence = plain.hasSuffix(".") ? String(plain.dropLast()) : plain
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY:
            self.init(.unreachable, sentence)
        case CURLE_OPERATION_TIMEDOUT: self.init(.timedOut, sentence)
        case CURLE_PEER_FAILED_VERIFICATION:
            self.init(
                .tls,
                "\(text); give the CA that signed the server's certificate as tls.ca, and the server by a name that"
                    + " the certificate has")
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            self.init(.tls, "the server's public key is not the one in tls.public_key_sha256")
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM:
            self.init(.tls, "\(text); look at the files in tls.ca, tls.certificate and tls.key")
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CLIENTCERT:
            self.init(.tls, text)
        // With TLS 1.3 the server looks at this side's certificate when all seems done: its word comes with the answer.
        case CURLE_SEND_ERROR where text.contains(" alert "), CURLE_RECV_ERROR where text.contains(" alert "):
            let isMissing = text.contains("certificate required")
            self.init(
                .tls,
                isMissing
                    ? "the server wants to see a certificate, give tls.certificate and tls.key"
                    : "\(text); look at the files in tls.certificate and tls.key")
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND:
            self.init(isSent ? .cut : .cutWhileSending, sentence)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_UNSUPPORTED_PROTOCOL:
            self.init(.cut, sentence)
        default: self.init(.invalid, sentence)
        }
    }
}
