import Foundation
import LogfoldTestSupport
import Testing

/// A disk without room under the sink: the agent waits, says so, ends when it is told to, and loses nothing.
@Suite(.serialized) struct FullDiskTests {
    /// More room than any disk has must stay free: the disk counts as full.
    private static let full = RunningAgent.smallest.replacing(
        #"path: "OUT/events.jsonl""#, with: #"path: "OUT/events.jsonl", min_free: 1000TiB"#)

    private func rewrite(_ scenario: Scenario, _ old: String, _ new: String) throws {
        let path = scenario.agent.configuration
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing(old, with: new)
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    @Test func nothingIsLostWhenThereIsRoomAgain() throws {
        let scenario = try Scenario(configuration: Self.full)
        try scenario.log.write(50)
        #expect(scenario.agent.waitForMessage("min_free"))
        #expect(scenario.audit.count == 0)
        try rewrite(scenario, "1000TiB", "1MiB")
        scenario.agent.signal(SIGHUP)
        try scenario.log.write(50)
        try scenario.expectEverythingOnce()
    }

    @Test func toldToEndItEndsInTimeAndTheNextRunDeliversWhatWaited() throws {
        let scenario = try Scenario(
            configuration: Self.full.replacing("timezone: UTC", with: "timezone: UTC\nshutdown_timeout: 500ms"))
        try scenario.log.write(50)
        #expect(scenario.agent.waitForMessage("min_free"))
        #expect(scenario.agent.stop() == 0)
        #expect(scenario.agent.messages.contains("Not all events are delivered yet"))
        try rewrite(scenario, "1000TiB", "1MiB")
        try scenario.agent.start()
        try scenario.expectEverythingOnce()
    }

    @Test func theOtherSinkGoesOn() throws {
        let scenario = try Scenario(
            configuration: RunningAgent.smallest
                + "\n  stuck: { type: file, path: \"OUT/stuck.jsonl\", min_free: 1000TiB }\n")
        try scenario.log.write(500)
        #expect(scenario.wait { $0.missing(500).isEmpty })
    }
}
