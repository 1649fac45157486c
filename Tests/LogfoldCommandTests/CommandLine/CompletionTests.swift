import Foundation
import Testing

@testable import logfold

private let table = CommandTable(formats: ["auto", "oslo", "oslo_json"])

/// Runs a shell on a script and returns the lines it prints, sorted; nil where it fails.
private func lines(_ shell: String, _ script: String) throws -> [String]? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [shell, "-c", script]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return text.split(separator: "\n").map(String.init).sorted()
}

private func isInstalled(_ shell: String) -> Bool {
    ["/bin", "/usr/bin", "/usr/local/bin"].contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/\(shell)")
    }
}

@Suite("Completions")
struct CompletionTests {
    /// The words as bash splits them: `=` is a word of its own. The last one is being typed.
    @Test(
        "bash completes commands, options and values",
        .enabled(if: isInstalled("bash")),
        arguments: [
            (["expl"], ["explain"]),
            (["-o", "p"], ["pretty"]),
            (["--output", "=", "p"], ["pretty"]),
            (["--output", "="], ["ecs", "kolla", "otel", "pretty", "raw"]),
            (["--output=k"], ["--output=kolla"]),
            (["--st"], ["--stats"]),
            (["--no-"], ["--no-line-buffered", "--no-redact"]),
            (["explain", "--format", "oslo_"], ["oslo_json"]),
            (["explain", "--outp"], []),
            (["test", "--up"], ["--update"]),
            (["x.log", "expl"], []),
            (["completions", ""], ["bash", "fish", "zsh"]),
            (["man", "s"], ["schema", "setup", "spool", "status"]),
            (["--grep", "a"], []),
        ])
    func bash(words: [String], expected: [String]) throws {
        let quoted = (["logfold"] + words).map { "'\($0)'" }.joined(separator: " ")
        let script = """
            \(BashCompletion.script(for: table))
            cd /var/empty 2>/dev/null || cd "$(mktemp -d)"
            COMP_WORDS=(\(quoted)) COMP_CWORD=\(words.count)
            _logfold
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        #expect(try lines("bash", script) == expected)
    }

    @Test(
        "fish completes commands, options and values",
        .enabled(if: isInstalled("fish")),
        arguments: [
            ("logfold expl", ["explain"]),
            ("logfold -o p", ["pretty"]),
            ("logfold --output=p", ["--output=pretty"]),
            ("logfold --no-l", ["--no-line-buffered"]),
            ("logfold explain --outp", []),
            ("logfold completions ", ["bash", "fish", "zsh"]),
            ("logfold man sc", ["schema"]),
        ])
    func fish(line: String, expected: [String]) throws {
        let script = FishCompletion.script(for: table) + "complete -C '\(line)' | string split -f 1 \\t; true"
        #expect(try lines("fish", script) == expected)
    }

    @Test("the other form of a flag is not described as this one")
    func otherForms() {
        let fish = FishCompletion.script(for: table)
        #expect(fish.contains("-l no-redact -d 'Leave passwords and tokens as they are'"))
        #expect(fish.contains("-l redact -d 'Take back --no-redact (the default)'"))
        let zsh = ZshCompletion.script(for: table)
        #expect(zsh.contains("--redact[Take back --no-redact (the default)]"))
        #expect(zsh.contains("--no-line-buffered[The opposite of --line-buffered]"))
    }

    @Test("zsh can read its completions", .enabled(if: isInstalled("zsh")))
    func zsh() throws {
        let script = "setopt no_exec\n" + ZshCompletion.script(for: table)
        #expect(try lines("zsh", script) == [])
    }

    @Test("help with quotes, brackets and colons survives each shell's quoting")
    func quoting() {
        let odd = CommandTable([
            CommandSpec(
                .filter, summary: "x", description: [],
                groups: [OptionGroup("X", [.flag("odd", help: "It's [a]: 'b' \\ c")])])
        ])
        #expect(ZshCompletion.script(for: odd).contains("'(--odd)--odd[It'\\''s \\[a\\]\\: '\\''b'\\'' \\\\ c]'"))
        #expect(FishCompletion.script(for: odd).contains("-l odd -d 'It\\'s [a]: \\'b\\' \\\\ c'"))
    }
}
