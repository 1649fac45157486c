/// The bash completions, made from the tables. They need neither the bash-completion package nor logfold itself.
struct BashCompletion {
    /// The script.
    static func script(for table: CommandTable) -> String {
        var lines = preamble.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lines += ["", "_logfold() {"] + selection(of: table) + ["}"]
        for command in table.commands { lines += [""] + function(for: command, in: table) }
        lines += ["", "complete -F _logfold logfold"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// Bash gives `--output=pretty` as three words, unless someone has taken `=` out of COMP_WORDBREAKS; then it is
    /// one, and the candidates must repeat what stands before the value.
    private static let preamble = """
        # bash completion for logfold, made from its option tables

        _logfold_words() {
            mapfile -t COMPREPLY < <(compgen -P "$start" -W "$1" -- "$cur")
        }

        _logfold_paths() {
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -P "$start" "$1" -- "$cur")
        }

        _logfold_or_command() {
            ((COMP_CWORD == 1)) && mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W "$1" -- "$cur")
        }
        """

    private static func selection(of table: CommandTable) -> [String] {
        let calls = table.named.map { "        \($0.name.rawValue)) _logfold_\($0.name.rawValue) ;;" }
        return [
            "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} start='' command=''",
            "    COMPREPLY=()",
            "    if [[ $cur == = ]]; then",
            "        cur=''",
            "    elif [[ $prev == = && $COMP_CWORD -gt 1 ]]; then",
            "        prev=${COMP_WORDS[COMP_CWORD - 2]}",
            "    elif [[ $cur == --*=* ]]; then",
            "        prev=${cur%%=*} start=${cur%%=*}= cur=${cur#*=}",
            "    fi",
            "    ((COMP_CWORD > 1)) && command=${COMP_WORDS[1]}",
            "    case $command in",
        ] + calls + ["        *) _logfold_filter ;;", "    esac"]
    }

    private static func function(for command: CommandSpec, in table: CommandTable) -> [String] {
        var lines = ["_logfold_\(command.name.rawValue)() {", "    case $prev in"]
        for option in command.options {
            guard let value = option.value else { continue }
            let names = (option.short.map { ["-\($0)"] } ?? []) + option.spellings
            lines.append("        \(names.joined(separator: " | "))) \(offer(value)) ;;")
        }
        let spellings = command.options.flatMap { option in
            (option.short.map { ["-\($0)"] } ?? []) + option.spellings
        }
        lines += [
            "        *)", "            case $cur in",
            "                -*) _logfold_words '\(spellings.joined(separator: " "))' ;;",
            "                *) \(arguments(of: command, in: table)) ;;", "            esac", "            ;;",
            "    esac", "}",
        ]
        return lines
    }

    private static func offer(_ value: ValueSpec) -> String {
        switch value.form {
        case .file: "_logfold_paths -f"
        case .directory: "_logfold_paths -d"
        case .choice, .level: "_logfold_words '\(value.words.joined(separator: " "))'"
        case .text, .size, .count, .duration: "return"
        }
    }

    /// What stands where no option does. The first word of all may also be a command.
    private static func arguments(of command: CommandSpec, in table: CommandTable) -> String {
        let offered = command.argument.map { offer($0.value) } ?? "return"
        guard command.name == .filter else { return offered }
        return "\(offered); _logfold_or_command '\(table.named.map(\.name.rawValue).joined(separator: " "))'"
    }
}
