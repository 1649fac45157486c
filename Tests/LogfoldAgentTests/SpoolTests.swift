import Foundation
import LogfoldTestSupport
import Testing

/// The agent with a spool on the disk: what waits there outlives everything, and nothing secret does.
@Suite(.serialized) struct SpoolTests {
    /// A second sink that gets nothing done: its disk counts as full.
    private static let stuck =
        RunningAgent.smallest(.disk)
        + "\n  stuck: { type: file, path: \"OUT/stuck.jsonl\", min_free: 1000TiB }\n"

    private func rewrite(_ scenario: Scenario, _ old: String, _ new: String) throws {
        let path = scenario.agent.configuration
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing(old, with: new)
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    @Test func whatWaitsForASinkIsDeliveredThoughTheLogIsGone() throws {
        let scenario = try Scenario(configuration: Self.stuck)
        try scenario.log.write(200)
        #expect(scenario.wait { $0.missing(200).isEmpty })
        scenario.agent.kill()
        try FileManager.default.removeItem(atPath: scenario.path)
        try rewrite(scenario, "1000TiB", "0")
        try scenario.agent.start()
        let other = "\(scenario.agent.folder.path)/out/stuck.jsonl"
        #expect(scenario.wait { _ in Audit([other]).missing(200).isEmpty })
        scenario.agent.stop()
        #expect(Audit([other]).verdict(200) == "200 once, in order")
    }

    @Test func theCommandShowsExportsAndGivesUpWhatWaits() throws {
        let scenario = try Scenario(configuration: Self.stuck)
        let data = "\(scenario.agent.folder.path)/data"
        #expect(try Command.run(["spool", "info", "--data-dir", "/nowhere"]).code == 3)
        try scenario.log.write(20)
        #expect(scenario.wait { $0.missing(20).isEmpty })
        // The agent runs: looking is allowed, giving up is not.
        let refused = try Command.run(["spool", "forget", "stuck", "-d", data])
        #expect(refused.code == 3 && refused.output.contains("the agent has to be stopped"), "\(refused.output)")
        scenario.agent.stop()
        let info = try Command.run(["spool", "info", "-c", scenario.agent.configuration])
        #expect(info.output.contains("stuck: at 0, 20 events wait, 0 delivered"), "\(info.output)")
        #expect(info.output.contains("out: at 20, 0 events wait, 20 delivered"), "\(info.output)")
        let waiting = try Command.run(["spool", "export", "stuck", "-d", data])
        #expect(waiting.output.split(separator: "\n").count == 20)
        #expect(try Command.run(["spool", "verify", "-d", data]).code == 0)
        let gone = try Command.run(["spool", "forget", "stuck", "-d", data])
        #expect(gone.output == "gave up 20 events that waited for sink 'stuck'\n")
        #expect(!(try Command.run(["spool", "info", "-d", data]).output.contains("stuck")))
        #expect(try Command.run(["spool", "forgt", "-d", data]).output.contains("did you mean 'forget'?"))
    }

    @Test(arguments: RunningAgent.SpoolType.allCases)
    func aChangeOfTypeTakesThePositionsAlong(first: RunningAgent.SpoolType) throws {
        let scenario = try Scenario(configuration: RunningAgent.smallest(first))
        let types = [RunningAgent.SpoolType.disk, .memory].map {
            "spool: { type: \($0)" + ($0 == .disk ? ", min_free: 0 }" : " }")
        }
        let (from, to) = first == .disk ? (types[0], types[1]) : (types[1], types[0])
        for (old, new) in [(from, to), (to, from)] {
            try scenario.log.write(25)
            scenario.settle()
            #expect(scenario.agent.stop() == 0)
            try rewrite(scenario, old, new)
            try scenario.log.write(5)
            try scenario.agent.start()
        }
        try scenario.log.write(5)
        try scenario.expectEverythingOnce()
    }

    @Test func secretsAreInNoFileOfTheAgent() throws {
        let scenario = try Scenario(configuration: Self.stuck)
        let secret = "c4n4ryS3cr3tW0rd"
        try scenario.log.writeRaw(
            "2026-11-22 16:00:00.000 4314 INFO nova.api [-] {'adminPass': '\(secret)', 'user': 'me'}\n")
        try scenario.log.writeRaw(
            "2026-11-22 16:00:00.001 4314 INFO nova.api [-] mysql+pymysql://nova:\(secret)@10.0.0.1/nova\n")
        try scenario.log.write(5)
        scenario.agent.signal(0)
        #expect(scenario.wait { $0.missing(5).isEmpty && $0.events.count == 7 })
        scenario.agent.stop()
        let files = FileManager.default.enumerator(atPath: "\(scenario.agent.folder.path)/data")
        var names: [String] = []
        while let name = files?.nextObject() as? String {
            let content = FileManager.default.contents(atPath: "\(scenario.agent.folder.path)/data/\(name)") ?? Data()
            #expect(content.range(of: Data(secret.utf8)) == nil, "\(name)")
            if content.range(of: Data("seq=4314-3".utf8)) != nil { names.append(name) }
        }
        // The events themselves are there, so it was looked in the right place.
        #expect(names == ["spool/segment-0000000000000001.log"])
    }

    @Test func aSinkThatIsGoneFromTheConfigurationKeepsWhatWaitsForIt() throws {
        let scenario = try Scenario(configuration: Self.stuck)
        try scenario.log.write(50)
        #expect(scenario.wait { $0.missing(50).isEmpty })
        let line =
            "  stuck: { type: file, path: \"\(scenario.agent.folder.path)/out/stuck.jsonl\", min_free: 1000TiB }\n"
        try rewrite(scenario, line, "")
        scenario.agent.signal(SIGHUP)
        #expect(scenario.agent.waitForMessage("gone from the configuration"))
        try scenario.log.write(50)
        scenario.settle()
        scenario.agent.stop()
        try rewrite(scenario, "sinks:\n", "sinks:\n" + line.replacing("1000TiB", with: "0"))
        try scenario.agent.start()
        let other = "\(scenario.agent.folder.path)/out/stuck.jsonl"
        #expect(scenario.wait { _ in Audit([other]).missing(100).isEmpty })
        scenario.agent.stop()
        #expect(Audit([other]).verdict(100) == "100 once, in order")
    }
}
