import LogfoldCore
import LogfoldIO

/// What the command line of `logfold replay` asks for, checked.
struct ReplayOptions {
    /// The log, and the file that it is played into.
    let log: String
    let target: String
    /// How the log is read.
    let reading: ReadingOptions
    /// How fast.
    let pace: Pace
    /// How the file is rotated, and after how many records; nil for never.
    let rotation: (how: LiveFile.Rotation, records: Int)?
    /// `--progress`.
    let progress: String

    /// Checks all options before anything is read.
    init(_ arguments: ParsedArguments, in files: any FileSystem) throws(UsageError) {
        let command = arguments.command.name
        log = arguments.positionals.first ?? "-"
        guard let target = arguments.text("into") else {
            throw UsageError(
                kind: .missingValue, message: "'--into' is needed: the file to play the log into", command: command)
        }
        self.target = target
        reading = try ReadingOptions(arguments, in: files)
        let text = arguments.text("speed") ?? "1x"
        guard let speed = ReplaySpeed(text) else {
            throw .invalid(text, for: "speed", of: command, because: "give a factor such as 10x or 0.5x, or max")
        }
        pace = Pace(speed, longest: try arguments.duration("max-pause").nanoseconds)
        rotation = try Self.rotation(arguments)
        progress = arguments.text("progress") ?? "auto"
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
