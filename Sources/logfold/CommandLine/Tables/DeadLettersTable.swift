extension CommandSpec {
    /// What was refused for good.
    static let deadLetters = CommandSpec(
        .deadLetters, summary: "look at refused events, and send them again",
        description: [
            "'list' says how many events of which sink were refused, and why; they lie in data_dir/dead-letters with the "
                + "reason of each. 'retry SINK' sends them to the sink of the configuration once more, removes those that "
                + "it takes, and leaves the others with the new reason. The agent has to be stopped for it: run it when "
                + "what they were refused for is mended, such as the mapping of a field.",
            "The exit status of 'retry' is 0 where all are delivered, 1 where some are left, and 3 where there are none, "
                + "or the agent runs.",
        ],
        argument: ArgumentSpec(value: ValueSpec("ACTION", .text), count: 1...2),
        groups: [
            OptionGroup(
                "Dead letters",
                [
                    .value(
                        "data-dir", "d", "DIR", .directory,
                        help: "The data_dir of the agent; else the configuration says it"),
                    .value(
                        "config", "c", "FILE", .file, default: "/etc/logfold/logfold.yaml",
                        help: "The agent's configuration, with the sink"),
                ])
        ],
        examples: [
            Example("What was refused, and why?", "logfold dead-letters list"),
            Example("Once the mapping is mended", "logfold dead-letters retry elastic"),
            Example("The events themselves", "jq -c .event /var/lib/logfold/dead-letters/elastic.jsonl"),
        ])
}
