import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldPipeline
import LogfoldSinks

/// `logfold setup elasticsearch|opensearch`: template, retention and dashboards for the events of a sink.
enum SetupCommand {
    /// Installs them by the endpoints of the configured sink, or writes them to files.
    static func run(_ arguments: ParsedArguments) throws(UsageError) -> ExitCode {
        let files = PosixFileSystem()
        let (configuration, document) = ConfigurationFile.read(arguments.text("config") ?? "", in: files)
        guard CheckCommand.say(document.problems) == 0 else { return .usage }
        let options = try options(configuration, arguments)
        let plan = SetupPlan(options, try choices(arguments))
        if let conflict = plan.conflict { throw error(conflict) }
        if let folder = arguments.text("print") { return write(plan, to: folder, files) }
        return install(plan, options)
    }

    /// The options of the sink that is meant.
    private static func options(
        _ configuration: AgentConfiguration, _ arguments: ParsedArguments
    ) throws(UsageError) -> ElasticsearchOptions {
        let type = arguments.positionals.first ?? ""
        let wanted = arguments.text("sink")
        let sinks = configuration.sinks.filter {
            $0.options.type == type && (wanted == nil || $0.name == wanted)
        }
        let names = sinks.map(\.name).joined(separator: ", ")
        guard sinks.count < 2 else {
            throw error("there are several sinks of type \(type); choose one of \(names) with --sink")
        }
        guard let options = (sinks.first?.options as? ElasticsearchOutput)?.options else {
            let name = wanted.map { " named '\($0)'" } ?? ""
            throw error(
                "the configuration has no sink of type \(type)\(name); add it, since its endpoints and index count")
        }
        return options
    }

    private static func error(_ message: String) -> UsageError {
        UsageError(kind: .invalidValue, message: message, command: .setup)
    }

    private static func choices(_ arguments: ParsedArguments) throws(UsageError) -> SetupPlan.Choices {
        var choices = SetupPlan.Choices()
        let days = try arguments.duration("retention").components.seconds / 86_400
        choices.retentionDays = arguments.flag("keep") ? nil : Int(days)
        if arguments.text("replicas") != nil { choices.replicas = try arguments.count("replicas") }
        return choices
    }

    private static func install(_ plan: SetupPlan, _ options: ElasticsearchOptions) -> ExitCode {
        do throws(SinkFailure) {
            let setup = ServerSetup(plan, options, try .ready(options.transport, clock: SystemClock()))
            do throws(SinkFailure) {
                try setup.run()
            } catch {
                _ = Logfold.show(setup.report.map { $0 + "\n" }.joined())
                throw error
            }
            return Logfold.show(setup.report.map { $0 + "\n" }.joined())
        } catch {
            Terminal.say(error.description)
            return .incomplete
        }
    }

    private static func write(_ plan: SetupPlan, to folder: String, _ files: any FileSystem) -> ExitCode {
        do throws(FileSystemError) {
            try files.makeDirectories(folder, mode: 0o755)
            for file in plan.files {
                let path = "\(folder)/\(file.name)"
                try files.replace(path, isDurable: false) { (output) throws(FileSystemError) in
                    try output.write(Array(file.text.utf8))
                }
                let shown = Logfold.show(path + "\n")
                if shown != .done { return shown }
            }
            return .done
        } catch {
            Terminal.say("\(error)")
            return .incomplete
        }
    }
}
