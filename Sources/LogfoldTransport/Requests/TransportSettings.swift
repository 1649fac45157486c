/// How a transport connects.
package struct TransportSettings: Sendable {
    /// How long connecting may take, with the TLS handshake.
    package var connectTimeout = Duration.seconds(10)
    /// How long a request may take from its beginning to the end of its answer.
    package var timeout = Duration.seconds(60)
    /// How connections are encrypted.
    package var tls = TLSSettings()
    /// Address of a proxy. Without one the environment's `https_proxy`, `http_proxy` and `no_proxy` count.
    package var proxy: String?
    /// Whether the handshake of TLS offers HTTP (ALPN, RFC 7301).
    package var offersHTTP = true
    /// Bytes that an answer may have.
    package var largestAnswer = 16 << 20
    /// Connections that are kept open when they are not used.
    package var idleConnections = 8
    /// What the program calls itself.
    package var userAgent = "logfold"

    /// The defaults.
    package init() {}
}

/// How connections are encrypted, and whom they trust.
package struct TLSSettings: Sendable, Equatable {
    /// The versions that can be asked for.
    package enum Version: String, CaseIterable, Sendable {
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    /// File of the certificates that may have signed the server's, in PEM; nil for the system's.
    package var ca: String?
    /// Folder of the system's certificates, by the hashes of their subjects; nil for the one that libcurl was built with.
    package var systemDirectory: String?
    /// SHA-256 of the one certificate that may have signed the server's.
    package var caDigest: [UInt8]?
    /// SHA-256 of the server's public key.
    package var publicKeyDigest: [UInt8]?
    /// Files of the certificate that this side shows, with those between it and its CA, and of its key, in PEM.
    package var certificate: String?
    package var key: String?
    /// The oldest version that is spoken.
    package var minimum = Version.tls12
    /// Whether the server's certificate and name are looked at.
    package var verifies = true

    /// The defaults.
    package init() {}
}
