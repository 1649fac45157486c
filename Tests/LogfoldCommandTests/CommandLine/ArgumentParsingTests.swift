import Testing

@testable import logfold

private let table = CommandTable(formats: ["auto", "oslo", "oslo_json"])

/// What a command line came to, in one line that can be compared.
private func outcome(_ line: String) -> String {
    let words = line.split(separator: " ").map { $0 == "''" ? "" : String($0) }
    do throws(UsageError) {
        switch try table.parse(words) {
        case .help(let command): return "help of \(command.name.rawValue)"
        case .version: return "version"
        case .run(let arguments): return description(arguments)
        }
    } catch {
        return "\(error.kind): \(error.message)"
    }
}

private func description(_ arguments: ParsedArguments) -> String {
    var parts = [arguments.command.name.rawValue]
    parts += arguments.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.joined(separator: ","))" }
    parts += arguments.flags.sorted { $0.key < $1.key }.map { "\($0.value ? "+" : "-")\($0.key)" }
    return (parts + arguments.positionals.map { "[\($0)]" }).joined(separator: " ")
}

@Suite("Command lines")
struct ArgumentParsingTests {
    @Test(
        "options, values and arguments are read by the conventions of GNU",
        arguments: [
            ("", "filter"),
            ("a.log b.log", "filter [a.log] [b.log]"),
            ("-o pretty", "filter output=pretty"),
            ("-opretty", "filter output=pretty"),
            ("--output pretty", "filter output=pretty"),
            ("--output=pretty", "filter output=pretty"),
            ("--grep=a=b", "filter grep=a=b"),
            ("--grep -x", "filter grep=-x"),
            ("-o raw a.log --stats b.log", "filter output=raw +stats [a.log] [b.log]"),
            ("-o raw -o ecs", "filter output=raw,ecs"),
            ("--oslo-config a --oslo-config=b", "filter oslo-config=a,b"),
            ("-", "filter [-]"),
            ("-- --stats -o", "filter [--stats] [-o]"),
            ("a -- -- b", "filter [a] [--] [b]"),
            ("--no-redact", "filter -redact"),
            ("--no-redact --redact", "filter +redact"),
            ("--line-buffered --no-line-buffered", "filter -line-buffered"),
            ("--level WARN", "filter level=WARN"),
            ("--max-event-bytes 64KiB --fold-timeout 250ms", "filter fold-timeout=250ms max-event-bytes=64KiB"),
            ("explain a.log", "explain [a.log]"),
            ("./explain", "filter [./explain]"),
            ("a.log explain", "filter [a.log] [explain]"),
            ("-- explain", "filter [explain]"),
            ("filter", "filter [filter]"),
            ("test --update a b", "test +update [a] [b]"),
            ("completions zsh", "completions [zsh]"),
            ("man", "man"), ("man test", "man [test]"),
        ])
    func conventions(line: String, expected: String) {
        #expect(outcome(line) == expected)
    }

    @Test(
        "help and version are found before anything behind them is looked at",
        arguments: [
            ("--help", "help of filter"), ("-h", "help of filter"), ("-V", "version"), ("--version", "version"),
            ("-hV", "help of filter"), ("-Vh", "version"), ("explain --help", "help of explain"),
            ("test --help", "help of test"), ("schema -V", "version"), ("a.log -h --nonsense", "help of filter"),
            ("-- --help", "filter [--help]"),
        ])
    func early(line: String, expected: String) {
        #expect(outcome(line) == expected)
    }

