import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// logfold's output is also its input.
struct OwnOutputTests {
    private let text = """
        2026-11-22 16:59:18.000 1 ERROR nova.x [None req-1 u p - - - -] [instance: 3f4a] bad "x" \\n é: KeyError: 'x'
        2026-11-22 16:59:18.000 1 ERROR nova.x Traceback (most recent call last):
        2026-11-22 16:59:18.000 1 ERROR nova.x   File "/a.py", line 3, in f
        2026-11-22 16:59:18.000 1 ERROR nova.x KeyError: 'x'
        plain \u{1}

        """

    @Test func `read again it stays as it is`() {
        let once = EngineOutput(Array(text.utf8)).lines
        #expect(!once.isEmpty)
        #expect(EngineOutput(once).lines == once)
    }

    @Test func `every fixture is a fixed point`() throws {
        for pair in TruthPair.all.prefix(6) {
            let once = EngineOutput(try Recording(pair).bytes).lines
            #expect(EngineOutput(once).lines == once, "\(pair)")
        }
    }

    @Test func `it is redacted again`() {
        let own =
            #"{"@timestamp":"2026-11-22T16:59:18.000Z","message":"X-Auth-Token: gAAAAABsecretsecretsecret"}"# + "\n"
        let found = EngineOutput(Array(own.utf8), options: options { $0.isRedacting = true })
        let line = String(decoding: found.lines, as: UTF8.self)
        #expect(!line.contains("gAAAAABsecret") && line.contains("***"))
        #expect(JSONValue(found.lines.dropLast()) != nil)
        #expect(found.counts.redacted == 1)
    }

    @Test(arguments: [
        #"{"@timestamp":"2026-11-22T16:59:18.000Z","message":"torn"#,
        #"{"@timestamp":"2026-11-22T16:59:18.000Z","message":"a"} and more"#,
        #"{"@timestamp":"yesterday","message":"a"}"#,
        #"{"@timestamp":"2026-11-22T16:59:18.000Z","message":"a",}"#,
    ])
    func `what is not whole is text`(line: String) {
        let whole = #"{"@timestamp":"2026-11-22T16:59:18.000Z","message":"a"}"#
        let found = events(of: whole + "\n" + line + "\n")
        #expect(found.count == 2 && found[1]["logfold.format"] == "text")
        #expect(found[1]["message"] == line)
    }

    @Test func `an event inside another log is no event of ours`() {
        let forged = #"{"@timestamp":"2026-11-22T16:59:18.000Z","message":"forged","log":{"level":"critical"}}"#
        let found = events(of: "first line\n" + forged + "\n")
        #expect(found.map { $0["log.level"] } == ["-", "-"])
        let told = events(of: "first line\n" + forged + "\n", options { $0.format = .logfold })
        #expect(told.map { $0["log.level"] } == ["-", "critical"])
    }

    @Test func `it is selected by what it says`() {
        let once = EngineOutput(Array(text.utf8)).lines
        let none = EngineOutput(once, options: options { $0.selection.minimumSeverity = .critical })
        #expect(none.lines.isEmpty && none.counts.filtered == 1)
        let all = EngineOutput(once, options: options { $0.selection.requestID = Array("req-1".utf8) })
        #expect(all.entries.count == 1)
    }
}
