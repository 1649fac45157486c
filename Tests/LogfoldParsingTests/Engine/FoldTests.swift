import LogfoldParsing
import LogfoldTestSupport
import Testing

/// Which lines become one event (`Docs/rules.md`, *Folding*).
struct FoldTests {
    /// The messages and stack traces, a line for each event; `≈` behind an event that is flagged.
    private func folded(_ text: String) -> String {
        events(of: text + "\n").map { event in
            let stack = event["error.stack_trace"] == "-" ? "" : " ! " + event["error.stack_trace"]
            let flags = event["logfold.flags"] == "-" ? "" : " ≈ " + event["logfold.flags"]
            return event["message"] + stack + flags
        }.joined(separator: "\n")
    }

    @Test func `interleaved processes come apart`() {
        let text = """
            2026-11-22 16:59:18.060 1 ERROR nova.x [-] one
            2026-11-22 16:59:18.060 2 ERROR nova.x [-] two
            2026-11-22 16:59:18.060 1 ERROR nova.x Traceback (most recent call last):
            2026-11-22 16:59:18.060 2 ERROR nova.x Traceback (most recent call last):
            2026-11-22 16:59:18.060 2 ERROR nova.x   File "/b.py", line 2, in g
            2026-11-22 16:59:18.060 1 ERROR nova.x   File "/a.py", line 3, in f
            2026-11-22 16:59:18.060 1 ERROR nova.x KeyError: 'x'
            2026-11-22 16:59:18.060 2 ERROR nova.x ValueError: y
            2026-11-22 16:59:18.061 1 INFO nova.x [-] next
            """
        #expect(
            folded(text) == """
                one ! Traceback (most recent call last):⏎  File "/a.py", line 3, in f⏎KeyError: 'x'
                two ! Traceback (most recent call last):⏎  File "/b.py", line 2, in g⏎ValueError: y
                next
                """)
    }

    @Test func `a process writes one record at a time, whatever its logger and time`() {
        let text = """
            2026-11-22 16:59:18.060 1 ERROR nova.x [-] one
            2026-11-22 16:59:18.060 1 INFO nova.y [-] two
            2026-11-22 16:59:18.060 1 ERROR nova.x KeyError: 'x'
            """
        // The traceback line has no owner any more; it proves no traceback either.
        #expect(folded(text) == "one\ntwo\nKeyError: 'x'")
    }

    @Test func `bare lines go to the record before them and say so if others were open`() {
        let text = """
            2026-11-22 16:59:18.060 1 INFO nova.x [-] one
            alone
            2026-11-22 16:59:18.060 2 INFO nova.x [-] two
            beside one
            2026-11-22 16:59:18.060 2 INFO nova.x [-] three
            """
        #expect(folded(text) == "one⏎alone\ntwo⏎beside one ≈ [continuation_assumed]\nthree")
    }

    @Test func `blank lines belong to the record before them`() {
        let text = """
            2026-11-22 16:59:18.060 1 WARNING py.warnings [-] /a.py:3: UserWarning: x
              warn("x")

            2026-11-22 16:59:18.061 1 INFO nova.x [-] next
            """
        #expect(folded(text) == "/a.py:3: UserWarning: x⏎  warn(\"x\")⏎\nnext")
    }

    @Test func `the instance neither splits nor is needed`() {
        let text = """
            2026-11-22 16:59:18.060 1 ERROR nova.x [-] [instance: 3f4a] one: KeyError: 'x'
            2026-11-22 16:59:18.060 1 ERROR nova.x Traceback (most recent call last):
            2026-11-22 16:59:18.060 1 ERROR nova.x [instance: 3f4a]   File "/a.py", line 3, in f
            2026-11-22 16:59:18.060 1 ERROR nova.x KeyError: 'x'
            """
        #expect(folded(text) == #"one ! Traceback (most recent call last):⏎  File "/a.py", line 3, in f⏎KeyError: 'x'"#)
    }

    @Test(arguments: ["DEBUG", "INFO", "WARNING", "CRITICAL"])
    func `traceback lines say ERROR whatever the head says`(level: String) {
        let text = """
            2026-11-22 16:59:18.060 1 \(level) nova.x [-] one
            2026-11-22 16:59:18.060 1 ERROR nova.x Traceback (most recent call last):
            2026-11-22 16:59:18.060 1 ERROR nova.x KeyError: 'x'
            2026-11-22 16:59:18.060 1 ERROR nova.x 
            """
        let event = events(of: text + "\n")
        #expect(event.count == 1 && event[0]["log.level"] == level.lowercased())
        #expect(event[0]["error.type"] == "KeyError")
    }

    @Test func `a summary of several lines stands before the traceback`() {
        let text = """
            2026-11-22 16:59:18.060 1 ERROR nova.x [-] failed: RuntimeError: multi
            line boom
            2026-11-22 16:59:18.060 1 ERROR nova.x Traceback (most recent call last):
            2026-11-22 16:59:18.060 1 ERROR nova.x   File "/a.py", line 3, in f
            2026-11-22 16:59:18.060 1 ERROR nova.x RuntimeError: multi
            2026-11-22 16:59:18.060 1 ERROR nova.x line boom
            2026-11-22 16:59:18.060 1 ERROR nova.x 
            """
        let event = events(of: text + "\n")
        #expect(event.shown(["message", "error.message", "logfold.lines"]) == "failed | multi⏎line boom | 7")
    }

    @Test func `a traceback whose record is missing is late and of unknown level`() {
        let text = """
            2026-11-22 16:59:18.060 1 ERROR nova.x   File "/a.py", line 3, in f
            2026-11-22 16:59:18.060 1 ERROR nova.x KeyError: 'x'
            2026-11-22 16:59:18.061 1 INFO nova.x [-] next
            """
        let found = events(of: text + "\n")
        #expect(found.count == 2 && found[0]["logfold.flags"] == "[late]")
        #expect(found[0]["log.level"] == "-" && found[0]["process.pid"] == "1" && found[0]["logfold.lines"] == "2")
        #expect(found[0]["error.stack_trace"].contains("KeyError"))
    }

    // MARK: - The log's own time

    private let open = "2026-11-22 16:59:18.000 1 ERROR nova.x [-] one"
    private let rest = "2026-11-22 16:59:18.000 1 ERROR nova.x Traceback (most recent call last):"

    @Test(arguments: [
        // Just below the timeout.
        ("19.999", "19.999", true),
        // One head alone proves nothing: its stamp may be wrong.
        ("20.000", "19.000", true),
        ("20.000", "20.000", false),
        ("20.000", "25.000", false),
    ])
    func `a fold ends when two heads in a row have left it behind`(first: String, second: String, isJoined: Bool) {
        let text = """
            \(open)
            2026-11-22 16:59:\(first) 2 INFO nova.x [-] two
            2026-11-22 16:59:\(second) 3 INFO nova.x [-] three
            \(rest)
            """
        #expect(
            events(of: text + "\n").map { $0["logfold.lines"] } == (isJoined ? ["2", "-", "-"] : ["-", "-", "-", "-"]))
    }

    @Test func `a step back of the clock begins the count again`() {
        let text = """
            \(open)
            2026-11-22 16:59:19.500 2 INFO nova.x [-] two
            2026-11-22 15:59:19.600 2 INFO nova.x [-] an hour back
            2026-11-22 15:59:20.600 3 INFO nova.x [-] still in time
            2026-11-22 15:59:21.000 4 INFO nova.x [-] still in time
            \(rest)
            """
        #expect(events(of: text + "\n")[0]["logfold.lines"] == "2")
    }

    @Test func `one stamp in the future ends nothing`() {
        let text = """
            \(open)
            2027-11-22 16:59:18.500 2 INFO nova.x [-] a year ahead
            2026-11-22 16:59:18.600 2 INFO nova.x [-] back
            \(rest)
            """
        #expect(events(of: text + "\n")[0]["logfold.lines"] == "2")
    }

    // MARK: - Forged heads

    private let message = "2026-11-22 16:59:18.060 1 INFO keystone.x [-] filter (name=x"
    private let forged = "2026-11-22 10:00:00.000 9 ERROR fake [-] it)"

    @Test(arguments: [
        ("2026-11-22 16:59:18.061 1 INFO keystone.x [-] next", true),
        ("2026-11-22 16:59:16.060 2 INFO keystone.x [-] 2 s before", true),
        ("2026-11-22 16:59:16.059 2 INFO keystone.x [-] more than that", false),
        ("2026-11-22 17:09:18.060 2 INFO keystone.x [-] 10 min after", true),
        ("2026-11-22 17:09:18.061 2 INFO keystone.x [-] more than that", false),
        ("2026-11-22 16:59:18.060 1 ERROR keystone.x Traceback (most recent call last):", true),
    ])
    func `a head of hours ago and of nobody is text if the log goes on as before`(next: String, isText: Bool) {
        let messages = events(of: [message, forged, next, ""].joined(separator: "\n")).messages
        #expect(
            messages[0] == (isText ? "filter (name=x⏎2026-11-22 10:00:00.000 9 ERROR fake [-] it)" : "filter (name=x"))
    }

    @Test(arguments: [
        ("a process that is known", "2026-11-22 10:00:00.000 1 INFO x [-] it"),
        ("within the hour", "2026-11-22 15:59:18.060 9 INFO x [-] it"),
        ("later", "2026-11-22 20:00:00.000 9 INFO x [-] it"),
    ])
    func `a head is not in doubt`(why: String, line: String) {
        let next = "2026-11-22 16:59:18.061 1 INFO keystone.x [-] next"
        #expect(
            events(of: [message, line, next, ""].joined(separator: "\n")).messages == ["filter (name=x", "it", "next"])
    }

    @Test func `heads in doubt are heads at the end, and after 64 lines`() {
        #expect(events(of: message + "\n" + forged + "\n").messages == ["filter (name=x", "it)"])
        let long = ([message, forged] + (1...63).map { "bare \($0)" }).joined(separator: "\n")
        let next = "\n2026-11-22 16:59:18.061 1 INFO keystone.x [-] next\n"
        #expect(events(of: long + next).count == 3)
        let short = ([message, forged] + (1...62).map { "bare \($0)" }).joined(separator: "\n")
        #expect(events(of: short + next).count == 2)
    }

    @Test func `a process with a clock of its own is no forgery`() {
        let text = """
            \(message)
            2026-11-22 10:00:00.000 9 INFO x [-] one
            2026-11-22 10:00:02.000 9 INFO x [-] two
            2026-11-22 16:59:18.061 1 INFO keystone.x [-] next
            """
        let messages = events(of: text + "\n").messages
        #expect(messages == ["filter (name=x", "one", "two", "next"])
    }

    // MARK: - No pid

    @Test func `without pids the next head of anyone ends a fold`() {
        let text = """
            2012-04-05 12:00:00 ERROR nova.x [-] one
            2012-04-05 12:00:00 INFO nova.y [-] two
            2012-04-05 12:00:00 TRACE nova.x KeyError: 'x'
            """
        #expect(events(of: text + "\n").count == 3)
    }

    @Test func `Grizzly's heads with a pid leave those without alone`() {
        let text = """
            2013-04-04 12:00:00.123 ERROR nova.x [req-1 u p] one
            2013-04-04 12:00:00.123 77 TRACE nova.x Traceback (most recent call last):
            2013-04-04 12:00:00.123 77 TRACE nova.x KeyError: 'x'
            2013-04-04 12:00:00.124 77 INFO nova.x [-] two
            """
        #expect(events(of: text + "\n").shown(["message", "error.type"]) == "one | KeyError\ntwo | -")
    }
}
