import Foundation
import LogfoldCore
import LogfoldTestSupport
import Testing

@Suite("logfold explain") struct ExplainTests {
    private func explain(_ text: String, _ options: String...) throws -> Program.Outcome {
        try Program.run(["explain"] + options, input: Data(text.utf8))
    }

    @Test("each line is a row with its event, format, role, rule and text, and each event ends in one")
    func rows() throws {
        let outcome = try explain(
            """
            2026-11-22 16:59:18.070 1 INFO nova.a [-] first
            2026-11-22 16:59:18.071 1 ERROR nova.b [-] failed: ValueError: x
            2026-11-22 16:59:18.071 1 ERROR nova.b ValueError: x
            stray\tline

            """)
        #expect(outcome.status == 0)
        #expect(outcome.messages == "")
        #expect(
            outcome.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }[..<5] == [
                "LINE OFFSET EVENT FORMAT ROLE RULE TEXT",
                "1 0 1 oslo head begins a record 2026-11-22 16:59:18.070 1 INFO nova.a [-] first",
                "1 end the next head of its process",
                "2 48 2 oslo head begins a record 2026-11-22 16:59:18.071 1 ERROR nova.b [-] failed: ValueErro",
                "3 113 2 oslo traceback traceback: pid, logger and time of the record 2026-11-22 16:59:18.071 1 ERROR nova.b ValueError: x",
            ])
        #expect(outcome.output.contains("no head: continues the line before"))
        #expect(outcome.output.contains("stray\\tline"), "control characters are escaped")
        #expect(outcome.output.hasSuffix("2                end        the end of the input\n"), "\(outcome.output)")
    }

    @Test("a pipe gets no colours, a control sequence in the log cannot steer the terminal")
    func harmless() throws {
        let outcome = try explain("2026-11-22 16:59:18.070 1 INFO nova.a [-] \u{1b}]0;title\u{7} \u{202e}\n")
        #expect(!outcome.output.utf8.contains(0x1b))
        #expect(outcome.output.contains("\\u{1b}]0;title\\u{7} \\u{202e}"))
    }

    @Test("the lines of one decoded text share the number of their physical line")
    func decoded() throws {
        let outcome = try explain("Nov 22 16:59:18 c x: 2026-11-22 16:59:18.070 1 INFO nova.a [-] one#012two\n")
        let rows = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(rows[1][..<5] == ["1", "0", "1", "syslog/oslo", "head"])
        #expect(rows[2][..<5] == ["1+", "0", "1", "syslog/oslo", "text"])
    }

    @Test("several files have headings; one that cannot be read is said, and the others are explained")
    func files() throws {
        let path = Fixtures.path("corpus/stderr/python-plain.log")
        let outcome = try Program.run(["explain", "/nonexistent/a.log", path])
        #expect(outcome.status == 1)
        #expect(outcome.messages == "logfold: /nonexistent/a.log: there is no such file or directory\n")
        #expect(outcome.output.contains("==> \(path) <==\n"))
        #expect(outcome.output.contains("begins a bare traceback"))
        #expect(try Program.run(["explain", "/nonexistent/a.log"]).status == 3)
    }

    @Test("the reading options are those of the filter")
    func options() throws {
        #expect(try explain("INFO nova.service [-] x\n", "--format", "text").output.contains("no format"))
        #expect(try explain("x\n", "--timezone", "Nowhere/Never").status == 2)
        let compressed = try Program.run(["explain", Fixtures.path("golden/layers/gzip.log.gz")])
        #expect(compressed.output.contains("INFO nova.service [-] Starting"))
    }

    @Test(
        "the lines that explain prints rebuild the events of every recording",
        arguments: Fixtures.names(in: "corpus", suffix: ".log")
            + ["corpus/oslo-formats/journal.json", "corpus/oslo-formats/journal.export"])
    func rebuild(name: String) throws {
        let outcome = try Program.run(["explain", "--json", "--timezone", "UTC", Fixtures.path(name)])
        #expect(outcome.status == 0)
        let bytes = try Fixtures.bytes(name)
        let told = try Explained(outcome.output)
        let events = EngineOutput(bytes, options: .judged).entries
        #expect(told.events.keys.sorted() == Array(events.indices).map { $0 + 1 })
        for (index, event) in events.enumerated() {
            let lines = told.events[index + 1] ?? []
            #expect(lines.map(\.offset).min() == Int(event.offset))
            #expect(lines.reduce(0) { $0 + $1.length } == Int(event.rawLength))
            #expect(lines.reduce(0) { $0 + $1.lines } == Int(event.lineCount))
        }
        let physical = told.events.values.joined().filter { $0.length > 0 }.sorted { $0.offset < $1.offset }
        var next = 0
        for line in physical {
            #expect(line.offset == next, "every byte is in exactly one event")
            next = line.offset + line.length
        }
        #expect(next == bytes.count)
        #expect(told.ended == Set(told.events.keys), "each event says why it ended")
        try expectLineNumbers(physical, bytes)
    }

    private func expectLineNumbers(_ lines: [Explained.Line], _ bytes: [UInt8]) throws {
        var number = 1
        var at = 0
        for line in lines {
            while at < line.offset {
                if bytes[at] == UInt8(ascii: "\n") { number += 1 }
                at += 1
            }
            #expect(line.number == number)
        }
    }
}

/// What `explain --json` said: the lines of each event.
private struct Explained {
    struct Line {
        let number: Int
        let offset: Int
        let length: Int
        let lines: Int
    }

    private(set) var events: [Int: [Line]] = [:]
    private(set) var ended: Set<Int> = []

    init(_ output: String) throws {
        for row in output.split(separator: "\n") {
            let object = try #require(JSONValue(String(row)), "\(row)")
            func number(_ key: String) -> Int? { object[key]?.text.flatMap { Int($0) } }
            let event = try #require(number("event"))
            guard object["ends"] == nil else {
                ended.insert(event)
                continue
            }
            let line = Line(
                number: try #require(number("line")), offset: try #require(number("offset")),
                length: try #require(number("length")), lines: try #require(number("lines")))
            if let before = number("moved_from") {
                events[before]?.removeAll { $0.offset == line.offset && $0.length == line.length }
            }
            events[event, default: []].append(line)
        }
    }
}
