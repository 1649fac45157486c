import Foundation
import LogfoldTestSupport
import Testing

/// A folder of golden tests that goes away with the test.
private final class GoldenFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: "golden-\(UUID().uuidString)")

    init(_ files: [String: String]) throws {
        for (name, text) in files {
            let file = url.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func text(_ name: String) throws -> String { try String(contentsOf: url.appending(path: name), encoding: .utf8) }

    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted()) ?? [] }

    func run(_ options: String...) throws -> Program.Outcome { try Program.run(["test", url.path] + options) }
}

private let log = "2026-11-22 16:59:18.059 4314 INFO nova.service [-] Starting\n"
private let event = #"""
    {"@timestamp":"2026-11-22T16:59:18.059Z","message":"Starting","log":{"level":"info","logger":"nova.service","offset":0},"event":{"dataset":"openstack.nova","severity":20,"timezone":"UTC"},"process":{"pid":4314},"service":{"type":"openstack"}}

    """#

@Suite("logfold test") struct TestCommandTests {
    @Test("a log whose events are as expected passes, in the folder and below it")
    func pass() throws {
        let folder = try GoldenFolder([
            "a.log": log, "a.expected.jsonl": event, "deep/er/b.log": log, "deep/er/b.expected.jsonl": event,
            "notes.txt": "no test",
        ])
        let outcome = try folder.run()
        #expect(outcome.status == 0)
        #expect(outcome.messages == "")
        let path = folder.url.path
        #expect(outcome.output == "ok \(path)/a.log\nok \(path)/deep/er/b.log\n2 passed, 0 failed\n")
    }

    @Test("an expectation that is there and cannot be read is said, and not taken for a missing one")
    func unreadable() throws {
        let outcome = try GoldenFolder(["a.log": log, "a.expected.jsonl/note": "a folder"]).run()
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("a.expected.jsonl': it is a directory"))
        #expect(!outcome.output.contains("--update"))
    }

    @Test("a difference is shown by its member, with what was expected and what was made, and fails the run")
    func difference() throws {
        let other = event.replacingOccurrences(of: "\"pid\":4314", with: "\"pid\":1")
        let outcome = try GoldenFolder(["a.log": log, "a.expected.jsonl": other]).run()
        #expect(outcome.status == 1)
        let shown = outcome.output.split(separator: "\n").dropFirst()
        #expect(
            shown == [
                "  event 1 differs:", "    process.pid", "      expected 1", "      made     4314",
                "0 passed, 1 failed",
            ])
    }

    @Test(
        "an event too many and an event too few are shown whole",
        arguments: [("", "is not expected"), (event + event, "is missing")])
    func count(expected: String, words: String) throws {
        let first = expected.isEmpty ? event : expected
        let folder = try GoldenFolder(["a.log": expected.isEmpty ? log + log : log, "a.expected.jsonl": first])
        let outcome = try folder.run()
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("  event 2 \(words):\n    {\"@timestamp\":"), "\(outcome.output)")
    }

    @Test("a log without expected events fails and says how to write them; --update does, and says so")
    func update() throws {
        let folder = try GoldenFolder(["a.log": log])
        let missing = try folder.run()
        #expect(missing.status == 1)
        #expect(missing.output.contains("there are no expected events; 'logfold test --update' writes them"))
        #expect(folder.names == ["a.log"])

        let updated = try folder.run("--update")
        #expect(updated.status == 0)
        #expect(updated.output.contains("updated \(folder.url.path)/a.expected.jsonl\n"))
        #expect(folder.names == ["a.expected.jsonl", "a.log"], "no draft is left behind")
        #expect(try folder.text("a.expected.jsonl") == event)

        let again = try folder.run("--update")
        #expect(again.output.contains("ok "), "what is as expected is left alone")
        #expect(again.output.hasSuffix("1 passed, 0 failed, 0 updated\n"))
    }

    @Test("options stand in a file of the folder and in one beside the log, which wins; paths are relative")
    func options() throws {
        let folder = try GoldenFolder([
            "logfold.args": "# all of this folder\n--timezone +02:00\n",
            "a.log": log,
            "b.log": log, "b.args": "--timezone=-03:00\n",
            "c.log": "16:59 hello\n", "c.args": "--oslo-config c.conf\n",
            "c.conf": """
            [DEFAULT]
            log_date_format = %H:%M
            logging_context_format_string = %(asctime)s %(request_id)s %(message)s
            logging_default_format_string = %(asctime)s %(message)s
            logging_exception_prefix = "%(asctime)s ! "
            """,
        ])
        _ = try folder.run("--update")
        #expect(try folder.text("a.expected.jsonl").contains("\"@timestamp\":\"2026-11-22T14:59:18.059Z\""))
        #expect(try folder.text("b.expected.jsonl").contains("\"@timestamp\":\"2026-11-22T19:59:18.059Z\""))
        #expect(try folder.text("c.expected.jsonl").contains("\"format\":\"oslo_config\""))
    }

    @Test("an option file that cannot be obeyed fails its test with the file and the line's text")
    func badOptions() throws {
        let outcome = try GoldenFolder(["a.log": log, "a.expected.jsonl": event, "a.args": "--colour blue\n"]).run()
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("a.args: '--colour blue' is no option"), "\(outcome.output)")
    }

    @Test("the answer does not depend on the zone of the machine, the day or the file's own time")
    func deterministic() throws {
        let folder = try GoldenFolder(["a.log": "Dec 31 23:59:59 ctl1 sudo: x\n" + log])
        _ = try Program.run(
            ["test", "--update", folder.url.path], environment: ["TZ": "Asia/Tokyo", "PATH": "/usr/bin:/bin"])
        let text = try folder.text("a.expected.jsonl")
        #expect(text.contains("\"@timestamp\":\"2025-12-31T23:59:59.000Z\""))
        #expect(text.contains("\"@timestamp\":\"2026-11-22T16:59:18.059Z\""))
        #expect(try folder.run().status == 0)
    }

    @Test("a compressed log is read as it is")
    func compressed() throws {
        let folder = try GoldenFolder([:])
        let gz = Fixtures.path("golden/layers/gzip.log.gz")
        try FileManager.default.copyItem(atPath: gz, toPath: folder.url.appending(path: "x.log.gz").path)
        _ = try folder.run("--update")
        let expected = try String(contentsOfFile: Fixtures.path("golden/layers/gzip.expected.jsonl"), encoding: .utf8)
        #expect(try folder.text("x.expected.jsonl") == expected)
    }

    @Test("nothing to test and a folder that is not there are not success")
    func nothing() throws {
        let empty = try GoldenFolder(["readme.txt": "x"]).run()
        #expect(empty.status == 3)
        #expect(empty.messages.contains("no tests"))
        let missing = try Program.run(["test", "/nonexistent/folder"])
        #expect(missing.status == 3)
        #expect(missing.messages.contains("/nonexistent/folder: there is no such file or directory"))
        #expect(try Program.run(["test"]).status == 2)
    }
}
