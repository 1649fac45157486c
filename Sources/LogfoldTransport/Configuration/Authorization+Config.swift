package import LogfoldConfig

extension Authorization {
    /// Reads `auth:` of a section; nothing where there is none. `kinds` are the keys that this type of sink takes, of
    /// `username`, `api_key` and `bearer`.
    package init(_ parent: ConfigSection, kinds: [String] = ["username", "api_key", "bearer"]) {
        self = .none
        guard let section = parent.section("auth") else { return }
        let given = kinds.filter { section.has($0) }
        if given.count > 1 {
            section.problem(
                "'\(given[0])' and '\(given[1])' are two ways to be let in; leave one of them out", at: given[1])
        }
        if kinds.contains("username") { readUser(section) }
        if kinds.contains("api_key"), let secret = section.secret("api_key") { self = .apiKey(secret) }
        if kinds.contains("bearer"), let secret = section.secret("bearer") { self = .bearer(secret) }
        if given.isEmpty { section.problem("nothing is in 'auth'; give \(Self.choices(kinds))") }
    }

    private mutating func readUser(_ section: ConfigSection) {
        let (user, password) = (section.text("username"), section.secret("password"))
        if let user, user.contains(":") {
            section.problem("a user name with a colon cannot be sent; use one without", at: "username")
        }
        if section.has("username") != section.has("password") {
            section.problem("'username' and 'password' belong together; give both")
        }
        if let user, let password { self = .basic(user: user, password: password) }
    }

    private static func choices(_ kinds: [String]) -> String {
        kinds.map { $0 == "username" ? "'username' and 'password'" : "'\($0)'" }.joined(separator: ", or ")
    }
}
