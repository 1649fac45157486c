/// `logfold completions SHELL`.
enum CompletionsCommand {
    /// Prints the completions for the shell that the argument names.
    static func run(_ arguments: ParsedArguments, _ table: CommandTable) -> ExitCode {
        let script =
            switch arguments.positionals.first {
            case "zsh": ZshCompletion.script(for: table)
            case "fish": FishCompletion.script(for: table)
            default: BashCompletion.script(for: table)
            }
        return Logfold.show(script)
    }
}
