import Glibc
import LogfoldIO
import LogfoldParsing

/// The program: reads the command line and hands on to the command.
@main
struct Logfold {
    nonisolated static func main() {
        // Who stops reading is told apart where something is written.
        ignoreBrokenPipeSignal()
        exit(run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    /// Obeys a command line.
    static func run(_ words: [String]) -> ExitCode {
        let table = CommandTable(formats: EngineOptions.Format.allCases.map(\.rawValue))
        do throws(UsageError) {
            switch try table.parse(words) {
            case .help(let command): return show(HelpPage.text(of: command, in: table))
            case .version: return show("logfold \(Version.current)\n")
            case .run(let arguments): return try run(arguments, table)
            }
        } catch {
            Terminal.say(error)
            return .usage
        }
    }

    private static func run(_ arguments: ParsedArguments, _ table: CommandTable) throws(UsageError) -> ExitCode {
        switch arguments.command.name {
        case .filter: try FilterCommand.run(arguments)
        case .status: try StatusCommand.run(arguments)
        case .reload: try ReloadCommand.run(arguments)
        case .spool: try SpoolCommand.run(arguments)
        case .deadLetters: try DeadLettersCommand.run(arguments)
        case .setup: try SetupCommand.run(arguments)
        case .run: try RunCommand.run(arguments)
        case .check: CheckCommand.run(arguments)
        case .explain: try ExplainCommand.run(arguments)
        case .replay: try ReplayCommand.run(arguments)
        case .test: try TestCommand.run(arguments)
        case .schema: try SchemaCommand.run(arguments)
        case .completions: CompletionsCommand.run(arguments, table)
        case .man: show(ManPage.text(of: table.selected(by: arguments), in: table))
        case .help: show(HelpPage.text(of: table.selected(by: arguments), in: table))
        }
    }

    /// Prints text that is all there is to do. Somebody who stops reading it early has seen enough.
    static func show(_ text: String) -> ExitCode {
        if Terminal.write(text, to: STDOUT_FILENO) || errno == EPIPE { return .done }
        Terminal.say("standard output", Terminal.reason(errno))
        return .incomplete
    }
}

extension CommandTable {
    /// The command that the first argument names; the default one where there is none.
    fileprivate func selected(by arguments: ParsedArguments) -> CommandSpec {
        arguments.positionals.first.flatMap(command) ?? commands[0]
    }
}
