import LogfoldCore
import LogfoldIO
import LogfoldInputs
import LogfoldParsing
import LogfoldPipeline

/// What the filter's command line asks for, checked.
struct FilterOptions {
    /// How the input is read.
    var reading: ReadingOptions
    /// The shape of the output, and whether it may have colours.
    let shape: Shape
    let usesColour: Bool
    /// `--stats`.
    let showsStatistics: Bool
    /// `--progress`.
    let progress: Wanted
    /// `--line-buffered`; nil where it follows the input.
    let isLineBuffered: Bool?
    /// What each event says of where it was read, without the path; nil without `--source-fields`.
    private let host: HostFacts?

    /// Checks all options before anything is read.
    init(_ arguments: ParsedArguments, in files: any FileSystem) throws(UsageError) {
        reading = try ReadingOptions(arguments, in: files)
        shape = try arguments.choice("output", as: Shape.self)
        usesColour = Terminal.hasColors(try arguments.choice("color", as: Wanted.self))
        showsStatistics = arguments.flag("stats")
        progress = try arguments.choice("progress", as: Wanted.self)
        isLineBuffered = arguments.decision("line-buffered")
        host = arguments.flag("source-fields") ? HostFacts(version: Version.current, in: files) : nil
        reading.engine.isRedacting = arguments.flag("redact")
        reading.engine.keepsOriginal = shape == .raw
        reading.engine.selection = try Self.selection(arguments, reading.engine.timeZone)
    }

    private static func selection(
        _ arguments: ParsedArguments, _ zone: TimeZoneRules
    ) throws(UsageError) -> EventSelection {
        var selection = EventSelection()
        selection.minimumSeverity = arguments.text("level").flatMap { Severity(name: $0) }
        selection.requestID = arguments.text("request").map { Array($0.utf8) } ?? []
        selection.since = try time("since", arguments, zone)
        selection.until = try time("until", arguments, zone)
        if let text = arguments.text("grep") {
            do throws(Pattern.Failure) {
                selection.pattern = try Pattern(text)
            } catch {
                throw .invalid(
                    text, for: "grep", of: arguments.command.name,
                    because: "\(error.reason), at character \(error.offset + 1)")
            }
        }
        return selection
    }

    private static func time(
        _ option: String, _ arguments: ParsedArguments, _ zone: TimeZoneRules
    ) throws(UsageError) -> Int64? {
        guard let text = arguments.text(option) else { return nil }
        guard let time = TimeArgument.nanoseconds(text, zone: zone, now: SystemClock().now) else {
            throw .invalid(text, for: option, of: arguments.command.name, because: TimeArgument.forms)
        }
        return time
    }

    /// The facts of one input; `path` is nil for standard input.
    func facts(of path: String?) -> SourceFacts {
        guard let host else { return SourceFacts(zone: reading.engine.timeZoneName, service: reading.service) }
        let path = path.map { ServicePath.absolute($0, in: host.folder) }
        let service = reading.service ?? path.flatMap(ServicePath.service)
        var facts = SourceFacts(zone: reading.engine.timeZoneName, service: service)
        facts.host = SourceFacts.escaped(host.name)
        facts.members = host.members
        facts.path = path.map(SourceFacts.escaped)
        facts.identity = SourceFacts.Identity(
            host: host.identity, logicalPath: Array((path.map { RotationName($0).logicalPath } ?? "-").utf8))
        return facts
    }
}
