import Foundation
import Glibc
import LogfoldIO
import LogfoldTestSupport
import Testing

/// The agent under load, killed again and again, with three sinks: a file, a slow one, and one that fails in every way.
@Suite(.serialized) struct DeliveryKillTests {
    /// `LOGFOLD_TEST_KILLS=200` sets how often it is killed.
    private static let kills = ProcessInfo.processInfo.environment["LOGFOLD_TEST_KILLS"].flatMap { Int($0) } ?? 40

    private static let configuration =
        RunningAgent.smallest + """

              slow: { type: test, socket: "OUT/slow", max_events: 40 }
              failing: { type: test, socket: "OUT/failing", max_events: 60, timeout: 500ms }
            """

    /// Of a hundred records one is refused for good by the failing sink.
    private static func isRejected(_ number: Int) -> Bool { number % 100 == 50 }

    /// What the failing sink says: by the number of the call, so that a run can be played again.
    private static func fail(_ request: Judge.Request, _ call: Int) -> Judge.Verdict {
        var random = SplitMix64(seed: UInt64(call))
        switch random.number(in: 0...9) {
        case 0: return .refuse("too much to do", retryAfter: .milliseconds(20))
        case 1: return .hangUp
        case 2: return .takeAndHangUp
        case 3 where call % 3 == 0: return .silence
        case 4:
            let held = request.items(with: "3 Took").map { Judge.Refusal($0, "held", status: 404, reason: "no index") }
            return .take(except: rejected(request) + held)
        case 5:
            let busy = request.items(with: "7 Took").map { Judge.Refusal($0, "busy", status: 429) }
            return .take(except: rejected(request) + busy)
        default: return .take(except: rejected(request))
        }
    }

    private static func rejected(_ request: Judge.Request) -> [Judge.Refusal] {
        request.items(with: "50 Took").map { Judge.Refusal($0, "rejected", status: 400, reason: "fifty") }
    }

    @Test func noEventIsLostAtAnySinkAndTheLedgerIsThatOfAnAuditor() throws {
        var random = SplitMix64(seed: 6)
        let agent = try RunningAgent(Self.configuration)
        let log = try ServiceLog("\(agent.logs)/nova.log")
        let watch = FolderWatch(agent.folder.path + "/out")
        let calls = Counter()
        let slow = try Judge(at: "\(agent.folder.path)/out/slow") { _ in
            usleep(20_000)
            return .take()
        }
        let failing = try Judge(at: "\(agent.folder.path)/out/failing") { Self.fail($0, calls.next()) }
        for _ in 0..<Self.kills {
            try agent.start()
            try log.write(random.number(in: 0...60))
            // The agent is killed at another point of its work each time.
            let (requests, faults) = (slow.requests, failing.requests)
            switch random.number(in: 0...4) {
            case 0: break
            case 1: _ = slow.waitForRequests(requests + 1, seconds: 1)
            case 2: _ = failing.waitForRequests(faults + random.number(in: 1...3), seconds: 1)
            case 3: usleep(UInt32(random.number(in: 0...300_000)))
            default:
                let size = Self.size(agent.output)
                _ = watch.wait(seconds: 1) { Self.size(agent.output) > size }
            }
            try log.write(random.number(in: 0...30))
            agent.kill()
        }
        // One record more, so that none waits for its traceback to end.
        try log.write(1)
        failing.decide { .take(except: Self.rejected($0)) }
        try agent.start()
        let isDelivered = watch.wait(seconds: 300) {
            ["out", "slow", "failing"].allSatisfy {
                agent.figure("emitted_events", of: $0)?.text == "\(log.written)"
                    && agent.figure("waiting_events", of: $0)?.text == "0"
            }
        }
        #expect(isDelivered)
        #expect(agent.stop() == 0)
        try audit(agent, log, slow, failing)
    }

    private static func size(_ path: String) -> Int64 { (try? PosixFileSystem().look(at: path).size) ?? 0 }

    private func audit(_ agent: RunningAgent, _ log: ServiceLog, _ slow: Judge, _ failing: Judge) throws {
        let rejected = (0..<log.written).filter(Self.isRejected)
        let audits = [
            ("out", Audit([agent.output]), []), ("slow", Audit(lines: slow.lines), []),
            ("failing", Audit(lines: failing.lines), rejected),
        ]
        for (name, audit, refused) in audits {
            // What a lost answer has left open may have been taken before it was refused.
            let lost = audit.missing(log.written).filter { !refused.contains($0) }
            #expect(lost == [], "\(name): lost")
            #expect(audit.doubled == [], "\(name): a repeat with another id")
            #expect(audit.torn == 0, "\(name)")
            let ledger =
                "sink=\(name) emitted=\(log.written) delivered=\(log.written - refused.count) filtered=0 waiting=0"
                + (refused.isEmpty ? "\n" : " dead_lettered=\(refused.count)\n")
            let isRight = agent.messages.contains(ledger)
            #expect(isRight, "\(name): \(ledger)")
        }
        #expect(audits[0].1.repeated == [], "the file takes back what it had written")
        let letters = try String(
            contentsOfFile: "\(agent.folder.path)/data/dead-letters/failing.jsonl", encoding: .utf8)
        #expect(letters.split(separator: "\n").count == rejected.count, "no letter is there twice")
    }
}
