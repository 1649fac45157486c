import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldInputs
import LogfoldParsing
import LogfoldPipeline

/// `logfold replay LOG --config FILE`: the agent, with a recorded log in the place of its inputs.
struct ConfiguredReplay {
    /// How the log is played.
    let options: ReplayOptions
    /// The configuration, and the input in whose place the log comes; nil for the first.
    let configuration: String
    let input: String?
    let files: any FileSystem

    /// Plays the log until all of it is delivered, or until a signal.
    func run() throws(UsageError) -> ExitCode {
        var (agent, document) = ConfigurationFile.read(configuration, in: files)
        guard CheckCommand.say(document.problems) == 0 else { return .usage }
        var place = try place(in: agent)
        guard let log = open() else { return .nothingToWorkWith }
        let host = HostFacts(version: Version.current, in: files)
        let path = ServicePath.absolute(options.log, in: host.folder)
        var source = SourceDescription(key: 0, path: path, logicalPath: RotationName(path).logicalPath)
        source.service = ServicePath.service(of: path)
        source.referenceTime = options.reading.referenceTime ?? log.status.modified
        let played = PlayedInput(
            replaced: place.options, log: log, source: source, pace: options.pace, progress: progress(agent),
            report: PlayReport())
        place.options = played
        agent.inputs = [place]
        letGoUnread(&agent, played.report)
        return run(agent, host, played.report)
    }

    /// The input whose name, format and labels the log gets.
    private func place(in agent: AgentConfiguration) throws(UsageError) -> AgentConfiguration.NamedInput {
        let names = agent.inputs.map(\.name)
        if let found = agent.inputs.first(where: { input == nil || $0.name == input }) { return found }
        throw .invalid(
            input ?? "", for: "input", of: .replay,
            because: "the configuration has no input of that name; it has \(names.joined(separator: ", "))")
    }

    private func open() -> LogFile? {
        guard let log = options.openLog(in: files) else { return nil }
        if log.status.kind == .regular { return log }
        Terminal.say(
            LogFile.name(of: options.log),
            "it is no regular file; only such a one can be played through a configuration")
        return nil
    }

    /// Who reads the first lines only ends a replay, as it ends other commands; what it does for other sinks it does on.
    private func letGoUnread(_ agent: inout AgentConfiguration, _ report: PlayReport) {
        let isOnly = agent.sinks.count == 1
        for at in agent.sinks.indices {
            guard var console = agent.sinks[at].options as? ConsoleOutput else { continue }
            console.readerHasGone = { if isOnly { report.leave() } }
            agent.sinks[at].options = console
        }
    }

    /// A console sink may share the terminal with the progress.
    private func progress(_ agent: AgentConfiguration) -> Wanted {
        options.progress == .auto && agent.sinks.contains { $0.options.type == "console" } ? .never : options.progress
    }

    private func run(_ configuration: AgentConfiguration, _ host: HostFacts, _ report: PlayReport) -> ExitCode {
        let clock = SystemClock()
        let surroundings = Surroundings(
            files: files, clock: clock, diagnostics: Diagnostics(minimum: .warning, clock: clock, files: files),
            notifier: ServiceNotifier(), host: host)
        do throws(Agent.Refusal) {
            let agent = try Agent(configuration, path: self.configuration, surroundings) {
                () throws(ReloadRefusal) in
                throw ReloadRefusal(problems: ["a replay keeps the configuration that it began with"])
            }
            return say(try agent.run(), report)
        } catch {
            Terminal.say(error.description)
            return .nothingToWorkWith
        }
    }

    private func say(_ status: AgentStatus, _ report: PlayReport) -> ExitCode {
        if report.isLeft { return .done }
        let tenths = (status.time - status.started) / 100_000_000
        Terminal.say("played \(report.records) records, \(report.bytes) bytes, in \(tenths / 10).\(tenths % 10) s")
        let late = status.sinks.filter { $0.waiting > 0 }
        for sink in late { Terminal.say("sink \(sink.name)", "\(sink.waiting) events are not delivered") }
        if let failure = report.failure {
            Terminal.say(options.log, failure)
            if report.records == 0 { return .nothingToWorkWith }
        } else if !report.isAtEnd {
            Terminal.say(options.log, "the rest was not played, because of a signal")
        }
        return status.isComplete && late.isEmpty && report.isAtEnd && report.failure == nil ? .done : .incomplete
    }
}

/// A recorded log as the pipeline sees it: read as the input in whose place it comes would be.
private struct PlayedInput: InputOptions {
    let replaced: any InputOptions
    let log: LogFile
    let source: SourceDescription
    let pace: ReplayPace
    let progress: Wanted
    let report: PlayReport

    var engine: EngineOptions { replaced.engine }
    var service: String? { replaced.service }
    var fields: AddedFields { replaced.fields }
    var memoryBound: Int { replaced.memoryBound }
    var claims: [String] { [source.path] }

    func takes(_ claim: String) -> Bool { claims.contains(claim) }

    func preview(_ files: any FileSystem) -> [String] { [] }

    func make(_ context: InputContext) -> any Input {
        let recorded = RecordedLog(InputReader(log.file), options: engine, referenceTime: source.referenceTime ?? 0)
        let terminal = OpenFile(standard: .standardError, in: context.files)
        let size = log.status.size
        return PlayedLog(
            recorded, pace, ReplayProgress(progress, total: size, terminal), as: source, size: size, report, context)
    }
}
