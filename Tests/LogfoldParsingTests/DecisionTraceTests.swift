import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// What was decided about one source, with the events that came of it.
private struct Traced {
    /// The decisions that hold, in the order of the physical lines; lines taken back are there once.
    var lines: [LineDecision] = []
    var ends: [Int: EventEnding] = [:]
    var entries: [Batch.Entry] = []

    init(_ bytes: [UInt8], options: EngineOptions = .judged, chunk: Int = 1 << 18, silence: Bool = false) {
        let trace = DecisionTrace()
        var engine = Engine(options: options)
        engine.open(source: 0, facts: SourceFacts(zone: "UTC"), trace: trace)
        var at = 0
        while at < bytes.count {
            let end = min(at + chunk, bytes.count)
            let span = bytes[at..<end].span.bytes
            engine.push(span, source: 0, at: at) { entries += $0.entries }
            at = end
        }
        if silence {
            for now: Int64 in [1, 10_000_000_000] { engine.expire(source: 0, now: now) { entries += $0.entries } }
        }
        engine.finish(source: 0) { entries += $0.entries }
        for entry in trace.takeEntries() { take(entry) }
    }

    init(_ text: String, options: EngineOptions = .judged, silence: Bool = false) {
        self.init(Array(text.utf8), options: options, silence: silence)
    }

    private mutating func take(_ entry: DecisionTrace.Entry) {
        switch entry {
        case .end(let event, let reason):
            ends[event] = reason
        case .line(let line):
            if line.movedFrom != nil { lines.removeAll { $0.offset == line.offset && $0.length == line.length } }
            lines.append(line)
        }
    }

    /// One text per line: `event rule`, and the doubt where there was one.
    var rules: [String] {
        lines.map { "\($0.event) \($0.rule.rawValue)" + ($0.doubt.map { " \($0.rawValue)" } ?? "") }
    }
}

@Suite("Decision trace") struct DecisionTraceTests {
    @Test(
        "the lines of the trace rebuild the events of every recording",
        arguments: Fixtures.names(in: "corpus", suffix: ".log")
            + ["corpus/oslo-formats/journal.json", "corpus/oslo-formats/journal.export"])
    func rebuild(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        let traced = Traced(bytes)
        var groups: [Int: (offset: Int, lines: Int, length: Int)] = [:]
        for line in traced.lines {
            var group = groups[line.event] ?? (line.offset, 0, 0)
            group.offset = min(group.offset, line.offset)
            group.lines += line.physicalLines
            group.length += line.length
            groups[line.event] = group
        }
        let rebuilt = groups.sorted { $0.key < $1.key }.map { "\($0.value)" }
        let events = traced.entries.map {
            "\((offset: Int($0.offset), lines: Int($0.lineCount), length: Int($0.rawLength)))"
        }
        #expect(rebuilt == events)

        var next = 0
        for line in traced.lines.filter({ $0.length > 0 }).sorted(by: { $0.offset < $1.offset }) {
            #expect(line.offset == next, "each byte is in exactly one line")
            next = line.offset + line.length
        }
        #expect(next == bytes.count)
        #expect(Set(traced.ends.keys) == Set(traced.entries.indices), "each event ends once")
    }

