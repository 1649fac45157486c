import LogfoldCore
import LogfoldIO
import LogfoldInputs
import LogfoldParsing

/// How a command reads its logs: what the options under *Reading* and *Limits* mean.
struct ReadingOptions {
    /// The engine's options.
    var engine = EngineOptions()
    /// `--service`.
    var service: String?
    /// `--reference-time`; nil where none is given, so that a file's own time counts.
    var referenceTime: Int64?

    /// The options of a command line.
    ///
    /// - Parameters:
    ///   - zone: the zone where `--timezone` is not given; nil for the table's default.
    init(_ arguments: ParsedArguments, zone: String? = nil, in files: any FileSystem) throws(UsageError) {
        let command = arguments.command.name
        engine.format = try arguments.choice("format", as: EngineOptions.Format.self)
        engine.lineEnds = try arguments.choice("crlf", as: EngineOptions.LineEnds.self)
        engine.fold.timeout = try arguments.duration("fold-timeout")
        engine.fold.maxBytes = try arguments.bytes("max-event-bytes")
        engine.fold.maxLines = try arguments.count("max-lines")
        engine.fold.maxLineBytes = try arguments.bytes("max-line-bytes")
        let name = arguments.list("timezone").last ?? zone ?? arguments.text("timezone") ?? "UTC"
        do throws(TimeZoneLookupError) {
            engine.timeZone = try TimeZoneFiles(fileSystem: files).rules(named: name)
        } catch {
            throw .invalid(name, for: "timezone", of: command, because: error.description)
        }
        engine.timeZoneName = engine.timeZone.name
        service = arguments.text("service")
        if let text = arguments.text("reference-time") {
            let time = TimeArgument.nanoseconds(text, zone: engine.timeZone, now: SystemClock().now)
            guard let time else {
                throw .invalid(text, for: "reference-time", of: command, because: TimeArgument.forms)
            }
            referenceTime = time
        }
        let configurations = arguments.list("oslo-config")
        if !configurations.isEmpty { engine.customFormat = try Self.format(configurations, command, files) }
    }

    private static func format(
        _ paths: [String], _ command: CommandName, _ files: any FileSystem
    ) throws(UsageError) -> CustomFormat {
        do throws(OsloConfigFailure) {
            return try CustomFormat.read(osloConfig: paths, in: files)
        } catch {
            let named = paths.joined(separator: " ")
            throw .invalid(named, for: "oslo-config", of: command, because: error.reasons.joined(separator: "\n"))
        }
    }
}
