import Foundation
import LogfoldTestSupport
import Testing

/// A configuration that changes while the agent runs.
@Suite(.serialized) struct ReloadTests {
    private func rewrite(_ scenario: Scenario, _ old: String, _ new: String) throws {
        let path = scenario.agent.configuration
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing(old, with: new)
        try Data(text.utf8).write(to: URL(filePath: path))
        scenario.agent.signal(SIGHUP)
    }

    @Test func aNewZoneAtTheTopIsThatOfTheNextEvents() throws {
        let scenario = try Scenario()
        try scenario.log.write(2)
        scenario.settle()
        try rewrite(scenario, "timezone: UTC", "timezone: Europe/Paris")
        #expect(scenario.agent.waitForMessage("Reloaded"))
        try scenario.log.write(2)
        try scenario.expectEverythingOnce()
        #expect(
            scenario.audit.events.map { $0["@timestamp"] } == [
                "2026-11-22T16:00:00.000Z", "2026-11-22T16:00:00.001Z", "2026-11-22T15:00:00.002Z",
                "2026-11-22T15:00:00.003Z",
            ])
    }

    @Test func aSinkOfOriginalLinesGetsThemFromTheReloadOn() throws {
        let scenario = try Scenario()
        try scenario.log.write(2)
        scenario.settle()
        try rewrite(
            scenario, "sinks:",
            "sinks:\n  raw: { type: file, path: \"OUT/raw.log\", shape: raw }".replacing(
                "OUT", with: scenario.agent.folder.path + "/out"))
        #expect(scenario.agent.waitForMessage("Reloaded"))
        try scenario.log.write(2)
        try scenario.expectEverythingOnce()
        let raw = try String(contentsOfFile: scenario.agent.folder.path + "/out/raw.log", encoding: .utf8)
        #expect(raw == scenario.log.record(2) + scenario.log.record(3))
    }

    @Test func aWrongConfigurationChangesNothingAndIsSaid() throws {
        let scenario = try Scenario()
        try scenario.log.write(2)
        scenario.settle()
        try rewrite(scenario, "sinks:", "sinkz:")
        #expect(scenario.agent.waitForMessage("The new configuration is refused; the old one goes on"))
        #expect(scenario.agent.messages.contains("unknown key 'sinkz'; did you mean 'sinks'?"))
        try scenario.log.write(2)
        try scenario.expectEverythingOnce()
    }
}
