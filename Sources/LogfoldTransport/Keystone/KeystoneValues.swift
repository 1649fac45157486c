import LogfoldConfig

/// What somebody has said about who asks Keystone and where it is, by the names of `clouds.yaml`: one layer, of which
/// the upper ones count.
struct KeystoneValues {
    /// The names that hold a text.
    static let textNames = [
        "auth_type", "auth_url", "username", "user_id", "user_domain_name", "user_domain_id", "project_name",
        "project_id", "project_domain_name", "project_domain_id", "application_credential_id",
        "application_credential_name", "region_name", "interface", "cacert", "cert", "key",
    ]
    /// The names that hold a secret.
    static let secretNames = ["password", "application_credential_secret"]

    /// Names that say the same in two ways: who gives one of them means none of the others.
    private static let alternatives = [
        ["user_id", "username"], ["user_domain_id", "user_domain_name"], ["project_id", "project_name"],
        ["project_domain_id", "project_domain_name"], ["application_credential_id", "application_credential_name"],
    ]
    /// The two ways to be let in, with `auth_type`, which chooses between them.
    private static let passwordNames = ["username", "user_id", "password"]
    private static let credentialNames = [
        "application_credential_id", "application_credential_name", "application_credential_secret",
    ]

    var texts: [String: String] = [:]
    var secrets: [String: Secret] = [:]

    private func hasAny(_ names: [String]) -> Bool { names.contains { texts[$0] != nil || secrets[$0] != nil } }

    private mutating func remove(_ names: [String]) {
        for name in names {
            texts[name] = nil
            secrets[name] = nil
        }
    }

    /// This layer with what it leaves open from the one below.
    func over(_ below: KeystoneValues) -> KeystoneValues {
        var result = below
        for names in Self.alternatives where hasAny(names) { result.remove(names) }
        if hasAny(Self.passwordNames) { result.remove(Self.credentialNames + ["auth_type"]) }
        // The user of an application credential by its name may be named below.
        if hasAny(Self.credentialNames) { result.remove(["password", "auth_type"]) }
        result.texts.merge(texts) { _, upper in upper }
        result.secrets.merge(secrets) { _, upper in upper }
        return result
    }
}

// MARK: - Who asks

extension KeystoneValues {
    /// Why there is no identity, with the way out.
    struct Problem: Error, Equatable {
        let text: String
    }

    /// The domain of a user or project that is named without one, as python-openstackclient has it.
    static let defaultDomain = KeystoneIdentity.Domain.id("default")

    private var usesCredential: Bool {
        texts["auth_type"].map { $0 == "v3applicationcredential" } ?? hasAny(Self.credentialNames)
    }

    /// The identity that the values describe.
    func identity() throws(Problem) -> KeystoneIdentity {
        if let type = texts["auth_type"], !["password", "v3password", "v3applicationcredential"].contains(type) {
            throw Problem(
                text: "the auth_type '\(type)' cannot be used by an agent, which has to renew its token by itself; use"
                    + " password or v3applicationcredential")
        }
        guard !usesCredential else { return KeystoneIdentity(try credential()) }
        guard let user else { throw Problem(text: "nobody is named; give 'username' or 'user_id', with 'password'") }
        guard let password = secrets["password"] else {
            throw Problem(text: "the password is missing; give 'password'")
        }
        let project = reference("project_id", "project_name", domain: "project_domain")
        return KeystoneIdentity(.password(user: user, password), project: project)
    }

    private func credential() throws(Problem) -> KeystoneIdentity.Method {
        guard let secret = secrets["application_credential_secret"] else {
            throw Problem(text: "'application_credential_secret' is missing; give it, it was shown when it was made")
        }
        if let id = texts["application_credential_id"] { return .applicationCredential(id: id, secret) }
        guard let name = texts["application_credential_name"] else {
            throw Problem(text: "'application_credential_id' is missing; give it, or its name and the user")
        }
        guard let user else {
            throw Problem(
                text: "an application credential by its name needs 'username' or 'user_id'; give one, or use its id")
        }
        return .namedApplicationCredential(name, user: user, secret)
    }

    private var user: KeystoneIdentity.Reference? { reference("user_id", "username", domain: "user_domain") }

    private func reference(_ id: String, _ name: String, domain: String) -> KeystoneIdentity.Reference? {
        if let id = texts[id] { return .id(id) }
        guard let name = texts[name] else { return nil }
        let domain =
            texts[domain + "_id"].map { .id($0) } ?? texts[domain + "_name"].map { .name($0) } ?? Self.defaultDomain
        return .name(name, domain)
    }
}
