import Foundation
import Glibc
import LogfoldIO
import LogfoldTestSupport
import Synchronization
import Testing

/// How many requests a server takes is found while it runs: the real sink, over HTTP.
@Suite(.serialized) struct RequestLimitTests {
    /// A server with room for so many requests, each of which takes it so long; what comes beyond is refused.
    private final class BusyServer: Sendable {
        private struct Work {
            var inService = 0
            var mostInService = 0
            var refused = 0
            var stored: [String: Int] = [:]
        }

        private let work = Monitor(Work())
        private let room: Int
        private let milliseconds: UInt32

        init(room: Int, milliseconds: UInt32) { (self.room, self.milliseconds) = (room, milliseconds) }

        /// How often each event was stored, by its id.
        var stored: [String: Int] { work.withLock { $0.stored } }
        var refused: Int { work.withLock { $0.refused } }
        var mostInService: Int { work.withLock { $0.mostInService } }

        /// Waits until so many events were stored; false when that has not come in time.
        func waitForEvents(_ count: Int) -> Bool {
            let end = SystemClock().monotonic + 120_000_000_000
            return work.wait(until: end) { $0.stored.count >= count ? true : nil } ?? false
        }

        func answer(_ request: ScriptedServer.Request) -> ScriptedServer.Reply {
            let hasRoom = work.withLock { work in
                guard work.inService < room else {
                    work.refused += 1
                    return false
                }
                work.inService += 1
                work.mostInService = max(work.mostInService, work.inService)
                return true
            }
            let refusal = #"{"error":{"type":"es_rejected_execution_exception","reason":"queue"},"status":429}"#
            guard hasRoom else { return .answer(429, body: refusal) }
            usleep(milliseconds * 1_000)
            let ids = String(decoding: request.body, as: UTF8.self).matches(of: #/"_id":"([^"]+)"/#).map {
                String($0.output.1)
            }
            work.change { work in
                for id in ids { work.stored[id, default: 0] += 1 }
                work.inService -= 1
            }
            let items = ids.map { _ in #"{"create":{"status":201}}"# }.joined(separator: ",")
            return .answer(200, body: #"{"took":1,"errors":false,"items":[\#(items)]}"#)
        }
    }

    /// Two sinks of one agent get the same events at the same time, each with a server of its own: one is told how many
    /// requests that takes, the other is not. Both are slowed down alike by what else the machine does.
    @Test(arguments: [1, 4])
    func withoutBeingToldASinkBringsFourFifthsOfWhatTheBestFixedLimitBrings(room: Int) throws {
        let (told, finding) = (BusyServer(room: room, milliseconds: 25), BusyServer(room: room, milliseconds: 25))
        let servers = [try ScriptedServer { told.answer($0) }, try ScriptedServer { finding.answer($0) }]
        let sink =
            "{ type: elasticsearch, proxy: \"\", compression: none, flush: 10ms, batch: { max_events: 5 }, endpoints: "
        let agent = try RunningAgent(
            RunningAgent.smallest.replacing(
                "  out: { type: file, path: \"OUT/events.jsonl\" }",
                with: """
                      told: \(sink)["\(servers[0].url)"], requests_in_flight: \(room) }
                      finding: \(sink)["\(servers[1].url)"], requests_in_flight: 64 }
                    """))
        let log = try ServiceLog("\(agent.logs)/nova.log")
        // So many requests that each place is taken two hundred times.
        try log.write(room * 200 * 5)
        while log.written % 10 != 0 { try log.write() }
        try agent.start()
        #expect(told.waitForEvents(log.written))
        let (best, found) = (told.stored.count, finding.stored.count)
        #expect(found * 100 >= best * 80, "\(found) of \(best)")
        #expect(told.refused == 0 && told.mostInService == room, "the best that can be had")
        #expect(finding.refused > 0, "the limit was looked for")
        #expect(finding.waitForEvents(log.written))
        #expect(agent.stop() == 0)
        for server in [told, finding] {
            #expect(server.stored.count == log.written)
            #expect(server.stored.allSatisfy { $0.value == 1 }, "each event once")
        }
        let ledger = "sink=finding emitted=\(log.written) delivered=\(log.written) filtered=0 waiting=0"
        #expect(agent.messages.contains(ledger))
    }
}
