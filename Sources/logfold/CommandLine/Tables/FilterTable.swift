import LogfoldIO

extension CommandSpec {
    /// The default command: records in, events out.
    static func filter(formats: [String]) -> CommandSpec {
        CommandSpec(
            .filter, summary: "one OpenStack log record in, one normalized JSON event out",
            description: [
                "Reads log files, or standard input where none is named or where the name is '-', and prints one "
                    + "event for each record, whatever the record looked like on disk: a traceback, a message of "
                    + "many lines, several workers in one file. Files compressed with gzip or zstd are read as they "
                    + "are. The format of each file is found by itself unless it is named.",
                "Passwords and tokens are masked unless --no-redact is given. Nothing is lost: a line that is "
                    + "understood by no format is an event too, flagged 'unparsed'.",
                "A first argument that is the name of a command selects that command; a file of that name is given "
                    + "as ./explain.",
            ],
            argument: .any(ValueSpec("FILE", .file)),
            groups: [.output, .selection, .reading(formats: formats), .limits],
            examples: [
                Example("Look at a log as a person would", "logfold -o pretty nova-compute.log"),
                Example("Everything that one request did", "logfold --request \"$ID\" *.log -o pretty"),
                Example("Errors of the last rotated file, as JSON", "logfold --level error nova-api.log.1.gz | jq ."),
                Example("Follow a log", "tail -F nova-api.log | logfold -o pretty"),
                Example("Read the journal", "journalctl --all -u devstack@n-cpu -o json | logfold"),
                Example("A site's own format", "logfold --oslo-config /etc/nova/nova.conf nova-api.log"),
            ])
    }
}

extension OptionGroup {
    /// What is printed and how.
    static let output = OptionGroup(
        "Output",
        [
            .value(
                "output", "o", "SHAPE", .choice(["ecs", "otel", "kolla", "pretty", "raw"]), default: "ecs",
                help: "The shape of the events"),
            .flag("redact", nil, .onByDefault, help: "Leave passwords and tokens as they are"),
            .flag("source-fields", help: "Add host, path, id and agent of each event, as the agent does"),
            .flag("stats", help: "At the end, print a summary to standard error"),
            .value(
                "color", nil, "WHEN", .choice(Wanted.allCases.map(\.rawValue)), default: "auto",
                help: "Colours in pretty output"),
            .value(
                "progress", nil, "WHEN", .choice(Wanted.allCases.map(\.rawValue)), default: "auto",
                help: "A progress bar on standard error while files are read"),
            .flag(
                "line-buffered", nil, .either,
                help: "Print each event as soon as it is complete; where neither is given, when the input is live"),
        ])

    /// Which events are printed.
    static let selection = OptionGroup(
        "Selection",
        [
            .value("level", nil, "LEVEL", .level, help: "Only events of this level and above"),
            .value("request", nil, "ID", .text, help: "Only events of this request, with or without 'req-'"),
            .value("since", nil, "TIME", .text, help: "Only events at or after this time"),
            .value("until", nil, "TIME", .text, help: "Only events before this time"),
            .value("grep", nil, "PATTERN", .text, help: "Only events whose text matches this PCRE2 pattern"),
        ])

    /// How files are understood.
    static func reading(formats: [String]) -> OptionGroup {
        OptionGroup(
            "Reading",
            [
                .value("format", nil, "FORMAT", .choice(formats), default: "auto", help: "The format of the records"),
                .value(
                    "oslo-config", nil, "PATH", .file, repeatable: true,
                    help: "Read the log format from this oslo.config file or folder"),
                .value("service", nil, "NAME", .text, help: "The service's name where the log does not tell it"),
                .value(
                    "timezone", nil, "ZONE", .text, default: "local",
                    help: "The zone of times that name none, such as UTC or Europe/Paris"),
                .value(
                    "reference-time", nil, "TIME", .text,
                    help: "The time that dates without a year lie before; else that of the file's last change"),
                .value(
                    "crlf", nil, "HOW", .choice(["auto", "keep", "strip"]), default: "auto",
                    help: "What to do with a carriage return at the end of lines"),
            ])
    }

    /// Where an event ends at the latest.
    static let limits = OptionGroup(
        "Limits",
        [
            .value(
                "fold-timeout", nil, "DURATION", .duration(.milliseconds(1)...(.seconds(3_600))), default: "2s",
                help: "A record ends when the log's own time has moved on by this much"),
            .value(
                "max-event-bytes", nil, "SIZE", .size(1 << 10...1 << 26), default: "1MiB",
                help: "The longest event; what follows is a further event"),
            .value(
                "max-lines", nil, "COUNT", .count(1...1_000_000), default: "5000",
                help: "The most lines of an event"),
            .value(
                "max-line-bytes", nil, "SIZE", .size(1 << 10...1 << 26), default: "1MiB",
                help: "The longest line"),
        ])
}
