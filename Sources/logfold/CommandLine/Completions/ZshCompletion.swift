/// The zsh completions, made from the tables: for a file `_logfold` in `$fpath`, or to be sourced after `compinit`.
struct ZshCompletion {
    /// The script.
    static func script(for table: CommandTable) -> String {
        var lines = ["#compdef logfold", "# zsh completion for logfold, made from its option tables", ""]
        lines += ["_logfold() {"] + selection(of: table) + ["}", ""]
        lines += ["_logfold_first() {"] + first(of: table) + ["}"]
        for command in table.commands {
            lines += ["", "_logfold_\(command.name.rawValue)() {", "    _arguments -s -S \\"]
            lines.append(specifications(of: command).map { "        '\($0)'" }.joined(separator: " \\\n"))
            lines.append("}")
        }
        lines += [
            "", "if [[ ${funcstack[1]} == _logfold ]]; then", "    _logfold \"$@\"", "else",
            "    compdef _logfold logfold", "fi",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Below a command's word its own function goes on, as if the command were the program.
    private static func selection(of table: CommandTable) -> [String] {
        let words = table.named.map(\.name.rawValue).joined(separator: "|")
        return [
            "    if ((CURRENT > 2)) && [[ $words[2] == (\(words)) ]]; then",
            "        local command=$words[2]",
            "        shift words",
            "        ((CURRENT--))",
            "        _logfold_$command",
            "    else",
            "        _logfold_filter",
            "    fi",
        ]
    }

    private static func first(of table: CommandTable) -> [String] {
        let commands = table.named.map { "        '\($0.name.rawValue):\(escape($0.summary))'" }
        return ["    local -a commands=("] + commands + [
            "    )",
            "    ((CURRENT == 2)) && _describe -t commands command commands",
            "    _files",
        ]
    }

    private static func specifications(of command: CommandSpec) -> [String] {
        var specifications = command.options.flatMap(specifications(of:))
        guard let argument = command.argument else { return specifications }
        let name = argument.value.placeholder
        if command.name == .filter {
            specifications.append("1:\(name):_logfold_first")
            specifications.append("*:\(name):_files")
        } else {
            let position = argument.count.upperBound > 1 ? "*" : argument.count.lowerBound == 0 ? "1:" : "1"
            specifications.append("\(position):\(name):\(action(argument.value))")
        }
        return specifications
    }

    /// One specification for each spelling; all spellings of an option exclude each other unless it may be repeated.
    private static func specifications(of option: OptionSpec) -> [String] {
        let names = (option.short.map { ["-\($0)"] } ?? []) + option.spellings
        let exclusion = option.isRepeatable ? "*" : "(\(names.joined(separator: " ")))"
        return names.map { name in
            guard let value = option.value else { return "\(exclusion)\(name)[\(escape(option.help(for: name)))]" }
            let joint = name.hasPrefix("--") ? "=" : "+"
            return "\(exclusion)\(name)\(joint)[\(escape(option.help))]:\(value.placeholder):\(action(value))"
        }
    }

    private static func action(_ value: ValueSpec) -> String {
        switch value.form {
        case .file: "_files"
        case .directory: "_files -/"
        case .choice, .level: "(\(value.words.joined(separator: " ")))"
        case .text, .size, .count, .duration: ""
        }
    }

    /// Help inside a specification that stands in single quotes.
    private static func escape(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "'": escaped += "'\\''"
            case "[", "]", ":", "\\": escaped += "\\\(character)"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
