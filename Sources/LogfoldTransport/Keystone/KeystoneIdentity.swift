package import LogfoldConfig
import LogfoldIO

/// Who asks Keystone for a token, and for which project (Identity API v3, `POST /v3/auth/tokens`).
package struct KeystoneIdentity: Sendable {
    /// A domain by its id or its name.
    package enum Domain: Sendable, Equatable {
        case id(String)
        case name(String)
    }

    /// A user or a project: by its id, which is enough, or by its name in a domain.
    package enum Reference: Sendable, Equatable {
        case id(String)
        case name(String, Domain)
    }

    /// What is shown to be let in.
    package enum Method: Sendable {
        case password(user: Reference, Secret)
        /// An application credential by its id. Its project goes with it.
        case applicationCredential(id: String, Secret)
        /// An application credential by its name among those of a user.
        case namedApplicationCredential(String, user: Reference, Secret)
    }

    /// What is shown.
    package var method: Method
    /// The project that the token is for. Nil with an application credential, and for a token without a scope.
    package var project: Reference?

    /// An identity.
    package init(_ method: Method, project: Reference? = nil) {
        self.method = method
        self.project = project
    }

    /// The secret part of what is shown.
    var secret: Secret {
        switch method {
        case .password(_, let secret), .applicationCredential(_, let secret),
            .namedApplicationCredential(_, _, let secret):
            secret
        }
    }

    /// Whether Keystone may lock the account after several wrong secrets (`[security_compliance] lockout_*`).
    var mayBeLocked: Bool {
        if case .password = method { true } else { false }
    }

    /// The body of the request for a token. It has the secret in it.
    var request: [UInt8] {
        let scope = project.map { ",\"scope\":{\"project\":\(Self.json($0))}" } ?? ""
        return Array("{\"auth\":{\"identity\":\(identity)\(scope)}}".utf8)
    }

    private var identity: String {
        let secret = JSONQuoting.quoted(secret.reveal())
        switch method {
        case .password(let user, _):
            let members = Self.members(user) + ",\"password\":\(secret)"
            return "{\"methods\":[\"password\"],\"password\":{\"user\":{\(members)}}}"
        case .applicationCredential(let id, _):
            return Self.applicationCredential("\"id\":\(JSONQuoting.quoted(id)),\"secret\":\(secret)")
        case .namedApplicationCredential(let name, let user, _):
            return Self.applicationCredential(
                "\"name\":\(JSONQuoting.quoted(name)),\"user\":\(Self.json(user)),\"secret\":\(secret)")
        }
    }

    private static func applicationCredential(_ members: String) -> String {
        "{\"methods\":[\"application_credential\"],\"application_credential\":{\(members)}}"
    }

    private static func json(_ reference: Reference) -> String { "{\(members(reference))}" }

    private static func members(_ reference: Reference) -> String {
        switch reference {
        case .id(let id): "\"id\":\(JSONQuoting.quoted(id))"
        case .name(let name, .id(let domain)):
            "\"name\":\(JSONQuoting.quoted(name)),\"domain\":{\"id\":\(JSONQuoting.quoted(domain))}"
        case .name(let name, .name(let domain)):
            "\"name\":\(JSONQuoting.quoted(name)),\"domain\":{\"name\":\(JSONQuoting.quoted(domain))}"
        }
    }
}
