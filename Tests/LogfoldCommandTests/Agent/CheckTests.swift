import Foundation
import LogfoldConfig
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import logfold

@Suite("logfold check")
struct CheckTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func run(
        _ command: [String], _ text: String, _ variables: [String: String] = [:]
    ) throws -> Program.Outcome {
        let path = try scratch.file("logfold.yaml", text)
        let environment = variables.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
        let run = try Program.run(command + ["-c", path], environment: environment)
        return Program.Outcome(
            output: run.output, messages: run.messages.replacing(path, with: "logfold.yaml"), status: run.status)
    }

    @Test("all problems come at once, each with its place and the way out")
    func problems() throws {
        let run = try run(
            ["check"],
            """
            timezon: UTC
            inputs:
              nova: { type: file, inclde: [/var/log/nova/*.log], fold: { timeout: 2 } }
            sinks:
              out: { type: fil, path: /x }
            """)
        #expect(run.status == 2)
        let lines = run.messages.split(separator: "\n").map(String.init)
        #expect(lines.count == 6, "\(run.messages)")
        for part in [
            "logfold.yaml:1:1: unknown key 'timezon'; did you mean 'timezone'?",
            "logfold.yaml:3:23: unknown key 'inclde' in inputs.nova; did you mean 'include'?",
            "logfold.yaml:3:3: nothing says which files to read",
            "logfold.yaml:3:71: '2' is no duration for 'timeout'; give a duration such as 30ms",
            "logfold.yaml:5:16: there is no type 'fil'; did you mean 'file'?",
            "logfold: 5 problems",
        ] { #expect(lines.contains { $0.contains(part) }, "\(part)\n\(run.messages)") }
    }

    @Test("two sinks with one path are a problem, and with two paths none")
    func sinksOnOnePath() throws {
        func text(_ second: String) -> String {
            """
            preset: kolla
            sinks:
              one: { type: file, path: "/tmp/x/{service.name}.jsonl" }
              two: { type: file, path: "\(second)" }
            """
        }
        let same = try run(["check"], text("/tmp/x/{service.name}.jsonl"))
        #expect(same.status == 2)
        #expect(
            same.messages.hasPrefix(
                "logfold.yaml:4:28: sinks 'one' and 'two' both write to '/tmp/x/{service.name}.jsonl'; give each a path "
                    + "of its own\n"), "\(same.messages)")
        #expect(try run(["check"], text("/tmp/y/{service.name}.jsonl")).status == 0)
    }

    @Test(
        "two inputs that take one file are a problem, whichever pattern is the wider",
        arguments: [
            ("/var/log/nova/*.log", "/var/log/nova/*.log", "[]", true),
            ("/var/log/nova/*.log", "/var/log/nova/nova-api.log", "[]", true),
            ("/var/log/nova/nova-api.log", "/var/log/**", "[]", true),
            ("/var/log/nova/nova-api.log", "/var/log/**", "[nova-api.log]", false),
            ("/var/log/nova/*.log", "/var/log/neutron/*.log", "[]", false),
        ])
    func inputsOnOneFile(first: String, second: String, exclude: String, isProblem: Bool) throws {
        let run = try run(
            ["check"],
            """
            inputs:
              a: { type: file, include: "\(first)" }
              b: { type: file, include: "\(second)", exclude: \(exclude) }
            sinks: { out: { type: console } }
            """)
        #expect((run.status == 2) == isProblem)
        #expect(
            run.messages.hasPrefix("logfold.yaml:3:29: inputs 'a' and 'b' both take '") == isProblem, "\(run.messages)")
    }

    @Test("--show prints the configuration as it is understood, and nothing that is secret")
    func show() throws {
        let run = try run(
            ["check", "--show"],
            """
            data_dir: "${WHERE}/data"
            preset: debian
            inputs:
              openstack: { labels: { site: paris, api_token: hunter2, url: "http://me:hunter3@host/" } }
            sinks:
              out: { type: file, path: "/tmp/${NAME}.jsonl", owner: root }
            """, ["WHERE": "/hunter4", "NAME": "hunter5"])
        #expect(run.status == 0, "\(run.messages)")
        #expect(!(run.output + run.messages).contains("hunter"), "\(run.output)")
        for line in [
            "data_dir: \"***\" # ${WHERE}", "preset: debian", "site: paris", "api_token: \"***\"", "owner: root",
            "rotate_wait: 1m # default", "timezone: local # default",
        ] { #expect(run.output.contains(line), "\(line)\n\(run.output)") }
    }

    @Test("credentials and files of secrets are read where they lie, and again when they have changed")
    func secrets() throws {
        _ = try scratch.file("credentials/es", "one\n")
        let file = try scratch.file("password", "two\n")
        let folder = scratch.folder.path
        let environment = ConfigurationFile.environment(in: PosixFileSystem()) { name in
            name == "CREDENTIALS_DIRECTORY" ? "\(folder)/credentials" : nil
        }
        let text = "auth: { password: \"${credential:es}\", token: \"file:\(file)\" }\nother: {}\n"
        func read() -> (configuration: Configuration, secrets: [String?]) {
            let configuration = Configuration.read(Array(text.utf8), file: "a.yaml", environment: environment)
            let section = configuration.root.section("auth")
            return (configuration, ["password", "token"].map { section?.secret($0)?.reveal() })
        }
        let before = read()
        #expect(before.secrets == ["one", "two"])
        #expect(before.configuration.root.isSame(as: read().configuration.root))
        // What compares as changed at a reload is made anew.
        _ = try scratch.file("password", "three\n")
        let after = read()
        #expect(after.secrets == ["one", "three"])
        #expect(!before.configuration.root.isSame(as: after.configuration.root))
        #expect(!after.configuration.show().contains("three"))
    }

    @Test("run --dry-run says what would run, and starts and writes nothing")
    func dryRun() throws {
        let data = scratch.folder.appending(path: "data").path
        let text = "data_dir: \(data)\npreset: kolla\nsinks: { out: { type: file, path: /tmp/x.jsonl } }\n"
        let dry = try run(["run", "--dry-run"], text)
        #expect(dry.status == 0)
        #expect(dry.output.contains("sink out: file") && dry.output.contains("memory: at most "))
        #expect(dry.output == (try run(["check"], text).output))
        #expect(!FileManager.default.fileExists(atPath: data))
        #expect(try run(["run", "--dry-run"], text + "sinkz: {}\n").status == 2)
    }
}

