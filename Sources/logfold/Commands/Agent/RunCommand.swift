import LogfoldConfig
import LogfoldIO
import LogfoldPipeline

/// `logfold run`: the agent.
enum RunCommand {
    /// Runs until a signal ends it.
    static func run(_ arguments: ParsedArguments) throws(UsageError) -> ExitCode {
        if arguments.flag("dry-run") { return CheckCommand.run(arguments) }
        Allocator.keepSmall()
        let files = PosixFileSystem()
        let path = arguments.text("config") ?? ""
        let (configuration, document) = ConfigurationFile.read(path, in: files)
        guard CheckCommand.say(document.problems) == 0 else { return .usage }
        let surroundings = surroundings(arguments, files)
        do throws(Agent.Refusal) {
            let agent = try Agent(configuration, path: path, surroundings) { () throws(ReloadRefusal) in
                let (configuration, document) = ConfigurationFile.read(path, in: files)
                guard document.problems.isEmpty else {
                    throw ReloadRefusal(problems: document.problems.map(\.description))
                }
                return configuration
            }
            return try agent.run().isComplete ? .done : .incomplete
        } catch {
            Terminal.say(error.description)
            return .nothingToWorkWith
        }
    }

    private static func surroundings(_ arguments: ParsedArguments, _ files: any FileSystem) -> Surroundings {
        let clock = SystemClock()
        let level = Diagnostics.Level(rawValue: arguments.text("log-level") ?? "") ?? .info
        let form = Diagnostics.Form(rawValue: arguments.text("log-format") ?? "")
        return Surroundings(
            files: files, clock: clock,
            diagnostics: Diagnostics(form: form, minimum: level, clock: clock, files: files),
            notifier: ServiceNotifier(), host: HostFacts(version: Version.current, in: files))
    }
}
