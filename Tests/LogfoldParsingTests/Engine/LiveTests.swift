import LogfoldParsing
import LogfoldTestSupport
import Testing

/// When events leave while a log is written (`Docs/rules.md`, *Live*). Times are milliseconds of the test's clock.
struct LiveTests {
    private let info = "2026-11-22 16:59:18.000 1 INFO nova.x [-] up\n"
    private let error = "2026-11-22 16:59:18.000 1 ERROR nova.x [-] bad\n"
    private let header = "2026-11-22 16:59:18.000 1 ERROR nova.x Traceback (most recent call last):\n"
    private let type = "2026-11-22 16:59:18.000 1 ERROR nova.x KeyError: 'x'\n"
    private let end = "2026-11-22 16:59:18.000 1 ERROR nova.x \n"

    @Test func `each state of a record has its own patience`() {
        let table: [(text: String, wait: Int64)] = [
            (info, 30),
            (info + "bare\n", 30),
            (error, 250),
            (error + "bare\n", 250),
            (error + header, 2_000),
            (error + header + type, 2_000),
            (error + header + type + end, 30),
            // The prefix alone, and then more: the blank line of a chain.
            (error + header + type + end + type, 2_000),
            (info + header + type + end, 30),
            ("plain\n", 30),
            ("Traceback (most recent call last):\n", 2_000),
            ("Traceback (most recent call last):\n  File \"/a.py\", line 3, in f\n", 2_000),
        ]
        for (text, wait) in table {
            var script = EngineScript()
            script.write(text)
            #expect(script.quiet(at: 1_000).isEmpty, "\(text)")
            #expect(script.deadline == 1_000 + wait, "\(text)")
            #expect(script.quiet(at: 1_000 + wait - 1).isEmpty, "\(text)")
            #expect(script.quiet(at: 1_000 + wait).count == 1, "\(text)")
            #expect(script.deadline == nil, "\(text)")
        }
    }

    @Test func `a line that comes in time begins the silence again`() {
        var script = EngineScript()
        script.write(error)
        script.quiet(at: 0)
        script.write(header)
        script.quiet(at: 200)
        #expect(script.deadline == 2_200)
        script.write(type + end)
        script.quiet(at: 2_100)
        #expect(script.quiet(at: 2_130).shown(["message", "error.type"]) == "bad | KeyError")
    }

    @Test func `lines that come too late are one event of their own`() {
        var script = EngineScript()
        script.write(error)
        script.quiet(at: 0)
        #expect(script.quiet(at: 250).messages == ["bad"])
        script.write(header + type + end)
        script.quiet(at: 300)
        let late = script.quiet(at: 330)
        #expect(late.shown(["logfold.flags", "log.level", "process.pid", "logfold.lines"]) == "[late] | - | 1 | 3")
    }

    @Test func `text of a late block that looks like a head is late too`() {
        var script = EngineScript()
        script.write(error + header)
        script.quiet(at: 0)
        script.quiet(at: 2_000)
        script.write(type)
        script.finish()
        #expect(script.events.shown(["log.level", "logfold.flags"]) == "error | -\n- | [late]")
    }

    @Test func `a line without its newline holds back the fold it may belong to`() {
        var script = EngineScript()
        script.write(info + "bar")
        #expect(script.quiet(at: 0).isEmpty)
        #expect(script.quiet(at: 1_999).isEmpty)
        script.write("e\n")
        script.quiet(at: 1_999)
        #expect(script.quiet(at: 2_029).messages == ["up⏎bare"])
    }

    @Test func `it does so for the timeout, then the line is on its own`() {
        var script = EngineScript()
        script.write(info + "bar")
        script.quiet(at: 0)
        #expect(script.quiet(at: 2_000).messages == ["up"])
        #expect(script.finish().messages == ["bar"])
    }

    @Test func `an event waits behind an older one that is open`() {
        var script = EngineScript()
        script.write(error + info.replacing(" 1 INFO", with: " 2 INFO"))
        script.quiet(at: 0)
        #expect(script.quiet(at: 30).isEmpty)
        #expect(script.quiet(at: 250).messages == ["bad", "up"])
    }

    @Test func `parts of a container's line leave when the rest does not come`() {
        var script = EngineScript()
        script.write("2026-11-22T10:00:00.5Z stdout P \(info)")
        #expect(script.deadline == 0)
        #expect(script.quiet(at: 1_000).isEmpty)
        #expect(script.deadline == 3_000)
        script.quiet(at: 3_000)
        #expect(script.quiet(at: 3_030).shown(["message", "logfold.flags"]) == "up | [truncated]")
        #expect(script.deadline == nil)
    }

    @Test func `a line in doubt leaves although nothing else is open`() {
        let json =
            #"{"message": "m", "asctime": "2026-11-22 16:59:18", "name": "nova.x", "msg": "m", "args": [], "#
            + #""levelname": "INFO", "levelno": 20, "created": 1795366758.5, "process": 1, "traceback": null}"#
        var script = EngineScript()
        // So many that the source is decided on.
        script.write(String(repeating: "\(json)\n", count: 20) + "2026-11-22 10:00:00.000 9 INFO x [-] hours ago\n")
        #expect(script.events.count == 20)
        #expect(script.deadline == 0)
        script.quiet(at: 1_000)
        script.quiet(at: 1_030)
        #expect(script.events.count == 21 && script.events.last?["message"] == "hours ago")
    }
}
