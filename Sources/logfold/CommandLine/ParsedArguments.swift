import LogfoldCore

/// A command line that fits its command's table; every value in it has passed the table's check.
struct ParsedArguments: Sendable {
    /// The command that was selected.
    let command: CommandSpec
    /// The values of each option that was given, in their order.
    private(set) var values: [String: [String]] = [:]
    /// The flags that were given, and whether the last of them said `--name` or `--no-name`.
    private(set) var flags: [String: Bool] = [:]
    /// The arguments that are not options; `-` among them is stdin.
    private(set) var positionals: [String] = []

    /// Nothing given yet.
    init(command: CommandSpec) {
        self.command = command
    }

    /// The option's value: the last one given, else the table's default, else nil.
    func text(_ option: String) -> String? {
        values[option]?.last ?? command.option(named: option)?.defaultValue
    }

    /// All values of an option that may be repeated, in their order.
    func list(_ option: String) -> [String] { values[option] ?? [] }

    /// Whether a flag is on.
    func flag(_ option: String) -> Bool {
        if let given = flags[option] { return given }
        if case .flag(.onByDefault)? = command.option(named: option)?.kind { return true }
        return false
    }

    /// What was said of a flag that the program decides otherwise; nil where nothing was.
    func decision(_ option: String) -> Bool? { flags[option] }

    /// The option's value as one of an enumeration's.
    func choice<Word: RawRepresentable<String>>(_ option: String, as type: Word.Type) throws(UsageError) -> Word {
        try converted(option) { Word(rawValue: $0) }
    }

    /// `ACTION [SINK]`: what is to be done, and with which sink.
    func action<Action: CaseIterable & RawRepresentable<String> & Equatable>(
        _ type: Action.Type, needingSink: [Action]
    ) throws(UsageError) -> (Action, sink: String?) {
        let (name, word) = (command.name.rawValue, positionals.first ?? "")
        guard let action = Action(rawValue: word) else {
            let wayOut = Spelling.wayOut(for: word, among: Action.allCases.map(\.rawValue))
            throw UsageError(
                kind: .invalidValue, message: "there is no '\(name) \(word)'; \(wayOut)", command: command.name)
        }
        let sink = positionals.dropFirst().first
        if sink == nil, needingSink.contains(action) {
            throw UsageError(
                kind: .missingArgument, message: "'\(name) \(word)' needs the name of a sink", command: command.name)
        }
        return (action, sink)
    }

    /// The option's value as a number of bytes.
    func bytes(_ option: String) throws(UsageError) -> Int { try converted(option, Units.bytes) }

    /// The option's value as a whole number.
    func count(_ option: String) throws(UsageError) -> Int { try converted(option) { Int($0) } }

    /// The option's value as a duration.
    func duration(_ option: String) throws(UsageError) -> Duration { try converted(option, Units.duration) }

    private func converted<Value>(_ option: String, _ convert: (String) -> Value?) throws(UsageError) -> Value {
        guard let text = text(option) else {
            throw UsageError(kind: .missingValue, message: "'--\(option)' is needed", command: command.name)
        }
        guard let value = convert(text) else {
            throw .invalid(text, for: option, of: command.name, because: "it cannot be used here")
        }
        return value
    }

    /// Notes one value of an option.
    mutating func add(_ value: String, to option: OptionSpec) { values[option.name, default: []].append(value) }

    /// Notes a flag.
    mutating func set(_ option: OptionSpec, _ isOn: Bool) { flags[option.name] = isOn }

    /// Notes an argument that is not an option.
    mutating func add(positional: String) { positionals.append(positional) }
}
