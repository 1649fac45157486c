import LogfoldIO

extension CommandSpec {
    /// How a running agent is.
    static let status = CommandSpec(
        .status, summary: "show how the running agent is",
        description: [
            "Asks the agent on this machine and prints what it does: first what an operator should know, the worst "
                + "first; then for each input how far it has read and how many bytes wait, for each sink what was "
                + "delivered, what waits, what was dropped and why, and the last error.",
            "The exit status is 0 where the agent is ready and reports no error, 1 where it is not, and 3 where it "
                + "cannot be reached.",
        ],
        groups: [
            .agent,
            OptionGroup(
                "Output",
                [
                    .flag("json", help: "Print the answer of /status as it is"),
                    .flag("all", help: "Show all files and problems, not only those that matter most"),
                    .value(
                        "color", nil, "WHEN", .choice(Wanted.allCases.map(\.rawValue)), default: "auto",
                        help: "Colours on standard output"),
                ]),
        ],
        examples: [
            Example("How is it?", "logfold status"),
            Example("Events that wait, by sink", "logfold status --json | jq '.sinks[] | {name, waiting_events}'"),
            Example("An agent that listens elsewhere", "logfold status --address unix:/run/logfold/status.sock"),
        ])

    /// Lets an agent read its configuration again.
    static let reload = CommandSpec(
        .reload, summary: "let the running agent read its configuration again",
        description: [
            "Sends SIGHUP to the process PID, which must be an agent, and waits until it has read its configuration "
                + "again. Inputs and sinks whose options are the same keep running. A configuration with a problem "
                + "changes nothing: the problems are printed, and the exit status is 1.",
            "What came of it is asked at the agent's status address. Where that cannot be reached, the signal is sent "
                + "all the same, and the agent's own log says what came of it.",
        ],
        argument: .one(ValueSpec("PID", .count(1...Int(Int32.max)))),
        groups: [
            .agent,
            OptionGroup(
                "Reload",
                [
                    .value(
                        "timeout", nil, "DURATION", .duration(.milliseconds(1)...(.seconds(3_600))), default: "30s",
                        help: "How long to wait for the agent")
                ]),
        ],
        examples: [Example("After a change of the configuration", "logfold reload 4711")])
}

extension OptionGroup {
    /// Where the agent is reached.
    static let agent = OptionGroup(
        "Agent",
        [
            .value(
                "address", nil, "ADDRESS", .text,
                help: "Where the agent serves its status, such as 127.0.0.1:9598 or unix:/run/logfold.sock; else "
                    + "the configuration says it"),
            .value(
                "config", "c", "FILE", .file, default: "/etc/logfold/logfold.yaml",
                help: "The agent's configuration; of it only metrics.listen is read"),
        ])
}