@Suite("Configurations that are shipped")
struct ShippedConfigurationTests {
    @Test(
        "each is right",
        arguments: [
            "Config/logfold.yaml", "Config/presets/kolla.yaml", "Config/presets/debian.yaml", "Config/presets/rdo.yaml",
            "Config/presets/tripleo.yaml", "Packaging/logfold.yaml",
        ])
    func right(name: String) throws {
        let run = try Program.run(["check", "-c", "\(Fixtures.repository)/\(name)"])
        #expect(run.status == 0, "\(run.messages)")
    }

    @Test("the full example has every key that the code asks for")
    func complete() throws {
        let path = "\(Fixtures.repository)/Config/logfold.yaml"
        let example = try String(contentsOfFile: path, encoding: .utf8)
        let shown = try Program.run(["check", "--show", "-c", path]).output
        let keys = Set(shown.matches(of: #/(?m)^ *(?:- )?([a-z_]+):/#).map { String($0.output.1) })
        #expect(keys.count > 50)
        for key in keys.sorted() {
            #expect(example.contains(try Regex("(?m)(^ *|[{,] )\(key):")), "\(key)")
        }
    }

    @Test("the page about the configuration names every key at the top")
    func page() throws {
        let page = try String(contentsOfFile: "\(Fixtures.repository)/Docs/configuration.md", encoding: .utf8)
        let example = try String(contentsOfFile: "\(Fixtures.repository)/Config/logfold.yaml", encoding: .utf8)
        let keys = example.matches(of: #/(?m)^([a-z_]+):/#).map { String($0.output.1) }
        #expect(keys.count == 9)
        for key in keys { #expect(page.contains("| `\(key)`") || page.contains("| `\(key)."), "\(key)") }
    }
}
