extension CommandSpec {
    /// The agent.
    static let run = CommandSpec(
        .run, summary: "run the agent: tail logs, send their events to sinks",
        description: [
            "Runs until it is told to stop, as a service does, with the inputs and sinks that the configuration names. "
                + "SIGTERM and SIGINT end it: inputs first, then what is on its way to the sinks, for as long as "
                + "shutdown_timeout says; a second signal ends it at once, and still nothing is lost. SIGHUP, or "
                + "'logfold reload', reads the configuration again.",
            "What it has read and sent is kept in data_dir, where one agent at a time may work.",
        ],
        groups: [
            .configuration,
            OptionGroup("Run", [.flag("dry-run", help: "Check the configuration, say what would run, and exit")]),
            .ownLog,
        ],
        examples: [
            Example("As the service does", "logfold run -c /etc/logfold/logfold.yaml"),
            Example("What would it do?", "logfold run --dry-run -c logfold.yaml"),
        ])

    /// The check of a configuration.
    static let check = CommandSpec(
        .check, summary: "check a configuration: all problems at once, with line and column",
        description: [
            "Reads a configuration as 'logfold run' does, and prints everything that is wrong with it, each with file, "
                + "line and column and what to do about it. Where nothing is, it says what would be read and sent, and "
                + "how much memory that takes at the most. Nothing is started and nothing is written."
        ],
        groups: [
            .configuration,
            OptionGroup("Check", [.flag("show", help: "Print the configuration as it was understood; no secrets")]),
        ],
        examples: [Example("Before a reload", "logfold check -c /etc/logfold/logfold.yaml")])
}

extension OptionGroup {
    /// Where the configuration is.
    static let configuration = OptionGroup(
        "Configuration",
        [
            .value(
                "config", "c", "FILE", .file, default: "/etc/logfold/logfold.yaml", help: "The configuration, in YAML")
        ])

    /// What the agent says of itself.
    static let ownLog = OptionGroup(
        "Messages",
        [
            .value(
                "log-level", nil, "LEVEL", .choice(["debug", "info", "warning", "error"]), default: "info",
                help: "The lowest level of the agent's own messages on standard error"),
            .value(
                "log-format", nil, "FORM", .choice(["auto", "text", "json", "sd-daemon"]), default: "auto",
                help: "Their form; 'auto' is sd-daemon under systemd, else text"),
        ])
}
