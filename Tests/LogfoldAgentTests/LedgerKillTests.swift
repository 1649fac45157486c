import Foundation
import Glibc
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSpool

/// What was counted of an input outlives every kill, each byte of the log once, and agrees with what the sinks have.
@Suite(.serialized) struct LedgerKillTests {
    private static let kills = 30

    /// Of ten records one is dropped by a transform and one goes to the second sink, the only one that is slow.
    private static func configuration(_ spool: RunningAgent.SpoolType) -> String {
        RunningAgent.smallest(spool).replacing(
            "sinks:", with: "transforms:\n  threes: { type: filter, drop: 'message contains \"3 Took\"' }\nsinks:")
            + "\n  slow: { type: test, socket: \"OUT/slow\", max_events: 3, condition: 'log.level >= error' }\n"
    }

    @Test(arguments: RunningAgent.SpoolType.allCases)
    func eachByteCountsOnceHoweverOftenTheAgentIsKilled(spool: RunningAgent.SpoolType) throws {
        var random = SplitMix64(seed: 7)
        let agent = try RunningAgent(Self.configuration(spool))
        let log = try ServiceLog("\(agent.logs)/nova.log")
        let judge = try Judge(at: "\(agent.folder.path)/out/slow") { _ in
            usleep(5_000)
            return .take()
        }
        var last: Int64 = 0
        for kill in 0..<Self.kills {
            try agent.start()
            try log.write(random.number(in: 10...60))
            if random.number(in: 0...2) == 0 { _ = judge.waitForRequests(judge.requests + 1, seconds: 20) }
            usleep(UInt32(random.number(in: 0...150_000)))
            try log.write(random.number(in: 0...30))
            agent.kill()
            guard let counts = try saved(spool, agent) else { continue }
            let expected = Self.expected(log, events: counts.inEvents.events + counts.leftOut.events)
            #expect(counts == expected, "kill \(kill)")
            #expect(counts.inEvents.events >= last, "kill \(kill)")
            last = counts.inEvents.events
        }
        #expect(last > 0)
        // Ends with an error, which waits for nothing that may come.
        while log.written % 10 != 0 || log.written == 0 { try log.write() }
        try agent.start()
        let isDelivered = FolderWatch(agent.folder.path + "/out").wait(seconds: 120) {
            ["out", "slow"].allSatisfy { agent.figure("waiting_events", of: $0)?.text == "0" }
                && Audit([agent.output]).ids.keys.contains("4314-\(log.written - 1)")
        }
        #expect(isDelivered)
        #expect(agent.stop() == 0)
        let all = Self.expected(log, events: Int64(log.written))
        #expect(try saved(spool, agent) == all)
        let (emitted, errors) = (all.inEvents.events, log.written / 10)
        let input =
            "input=logs bytes=\(all.inEvents.bytes) lines=\(all.inEvents.lines) events=\(emitted) "
            + "left_out_bytes=\(all.leftOut.bytes) left_out_events=\(all.leftOut.events)\n"
        // In memory a sink may get some again.
        let sinks = [
            "sink=out emitted=\(emitted) delivered=\(emitted) filtered=0 waiting=0\n",
            "sink=slow emitted=\(emitted) delivered=\(errors) filtered=\(Int(emitted) - errors) waiting=0\n",
        ]
        for line in [input] + (spool == .disk ? sinks : []) {
            let isSaid = agent.messages.contains(line)
            #expect(isSaid, "\(line)")
        }
    }

    /// What a reading of the first events of the log counts, by the log alone.
    private static func expected(_ log: ServiceLog, events: Int64) -> InputCounts {
        var counts = InputCounts()
        for number in 0..<Int(events) {
            var amount = ReadAmount()
            let text = log.record(number).utf8
            amount.bytes = Int64(text.count)
            amount.lines = Int64(text.count { $0 == 0x0A })
            amount.events = 1
            if number % 10 == 3 { counts.leftOut += amount } else { counts.inEvents += amount }
        }
        return counts
    }

    /// What lies in `data_dir` of it; nil where nothing does yet.
    private func saved(_ spool: RunningAgent.SpoolType, _ agent: RunningAgent) throws -> InputCounts? {
        let folder = "\(agent.folder.path)/data"
        switch spool {
        case .disk: return try SpoolInspection.report(of: DiskSpool.folder(in: folder), PosixFileSystem()).read["logs"]
        case .memory:
            let store = PositionStore(try DataDirectory(folder, in: PosixFileSystem()))
            return try store.load().positions?.read(for: ["out", "slow"])["logs"]
        }
    }
}
