import Foundation
import LogfoldTestSupport
import Testing

/// Sinks do not share fate: what becomes of two sinks while the third is dead, silent or behind.
@Suite(.serialized) struct FateTests {
    private let agent: RunningAgent
    private let log: ServiceLog
    private let watch: FolderWatch

    /// An agent with a spool of 16 MiB, two sinks that work, and a third that speaks to `OUT/third`.
    init() throws {
        agent = try RunningAgent(Self.configuration("auto"))
        // 5,000 records are 40 MB: more than twice what the spool holds.
        log = try ServiceLog("\(agent.logs)/nova.log", padding: 8_000)
        watch = FolderWatch(agent.folder.path + "/out")
    }

    private static let records = 5_000

    /// The judges may be slow on a busy machine: an answer that comes late must not have events sent again, nor a sink
    /// fall so far behind that it pays.
    private static func configuration(_ whenFull: String) -> String {
        RunningAgent.smallest.replacing("min_free: 0", with: "min_free: 0, max_bytes: 16MiB, memory: 8MiB") + """

              other: { type: test, socket: "OUT/other", timeout: 1h }
              third: { type: test, socket: "OUT/third", when_full: \(whenFull), timeout: 1h }
            """
    }

    private func judge(_ name: String) throws -> Judge { try Judge(at: "\(agent.folder.path)/out/\(name)") }

    private func waitForFile(_ count: Int) -> Bool {
        watch.wait(seconds: 120) {
            (FileManager.default.contents(atPath: agent.output) ?? Data()).count { $0 == 0x0A } >= count
        }
    }

    /// Writes all records, piece by piece, so that a sink that works is never so far behind that it would have to pay.
    private func writeAll(_ other: Judge, whenPieceIsThere check: () -> Void = {}) throws {
        for _ in 0..<10 {
            try log.write(Self.records / 10)
            #expect(waitForFile(log.written) && other.waitForCount(log.written, seconds: 120), "nobody waits")
            check()
        }
    }

    private func expectAll(_ name: String, _ audit: Audit) {
        #expect(audit.verdict(log.written) == "\(log.written) once, in order", "\(name)")
    }

    private var dropped: Int? {
        agent.figure("dropped_events", of: "third")?["spool_full"]?.text.flatMap { Int($0) }
    }

    @Test(arguments: ["auto", "drop_oldest"]) func aDeadSinkLosesItsOldestAndTheOthersLoseNothing(policy: String) throws
    {
        try agent.rewrite(Self.configuration(policy))
        let other = try judge("other")
        try agent.start()
        try writeAll(other)
        expectAll("out", Audit([agent.output]))
        expectAll("other", Audit(lines: other.lines))
        let third = try judge("third")
        #expect(watch.wait(seconds: 60) { agent.figure("waiting_events", of: "third")?.text == "0" })
        let audit = Audit(lines: third.lines)
        let lost = audit.missing(log.written)
        #expect(lost.count > 1_000 && dropped == lost.count, "the loss is counted exactly")
        #expect(lost == Array(0..<lost.count), "the oldest are lost, and nothing between")
        #expect(audit.repeated == [])
        #expect(agent.stop() == 1, "something was lost")
        let delivered = log.written - lost.count
        #expect(
            agent.messages.contains(
                "sink=third emitted=\(log.written) delivered=\(delivered) filtered=0 waiting=0 dropped=\(lost.count)"))
    }

    @Test func aSinkThatMayNotLoseHoldsAllAndNothingIsLost() throws {
        try agent.rewrite(Self.configuration("block"))
        let other = try judge("other")
        try agent.start()
        try log.write(Self.records)
        #expect(watch.wait(seconds: 120) { agent.status?["spool"]?["full"] == .bool(true) }, "inputs wait")
        #expect(agent.status?["ready"] == .bool(false))
        #expect(Audit([agent.output]).count < log.written)
        let third = try judge("third")
        #expect(waitForFile(log.written) && other.waitForCount(log.written, seconds: 120))
        #expect(third.waitForCount(log.written, seconds: 120))
        for (name, audit) in [
            ("out", Audit([agent.output])), ("other", Audit(lines: other.lines)), ("third", Audit(lines: third.lines)),
        ] { expectAll(name, audit) }
        #expect(watch.wait { agent.status?["ready"] == .bool(true) })
        #expect(agent.stop() == 0)
    }

    @Test func whatDeadLettersHoldUpIsLostUnderTheirNameAndNothingThatWasDelivered() throws {
        try agent.rewrite(
            RunningAgent.smallest.replacing("min_free: 0", with: "min_free: 0, max_bytes: 16MiB, memory: 8MiB") + """

                  third: { type: test, socket: "OUT/third", when_full: drop_oldest, timeout: 1h,
                    dead_letters: { max_bytes: 1MiB } }
                """)
        let third = try judge("third")
        // A tenth of the records is refused: the letters of some 1,300 fill their file.
        third.decide { .take(except: $0.items(with: "5 Took").map { Judge.Refusal($0, "rejected") }) }
        try agent.start()
        for _ in 0..<8 {
            try log.write(Self.records / 10)
            #expect(waitForFile(log.written), "nobody waits")
        }
        #expect(watch.wait(seconds: 60) { agent.figure("dropped_events", of: "third")?["dead_letter_dropped"] != nil })
        #expect(agent.stop() == 1, "something was lost")
        let audit = Audit(lines: third.lines)
        let letters = try String(contentsOfFile: "\(agent.folder.path)/data/dead-letters/third.jsonl", encoding: .utf8)
            .split(separator: "\n").count
        #expect(audit.repeated == [], "what was delivered is neither sent again nor lost")
        let ledger = try #require(agent.messages.split(separator: "\n").last { $0.contains("sink=third emitted=") })
        func figure(_ name: String) -> Int? {
            let field = ledger.split(separator: " ").first { $0.hasPrefix("\(name)=") }
            return field.flatMap { Int($0.dropFirst(name.count + 1)) }
        }
        #expect(figure("emitted") == log.written)
        #expect(figure("delivered") == audit.count)
        #expect(figure("dead_lettered") == letters)
        let (waiting, dropped) = (try #require(figure("waiting")), try #require(figure("dropped")))
        #expect(dropped > 0 && audit.count + letters + waiting + dropped == log.written)
    }

    @Test func aSinkThatNeverAnswersTakesNoMemoryFromTheOthers() throws {
        let other = try judge("other")
        let third = try judge("third")
        third.decide { _ in .silence }
        // All of it fits on the disk, and a fifth of it into memory.
        try agent.rewrite(Self.configuration("block").replacing("max_bytes: 16MiB", with: "max_bytes: 128MiB"))
        let worst = try agent.worstCaseOfMemory()
        try agent.start()
        try writeAll(other) { #expect(agent.status?["spool"]?["full"] == .bool(false)) }
        expectAll("out", Audit([agent.output]))
        expectAll("other", Audit(lines: other.lines))
        #expect(third.count == 0 && third.requests == 1)
        #expect(try agent.peakOfMemory() <= worst)
        #expect(agent.stop() == 0)
    }
}
