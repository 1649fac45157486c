import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// Transports and headers round the records, through the whole engine.
struct LayersEngineTests {
    private let head = "2026-11-22 16:59:18.000 1 ERROR nova.x [-] bad: KeyError: 'x'"
    private let stack = [
        "2026-11-22 16:59:18.000 1 ERROR nova.x Traceback (most recent call last):",
        "2026-11-22 16:59:18.000 1 ERROR nova.x KeyError: 'x'", "2026-11-22 16:59:18.000 1 ERROR nova.x ",
    ]

    @Test func `stdout and stderr of a container are folded apart`() {
        let text = """
            2026-11-22T16:59:18.1Z stdout F \(head)
            2026-11-22T16:59:18.2Z stderr F Traceback (most recent call last):
            2026-11-22T16:59:18.3Z stdout F \(stack[0])
            2026-11-22T16:59:18.4Z stderr F   File "/a.py", line 3, in f
            2026-11-22T16:59:18.5Z stdout F \(stack[1])
            2026-11-22T16:59:18.6Z stderr F ValueError: y

            """
        #expect(
            shown(text, ["message", "error.type", "logfold.lines", "logfold.format", "@timestamp"]) == """
                bad | KeyError | 3 | cri/oslo | 2026-11-22T16:59:18.000Z
                ValueError: y | ValueError | 3 | cri/text | 2026-11-22T16:59:18.200Z
                """)
    }

    @Test func `parts of a line are joined for each stream`() {
        let text = """
            2026-11-22T16:59:18.1Z stdout P 2026-11-22 16:59:18.000 1 INFO nova.x [-] one
            2026-11-22T16:59:18.1Z stdout P  and
            2026-11-22T16:59:18.2Z stdout F  more
            2026-11-22T16:59:18.3Z stdout F 2026-11-22 16:59:18.001 1 INFO nova.x [-] two

            """
        #expect(events(of: text).messages == ["one and more", "two"])
    }

    @Test func `docker's file`() {
        let text = """
            {"log":"\(head)\\n","stream":"stdout","time":"2026-11-22T16:59:18.1Z"}
            {"log":"\(stack[0])\\n","stream":"stdout","time":"2026-11-22T16:59:18.2Z"}
            {"log":"\(stack[1])\\n","stream":"stdout","time":"2026-11-22T16:59:18.3Z"}
            {"log":"text \\u001b[31mred\\u001b[0m","stream":"stderr","time":"2026-11-22T16:59:18.4Z"}

            """
        #expect(
            shown(text, ["message", "error.type", "logfold.lines", "logfold.format", "@timestamp"]) == """
                bad | KeyError | 3 | docker/oslo | 2026-11-22T16:59:18.000Z
                text red | - | - | docker/text | 2026-11-22T16:59:18.400Z
                """)
    }

    @Test(arguments: [
        (
            "Nov 22 16:59:19 cmp1 nova-compute[77]: plain", "cmp1 | nova-compute | 77 | syslog/text | plain",
            "2025-11-22T16:59:19.000Z"
        ),
        (
            "<30>1 2026-11-22T16:59:19.5+01:00 cmp1 nova-compute 77 - - plain",
            "cmp1 | nova-compute | 77 | syslog5424/text | plain", "2026-11-22T15:59:19.500Z"
        ),
        (
            "2026-11-22T16:59:19.5+01:00 cmp1 nova-compute[77]: plain",
            "cmp1 | nova-compute | 77 | syslog_iso/text | plain", "2026-11-22T15:59:19.500Z"
        ),
        (
            "2026-11-22 16:59:19.123456 2026-11-22 16:59:18.000 4 INFO nova.x [-] hello",
            "- | - | 4 | apache/oslo | hello", "2026-11-22T16:59:18.000Z"
        ),
        (
            "[Sun Nov 22 16:59:19.123456 2026] [wsgi:error] [pid 7:tid 8] [remote ::1:5] "
                + "2026-11-22 16:59:18.000 4 INFO nova.x [-] hello",
            "- | - | 4 | apache_error/oslo | hello", "2026-11-22T16:59:18.000Z"
        ),
        (
            "[Sun Nov 22 16:59:19.123456 2026] [core:notice] [pid 7:tid 8] AH00094: Command line",
            "- | - | 7 | apache_error/text | AH00094: Command line", "2026-11-22T16:59:19.123456Z"
        ),
        (
            "2026-11-22T16:59:19.000000001Z 2026-11-22 16:59:18.000 4 INFO nova.x [-] hello",
            "- | - | 4 | stamp/oslo | hello", "2026-11-22T16:59:18.000Z"
        ),
        (
            "nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO nova.x [-] hello",
            "- | nova-api | 25746 | file_name/oslo | hello", "2017-05-16T00:00:00.008Z"
        ),
    ])
    func `a header gives what the record does not say`(line: String, event: String, time: String) {
        var options = EngineOptions.judged
        // 2026-11-22T12:00:00Z
        options.referenceTime = 1_795_348_800_000_000_000
        let found = events(of: line + "\n", options)
        #expect(found.shown(["host.name", "service.name", "process.pid", "logfold.format", "message"]) == event)
        #expect(found[0]["@timestamp"] == time)
    }

    @Test func `each line of a traceback has Apache's prefix and another time`() {
        let lines = ([head] + stack).enumerated().map { number, line in
            "[Sun Nov 22 16:59:19.12345\(number) 2026] [wsgi:error] [pid 7:tid 8] [remote ::1:5] \(line)\n"
        }
        let other =
            "[Sun Nov 22 16:59:19.123459 2026] [wsgi:error] [pid 9:tid 9] "
            + "2026-11-22 16:59:18.000 9 INFO nova.y [-] b\n"
        let text = lines[0] + lines[1] + other + lines[2] + lines[3]
        #expect(
            shown(text, ["message", "error.type", "logfold.lines", "log.level"]) == """
                bad | KeyError | 4 | error
                b | - | - | info
                """)
    }

    @Test func `journalctl's blanks in front of further lines are taken off`() {
        let header = "Nov 22 16:59:19 cmp1 nova-compute[77]: "
        let blanks = String(repeating: " ", count: header.utf8.count)
        let text = """
            \(header)ERROR nova.x [-] bad: KeyError: 'x'
            \(blanks)ERROR nova.x Traceback (most recent call last):
            \(blanks)ERROR nova.x   File "/a.py", line 3, in f
            \(blanks)ERROR nova.x KeyError: 'x'
            \(header)INFO nova.x [-] next
            \(blanks.dropLast())half an indent

            """
        #expect(
            shown(text, ["message", "error.type", "logfold.lines", "host.name", "process.pid"]) == """
                bad | KeyError | 4 | cmp1 | 77
                next⏎\(blanks.dropLast())half an indent | - | 2 | cmp1 | 77
                """)
    }

    @Test func `a line of TRACE without its record is the rest of a traceback`() {
        let found = events(
            of: "2013-05-13 15:59:38.717 3014 TRACE nova.x QuantumClientException: 404 Not Found\n"
                + "2013-05-13 15:59:38.717 3014 TRACE nova.x \n"
                + "2013-05-13 15:59:39.000 3014 TRACE nova.x [-] a record\n")
        #expect(found.map { $0["log.level"] } == ["-", "trace"])
        #expect(found[0]["error.type"] == "QuantumClientException" && found[0]["logfold.flags"] == "[late]")
    }

    @Test func `a record that syslog carried in one line is whole`() {
        let text = """
            Nov 22 16:59:19 cmp1 nova: \(head)#012\(stack[0])#012\(stack[1])
            Nov 22 16:59:19 cmp1 nova: \(stack[0])
            Nov 22 16:59:19 cmp1 nova: 2026-11-22 16:59:18.000 1 INFO nova.x [-] a#0122026-11-22 10:00:00.000 9 INFO x [-] b

            """
        let found = events(of: text)
        #expect(found.map { $0["error.type"] } == ["KeyError", "-", "-"])
        #expect(found[1]["logfold.flags"] == "[late]")
        #expect(found[2]["message"] == "a⏎2026-11-22 10:00:00.000 9 INFO x [-] b")
        #expect(found.allSatisfy { $0["logfold.lines"] == "-" }, "one physical line each")
    }

    @Test func `hosts and tags of a syslog file are streams of their own`() {
        let text = """
            Nov 22 16:59:19 cmp1 nova[7]: \(head)
            Nov 22 16:59:19 cmp2 nova[7]: 2026-11-22 16:59:18.000 1 INFO nova.x [-] other host, same pid
            Nov 22 16:59:19 cmp1 nova[7]: \(stack[0])
            Nov 22 16:59:19 cmp1 nova[7]: \(stack[1])

            """
        #expect(
            shown(text, ["host.name", "error.type", "logfold.lines"]) == """
                cmp1 | KeyError | 3
                cmp2 | - | -
                """)
    }

    @Test func `a journal entry is one record`() {
        let message = ([head] + stack.prefix(2)).joined(separator: "\\n")
        let entry =
            #"{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1795366758500000","_PID":"77","_HOSTNAME":"cmp1","#
            + #""SYSLOG_IDENTIFIER":"nova-compute","LOGGER_NAME":"nova.x","LOGGER_LEVEL":"ERROR","PRIORITY":"3","#
            + #""CODE_FUNC":"f","REQUEST_ID":"req-9","MESSAGE":"\#(message)"}"#
        let fields = [
            "message", "error.type", "host.name", "service.name", "http.request.id", "log.origin.function",
            "logfold.format",
        ]
        #expect(shown(entry + "\n", fields) == "bad | KeyError | cmp1 | nova-compute | req-9 | f | journal/oslo")
    }

    @Test func `a header that begins in the middle of a file is noticed`() {
        let plain = (1...30).map { "2026-11-22 16:59:18.000 1 INFO nova.x [-] plain \($0)\n" }.joined()
        let wrapped = (1...3).map {
            "Nov 22 16:59:19 cmp1 nova[7]: 2026-11-22 16:59:19.000 1 INFO nova.x [-] wrapped \($0)\n"
        }.joined()
        let found = events(of: plain + wrapped)
        #expect(found.count == 33)
        #expect(
            found.suffix(3).shown(["message", "logfold.format"])
                == (1...3).map { "wrapped \($0) | syslog/oslo" }.joined(separator: "\n"))
        #expect(found[29]["logfold.format"] == "-")
    }

    @Test func `colours are taken out from the first line that has one, in whatever chunks it comes`() throws {
        let plain = (1...30).map { "2026-11-22 16:59:18.000 1 INFO nova.x [-] plain \($0)\n" }.joined()
        let text =
            plain
            + "Nov 22 16:59:19 cmp1 nova[7]: text\n\u{1b}[01;31m2026-11-22 16:59:18.000 1 ERROR nova.x [-] red\u{1b}[0m\n"
        #expect(events(of: text).last?["message"] == "red")
        let difference = try ChunkingVerifier(Array(text.utf8)) { EngineOutput($0).lines }.firstDifference()
        #expect(difference == nil)
    }

    @Test func `text between the layers' lines goes on where it stands`() {
        let text = """
            2026-11-22T16:59:18.1Z stdout F 2026-11-22 16:59:18.000 1 INFO nova.x [-] one
            no layer at all
            2026-11-22T16:59:18.3Z stdout F 2026-11-22 16:59:18.001 1 INFO nova.x [-] two

            """
        #expect(events(of: text).messages == ["one⏎no layer at all", "two"])
    }

    // MARK: - What others wrote in between

    @Test func `facts of a line in doubt are kept while it waits`() {
        func wrapped(_ text: String) -> String { "2026-11-22T16:59:18.1Z stdout F \(text)\n" }
        let json =
            #"{"message": "m", "asctime": "2026-11-22 16:59:18", "name": "nova.x", "msg": "m", "args": [], "#
            + #""levelname": "INFO", "levelno": 20, "created": 1795366758.5, "process": 1, "traceback": null}"#
        var script = EngineScript()
        script.write(
            String(repeating: wrapped(json), count: 30) + wrapped("2026-11-22 10:00:00.000 9 INFO x [-] hours ago"))
        script.write(wrapped(json))
        script.finish()
        #expect(script.events.count == 32)
        #expect(script.events[30].json["logfold"]?["format"]?.text == "cri/oslo")
    }

    @Test func `a report's ruler is not taken back over the head of another stream`() {
        let ruler = String(repeating: "=", count: 72)
        let title = "====                        Guru Meditation                         ===="
        func wrapped(_ stream: String, _ text: String) -> String { "2026-11-22T16:59:18.1Z \(stream) F \(text)\n" }
        let filler = String(repeating: "x", count: 500)
        var script = EngineScript()
        script.write(
            wrapped("stdout", "2026-11-22 16:59:18.000 1 INFO nova.x [-] \(filler)") + wrapped("stdout", ruler))
        script.write(wrapped("stderr", "Traceback (most recent call last):") + wrapped("stdout", title))
        for number in 1...50 {
            script.write(wrapped("stdout", "2026-11-22 16:59:18.000 1 INFO nova.x [-] \(number) \(filler)"))
        }
        script.finish()
        #expect(script.events.count == 53)
        #expect(script.events.contains { $0["message"].hasPrefix(title) })
    }

    @Test("a text that is empty behind its header, while others wait, is an event of its own")
    func emptyText() {
        let lines = (0..<400).map {
            $0 % 3 == 0 ? "Nov 22 16:50:52 ctl1 tag\($0 % 7):" : "Nov 22 16:50:52 ctl1 tag\($0 % 7): text \($0)"
        }
        let log = Array((lines.joined(separator: "\n") + "\n").utf8)
        let output = EngineOutput(
            stride(from: 0, to: log.count, by: 97).map { log[$0..<Swift.min($0 + 97, log.count)] })
        #expect(output.entries.reduce(0) { $0 + Int($1.rawLength) } == log.count)
    }

    @Test("a number that a layer names is left out where it is none")
    func badNumbers() throws {
        let line =
            #"{"__REALTIME_TIMESTAMP":"1795370287721835","MESSAGE":"m","LOGGER_NAME":"nova.x","#
            + #""_PID":"35a6","SYSLOG_PID":"35a6","CODE_LINE":"1e","CODE_FILE":"/x.py"}"#
        let event = try #require(EngineOutput(Array((line + "\n").utf8)).events.first)
        #expect(event["process.pid"] == nil)
        #expect(event["log.origin.file.line"] == nil)
        #expect(event["log.origin.file.name"] == "/x.py")
    }
}
