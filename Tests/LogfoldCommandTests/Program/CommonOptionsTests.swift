import Foundation
import Testing

@testable import logfold

@Suite("The program, asked about itself")
struct CommonOptionsTests {
    @Test("the version is one line on standard output", arguments: [["--version"], ["-V"], ["explain", "-V"]])
    func version(arguments: [String]) throws {
        let outcome = try Program.run(arguments)
        #expect(outcome.output == "logfold \(Version.current)\n")
        #expect(outcome.messages.isEmpty && outcome.status == 0)
    }

    @Test("help is the same by option and by command", arguments: [nil, "explain", "test", "help"])
    func help(command: String?) throws {
        let words = command.map { [$0] } ?? []
        let asked = try Program.run(["help"] + words)
        #expect(asked.output == (try Program.run(words + ["--help"]).output))
        #expect(asked.output.hasPrefix("logfold\(command.map { " " + $0 } ?? ""): "))
        #expect(asked.messages.isEmpty && asked.status == 0)
    }

    @Test("a wrong command line is exit status 2, said on standard error with a way out")
    func usage() throws {
        let outcome = try Program.run(["test", "--udpate", "x"])
        #expect(
            outcome.messages == """
                logfold: unknown option '--udpate'; did you mean '--update'?
                Try 'logfold test --help'.

                """)
        #expect(outcome.output.isEmpty && outcome.status == 2)
    }

    @Test("a full device is a failure, and is said", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func full() throws {
        let outcome = try Program.run(["--help"], output: URL(filePath: "/dev/full"))
        #expect(outcome.messages == "logfold: standard output: No space left on device\n")
        #expect(outcome.status == 1)
    }

    @Test("who stops reading has seen enough", arguments: ["man", "schema", "check -c Config/logfold.yaml"])
    func closedPipe(command: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // Nobody reads any more when the program begins.
        let script = "{ sleep 0.3; \"$0\" \(command) 2>/dev/null; } | true; exit ${PIPESTATUS[0]}"
        process.arguments = ["--default-signal=PIPE", "bash", "-c", script, Program.url.path]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("a configuration that was named and cannot be read is an error, not another folder")
    func namedConfiguration() throws {
        for command in [["spool", "info"], ["dead-letters", "list"]] {
            let outcome = try Program.run(command + ["-c", "/nowhere/logfold.yaml"])
            #expect(outcome.messages.hasPrefix("logfold: /nowhere/logfold.yaml"))
            #expect(outcome.output.isEmpty && outcome.status == 2)
        }
    }

    @Test(
        "completions and man pages come out of the program",
        arguments: [
            (["completions", "bash"], "# bash completion"), (["completions", "zsh"], "#compdef logfold\n"),
            (["completions", "fish"], "# fish completion"), (["man"], ".TH LOGFOLD 1 "),
            (["man", "explain"], ".TH LOGFOLD\\-EXPLAIN 1 "),
        ])
    func made(arguments: [String], beginning: String) throws {
        let outcome = try Program.run(arguments)
        #expect(outcome.output.hasPrefix(beginning))
        #expect(outcome.status == 0)
    }
}
