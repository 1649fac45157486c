extension CommandSpec {
    /// Shows how the engine came to its events.
    static func explain(formats: [String]) -> CommandSpec {
        CommandSpec(
            .explain, summary: "show which format and which fold rule took each line, and why",
            description: [
                "Reads log files, or standard input, as logfold does, and prints each physical line with the event "
                    + "that it belongs to, the format that understood it, what it is in the event, the rule that put "
                    + "it there and its first characters; and for each event why it ended. Events are numbered in "
                    + "the order in which logfold prints them. A line that was taken back from an event is printed "
                    + "again.",
                "The first characters are shown as they are: secrets in them are not masked.",
            ],
            argument: .any(ValueSpec("FILE", .file)),
            groups: [
                OptionGroup("Output", [.flag("json", help: "Print one JSON object for each line and for each end")]),
                .reading(formats: formats), .limits,
            ],
            examples: [Example("Why is this line an event of its own?", "logfold explain nova-api.log | less")])
    }

    /// Golden tests.
    static func test(formats: [String]) -> CommandSpec {
        CommandSpec(
            .test, summary: "compare logs with the events that are expected of them",
            description: [
                "For each x.log, x.log.gz or x.log.zst under the folders, the events are made as logfold makes them "
                    + "and compared with x.expected.jsonl beside it. Differences are shown and make the exit status "
                    + "1; so does a log without expected events.",
                "Options for one log stand in x.args, options for all logs of a folder in its logfold.args: one a "
                    + "line, as on the command line, with paths relative to the folder. The zone is UTC and the "
                    + "reference time 2026-01-01 unless options say otherwise, so that the answer is the same "
                    + "everywhere and on every day.",
                "So a site can keep tests of its own formats, and see what a new version changes.",
            ],
            argument: .some(ValueSpec("DIR", .directory)),
            groups: [
                OptionGroup("Test", [.flag("update", help: "Rewrite the expected events instead of comparing")]),
                .reading(formats: formats), .limits,
            ],
            examples: [Example("Accept what this version makes", "logfold test --update tests/logs")])
    }

    /// The JSON Schema.
    static let schema = CommandSpec(
        .schema, summary: "print the JSON Schema of the events",
        description: ["Prints the JSON Schema that every event of the shape 'ecs' fits."],
        examples: [Example("Keep it beside the configuration of a pipeline", "logfold schema > event.schema.json")])

    /// Shell completions.
    static let completions = CommandSpec(
        .completions, summary: "print the completions for a shell",
        description: [
            "Prints a script that completes commands, options and values of logfold. Bash and fish read it at once; "
                + "for zsh it can also be stored as _logfold in a folder of $fpath."
        ],
        argument: .one(ValueSpec("SHELL", .choice(["bash", "zsh", "fish"]))),
        examples: [
            Example("In ~/.bashrc", "source <(logfold completions bash)"),
            Example("In ~/.config/fish/config.fish", "logfold completions fish | source"),
        ])

    /// Man pages.
    static let man = CommandSpec(
        .man, summary: "print a man page",
        description: ["Prints logfold(1), or the page of a command, in the man(7) format."],
        argument: .optional(ValueSpec("COMMAND", .choice(CommandName.words))),
        examples: [
            Example("Read one", "logfold man explain | man -l -"),
            Example("Store one", "logfold man > /usr/local/share/man/man1/logfold.1"),
        ])

    /// Help.
    static let help = CommandSpec(
        .help, summary: "show the help of logfold or of a command",
        description: ["Shows the same as the option --help."],
        argument: .optional(ValueSpec("COMMAND", .choice(CommandName.words))))
}

extension CommandName {
    /// The words that select a command.
    static let words = allCases.filter { $0 != .filter }.map(\.rawValue)
}
