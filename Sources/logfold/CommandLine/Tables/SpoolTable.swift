extension CommandSpec {
    /// What waits on the disk.
    static let spool = CommandSpec(
        .spool, summary: "look into the spool on the disk",
        description: [
            "'info' says what the spool of an agent holds and how far each sink is. 'verify' reads every record and "
                + "names what is damaged; the exit status is 1 where something is. 'export' prints every event in it as "
                + "JSON lines, or with the name of a sink those that wait for it. 'forget SINK' gives up what waits for "
                + "a sink that is gone from the configuration; the agent has to be stopped for it, and removes the files "
                + "at its next start.",
            "All but 'forget' change nothing and may be used while the agent runs. 3 is the exit status where there is "
                + "no spool, or it cannot be read.",
        ],
        argument: ArgumentSpec(value: ValueSpec("ACTION", .text), count: 1...2),
        groups: [
            OptionGroup(
                "Spool",
                [
                    .value(
                        "data-dir", "d", "DIR", .directory,
                        help: "The data_dir of the agent; else the configuration says it"),
                    .value(
                        "config", "c", "FILE", .file, default: "/etc/logfold/logfold.yaml",
                        help: "The agent's configuration; of it only data_dir is read"),
                ])
        ],
        examples: [
            Example("What waits, and for whom?", "logfold spool info"),
            Example("What a dead sink did not get", "logfold spool export elastic | logfold -o pretty"),
            Example("A sink that will not come back", "logfold spool forget elastic"),
        ])
}
