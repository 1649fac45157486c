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
        #expect(
            run.messages == """
                logfold.yaml:1:1: unknown key 'timezon'; did you mean 'timezone'?
                logfold.yaml:3:3: nothing says which files to read; give 'include: [/var/log/nova/*.log]'
                logfold.yaml:3:23: unknown key 'inclde' in inputs.nova; did you mean 'include'?
                logfold.yaml:3:71: '2' is no duration for 'timeout'; give a duration such as 30ms, 2s, 5m or 24h
                logfold.yaml:5:16: there is no type 'fil'; did you mean 'file'?
                logfold: 5 problems

                """)
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
            same.messages == """
                logfold.yaml:4:28: sinks 'one' and 'two' both write to '/tmp/x/{service.name}.jsonl'; give each a path \
                of its own
                logfold: 1 problem

                """)
        #expect(try run(["check"], text("/tmp/y/{service.name}.jsonl")).status == 0)
    }

    @Test(
        "two inputs that take one file are a problem, whichever pattern is the wider",
        arguments: [
            ("/var/log/nova/*.log", "/var/log/nova/*.log", "[]", "/var/log/nova/*.log"),
            ("/var/log/nova/*.log", "/var/log/nova/nova-api.log", "[]", "/var/log/nova/nova-api.log"),
            ("/var/log/nova/nova-api.log", "/var/log/**", "[]", "/var/log/nova/nova-api.log"),
            ("/var/log/nova/nova-api.log", "/var/log/**", "[nova-api.log]", nil),
            ("/var/log/nova/*.log", "/var/log/neutron/*.log", "[]", nil),
        ] as [(String, String, String, String?)])
    func inputsOnOneFile(first: String, second: String, exclude: String, taken: String?) throws {
        let run = try run(
            ["check"],
            """
            inputs:
              a: { type: file, include: "\(first)" }
              b: { type: file, include: "\(second)", exclude: \(exclude) }
            sinks: { out: { type: console } }
            """)
        #expect(run.status == (taken == nil ? 0 : 2))
        let problem = taken.map {
            """
            logfold.yaml:3:29: inputs 'a' and 'b' both take '\($0)'; name it in one of them only, or 'exclude' it from one
            logfold: 1 problem

            """
        }
        #expect(run.messages == problem ?? "")
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
        let lines = Set(run.output.split(separator: "\n").map(String.init))
        for line in [
            "data_dir: \"***\" # ${WHERE}", "preset: debian", "      site: paris", "      api_token: \"***\"",
            "      url: \"http://me:***@host/\"", "    path: \"***\" # ${NAME}", "    owner: root",
            "    rotate_wait: 1m # default", "timezone: local # default",
        ] { #expect(lines.contains(line), "\(line)\n\(run.output)") }
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

    @Test("the full example gives every key that the code asks for, where the code asks for it")
    func complete() throws {
        let shown = ShownKeys(
            try Program.run(["check", "--show", "-c", "\(Fixtures.repository)/Config/logfold.yaml"]).output)
        #expect(shown.given.count > 100)
        // As for the sink itself: the comment there says so.
        let told: Set = ["sinks.keystone.connect_timeout"]
        #expect(shown.left.subtracting(shown.given) == told)
    }

    @Test("the table of the page about the configuration has every key at the top, and no other")
    func page() throws {
        let page = try String(contentsOfFile: "\(Fixtures.repository)/Docs/configuration.md", encoding: .utf8)
        let example = try String(contentsOfFile: "\(Fixtures.repository)/Config/logfold.yaml", encoding: .utf8)
        let keys = Set(example.matches(of: #/(?m)^([a-z_]+):/#).map { String($0.output.1) })
        let table = try #require(page.split(separator: "\n## ").first { $0.hasPrefix("The top\n") })
        let rows = table.matches(of: #/(?m)^\| `([a-z_]+)/#).map { String($0.output.1) }
        // A preset takes the place of inputs.
        #expect(Set(rows) == keys.union(["preset"]))
    }
}

/// Which keys `logfold check --show` prints, by their places: `sinks.tls.ca` for a key of any sink.
private struct ShownKeys {
    /// Those that the configuration gives, and those that it leaves to their defaults.
    private(set) var given: Set<String> = []
    private(set) var left: Set<String> = []

    init(_ text: String) {
        var path: [String] = []
        for line in text.split(separator: "\n") {
            guard let match = line.firstMatch(of: #/^( *)((?:- )?)([^ :]+):/#) else { continue }
            let depth = (match.output.1.count + match.output.2.count) / 2
            path = path.prefix(depth) + [String(match.output.3)]
            // What components are called is their owner's choice.
            let isNamed = ["inputs", "transforms", "sinks"].contains(path[0]) && path.count > 1
            let key = (isNamed ? [path[0]] + path.dropFirst(2) : path).joined(separator: ".")
            if line.hasSuffix(" # default") { left.insert(key) } else { given.insert(key) }
        }
    }
}
