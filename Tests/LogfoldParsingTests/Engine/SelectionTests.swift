import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// Which events are written.
struct SelectionTests {
    private let text = """
        2026-11-22 16:59:10.000 1 DEBUG nova.x [-] one
        2026-11-22 16:59:11.000 1 INFO nova.x [None req-11111111-2222-4333-8444-555555555555 u p - - - -] two
        2026-11-22 16:59:12.000 1 ERROR nova.x [req-0 req-9 u p - - - -] three: KeyError: 'x'
        2026-11-22 16:59:12.000 1 ERROR nova.x Traceback (most recent call last):
        2026-11-22 16:59:12.000 1 ERROR nova.x   File "/a.py", line 3, in needle
        2026-11-22 16:59:12.000 1 ERROR nova.x KeyError: 'x'
        2026-11-22 16:59:13.000 1 WARNING nova.x [-] four
        --- Logging error ---

        """

    private func selected(_ change: (inout EventSelection) -> Void) -> [String] {
        events(selecting: change).map { String($0["message"].prefix(5)) }
    }

    private func events(selecting change: (inout EventSelection) -> Void) -> [ShownEvent] {
        var script = EngineScript(options { change(&$0.selection) })
        script.write(text)
        script.finish()
        #expect(script.counts.written + script.counts.filtered == 5)
        return script.events
    }

    @Test(arguments: [
        (Severity.debug, ["one", "two", "three", "four"]), (.info, ["two", "three", "four"]),
        (.warning, ["three", "four"]), (.error, ["three"]), (.critical, []),
    ])
    func `by level`(level: Severity, messages: [String]) {
        #expect(selected { $0.minimumSeverity = level } == messages)
    }

    @Test(arguments: [
        ("req-11111111-2222-4333-8444-555555555555", ["two"]), ("11111111-2222-4333-8444-555555555555", ["two"]),
        ("req-9", ["three"]), ("req-0", ["three"]), ("0", ["three"]), ("req", []), ("req-1", []),
    ])
    func `by request, local or global, with its prefix or without`(id: String, messages: [String]) {
        #expect(selected { $0.requestID = Array(id.utf8) } == messages)
    }

    @Test func `by time, from and up to but not at`() {
        // 2026-11-22T16:59:11Z
        let eleven: Int64 = 1_795_366_751_000_000_000
        #expect(selected { $0.since = eleven } == ["two", "three", "four", "--- L"])
        #expect(selected { $0.until = eleven } == ["one"])
        #expect(
            selected {
                $0.since = eleven
                $0.until = eleven + 1_000_000_000
            } == ["two"])
    }

    @Test func `by a pattern in the whole event`() throws {
        let pattern = try Pattern("line \\d+, in needle")
        #expect(selected { $0.pattern = pattern } == ["three"])
    }

    @Test func `an event that is not written is whole nevertheless`() {
        #expect(events { $0.minimumSeverity = .error }[0]["logfold.lines"] == "4")
    }
}
