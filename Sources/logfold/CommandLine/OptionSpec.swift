/// One option of a command: a row of the table that parsing, help, man pages and completions are all made from.
struct OptionSpec: Sendable {
    /// What follows the name.
    enum Kind: Sendable {
        /// Nothing; the option is there or not.
        case flag(Flag)
        /// A value.
        case value(ValueSpec)
    }

    /// Which of `--name` and `--no-name` a flag knows. Both are taken where both are known; the later one counts.
    enum Flag: Sendable {
        /// Only `--name`; off by default.
        case plain
        /// On by default, so the help shows only `--no-name`.
        case onByDefault
        /// `--name` and `--no-name`; the program decides where neither is given.
        case either
    }

    /// The long name without dashes.
    let name: String
    /// The letter of the short form.
    let short: Character?
    /// What follows the name.
    let kind: Kind
    /// What it does, in a sentence without a full stop. Allowed words and the default are added by the help.
    let help: String
    /// The value where the option is not given.
    let defaultValue: String?
    /// Whether all values count, and not only the last.
    let isRepeatable: Bool

    /// An option without a value.
    static func flag(_ name: String, _ short: Character? = nil, _ flag: Flag = .plain, help: String) -> Self {
        OptionSpec(name: name, short: short, kind: .flag(flag), help: help, defaultValue: nil, isRepeatable: false)
    }

    /// An option with a value.
    static func value(
        _ name: String, _ short: Character? = nil, _ placeholder: String, _ form: ValueSpec.Form,
        default defaultValue: String? = nil, repeatable: Bool = false, help: String
    ) -> Self {
        OptionSpec(
            name: name, short: short, kind: .value(ValueSpec(placeholder, form)), help: help,
            defaultValue: defaultValue, isRepeatable: repeatable)
    }

    /// What values it takes; nil for a flag.
    var value: ValueSpec? {
        if case .value(let spec) = kind { spec } else { nil }
    }

    /// The long names that are taken, the one worth showing first: `--no-redact`, `--redact`.
    var spellings: [String] {
        switch kind {
        case .value, .flag(.plain): ["--\(name)"]
        case .flag(.onByDefault): ["--no-\(name)", "--\(name)"]
        case .flag(.either): ["--\(name)", "--no-\(name)"]
        }
    }

    /// What a spelling does: the other form of a flag takes back what its help says.
    func help(for spelling: String) -> String {
        switch kind {
        case .flag(.onByDefault) where spelling == "--\(name)": "Take back --no-\(name) (the default)"
        case .flag(.either) where spelling == "--no-\(name)": "The opposite of --\(name)"
        default: help
        }
    }

    /// The long name as the help shows it: `--output`, `--no-redact`, `--[no-]line-buffered`.
    var display: String {
        switch kind {
        case .value, .flag(.plain): "--\(name)"
        case .flag(.onByDefault): "--no-\(name)"
        case .flag(.either): "--[no-]\(name)"
        }
    }

    /// The help with the allowed words, the default and whether it may be repeated.
    var fullHelp: String {
        var text = help
        if let words = value?.words, !words.isEmpty { text += ": \(words.joined(separator: ", "))" }
        var notes: [String] = []
        if let defaultValue { notes.append("default: \(defaultValue)") }
        if isRepeatable { notes.append("may be repeated") }
        return notes.isEmpty ? text : text + " (\(notes.joined(separator: "; ")))"
    }
}
