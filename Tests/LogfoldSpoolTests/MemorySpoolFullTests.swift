import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldSpool

@Suite("A full spool in memory") struct MemorySpoolFullTests {
    /// Room for about three deliveries of these.
    private static let maxBytes = 1_500

    private func spool(_ policies: [(String, WhenFull)], maxBytes: Int = maxBytes) -> MemorySpool {
        let spool = MemorySpool(maxBytes: maxBytes, saved: SavedPositions())
        for (bit, policy) in policies.enumerated() {
            _ = spool.attach(SpoolSink(name: policy.0, route: 1 << UInt64(bit), whenFull: policy.1))
        }
        return spool
    }

    private func fill(_ spool: MemorySpool, _ count: Int = 10) -> Int {
        for number in 0..<count where !spool.isFull {
            spool.append(delivery(1, to: Int64(number + 1), routes: [.max, .max]))
        }
        return Int(spool.latestCheckpoints(ofInput: "logs").first?.position.offset ?? 0)
    }

    @Test("drop_oldest loses the oldest events and counts them; its place is behind them")
    func dropOldest() throws {
        let spool = spool([("a", .dropOldest)])
        #expect(fill(spool) == 10, "nobody waits")
        let backlog = try #require(spool.backlogs()["a"])
        #expect(backlog.dropped == ["spool_full": 20 - backlog.events])
        #expect(backlog.events > 0 && backlog.events < 20 && backlog.taken == 20)
        let saved = try #require(spool.positions().saved.sinks.first)
        #expect(saved.checkpoints[1]?.position.offset == Int64(20 - backlog.events) / 2)
        let next = MemorySpool(maxBytes: Self.maxBytes, saved: spool.positions().saved)
        _ = next.attach(sink: "a", route: 1)
        #expect(next.backlogs()["a"]?.dropped == backlog.dropped)
        #expect(next.backlogs()["a"]?.taken == 20 - backlog.events)
    }

    @Test("block makes inputs wait, also for who would rather lose")
    func block() {
        let spool = spool([("a", .dropOldest), ("b", .block)])
        #expect(fill(spool) < 10)
        #expect(spool.backlogs().values.allSatisfy { $0.dropped.isEmpty })
    }

    @Test("auto loses what another has delivered, and nothing where all are dead")
    func auto() {
        let dead = spool([("a", .auto), ("b", .auto)])
        #expect(fill(dead) < 10)
        #expect(dead.backlogs().values.allSatisfy { $0.dropped.isEmpty })
        while let item = dead.next(for: "b", until: 0) {
            dead.acknowledge(sink: "b", through: item.index, state: [])
        }
        #expect(!dead.isFull, "what b has delivered a may lose")
        #expect((dead.backlogs()["a"]?.dropped["spool_full"] ?? 0) > 0)
    }

    @Test("What was handed out is asked back; what is settled of it is not lost, and the cause is the sink's own")
    func askedBack() throws {
        let spool = spool([("a", .dropOldest)])
        spool.append(delivery(1, to: 1, routes: [1, 1]))
        let item = try #require(spool.next(for: "a", until: 0))
        #expect(fill(spool) < 10, "its answer is awaited")
        #expect(spool.wantsBack(from: "a"))
        spool.acknowledge(sink: "a", events: [item.sequence + 1..<item.sequence + 2], state: [7])
        spool.blame("dead_letter_dropped", of: "a")
        #expect(spool.attach(SpoolSink(name: "a", route: 1, whenFull: .dropOldest)) == [7])
        #expect(!spool.wantsBack(from: "a"))
        let backlog = spool.backlogs()["a"]
        #expect(backlog?.delivered == 1)
        #expect(backlog?.dropped == ["dead_letter_dropped": 1])
    }
}

/// Random lives of a spool in memory against a model that only knows which events there are and what was settled.
@Suite struct MemorySpoolModelTests {
    @Test func whateverIsNotSettledIsCountedAndNothingSettledComesTwice() {
        for seed in UInt64(0)..<300 {
            let failure = MemorySpoolLife(seed: seed).live()
            #expect(failure == nil, "seed \(seed)")
            if failure != nil { return }
        }
    }
}

