import Foundation
import LogfoldTestSupport
import Testing

/// The agent killed at any moment, and its state damaged: nothing is lost, nothing comes as two different events.
@Suite(.serialized) struct CrashTests {
    @Test(arguments: RunningAgent.SpoolType.allCases)
    func killedAtFiftyRandomMoments(spool: RunningAgent.SpoolType) throws {
        var random = SplitMix64(seed: 20_261_126)
        let scenario = try Scenario(configuration: RunningAgent.smallest(spool))
        // The agent has to know the log before it is rotated away: older files than the first it saw are left alone.
        try scenario.log.write(1)
        scenario.settle()
        for _ in 0..<50 {
            try scenario.log.write(Int(random.next() % 40) + 1)
            if random.next() % 4 == 0 {
                try scenario.rename()
                try scenario.log.reopen()
            }
            // Anything from before its first line of code to after its last event.
            let written = scenario.log.written
            let share = Int(random.next() % 101)
            _ = scenario.wait(seconds: 1) { $0.count * 100 >= written * share }
            scenario.agent.kill()
            try scenario.agent.start()
        }
        #expect(scenario.wait { $0.missing(scenario.log.written).isEmpty })
        scenario.agent.stop()
        #expect(scenario.audit.missing(scenario.log.written) == [])
        #expect(scenario.audit.doubled == [])
        #expect(scenario.audit.torn == 0)
    }

    @Test(arguments: RunningAgent.SpoolType.allCases)
    func restartedInTheMiddleOfAnEvent(spool: RunningAgent.SpoolType) throws {
        let scenario = try Scenario(configuration: RunningAgent.smallest(spool))
        let record = scenario.log.record(9)
        let lines = record.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { $0 + "\n" }
        try scenario.log.writeRaw(lines[..<3].joined())
        scenario.agent.signal(SIGTERM)
        scenario.agent.stop()
        try scenario.log.writeRaw(lines[3...].joined())
        try scenario.agent.start()
        #expect(scenario.wait { !$0.events.isEmpty })
        scenario.agent.stop()
        #expect(scenario.audit.events.map(\.lines) == [lines.count])
        #expect(scenario.audit.events.first?["error.type"] == "ValueError")
    }

    @Test(arguments: RunningAgent.SpoolType.allCases)
    func restartedWithARotationInBetween(spool: RunningAgent.SpoolType) throws {
        let scenario = try Scenario(configuration: RunningAgent.smallest(spool))
        try scenario.log.write(25)
        scenario.settle()
        scenario.agent.stop()
        try scenario.log.write(5)
        try scenario.rename()
        try scenario.log.reopen()
        try scenario.log.write(5)
        try scenario.agent.start()
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: ["", "LFPOS", "garbage that is no positions file at all"])
    func positionsThatAreDamagedLoseNothing(content: String) throws {
        let scenario = try Scenario(configuration: RunningAgent.smallest(.memory))
        try scenario.log.write(25)
        scenario.settle()
        scenario.agent.stop()
        let ids = scenario.audit.ids
        try scenario.agent.folder.write(content.utf8, to: "data/positions")
        try scenario.agent.start()
        try scenario.log.write(5)
        scenario.settle()
        scenario.agent.stop()
        #expect(scenario.audit.missing(30) == [])
        // What is read again has the ids that it had.
        #expect(scenario.audit.doubled == [])
        #expect(ids.allSatisfy { scenario.audit.ids[$0.key]?.contains($0.value[0]) == true })
        #expect(scenario.agent.messages.contains("positions"))
    }

    @Test(arguments: RunningAgent.SpoolType.allCases)
    func anEmptiedDataDirectoryGivesTheSameIdsAgain(spool: RunningAgent.SpoolType) throws {
        let scenario = try Scenario(configuration: RunningAgent.smallest(spool))
        try scenario.log.write(25)
        scenario.settle()
        scenario.agent.stop()
        let first = scenario.audit.ids
        try FileManager.default.removeItem(atPath: "\(scenario.agent.folder.path)/data")
        try FileManager.default.removeItem(atPath: scenario.agent.output)
        try scenario.agent.start()
        scenario.settle()
        scenario.agent.stop()
        #expect(scenario.audit.ids == first)
    }

    @Test func aSecondAgentOnTheSameDataIsRefused() throws {
        let scenario = try Scenario()
        try scenario.log.write(1)
        scenario.settle()
        let second = Process()
        second.executableURL = RunningAgent.program
        second.arguments = ["run", "-c", scenario.agent.configuration]
        second.standardError = FileHandle.nullDevice
        try second.run()
        second.waitUntilExit()
        #expect(second.terminationStatus == 3)
        scenario.agent.stop()
    }

    @Test func aDataDirectoryThatIsRemovedIsSaidAndMadeAnew() throws {
        let scenario = try Scenario(configuration: RunningAgent.smallest(.memory))
        try scenario.log.write(5)
        scenario.settle()
        try FileManager.default.removeItem(atPath: scenario.agent.folder.path + "/data")
        try scenario.log.write(5)
        #expect(scenario.agent.waitForMessage("Positions cannot be saved"))
        try scenario.log.write(5)
        #expect(scenario.agent.waitForMessage("Positions can be saved again"))
        #expect(scenario.wait { $0.missing(15).isEmpty })
        #expect(scenario.agent.stop() == 0)
        try scenario.agent.start()
        try scenario.log.write(5)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: RunningAgent.SpoolType.allCases)
    func aReloadLosesNothing(spool: RunningAgent.SpoolType) throws {
        let scenario = try Scenario(configuration: RunningAgent.smallest(spool))
        for _ in 0..<5 {
            try scenario.log.write(20)
            scenario.agent.signal(SIGHUP)
        }
        try scenario.expectEverythingOnce()
    }

    @Test func afterAReloadThatChangesAnInputNewLinesAreStillSeenAtOnce() throws {
        let scenario = try Scenario()
        try scenario.log.write(5)
        scenario.settle()
        for wait in 6...9 {
            let text = RunningAgent.smallest.replacing("rotate_wait: 5s", with: "rotate_wait: \(wait)s")
            try scenario.agent.rewrite(text)
            scenario.agent.signal(SIGHUP)
            #expect(scenario.wait { _ in scenario.agent.reloads == wait - 5 })
            // Without a word from inotify they would be found by the look that comes each minute.
            try scenario.log.write(5)
            scenario.settle()
        }
        try scenario.expectEverythingOnce()
    }

    @Test func aReloadWithAWrongFileChangesNothingAndSaysWhy() throws {
        let scenario = try Scenario()
        try scenario.log.write(5)
        scenario.settle()
        try scenario.agent.folder.write("sinks: { out: { type: fiel } }\n".utf8, to: "logfold.yaml")
        scenario.agent.signal(SIGHUP)
        try scenario.log.write(5)
        try scenario.expectEverythingOnce()
        #expect(scenario.agent.messages.contains("did you mean 'file'"))
    }
}