    @Test(
        "an error names the option, the value and the way out",
        arguments: [
            ("--ouput raw", "unknownOption: unknown option '--ouput'; did you mean '--output'?"),
            ("--no-redat", "unknownOption: unknown option '--no-redat'; did you mean '--no-redact'?"),
            ("--ref=x", "unknownOption: unknown option '--ref'; did you mean '--reference-time'?"),
            ("--bananas", "unknownOption: unknown option '--bananas'"),
            ("--no-stats", "unknownOption: unknown option '--no-stats'"),
            ("--update", "unknownOption: unknown option '--update'"),
            ("-x", "unknownOption: unknown option '-x'"),
            ("-stats", "unknownOption: unknown option '-s' in '-stats'; did you mean '--stats'?"),
            ("-o", "missingValue: '-o' needs a value: one of ecs, otel, kolla, pretty, raw"),
            ("a --since", "missingValue: '--since' needs a value: TIME"),
            ("--stats=yes", "unexpectedValue: '--stats' takes no value; write it alone"),
            (
                "-o prety",
                "invalidValue: the value 'prety' is invalid for '-o': "
                    + "did you mean 'pretty'? (give one of ecs, otel, kolla, pretty, raw)"
            ),
            (
                "--output=JSON",
                "invalidValue: the value 'JSON' is invalid for '--output': give one of ecs, otel, kolla, pretty, raw"
            ),
            (
                "--level eror",
                "invalidValue: the value 'eror' is invalid for '--level': did you mean 'error'? "
                    + "(give one of trace, debug, info, notice, warning, error, critical)"
            ),
            ("--service ''", "invalidValue: the value '' is invalid for '--service': it is empty"),
            ("--max-lines 0", "invalidValue: the value '0' is invalid for '--max-lines': give 1 to 1000000"),
            ("--max-lines x", "invalidValue: the value 'x' is invalid for '--max-lines': give a whole number"),
            (
                "--max-line-bytes 1GiB",
                "invalidValue: the value '1GiB' is invalid for '--max-line-bytes': give 1KiB to 64MiB"
            ),
            (
                "--fold-timeout 2",
                "invalidValue: the value '2' is invalid for '--fold-timeout': "
                    + "give a duration such as 250ms, 2s or 1m"
            ),
            ("test", "missingArgument: 'logfold test' needs DIR"),
            ("completions", "missingArgument: 'logfold completions' needs SHELL (bash, zsh, fish)"),
            (
                "completions bsh",
                "invalidValue: the value 'bsh' is invalid for SHELL: did you mean 'bash'? (give one of bash, zsh, fish)"
            ),
            ("schema a", "unexpectedArgument: 'logfold schema' does not take the argument 'a'"),
            ("man test man", "unexpectedArgument: 'logfold man' does not take the argument 'man'"),
        ])
    func errors(line: String, expected: String) {
        #expect(outcome(line) == expected)
    }

    @Test("values come out typed, the last one given before the table's default")
    func typedValues() throws {
        enum Shape: String { case ecs, otel, raw }
        let words = ["--max-event-bytes=2MiB", "-oraw", "-ootel", "--fold-timeout=1m", "--max-lines", "7"]
        guard case .run(let given) = try table.parse(words), case .run(let plain) = try table.parse([]) else {
            Issue.record("these are no requests for help")
            return
        }
        #expect(try given.bytes("max-event-bytes") == 2 << 20)
        #expect(try plain.bytes("max-event-bytes") == 1 << 20)
        #expect(try given.choice("output", as: Shape.self) == .otel)
        #expect(try plain.choice("output", as: Shape.self) == .ecs)
        #expect(try given.duration("fold-timeout") == .seconds(60))
        #expect(try given.count("max-lines") == 7)
        #expect(plain.text("timezone") == "local")
        #expect(plain.text("service") == nil)
        #expect(plain.list("oslo-config").isEmpty)
        #expect(throws: UsageError.self) { try plain.count("service") }
    }

    @Test("a flag that is on by default is on until it is refused, and a decision is nil until it is made")
    func flags() throws {
        guard case .run(let plain) = try table.parse([]),
            case .run(let given) = try table.parse(["--no-redact", "--stats", "--no-line-buffered"])
        else {
            Issue.record("these are no requests for help")
            return
        }
        #expect(plain.flag("redact") && !given.flag("redact"))
        #expect(!plain.flag("stats") && given.flag("stats"))
        #expect(plain.decision("line-buffered") == nil && given.decision("line-buffered") == false)
    }

    @Test(
        "a file that does not exist is asked about where it looks like a mistyped command",
        arguments: [
            ("explian", "did you mean the command 'explain'?"), ("tset", "did you mean the command 'test'?"),
            ("nova.log", nil), ("./explian", nil), ("bananas", nil), ("", nil),
        ])
    func missingFile(path: String, question: String?) {
        #expect(table.question(aboutMissingFile: path) == question)
    }
}
