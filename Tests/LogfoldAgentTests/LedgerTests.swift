import Foundation
import LogfoldTestSupport
import Testing

/// What the agent says of its work: while it runs, and at its end.
@Suite(.serialized) struct LedgerTests {
    /// Of ten records of the log one is an error.
    private static let twoSinks =
        RunningAgent.smallest.replacing(
            "sinks:", with: "transforms:\n  mark: { type: add_fields, labels: { a: b } }\nsinks:")
        + "\n  errors: { type: file, path: \"OUT/errors.jsonl\", condition: 'log.level >= error' }\n"

    private static let fullDisk = RunningAgent.smallest.replacing(
        #"path: "OUT/events.jsonl""#, with: #"path: "OUT/events.jsonl", min_free: 1000TiB"#
    ).replacing("timezone: UTC", with: "timezone: UTC\nshutdown_timeout: 100ms")

    private func elements(_ list: String, _ status: JSONValue?) -> [JSONValue] {
        if case .array(let elements)? = status?[list] { elements } else { [] }
    }

    /// Events emitted, delivered, filtered, waiting.
    private func figures(_ sink: String, _ status: JSONValue?) -> [String] {
        let found = elements("sinks", status).first { $0["name"]?.text == sink }
        return ["emitted", "delivered", "filtered", "waiting"].map { found?["\($0)_events"]?.text ?? "none" }
    }

    @Test func everyEventIsAccountedForInEverySinkAlsoInTheNextRun() throws {
        let scenario = try Scenario(configuration: Self.twoSinks)
        try scenario.log.write(50)
        scenario.settle()
        let status = scenario.agent.status
        #expect(figures("out", status) == ["50", "50", "0", "0"])
        #expect(figures("errors", status) == ["50", "5", "45", "0"])
        #expect(elements("transforms", status).map { $0["dropped_events"]?.text } == ["0"])
        #expect(scenario.agent.stop() == 0)
        let messages = scenario.agent.messages
        #expect(messages.contains("The sink has ended sink=out emitted=50 delivered=50 filtered=0 waiting=0"))
        #expect(messages.contains("The sink has ended sink=errors emitted=50 delivered=5 filtered=45 waiting=0"))
        #expect(messages.contains("Stopped uptime=") && messages.contains(" lines=75 events=50"))
        // Another run goes on counting.
        try scenario.log.write(20)
        try scenario.agent.start()
        scenario.settle()
        #expect(figures("out", scenario.agent.status) == ["70", "70", "0", "0"])
        #expect(figures("errors", scenario.agent.status) == ["70", "7", "63", "0"])
    }

    @Test func whatWaitsIsSaidWithItsBytesAndItsAge() throws {
        let scenario = try Scenario(
            configuration: Self.fullDisk)
        try scenario.log.write(50)
        #expect(scenario.agent.waitForMessage("min_free"))
        // The last record is an error: it is waited for whether a traceback comes.
        #expect(scenario.wait { _ in figures("out", scenario.agent.status) == ["50", "0", "0", "50"] })
        let status = scenario.agent.status
        #expect(Int(elements("sinks", status).first?["waiting_bytes"]?.text ?? "") ?? 0 > 50 * 100)
        #expect(status?["spool"]?["oldest_age_ms"] != nil)
        #expect(scenario.agent.stop() == 0)
        #expect(scenario.agent.messages.contains("sink=out emitted=50 delivered=0 filtered=0 waiting=50"))
    }

    @Test func aReloadDoesNotForgetWhatWasFiltered() throws {
        let scenario = try Scenario(configuration: Self.twoSinks)
        try scenario.log.write(50)
        scenario.settle()
        let path = scenario.agent.configuration
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing(">= error", with: ">= critical")
        try Data(text.utf8).write(to: URL(filePath: path))
        scenario.agent.signal(SIGHUP)
        #expect(scenario.agent.waitForMessage("Reloaded"))
        try scenario.log.write(50)
        scenario.settle()
        #expect(figures("errors", scenario.agent.status) == ["100", "5", "95", "0"])
    }

    @Test func repeatedMessagesAreCountedAtTheEnd() throws {
        let scenario = try Scenario(
            configuration: Self.fullDisk)
        try scenario.log.write(1)
        // Five of a kind are said.
        #expect(FolderWatch(scenario.agent.folder.path).wait(seconds: 60) { tries(scenario.agent) > 6 })
        scenario.agent.stop()
        #expect(scenario.agent.messages.contains("Repeated: The sink cannot go on"))
    }

    private func tries(_ agent: RunningAgent) -> Int {
        Int(elements("sinks", agent.status).first?["failures"]?.text ?? "") ?? 0
    }
}
