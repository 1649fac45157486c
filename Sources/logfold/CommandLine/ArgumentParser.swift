import LogfoldCore

/// What a command line asks for.
enum Invocation: Sendable {
    /// Run a command.
    case run(ParsedArguments)
    /// Show a command's help.
    case help(CommandSpec)
    /// Show the version.
    case version
}

extension CommandTable {
    /// What the words after the program's name ask for.
    ///
    /// A first word that is a command's selects it; anything else is the default command's. A file of that name is
    /// given as `./explain`.
    func parse(_ words: [String]) throws(UsageError) -> Invocation {
        if let first = words.first, let selected = command(first) {
            var parser = ArgumentParser(command: selected, words: words.dropFirst())
            return try parser.parse()
        }
        var parser = ArgumentParser(command: commands[0], words: words[...])
        return try parser.parse()
    }
}

/// Reads a command line by the conventions of GNU: `--name=value` and `--name value`, `-n value` and `-nvalue`, flags
/// of one letter in one word (`-xV`), `--` before arguments that look like options, `-` for stdin, options and
/// arguments in any order. Of an option that is given twice the last one counts. Long names are not abbreviated, so
/// that a new option never changes what an old command line means.
private struct ArgumentParser {
    private let command: CommandSpec
    private var words: ArraySlice<String>
    private var result: ParsedArguments
    /// `--help` or `--version`, whichever came first; what follows it is not looked at.
    private var early: Invocation?

    init(command: CommandSpec, words: ArraySlice<String>) {
        self.command = command
        self.words = words
        result = ParsedArguments(command: command)
    }

    mutating func parse() throws(UsageError) -> Invocation {
        while early == nil, let word = words.popFirst() {
            if word == "--" {
                while let rest = words.popFirst() { try addPositional(rest) }
            } else if word.hasPrefix("--") {
                try readLong(word)
            } else if word.hasPrefix("-"), word != "-" {
                try readShort(word)
            } else {
                try addPositional(word)
            }
        }
        if let early { return early }
        if let argument = command.argument, result.positionals.count < argument.count.lowerBound {
            let offer = argument.value.words.isEmpty ? "" : " (\(argument.value.words.joined(separator: ", ")))"
            throw error(.missingArgument, "'\(command.name.invocation)' needs \(argument.value.placeholder)\(offer)")
        }
        return .run(result)
    }

    private mutating func readLong(_ word: String) throws(UsageError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        let attached = parts.count == 2 ? String(parts[1]) : nil
        guard let option = command.options.first(where: { $0.spellings.contains(name) }) else {
            throw unknown(name)
        }
        guard let spec = option.value else {
            guard attached == nil else {
                throw error(.unexpectedValue, "'\(name)' takes no value; write it alone")
            }
            return note(option, isOn: name == "--\(option.name)")
        }
        try take(attached, for: option, named: name, spec)
    }

    private mutating func readShort(_ word: String) throws(UsageError) {
        var letters = word.dropFirst()
        while early == nil, let letter = letters.popFirst() {
            guard let option = command.options.first(where: { $0.short == letter }) else {
                throw unknown(letter, in: word)
            }
            guard let spec = option.value else {
                note(option, isOn: true)
                continue
            }
            let attached = letters.isEmpty ? nil : String(letters)
            return try take(attached, for: option, named: "-\(letter)", spec)
        }
    }

    private mutating func note(_ option: OptionSpec, isOn: Bool) {
        switch option.name {
        case "help": early = .help(command)
        case "version": early = .version
        default: result.set(option, isOn)
        }
    }

    /// Takes the value that is attached to an option, else the next word.
    private mutating func take(
        _ attached: String?, for option: OptionSpec, named name: String, _ spec: ValueSpec
    ) throws(UsageError) {
        guard let value = attached ?? words.popFirst() else {
            let offer = spec.words.isEmpty ? spec.placeholder : "one of \(spec.words.joined(separator: ", "))"
            throw error(.missingValue, "'\(name)' needs a value: \(offer)")
        }
        if let objection = spec.objection(to: value) {
            throw error(.invalidValue, "the value '\(value)' is invalid for '\(name)': \(objection)")
        }
        result.add(value, to: option)
    }

    private mutating func addPositional(_ word: String) throws(UsageError) {
        guard let argument = command.argument, result.positionals.count < argument.count.upperBound else {
            throw error(.unexpectedArgument, "'\(command.name.invocation)' does not take the argument '\(word)'")
        }
        if let objection = argument.value.objection(to: word) {
            throw error(.invalidValue, "the value '\(word)' is invalid for \(argument.value.placeholder): \(objection)")
        }
        result.add(positional: word)
    }

    private func unknown(_ name: String) -> UsageError {
        let known = command.options.flatMap(\.spellings)
        let question = Spelling.nearest(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
        return error(.unknownOption, "unknown option '\(name)'\(question)")
    }

    /// A letter that is no option; `-stats` was surely meant to be `--stats`.
    private func unknown(_ letter: Character, in word: String) -> UsageError {
        let isLong = command.options.contains { $0.spellings.contains("-\(word)") }
        let place = word.count > 2 ? " in '\(word)'" : ""
        return error(
            .unknownOption, "unknown option '-\(letter)'\(place)" + (isLong ? "; did you mean '-\(word)'?" : ""))
    }

    private func error(_ kind: UsageError.Kind, _ message: String) -> UsageError {
        UsageError(kind: kind, message: message, command: command.name)
    }
}
