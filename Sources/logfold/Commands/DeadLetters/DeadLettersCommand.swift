import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldPipeline
import LogfoldSinks
import LogfoldSpool

/// `logfold dead-letters`: what was refused for good.
enum DeadLettersCommand {
    /// Does what the first argument says.
    static func run(_ arguments: ParsedArguments) throws(UsageError) -> ExitCode {
        let files = PosixFileSystem()
        let (action, sink) = try arguments.action(DeadLettersAction.self, needingSink: [.retry])
        let directory = action == .list ? try ConfigurationFile.dataDirectory(arguments, in: files) : ""
        do throws(FileSystemError) {
            switch action {
            case .list: return try list(sink, directory, files)
            case .retry: return try retry(sink ?? "", arguments, files)
            }
        } catch {
            Terminal.say(error.description)
            return .nothingToWorkWith
        }
    }

    private static func list(
        _ sink: String?, _ directory: String, _ files: any FileSystem
    ) throws(FileSystemError) -> ExitCode {
        var text = ""
        for name in try RefusedFiles.sinksWithLetters(inDirectory: directory, files) where sink ?? name == name {
            guard let letters = try RefusedFiles.letters(of: name, inDirectory: directory, files) else { continue }
            text += page(of: letters)
        }
        if text.isEmpty { text = "no dead letters\(sink.map { " of sink '\($0)'" } ?? "") in '\(directory)'\n" }
        return Logfold.show(text)
    }

    private static func page(of letters: LetterSummary) -> String {
        let count = HumanText.count(UInt64(letters.count), of: "dead letter")
        var lines = [
            "sink \(letters.sink): \(count), \(HumanText.bytes(letters.bytes)), in \(letters.path)",
            "    from \(letters.oldest ?? "never") to \(letters.newest ?? "never")",
        ]
        lines += letters.reasons.map { "    \(HumanText.count(UInt64($0.count))) by \($0.text)" }
        if letters.unreadable > 0 {
            lines.append("    \(HumanText.count(UInt64(letters.unreadable), of: "line")) cannot be read")
        }
        return lines.map { Terminal.harmless($0) + "\n" }.joined()
    }
}

// MARK: - Sending again

extension DeadLettersCommand {
    private static func retry(
        _ sink: String, _ arguments: ParsedArguments, _ files: any FileSystem
    ) throws(FileSystemError) -> ExitCode {
        let (configuration, document) = ConfigurationFile.read(arguments.text("config") ?? "", in: files)
        guard CheckCommand.say(document.problems) == 0 else { return .usage }
        guard let configured = configuration.sinks.first(where: { $0.name == sink }) else {
            let names = configuration.sinks.map(\.name)
            Terminal.say(
                "there is no sink '\(sink)' in the configuration; \(Spelling.wayOut(for: sink, among: names))")
            return .usage
        }
        let path = arguments.text("data-dir") ?? configuration.dataDirectory
        let directory: DataDirectory
        do throws(DataDirectory.Refusal) {
            directory = try DataDirectory(path, in: files)
        } catch {
            Terminal.say("\(error.description); the agent has to be stopped to retry dead letters")
            return .nothingToWorkWith
        }
        // It is locked for as long as this lives.
        defer { withExtendedLifetime(directory) {} }
        return try retry(configured, in: path, files)
    }

    private static func retry(
        _ sink: AgentConfiguration.NamedSink, in directory: String, _ files: any FileSystem
    ) throws(FileSystemError) -> ExitCode {
        let clock = SystemClock()
        let diagnostics = Diagnostics(form: .text, minimum: .error, clock: clock, files: files)
        var retry = DeadLetterRetry(of: sink.name, inDirectory: directory, files)
        let result = try retry.run { (folder) throws(SinkFailure) in
            let context = SinkContext(
                name: sink.name, dataDirectory: folder, files: files, clock: clock, diagnostics: diagnostics)
            return try sink.options.make(context, restoring: [])
        }
        guard let result else {
            Terminal.say("there are no dead letters of sink '\(sink.name)' in '\(directory)'")
            return .nothingToWorkWith
        }
        if let failure = result.failure { Terminal.say("sink '\(sink.name)': \(failure)") }
        let shown = Logfold.show(
            "delivered \(HumanText.count(UInt64(result.delivered), of: "dead letter")) of sink '\(sink.name)', "
                + "\(HumanText.count(UInt64(result.left))) left\n")
        return result.left > 0 ? .incomplete : shown
    }
}

/// What can be done with dead letters.
private enum DeadLettersAction: String, CaseIterable {
    case list, retry
}
