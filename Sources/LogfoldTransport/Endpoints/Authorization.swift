package import LogfoldConfig

/// What a sink shows to a server to be let in.
package enum Authorization: Sendable {
    /// Nothing.
    case none
    /// User and password (RFC 7617).
    case basic(user: String, password: Secret)
    /// An API key of Elasticsearch: `id:key`, or the two in base64 as the server gave them.
    case apiKey(Secret)
    /// A token (RFC 6750).
    case bearer(Secret)

    /// The value of the header; nil where there is none.
    package var header: String? {
        switch self {
        case .none: nil
        case .basic(let user, let password):
            "Basic " + Base64.encode(Array("\(user):\(password.reveal())".utf8))
        case .apiKey(let secret): "ApiKey " + Self.encoded(secret.reveal())
        case .bearer(let secret): "Bearer " + secret.reveal()
        }
    }

    /// Base64 has no colon in it.
    private static func encoded(_ key: String) -> String { key.contains(":") ? Base64.encode(Array(key.utf8)) : key }

    /// Reads the secret again, since a server has refused it; true where it is another one now. Blocking.
    package func reload() throws(SecretError) -> Bool {
        switch self {
        case .none: false
        case .basic(_, let secret), .apiKey(let secret), .bearer(let secret): try secret.reload()
        }
    }
}
