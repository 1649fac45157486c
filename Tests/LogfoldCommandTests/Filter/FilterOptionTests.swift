import Foundation
import LogfoldTestSupport
import Testing

@testable import logfold

@Suite("The filter's options")
struct FilterOptionTests {
    private static let log = """
        not understood
        2026-11-22 16:50:52.000 1 INFO nova.a [None req-11111111-1111-4111-8111-111111111111 u p - - - -] one
        2026-11-22 16:50:53.000 1 WARNING nova.b [None req-22222222-2222-4222-8222-222222222222 u p - - - -] two
        2026-11-22 16:50:54.000 1 ERROR nova.b [-] three
        2026-11-22 16:50:54.000 1 ERROR nova.b Traceback (most recent call last):
        2026-11-22 16:50:54.000 1 ERROR nova.b ValueError: no
        2026-11-22 16:50:54.000 1 ERROR nova.b\u{20}

        """

    private func filter(_ arguments: [String]) throws -> Program.Outcome {
        let fixed = ["--timezone", "UTC", "--reference-time", "2026-11-22T16:00:00Z"]
        return try Program.run(fixed + arguments, input: Data(Self.log.utf8))
    }

    @Test(
        "a selection prints its events only",
        arguments: [
            (["--level", "warning"], ["two", "three"]), (["--level", "error"], ["three"]),
            (["--request", "req-11111111-1111-4111-8111-111111111111"], ["one"]),
            (["--request", "22222222-2222-4222-8222-222222222222"], ["two"]),
            (["--since", "2026-11-22T16:50:53Z", "--level", "info"], ["two", "three"]),
            (["--until", "2026-11-22 16:50:53"], ["not understood", "one"]),
            (["--until", "2026-11-22 17:50:53", "--timezone", "+01:00"], ["not understood", "one", "two", "three"]),
            (["--grep", "^(one|two)$"], ["one", "two"]), (["--grep", "ValueError"], ["three"]),
        ])
    func selection(arguments: [String], messages: [String]) throws {
        let outcome = try filter(arguments)
        let found = try outcome.output.split(separator: "\n").map { line in
            let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return event?["message"] as? String
        }
        #expect(found == messages)
        #expect(outcome.status == 0)
    }

    @Test(
        "a value that is wrong is exit status 2 before anything is read",
        arguments: [
            (["--timezone", "Europe/Pari"], "is invalid for '--timezone': no zone file for 'Europe/Pari'"),
            (["--grep", "a("], "is invalid for '--grep': missing closing parenthesis, at character 3"),
            (["--since", "yesterday"], "is invalid for '--since': give a time such as"),
            (["--until", "9999-01-01"], "is invalid for '--until': give a time such as"),
            (["--reference-time", "-"], "is invalid for '--reference-time': give a time such as"),
            (["--oslo-config", "/nonexistent"], "is invalid for '--oslo-config': "),
        ])
    func invalid(arguments: [String], message: String) throws {
        let outcome = try filter(arguments)
        #expect(outcome.messages.contains(message))
        #expect(outcome.output.isEmpty && outcome.status == 2)
    }

    @Test("all problems of a configuration are said at once, a line each")
    func problems() throws {
        let scratch = try Scratch()
        let path = try scratch.file("nova.conf", "[DEFAULT]\nfoo\nbar\n")
        let outcome = try filter(["--oslo-config", path])
        let lines = outcome.messages.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].contains("\(path):2: ") && lines[1].hasPrefix("logfold: \(path):3: "))
        #expect(outcome.status == 2)
    }

    @Test("a folder is read as oslo.config reads it")
    func folder() throws {
        let scratch = try Scratch()
        _ = try scratch.file("conf/10-a.conf", "[DEFAULT]\nlogging_default_format_string = %(message)s\n")
        _ = try scratch.file(
            "conf/20-b.conf",
            "[DEFAULT]\nlogging_default_format_string = %(asctime)s <%(levelname)s> %(name)s: %(message)s\n")
        _ = try scratch.file("conf/30-c.txt", "not read")
        let log = try scratch.file("x.log", "2026-11-22 16:50:52 <INFO> nova.a: one\n")
        let outcome = try filter(["--oslo-config", scratch.folder.path + "/conf", log])
        #expect(outcome.output.contains(#""message":"one","log":{"level":"info","logger":"nova.a""#))
    }

    @Test("the summary counts events, levels and loggers")
    func statistics() throws {
        let outcome = try filter(["--stats", "--level", "info"])
        #expect(outcome.output.split(separator: "\n").count == 3)
        let rows = outcome.messages.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        for row in ["events 3", "folded 1", "filtered 1", "error 1", "warning 1", "info 1", "nova.b 2", "nova.a 1"] {
            #expect(rows.contains(row))
        }
        #expect(rows.contains("bytes read \(Self.log.utf8.count)"))
    }

    @Test(
        "each shape is the same from the log and from its events",
        arguments: ["otel", "kolla", "pretty"])
    func shapes(shape: String) throws {
        let direct = try filter(["-o", shape])
        let events = try filter([]).output
        let view = try Program.run(["-o", shape], input: Data(events.utf8))
        #expect(direct.output == view.output && !direct.output.isEmpty)
    }

    @Test("colours are there when they are asked for, and only then")
    func colours() throws {
        #expect(!(try filter(["-o", "pretty"]).output.contains("\u{1B}")))
        #expect(try filter(["-o", "pretty", "--color", "always"]).output.contains("\u{1B}["))
    }

    @Test("raw says what it had to put together")
    func rebuilt() throws {
        let events = try filter([]).output
        let outcome = try Program.run(["-o", "raw"], input: Data(events.utf8))
        #expect(outcome.messages == "logfold: 4 events had no original text: shown as head, message and stack trace\n")
        #expect(outcome.status == 0)
    }

    @Test("a progress bar is drawn where it is asked for, and taken away")
    func progress() throws {
        let scratch = try Scratch()
        let log = try scratch.file("x.log", Self.log)
        let outcome = try Program.run(["--progress", "always", log])
        #expect(outcome.messages.hasPrefix("\r[") && outcome.messages.hasSuffix("\r\u{1B}[K"))
        #expect(try Program.run([log]).messages.isEmpty)
    }

    @Test("the schema is the file's")
    func schema() throws {
        let file = URL(filePath: Fixtures.repository + "/Config/schema/event.schema.json")
        #expect(try Program.run(["schema"]).output == (try String(contentsOf: file, encoding: .utf8)))
    }
}
