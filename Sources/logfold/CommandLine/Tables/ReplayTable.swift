import LogfoldIO

extension CommandSpec {
    /// A recording, written again as if it happened now.
    static func replay(formats: [String]) -> CommandSpec {
        CommandSpec(
            .replay, summary: "play a recorded log at its own pace, into a file or sinks",
            description: [
                "Reads a log, or standard input where the name is '-', and writes its records to the end of a file, "
                    + "each in one piece and after as long a pause as there was between it and the record before. So "
                    + "whatever reads that file sees a service at work. The bytes are those of the log; only the time "
                    + "at which they come is new.",
                "Where a record begins and when it was written is found as logfold finds it. Text that has no time "
                    + "goes with the record before it. A single time far off is not waited for, and where the log's "
                    + "clock was set back the pace begins again.",
                "With --rotate the file is rotated after so many records, as logrotate does it: FILE becomes FILE.1, "
                    + "and what was FILE.1 becomes FILE.2. No rotated file is removed.",
                "With --config the log takes the place of the inputs of an agent's configuration: its events go through "
                    + "the transforms to the sinks, and the command ends when they have all of it. It is read as the "
                    + "first input, or that of --input, would be. The data_dir is that of the configuration, so it does "
                    + "not run beside an agent of the same. What was played is not kept there: the next replay begins "
                    + "with the first record.",
            ],
            argument: .one(ValueSpec("LOG", .file)),
            groups: [.playing, .reading(formats: formats).without("service"), .limits],
            examples: [
                Example(
                    "A node that logs ten times as fast as it did", "logfold replay --into nova.log --speed 10x old.log"
                ),
                Example(
                    "A log that is rotated every 200 records",
                    "logfold replay --into x.log --speed max --rotate rename --every 200 old.gz"),
                Example(
                    "What would this configuration make of that log?",
                    "logfold replay --config test.yaml --speed max old.log"),
            ])
    }
}

extension OptionGroup {
    /// Where to and how fast.
    static let playing = OptionGroup(
        "Playing",
        [
            .value(
                "into", nil, "FILE", .file, help: "Write to the end of this file, which is made where there is none"),
            .value(
                "config", "c", "FILE", .file,
                help: "Play it through the transforms and sinks of this agent's configuration"),
            .value("input", nil, "NAME", .text, help: "The input whose place it takes there; the first, if not given"),
            .value(
                "speed", nil, "SPEED", .text, default: "1x",
                help: "How much faster than it was: 10x, 0.5x, or max for no pauses at all"),
            .value(
                "max-pause", nil, "DURATION", .duration(.zero...(.seconds(86_400))), default: "1h",
                help: "The longest wait between two records"),
            .value(
                "rotate", nil, "HOW", .choice(LiveFile.Rotation.allCases.map(\.rawValue)),
                help: "Rotate the file while it is written"),
            .value(
                "every", nil, "COUNT", .count(1...1_000_000_000), default: "1000", help: "Records between rotations"),
            .value(
                "progress", nil, "WHEN", .choice(Wanted.allCases.map(\.rawValue)), default: "auto",
                help: "A line on standard error that says how far it is"),
        ])

    /// The group less an option that means nothing to a command.
    fileprivate func without(_ name: String) -> OptionGroup {
        OptionGroup(title, options.filter { $0.name != name })
    }
}