    @Test("each line of a traceback says why it belongs to its record")
    func traceback() {
        let traced = Traced(
            """
            2026-11-22 16:59:18.070 1 INFO nova.a [-] first
            2026-11-22 16:59:18.071 2 ERROR nova.b [-] failed: ValueError: x
            2026-11-22 16:59:18.071 2 ERROR nova.b Traceback (most recent call last):
            2026-11-22 16:59:18.072 1 INFO nova.a [-] two
            lines
            2026-11-22 16:59:18.071 2 ERROR nova.b ValueError: x
            2026-11-22 16:59:18.071 2 ERROR nova.b 
            2026-11-22 16:59:25.000 1 INFO nova.a [-] later
            2026-11-22 16:59:25.001 1 INFO nova.a [-] and later

            """)
        #expect(
            traced.rules == [
                "0 begins_record", "1 begins_record", "1 own_traceback", "2 begins_record", "2 continuation_assumed",
                "1 own_traceback", "1 own_traceback", "3 begins_record", "4 begins_record",
            ])
        #expect(traced.ends == [0: .nextHead, 1: .logTime, 2: .nextHead, 3: .nextHead, 4: .endOfInput])
        #expect(traced.lines.map(\.role.rawValue)[1...4] == ["head", "traceback", "head", "text"])
    }

    @Test("text without a head says which block it is of")
    func blocks() {
        let traced = Traced(
            """
            2026-11-22 16:59:18.070 1 INFO nova.a [-] first
            --- Logging error ---
            Traceback (most recent call last):
            ValueError: x
            Call stack:
              File "x.py", line 1, in f
            Message: 'm'
            Arguments: ()
            /usr/lib/x.py:7: UserWarning: old
              x()
            Traceback (most recent call last):
              File "x.py", line 1, in f
            ValueError: x
            ready

            steady

            """)
        #expect(
            traced.rules == [
                "0 begins_record", "1 begins_logging_failure", "1 continues_logging_failure",
                "1 continues_logging_failure", "1 continues_logging_failure", "1 continues_logging_failure",
                "1 continues_logging_failure", "1 continues_logging_failure", "2 begins_warning",
                "2 continues_warning", "3 begins_traceback", "3 continues_traceback", "3 continues_traceback",
                "4 begins_text", "4 blank_behind_text", "5 begins_text",
            ])
        #expect(traced.ends[2] == .nextText)
    }

    @Test("a report takes the ruler above its title back from the record before it")
    func ruler() {
        let ruler = String(repeating: "=", count: 72)
        let traced = Traced(
            """
            2026-11-22 16:59:18.070 1 INFO nova.a [-] first
            \(ruler)
            ====                        Guru Meditation                         ====
            \(ruler)
            threads

            """)
        #expect(
            traced.rules == [
                "0 begins_record", "1 ruler_taken_back", "1 continues_report", "1 continues_report",
                "1 continues_report",
            ])
        #expect(traced.lines[1].movedFrom == 0)
        #expect(traced.entries.map(\.rawLength) == [48, 227])
    }

    @Test("a quoted record is text, a process with another clock is not, and both say that they were in doubt")
    func doubt() {
        let log = { (answer: String) in
            """
            2026-11-22 16:59:18.070 1 INFO nova.a [-] message
            2017-01-01 00:00:00.000 99 INFO forged [-] root logged in
            behind it
            \(answer)

            """
        }
        #expect(
            Traced(log("2026-11-22 16:59:18.072 1 INFO nova.a [-] next")).rules == [
                "0 begins_record", "0 continues_last_taker forged", "0 continues_last_taker behind", "1 begins_record",
            ])
        #expect(
            Traced(log("2017-01-01 00:00:03.000 99 INFO forged [-] on")).rules == [
                "0 begins_record", "1 begins_record own_clock", "1 continuation_assumed behind", "2 begins_record",
            ])
    }

    @Test("late lines, heads without brackets, limits and whole records have their rules")
    func otherRules() {
        #expect(
            Traced("2026-11-22 16:59:18.071 2 ERROR nova.b   File \"x.py\", line 1, in f\n").rules == [
                "0 late_traceback"
            ])
        #expect(
            Traced("2026-11-22 16:59:18.071 2 ERROR nova.b no bracket, but a head\n").rules == [
                "0 head_without_bracket"
            ])
        var options = EngineOptions.judged
        options.fold.maxLines = 3
        let cut = Traced("2026-11-22 16:59:18.070 1 INFO nova.a [-] 1\n2\n3\n4\n5\n", options: options)
        #expect(
            cut.rules == [
                "0 begins_record", "0 continues_last_taker", "0 continues_last_taker", "1 limit_continued",
                "1 continues_last_taker",
            ])
        #expect(cut.ends == [0: .limit, 1: .endOfInput])
        let whole = Traced(
            #"{"message": "m", "asctime": "2026-11-22 16:59:18", "name": "n", "msg": "m", "args": [], "levelname": "INFO", "levelno": 20, "pathname": "x", "filename": "x", "module": "x", "lineno": 1, "funcname": "f", "created": 1795366758.07, "msecs": 70.0, "relative_created": 1.0, "thread": 1, "thread_name": "t", "process_name": "p", "process": 1, "traceback": null}"#
                + "\n")
        #expect(whole.rules == ["0 whole_record"])
        #expect(whole.lines[0].role == .record)
        #expect(whole.ends == [0: .recordComplete])
    }

    @Test("silence ends a record while the log is live")
    func silence() {
        let live = Traced("2026-11-22 16:59:18.070 1 INFO nova.a [-] 1\n", silence: true)
        #expect(live.ends == [0: .silence])
    }

    @Test("each part of a line that the transport split is told, also where another stream's come between")
    func parts() {
        let traced = Traced(
            """
            2026-11-22T16:59:18.070000000Z stdout P 2026-11-22 16:59:18.070 1 INFO nova.a [-] on
            2026-11-22T16:59:18.070000000Z stderr P Trace
            2026-11-22T16:59:18.070000000Z stdout F e line
            2026-11-22T16:59:18.070000000Z stderr F back (most recent call last):

            """)
        #expect(traced.rules == ["0 begins_record", "0 part_joined", "1 begins_traceback", "1 part_joined"])
        #expect(traced.lines.map(\.offset) == [0, 131, 85, 178])
        #expect(traced.lines.map { String(decoding: $0.layers, as: UTF8.self) } == ["cri/", "cri/", "cri/", "cri/"])
        #expect(traced.entries.map(\.rawLength) == [132, 116])
    }

    @Test("a record whose lines the transport knows keeps all of them, and a decoded text's further lines are its own")
    func decodedLines() {
        let traced = Traced(
            """
            Nov 22 16:59:18 ctl01 nova-api[1]: 2026-11-22 16:59:18.070 1 ERROR nova.a [-] x#012two
            Nov 22 16:59:18 ctl01 nova-api[1]: 2026-11-22 16:59:18.071 1 ERROR nova.a [-] y

            """)
        #expect(traced.rules == ["0 begins_record", "0 inside_record", "1 begins_record"])
        #expect(traced.lines.map(\.length) == [87, 0, 80])
    }
}
