/// The fish completions, made from the tables.
struct FishCompletion {
    /// The script.
    static func script(for table: CommandTable) -> String {
        let words = table.named.map(\.name.rawValue).joined(separator: " ")
        var lines = [
            "# fish completion for logfold, made from its option tables", "",
            "# Whether the command line is that of the given command; only the first word selects one.",
            "function __logfold_in", "    set -l words (commandline -opc)", "    set -l command filter",
            "    if contains -- \"$words[2]\" \(words)", "        set command $words[2]", "    end",
            "    test $command = $argv[1]", "end", "",
            "function __logfold_at_start", "    test (count (commandline -opc)) -eq 1", "end", "",
        ]
        for command in table.named {
            let row = "complete -c logfold -n __logfold_at_start -a \(command.name.rawValue)"
            lines.append("\(row) -d \(quote(command.summary))")
        }
        for command in table.commands { lines += [""] + rows(for: command) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func rows(for command: CommandSpec) -> [String] {
        let start = "complete -c logfold -n '__logfold_in \(command.name.rawValue)'"
        let arguments = "\(start) \(command.argument.map { action($0.value, isArgument: true) } ?? "-f")"
        return [arguments] + command.options.flatMap { option in rows(for: option, start) }
    }

    /// One row for each long spelling; the short form goes with the first.
    private static func rows(for option: OptionSpec, _ start: String) -> [String] {
        option.spellings.enumerated().map { index, spelling in
            let short = index == 0 ? option.short.map { " -s \($0)" } ?? "" : ""
            let value = option.value.map { " " + action($0, isArgument: false) } ?? ""
            return "\(start)\(short) -l \(spelling.dropFirst(2))\(value) -d \(quote(option.help(for: spelling)))"
        }
    }

    /// What is offered: `-r` says that an option's value must follow, `-f` that files are none, `-F` that they are.
    private static func action(_ value: ValueSpec, isArgument: Bool) -> String {
        let needed = isArgument ? "" : "-r "
        return switch value.form {
        case .file: "\(needed)-F"
        case .directory: "\(needed)-f -a '(__fish_complete_directories)'"
        case .choice, .level: "\(needed)-f -a '\(value.words.joined(separator: " "))'"
        case .text, .size, .count, .duration: "\(needed)-f"
        }
    }

    private static func quote(_ text: String) -> String {
        var quoted = ""
        for character in text {
            if character == "'" || character == "\\" { quoted += "\\" }
            quoted.append(character)
        }
        return "'\(quoted)'"
    }
}
