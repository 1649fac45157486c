/// The commands, by the word that selects them.
enum CommandName: String, CaseIterable, Sendable {
    /// The default command, which has no word on the command line.
    case filter
    case run, check, status, reload, spool
    case deadLetters = "dead-letters"
    case setup, explain, replay, test, schema, completions, man, help

    /// The words that call the command: `logfold`, `logfold explain`.
    var invocation: String {
        self == .filter ? "logfold" : "logfold \(rawValue)"
    }

    /// The name of its man page: `logfold`, `logfold-explain`.
    var page: String {
        self == .filter ? "logfold" : "logfold-\(rawValue)"
    }
}

/// Options that the help shows under one heading.
struct OptionGroup: Sendable {
    /// The heading: `Output`.
    let title: String
    /// The options in the order of the help.
    let options: [OptionSpec]

    /// These options under this heading.
    init(_ title: String, _ options: [OptionSpec]) {
        self.title = title
        self.options = options
    }
}

/// The arguments of a command that are not options.
struct ArgumentSpec: Sendable {
    /// How they are called and which are right.
    let value: ValueSpec
    /// The fewest and the most that are taken.
    let count: ClosedRange<Int>

    /// Any number of them, also none.
    static func any(_ value: ValueSpec) -> Self { ArgumentSpec(value: value, count: 0...Int.max) }

    /// One or more of them.
    static func some(_ value: ValueSpec) -> Self { ArgumentSpec(value: value, count: 1...Int.max) }

    /// Exactly one.
    static func one(_ value: ValueSpec) -> Self { ArgumentSpec(value: value, count: 1...1) }

    /// One or none.
    static func optional(_ value: ValueSpec) -> Self { ArgumentSpec(value: value, count: 0...1) }

    /// As the usage line shows them: `[FILE...]`, `DIR...`, `SHELL`, `[COMMAND]`.
    var usage: String {
        let word = value.placeholder + (count.upperBound > 1 ? "..." : "")
        return count.lowerBound == 0 ? "[\(word)]" : word
    }
}

/// A command line and what it does, for the end of help and man page.
struct Example: Sendable {
    /// What it does, in a sentence without a full stop.
    let purpose: String
    /// What to type.
    let command: String

    /// An example.
    init(_ purpose: String, _ command: String) {
        self.purpose = purpose
        self.command = command
    }
}

/// All there is to know of a command but what it does: its one table.
struct CommandSpec: Sendable {
    /// Which command it is.
    let name: CommandName
    /// One line without a full stop.
    let summary: String
    /// Paragraphs of plain text.
    let description: [String]
    /// Its arguments; nil where it takes none.
    let argument: ArgumentSpec?
    /// Its options but those that all commands have.
    let ownGroups: [OptionGroup]
    /// Commands to try.
    let examples: [Example]

    /// A command without options of its own unless some are given.
    init(
        _ name: CommandName, summary: String, description: [String], argument: ArgumentSpec? = nil,
        groups: [OptionGroup] = [], examples: [Example] = []
    ) {
        self.name = name
        self.summary = summary
        self.description = description
        self.argument = argument
        self.ownGroups = groups
        self.examples = examples
    }

    /// All its options under their headings, with those that every command has at the end.
    var groups: [OptionGroup] { ownGroups + [Self.common] }

    /// All its options.
    var options: [OptionSpec] { groups.flatMap(\.options) }

    /// The option of this long name.
    func option(named name: String) -> OptionSpec? { options.first { $0.name == name } }

    /// The options that every command has.
    static let common = OptionGroup(
        "Other",
        [
            .flag("help", "h", help: "Show this help and exit"),
            .flag("version", "V", help: "Show the version and exit"),
        ])
}
