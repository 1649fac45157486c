/// What `--help` prints: made from the command's table, 80 columns wide.
struct HelpPage {
    private static let width = 80
    private static let column = 30

    /// The page of a command. The default command's also lists the others.
    static func text(of command: CommandSpec, in table: CommandTable) -> String {
        var lines = ["\(command.name.invocation): \(command.summary)", ""]
        lines += usage(of: command)
        for paragraph in command.description { lines += [""] + TextWrap.lines(paragraph, width: width) }
        for group in command.groups {
            lines += ["", "\(group.title):"]
            lines += group.options.flatMap { row(term($0), $0.fullHelp) }
        }
        if command.name == .filter {
            lines += ["", "Commands:"]
            lines += table.named.flatMap { row($0.name.rawValue, $0.summary) }
        }
        lines += examples(of: command)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func usage(of command: CommandSpec) -> [String] {
        var words = [command.name.invocation, "[OPTION...]"]
        if let argument = command.argument { words.append(argument.usage) }
        let lines = ["Usage: " + words.joined(separator: " ")]
        guard command.name == .filter else { return lines }
        return lines + ["       logfold COMMAND [OPTION...] [ARGUMENT...]"]
    }

    /// `-o, --output=SHAPE`; long names stand below each other whether there is a short one or not.
    private static func term(_ option: OptionSpec) -> String {
        let short = option.short.map { "-\($0), " } ?? "    "
        return short + option.display + (option.value.map { "=\($0.placeholder)" } ?? "")
    }

    private static func row(_ term: String, _ text: String) -> [String] {
        TextWrap.twoColumns(term, text, indent: 2, column: column, width: width)
    }

    private static func examples(of command: CommandSpec) -> [String] {
        guard !command.examples.isEmpty else { return [] }
        return ["", "Examples:"] + command.examples.flatMap { ["  # \($0.purpose)", "  \($0.command)"] }
    }
}