/// One life: steps that a seed chooses.
private final class MemorySpoolLife {
    private var random: SplitMix64
    private let spool: MemorySpool
    private let sinks: [SpoolSink]
    private var made = 0
    private var settled: [String: Set<Int>] = [:]
    /// What each sink has been handed and not settled.
    private var outstanding: [String: [(sequence: UInt64, number: Int)]] = [:]

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        spool = MemorySpool(maxBytes: [1_200, 3_000, 1 << 20][random.number(in: 0...2)], saved: SavedPositions())
        var sinks: [SpoolSink] = []
        for (bit, name) in ["a", "b", "c"].enumerated() {
            sinks.append(
                SpoolSink(
                    name: name, route: 1 << UInt64(bit), whenFull: WhenFull.allCases[random.number(in: 0...2)]))
        }
        self.sinks = sinks
        for sink in sinks { _ = spool.attach(sink) }
    }

    private func routes(_ number: Int) -> UInt64 { UInt64(number &* 2_654_435_761 >> 7) % 7 + 1 }

    func live() -> String? {
        for _ in 0..<150 {
            let sink = sinks[random.number(in: 0...2)]
            switch random.number(in: 0...9) {
            case 0...3: append()
            case 4...6: if let problem = take(sink) { return problem }
            case 7, 8: acknowledge(sink)
            default: attach(sink)
            }
            for sink in sinks where spool.wantsBack(from: sink.name) && random.number(in: 0...1) == 0 { attach(sink) }
            if let problem = account() { return problem }
        }
        return drain()
    }

    private func append() {
        guard !spool.isFull else { return }
        let numbers = made..<made + random.number(in: 1...4)
        made = numbers.upperBound
        spool.append(delivery(1, to: Int64(made), routes: numbers.map(routes)))
    }

    private func take(_ sink: SpoolSink) -> String? {
        guard let item = spool.next(for: sink.name, until: 0), let batch = item.delivery.batch else { return nil }
        // Events are numbered as they were made.
        for (at, entry) in batch.entries.enumerated() where entry.routes & sink.route != 0 {
            let number = Int(item.sequence) + at
            if settled[sink.name]?.contains(number) == true { return "\(sink.name) got \(number) again" }
            outstanding[sink.name, default: []].append((item.sequence + UInt64(at), number))
        }
        return nil
    }

    private func acknowledge(_ sink: SpoolSink) {
        let some = (outstanding[sink.name] ?? []).filter { _ in random.number(in: 0...1) == 0 }
        guard !some.isEmpty else { return }
        spool.acknowledge(sink: sink.name, events: some.map { $0.sequence..<$0.sequence + 1 }, state: [])
        settled[sink.name, default: []].formUnion(some.map(\.number))
        outstanding[sink.name]?.removeAll { event in some.contains { $0.number == event.number } }
    }

    private func attach(_ sink: SpoolSink) {
        _ = spool.attach(sink)
        outstanding[sink.name] = []
    }

    private func account() -> String? {
        for sink in sinks {
            let emitted = (0..<made).count { routes($0) & sink.route != 0 }
            guard let backlog = spool.backlogs()[sink.name] else { return "\(sink.name) has no cursor" }
            let dropped = backlog.dropped.values.reduce(0, +)
            if backlog.delivered + backlog.events + dropped != emitted || backlog.taken != emitted {
                return "\(sink.name): emitted \(emitted), but \(backlog)"
            }
            if Int(backlog.delivered) != settled[sink.name]?.count ?? 0 { return "\(sink.name): \(backlog)" }
            if sink.whenFull == .block, dropped > 0 { return "\(sink.name) blocks and lost" }
        }
        return nil
    }

    /// The end of it: everything is settled, or was lost and counted.
    private func drain() -> String? {
        for sink in sinks {
            attach(sink)
            // There are no more deliveries than events.
            for _ in 0..<made { if let problem = take(sink) { return problem } }
            let events = outstanding[sink.name] ?? []
            spool.acknowledge(sink: sink.name, events: events.map { $0.sequence..<$0.sequence + 1 }, state: [])
            settled[sink.name, default: []].formUnion(events.map(\.number))
            if let backlog = spool.backlogs()[sink.name], backlog.events > 0 { return "\(sink.name) waits: \(backlog)" }
        }
        return account()
    }
}
