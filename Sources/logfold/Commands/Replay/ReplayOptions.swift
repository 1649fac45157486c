import LogfoldCore
import LogfoldIO

/// What the command line of `logfold replay` asks for, checked.
struct ReplayOptions {
    /// What the log is played into.
    enum Destination {
        /// A file; how it is rotated, and after how many records; nil for never.
        case file(String, rotation: (how: LiveFile.Rotation, records: Int)?)
        /// The sinks of a configuration, in the place of one of its inputs; nil for the first.
        case configuration(String, input: String?)
    }

    /// The log, and where it goes.
    let log: String
    let destination: Destination
    /// How the log is read.
    let reading: ReadingOptions
    /// How fast.
    let pace: ReplayPace
    /// `--progress`.
    let progress: Wanted

    /// Checks all options before anything is read.
    init(_ arguments: ParsedArguments, in files: any FileSystem) throws(UsageError) {
        let command = arguments.command.name
        log = arguments.positionals.first ?? "-"
        destination = try Self.destination(arguments)
        reading = try ReadingOptions(arguments, in: files)
        let text = arguments.text("speed") ?? "1x"
        guard let speed = ReplaySpeed(text) else {
            throw .invalid(text, for: "speed", of: command, because: "give a factor such as 10x or 0.5x, or max")
        }
        pace = ReplayPace(speed, longest: try arguments.duration("max-pause").nanoseconds)
        progress = try arguments.choice("progress", as: Wanted.self)
    }

    private static func destination(_ arguments: ParsedArguments) throws(UsageError) -> Destination {
        let command = arguments.command.name
        switch (arguments.text("into"), arguments.text("config")) {
        case (nil, nil):
            throw UsageError(
                kind: .missingValue,
                message: "'--into' or '--config' is needed: the file, or the configuration, to play the log into",
                command: command)
        case (.some, .some):
            throw UsageError(
                kind: .unexpectedValue, message: "'--into' and '--config' exclude each other", command: command)
        case (let file?, nil):
            try refuse(["input"], "is for '--config'", arguments)
            return .file(file, rotation: try rotation(arguments))
        case (nil, let configuration?):
            try refuse(["rotate", "every"], "is for '--into'", arguments)
            try refuse(toldByConfiguration, "is for '--into'; with '--config' the input says it", arguments)
            if arguments.positionals.first == "-" {
                throw UsageError(
                    kind: .unexpectedArgument, message: "standard input is for '--into'; with '--config' name a file",
                    command: command)
            }
            return .configuration(configuration, input: arguments.text("input"))
        }
    }

    /// How a log is read is said by the input in whose place it comes.
    private static let toldByConfiguration = [
        "format", "oslo-config", "timezone", "crlf", "fold-timeout", "max-event-bytes", "max-lines", "max-line-bytes",
    ]

    private static func refuse(
        _ options: [String], _ reason: String, _ arguments: ParsedArguments
    ) throws(UsageError) {
        guard let given = options.first(where: { !arguments.list($0).isEmpty }) else { return }
        throw UsageError(
            kind: .unexpectedValue, message: "'--\(given)' \(reason)", command: arguments.command.name)
    }

    private static func rotation(
        _ arguments: ParsedArguments
    ) throws(UsageError) -> (how: LiveFile.Rotation, records: Int)? {
        guard arguments.text("rotate") != nil else {
            guard arguments.list("every").isEmpty else {
                throw UsageError(
                    kind: .missingValue, message: "'--every' needs '--rotate': rename or copytruncate",
                    command: arguments.command.name)
            }
            return nil
        }
        return (try arguments.choice("rotate", as: LiveFile.Rotation.self), try arguments.count("every"))
    }
}
