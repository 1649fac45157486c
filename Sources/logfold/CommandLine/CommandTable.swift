import LogfoldCore

/// The tables of all commands.
struct CommandTable: Sendable {
    /// The commands in the order of the help; the default command first.
    let commands: [CommandSpec]

    /// The tables of logfold's commands.
    ///
    /// - Parameters:
    ///   - formats: the words that `--format` takes, `auto` first.
    init(formats: [String]) {
        commands = [
            .filter(formats: formats), .run, .check, .status, .reload, .spool, .deadLetters, .setup,
            .explain(formats: formats), .replay(formats: formats), .test(formats: formats), .schema, .completions,
            .man, .help,
        ]
    }

    /// Tables of other commands; the first one is the default.
    init(_ commands: [CommandSpec]) {
        self.commands = commands
    }

    /// The table of a command; the default command's where there is none.
    subscript(_ name: CommandName) -> CommandSpec {
        commands.first { $0.name == name } ?? commands[0]
    }

    /// The commands that have a word of their own.
    var named: [CommandSpec] { Array(commands.dropFirst()) }

    /// The command that `word` selects; nil where there is none of this name.
    func command(_ word: String) -> CommandSpec? { named.first { $0.name.rawValue == word } }

    /// What to ask where the first argument was taken for a file and there is no such file: nil, or
    /// `did you mean the command 'explain'?`.
    ///
    /// Only plain words are asked about; `./explian` and `nova.log` are surely files.
    func question(aboutMissingFile path: String) -> String? {
        guard path.allSatisfy({ $0.isASCII && $0.isLetter }) else { return nil }
        return Spelling.nearest(to: path, among: named.map(\.name.rawValue)).map { "did you mean the command '\($0)'?" }
    }
}
