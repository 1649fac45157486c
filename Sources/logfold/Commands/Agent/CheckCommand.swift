import Glibc
import LogfoldConfig
import LogfoldIO
import LogfoldPipeline

/// `logfold check`: everything that is wrong with a configuration, or what it would do.
enum CheckCommand {
    /// Reads the configuration and says what it found.
    static func run(_ arguments: ParsedArguments) -> ExitCode {
        let files = PosixFileSystem()
        let (configuration, document) = ConfigurationFile.read(arguments.text("config") ?? "", in: files)
        let count = say(document.problems)
        guard count == 0 else {
            Terminal.say(count == 1 ? "1 problem" : "\(count) problems")
            return .usage
        }
        if arguments.command.name == .check, arguments.flag("show") { return Logfold.show(document.show()) }
        return Logfold.show(ConfigurationSummary.text(of: configuration, in: files))
    }

    /// Prints problems as compilers do, so that editors can jump to them; returns how many there are.
    static func say(_ problems: [ConfigProblem]) -> Int {
        for problem in problems { _ = Terminal.write(Terminal.harmless("\(problem)") + "\n", to: STDERR_FILENO) }
        return problems.count
    }
}
