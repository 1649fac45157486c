import Foundation
import LogfoldTestSupport
import Testing

/// Every way in which a log is rotated, with the agent running through it or killed before, in and after it.
@Suite(.serialized) struct RotationTests {
    @Test(arguments: KillMoment.allCases) func renamedAndANewFileMade(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(25)
        scenario.settle()
        try scenario.at(.before)
        try scenario.rename()
        try scenario.at(.during)
        try scenario.log.reopen()
        try scenario.log.write(25)
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases) func copiedAndTruncated(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(25)
        scenario.settle()
        try scenario.at(.before)
        try FileManager.default.copyItem(atPath: scenario.path, toPath: scenario.path + ".1")
        try scenario.at(.during)
        try scenario.log.truncate()
        try scenario.log.write(25)
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases) func copiedAndTruncatedBeforeItWasRead(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(10)
        scenario.settle()
        scenario.agent.kill()
        try scenario.log.write(15)
        try scenario.copyAndTruncate()
        try scenario.log.write(10)
        try scenario.agent.start()
        try scenario.at(.before)
        try scenario.log.write(10)
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases) func truncatedInPlace(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(25)
        scenario.settle()
        try scenario.at(.before)
        try scenario.log.truncate()
        try scenario.at(.during)
        try scenario.log.write(5)
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases) func truncatedAndGrownBeyondTheOldEnd(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(25)
        scenario.settle()
        try scenario.at(.before)
        try scenario.log.truncate()
        try scenario.log.write(200)
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases) func twoFastRotations(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(15)
        scenario.settle()
        try scenario.at(.before)
        for _ in 0..<2 {
            try scenario.rename()
            try scenario.log.reopen()
            try scenario.log.write(15)
        }
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases) func threeRotationsWhileTheAgentIsDown(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(25)
        scenario.settle()
        try scenario.at(.before)
        scenario.agent.kill()
        for _ in 0..<3 {
            try scenario.rename()
            try scenario.log.reopen()
            try scenario.log.write(25)
        }
        try scenario.agent.start()
        try scenario.at(.during)
        try scenario.log.write(25)
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases) func theOldFileIsStillWritten(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(15)
        scenario.settle()
        try scenario.at(.before)
        try scenario.rename()
        // The service has not noticed yet.
        try scenario.log.write(15)
        try scenario.at(.during)
        try scenario.log.reopen()
        try scenario.log.write(15)
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases) func renamedWithoutANewFile(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(25)
        scenario.settle()
        try scenario.at(.before)
        try scenario.rename()
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases) func movedTruncatedAndMovedBack(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(25)
        scenario.settle()
        try scenario.at(.before)
        let aside = scenario.path + ".aside"
        try FileManager.default.moveItem(atPath: scenario.path, toPath: aside)
        try scenario.at(.during)
        try scenario.log.truncate()
        try FileManager.default.moveItem(atPath: aside, toPath: scenario.path)
        try scenario.log.write(15)
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases) func removedAndMadeAgainOnTheSameInode(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(25)
        scenario.settle()
        try scenario.at(.before)
        scenario.agent.kill()
        try FileManager.default.removeItem(atPath: scenario.path)
        try scenario.log.reopen()
        try scenario.log.write(40)
        try scenario.agent.start()
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases) func compressedAfterADowntime(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(15)
        scenario.settle()
        try scenario.at(.before)
        scenario.agent.kill()
        try scenario.log.write(15)
        try scenario.rename()
        try scenario.compress(".1")
        try scenario.log.reopen()
        try scenario.log.write(15)
        try scenario.agent.start()
        try scenario.at(.during)
        try scenario.log.write(15)
        try scenario.at(.after)
        try scenario.expectEverythingOnce()
    }

    @Test(arguments: KillMoment.allCases)
    func aCompressedFileThatIsStillBeingWrittenIsWaitedFor(moment: KillMoment) throws {
        let scenario = try Scenario(moment)
        try scenario.log.write(15)
        scenario.settle()
        scenario.agent.kill()
        try scenario.log.write(400)
        try scenario.rename()
        try scenario.compress(".1")
        let whole = try Data(contentsOf: URL(filePath: scenario.path + ".1.gz"))
        try whole.prefix(whole.count / 2).write(to: URL(filePath: scenario.path + ".1.gz"))
        try scenario.log.reopen()
        try scenario.log.write(15)
        try scenario.agent.start()
        try scenario.at(.during)
        let handle = try FileHandle(forWritingTo: URL(filePath: scenario.path + ".1.gz"))
        try handle.seekToEnd()
        try handle.write(contentsOf: whole.suffix(whole.count - whole.count / 2))
        try handle.close()
        try scenario.at(.after)
        scenario.settle()
        scenario.agent.stop()
        #expect(scenario.audit.repeated == [])
    }

    @Test func aLateLineInTheRotatedFileOutlivesAKill() throws {
        let scenario = try Scenario()
        try scenario.log.write(15)
        scenario.settle()
        try scenario.rename()
        let fresh = try ServiceLog(scenario.path, pid: 99)
        try fresh.write(5)
        scenario.settle(fresh)
        scenario.agent.signal(SIGSTOP)
        try scenario.log.write(5)
        scenario.agent.kill()
        try scenario.agent.start()
        #expect(scenario.wait { $0.missing(20).isEmpty && $0.missing(5, pid: 99).isEmpty })
        scenario.agent.stop()
        #expect(scenario.audit.repeated == [])
    }
}
