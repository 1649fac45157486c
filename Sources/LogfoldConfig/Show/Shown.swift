/// How values of a configuration are printed where people read them: short, on one line, without secrets.
enum Shown {
    /// What stands for a secret.
    static let mask = "***"
    private static let longest = 60

    /// A text in quotes: cut where it is long, control characters escaped, passwords in URLs masked.
    static func quoted(_ text: String) -> String { "'\(unquoted(text))'" }

    /// The same without quotes.
    static func unquoted(_ text: String) -> String {
        var shown = ""
        for (number, scalar) in masked(text).unicodeScalars.enumerated() {
            if number == longest { return shown + "…" }
            shown += escaped(scalar)
        }
        return shown
    }

    /// A character as itself, or by its number where it would change the line or the terminal.
    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case _ where isVisible(scalar): String(scalar)
        default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
    }

    /// Whether a character only stands for itself: no control, nothing that turns the direction or ends the line.
    static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }

    /// Whether a key's name says that its value is a secret.
    static func isSecret(key: String) -> Bool {
        let name = key.lowercased().filter { $0 != "_" && $0 != "-" && $0 != "." && $0 != " " }
        return ["pass", "pwd"].contains(name) || secretWords.contains { name.contains($0) }
    }

    // Parts of names without their separators; a name too many is only a value less to see.
    private static let secretWords = [
        "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey", "credential",
        "authorization", "cookie", "sharedkey", "encryptionkey",
    ]

    /// A text with the password of each URL in it (`https://user:password@host`) masked.
    static func masked(_ text: String) -> String {
        var shown = ""
        var rest = Substring(text)
        while let scheme = firstRange(of: "://", in: rest) {
            shown += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            let authority = rest.prefix { !"/?# \t\n\"',".contains($0) }
            guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
                continue
            }
            shown += rest[...colon] + mask
            rest = rest[at...]
        }
        return shown + rest
    }

    private static func firstRange(of part: String, in text: Substring) -> Range<Substring.Index>? {
        let (bytes, part) = (text.utf8, part.utf8)
        guard let first = part.first else { return nil }
        var rest = bytes[...]
        while let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            if rest.starts(with: part) { return start..<rest.index(start, offsetBy: part.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
