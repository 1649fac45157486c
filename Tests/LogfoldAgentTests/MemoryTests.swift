import Foundation
import LogfoldTestSupport
import Testing

/// What `logfold check` promises of memory, held against the agent that runs by the same configuration.
@Suite(.serialized) struct MemoryTests {
    /// Folds do not end by the clock, and the sink cannot write: everything that can be held is held.
    private static let stuck = RunningAgent.smallest
        .replacing("type: file, include", with: "type: file, fold: { timeout: 60s, quiet: 60s }, include")
        .replacing(#""OUT/events.jsonl""#, with: #""OUT/events.jsonl", min_free: 1000TiB"#)

    @Test func fiveHundredOpenTracebacksStayWithinWhatCheckPrints() throws {
        let agent = try RunningAgent(Self.stuck)
        let worst = try agent.worstCaseOfMemory()
        let logs = try (1...500).map { try ServiceLog("\(agent.logs)/service-\($0).log", pid: $0) }
        let frames = (0..<40).map { "  File \"/usr/lib/python3/nova/manager.py\", line \($0), in build_\($0)\n" }
        try agent.start()
        for round in 0..<4 {
            for (number, log) in logs.enumerated() {
                let prefix = "2026-11-22 16:59:18.059 \(number + 1) ERROR nova.compute.manager "
                if round == 0 { try log.writeRaw("\(prefix)[-] failed\n\(prefix)Traceback (most recent call last):\n") }
                try log.writeRaw(frames.map { prefix + $0 }.joined())
            }
        }
        let bytes = try logs.reduce(0) { $0 + (try Data(contentsOf: URL(filePath: $1.path)).count) }
        #expect(bytes > 8 << 20, "more than the budget of open folds, so all of it is used")
        let isRead = FolderWatch(agent.folder.path).wait(seconds: 120) {
            guard case .array(let inputs)? = agent.status?["inputs"] else { return false }
            return inputs.first?["read_bytes"]?.text == "\(bytes)" || agent.status?["spool"]?["full"]?.text == "true"
        }
        #expect(isRead)
        let held = try agent.peakOfMemory()
        #expect(held <= worst, "\(held >> 20) of \(worst >> 20) MiB")
    }

    /// 40 MB of events behind a bulk endpoint that nobody listens at: the sink has taken what it may, the spool's memory is
    /// full, and the rest is on the disk.
    @Test func aBacklogBehindADeadServerStaysWithinWhatIsPromised() throws {
        let agent = try RunningAgent(
            RunningAgent.smallest + """

                  elastic: { type: elasticsearch, endpoints: ["http://127.0.0.1:1"], flush: 100ms, proxy: "" }
                """)
        let worst = try agent.worstCaseOfMemory()
        let logs = try (1...20).map { try ServiceLog("\(agent.logs)/service-\($0).log", pid: $0, padding: 4_000) }
        for log in logs { try log.write(500) }
        try agent.start()
        let isThere = FolderWatch(agent.folder.path + "/out").wait(seconds: 120) {
            agent.figure("delivered_events", of: "out")?.text == "10000"
                && agent.figure("failures", of: "elastic")?.text.flatMap { Int($0) } ?? 0 > 0
        }
        #expect(isThere)
        let held = try agent.peakOfMemory()
        #expect(held <= worst, "\(held >> 20) of \(worst >> 20) MiB")
    }
}
