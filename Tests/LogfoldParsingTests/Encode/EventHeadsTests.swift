import LogfoldCore
import LogfoldParsing
import Testing

/// How `log` and `event` begin is kept by logger, level and zone: an event must never show what was kept for another.
struct EventHeadsTests {
    private func line(_ level: String, _ logger: String) -> String {
        "2026-11-22 16:59:18.060 4314 \(level) \(logger) [-] hello\n"
    }

    @Test func `loggers that share their ends, length and level are told apart`() {
        let loggers = ["nova.compute.aa.manager", "nova.compute.bb.manager", "nova.compute.aa.manager", "nova.compute"]
        let shown = shown(loggers.map { line("INFO", $0) }.joined(), ["log.logger", "event.dataset"])
        #expect(shown == loggers.map { "\($0) | openstack.nova" }.joined(separator: "\n"))
    }

    @Test func `one logger at two levels has two severities, the second time too`() {
        let text = ["INFO", "ERROR", "INFO", "ERROR"].map { line($0, "cinder.volume") }.joined()
        #expect(
            shown(text, ["log.level", "event.severity"]) == """
                info | 20
                error | 40
                info | 20
                error | 40
                """)
    }

    @Test func `more loggers than are kept, long and odd ones among them, each show themselves`() {
        let loggers =
            (0..<700).map { "neutron.agent.n\($0).service" }
            + [String(repeating: "l", count: 95), String(repeating: "l", count: 97), #"a"b\c"#, "é.ü", "x"]
        let names = loggers + loggers.reversed()
        #expect(events(of: names.map { line("INFO", $0) }.joined()).map { $0["log.logger"] } == names)
    }

    @Test func `a logger that is no UTF-8 is flagged each time`() {
        let head = Array("2026-11-22 16:59:18.060 4314 INFO nova.".utf8)
        let record = head + [0xff] + Array(" [-] hello\n".utf8)
        let flags = events(of: record + record).map { $0["logfold.flags"] }
        #expect(flags == ["[invalid_utf8]", "[invalid_utf8]"])
    }
}
