/// The man page of a command in the man(7) format, made from the command's table.
struct ManPage {
    /// The page's source. It holds no date, so that the same version always makes the same page.
    static func text(of command: CommandSpec, in table: CommandTable) -> String {
        var lines = [
            ".TH \(escape(command.name.page.uppercased())) 1 \"\" \"logfold \(Version.current)\" \"User Commands\"",
            ".SH NAME", "\(escape(command.name.page)) \\- \(escape(command.summary))",
        ]
        lines += synopsis(of: command)
        lines.append(".SH DESCRIPTION")
        lines += Array(command.description.map(text).joined(separator: [".PP"]))
        lines.append(".SH OPTIONS")
        for group in command.groups {
            lines.append(".SS \(escape(group.title))")
            for option in group.options { lines += [".TP", term(option)] + text(option.fullHelp + ".") }
        }
        if command.name == .filter { lines += commands(of: table) }
        lines += exitStatus() + environment() + examples(of: command) + seeAlso(command, in: table)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func synopsis(of command: CommandSpec) -> [String] {
        let argument = command.argument.map { " \\fI\(escape($0.usage))\\fR" } ?? ""
        let lines = [".SH SYNOPSIS", "\\fB\(escape(command.name.invocation))\\fR [\\fIOPTION...\\fR]\(argument)"]
        guard command.name == .filter else { return lines }
        return lines + [".br", "\\fBlogfold\\fR \\fICOMMAND\\fR [\\fIOPTION...\\fR] [\\fIARGUMENT...\\fR]"]
    }

    /// `-o, --output=SHAPE` with the names bold and the value in italics.
    private static func term(_ option: OptionSpec) -> String {
        let short = option.short.map { "\\fB\\-\(escape(String($0)))\\fR, " } ?? ""
        let value = option.value.map { "=\\fI\(escape($0.placeholder))\\fR" } ?? ""
        return "\(short)\\fB\(escape(option.display))\\fR\(value)"
    }

    private static func commands(of table: CommandTable) -> [String] {
        [".SH COMMANDS"]
            + table.named.flatMap { entry($0.name.rawValue, $0.summary + ".") }
    }

    private static func exitStatus() -> [String] {
        [".SH EXIT STATUS"] + ExitCode.allCases.flatMap { entry("\($0.rawValue)", $0.meaning) }
    }

    private static func environment() -> [String] {
        [".SH ENVIRONMENT"] + Terminal.environment.flatMap { entry($0.name, $0.help) }
    }

    /// A bold word and the paragraph about it.
    private static func entry(_ word: String, _ about: String) -> [String] {
        [".TP", "\\fB\(escape(word))\\fR"] + text(about)
    }

    /// A paragraph in lines of moderate length, as roff sources have them.
    private static func text(_ paragraph: String) -> [String] {
        TextWrap.lines(paragraph, width: 72).map(escape)
    }

    private static func examples(of command: CommandSpec) -> [String] {
        guard !command.examples.isEmpty else { return [] }
        let examples = command.examples.map {
            [escape($0.purpose + ":"), ".PP", ".RS 4", ".nf", escape($0.command), ".fi", ".RE"]
        }
        return [".SH EXAMPLES"] + examples.joined(separator: [".PP"])
    }

    private static func seeAlso(_ command: CommandSpec, in table: CommandTable) -> [String] {
        let pages = table.commands.filter { $0.name != command.name }.map { "\\fB\(escape($0.name.page))\\fR(1)" }
        return pages.isEmpty ? [] : [".SH SEE ALSO", pages.joined(separator: ", ")]
    }

    /// Text that roff prints as it is: its escape character doubled, dashes as ASCII ones that can be copied to a
    /// shell, and no request at the start of the line.
    static func escape(_ text: String) -> String {
        var escaped = text.first.map { $0 == "." || $0 == "'" } == true ? "\\&" : ""
        for character in text {
            switch character {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "'": escaped += "\\(aq"
            case "~": escaped += "\\(ti"
            case "^": escaped += "\\(ha"
            case "`": escaped += "\\(ga"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
