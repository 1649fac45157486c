import LogfoldCore
import Synchronization
import Testing

@testable import LogfoldSpool

@Suite struct MemorySpoolTests {
    private func spool(maxBytes: Int = 1 << 20, sinks: [String] = ["a", "b"]) -> MemorySpool {
        let spool = MemorySpool(maxBytes: maxBytes, saved: SavedPositions())
        for (bit, name) in sinks.enumerated() { _ = spool.attach(sink: name, route: 1 << UInt64(bit)) }
        return spool
    }

    private func offset(_ spool: MemorySpool, _ sink: String, _ key: UInt64 = 1) -> Int64? {
        spool.positions().saved.sinks.first { $0.name == sink }?.checkpoints[key]?.position.offset
    }

    @Test func everySinkGetsEveryDeliveryInOrder() {
        let spool = spool()
        for offset in [10, 20, 30] { spool.append(delivery(1, to: Int64(offset))) }
        for sink in ["a", "b"] {
            #expect((0..<3).map { _ in spool.next(for: sink, until: 0)?.index } == [0, 1, 2])
            #expect(spool.next(for: sink, until: 0) == nil)
        }
    }

    @Test func aSinkThatLagsKeepsItsPlaceWhileTheOtherGoesOn() {
        let spool = spool()
        spool.append(delivery(1, to: 10))
        spool.append(delivery(1, to: 20))
        spool.acknowledge(sink: "a", through: 1, state: [9])
        #expect(offset(spool, "a") == 20)
        #expect(offset(spool, "b") == nil)
        #expect(spool.next(for: "b", until: 0)?.index == 0)
    }

    @Test func aPlaceMovesOnlyToWhatIsAcknowledged() {
        let spool = spool(sinks: ["a"])
        for offset in [10, 20, 30] { spool.append(delivery(1, to: Int64(offset))) }
        for _ in 0..<3 { _ = spool.next(for: "a", until: 0) }
        spool.acknowledge(sink: "a", through: 1, state: [])
        #expect(offset(spool, "a") == 20)
    }

    @Test func itIsFullUntilTheSlowestSinkHasAcknowledged() {
        let calls = Mutex(0)
        let spool = MemorySpool(maxBytes: 2_000, saved: SavedPositions(), roomCameUp: { calls.withLock { $0 += 1 } })
        for (bit, name) in ["a", "b"].enumerated() {
            _ = spool.attach(SpoolSink(name: name, route: 1 << UInt64(bit), whenFull: .block))
        }
        spool.append(delivery(1, to: 10, routes: [UInt64](repeating: .max, count: 30)))
        #expect(spool.isFull)
        spool.acknowledge(sink: "a", through: 0, state: [])
        #expect(spool.isFull)
        #expect(calls.withLock { $0 } == 0)
        spool.acknowledge(sink: "b", through: 0, state: [])
        #expect(!spool.isFull)
        #expect(spool.weight == 0)
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func whoSavesIsToldOfTheFirstChangeSinceTheLastSavingWhateverItIs() {
        let calls = Mutex(0)
        let spool = MemorySpool(
            maxBytes: 2_000, saved: SavedPositions(), positionsMoved: { calls.withLock { $0 += 1 } })
        _ = spool.attach(sink: "a", route: 1)
        #expect(calls.withLock { $0 } == 1)
        _ = spool.positions()
        // A file that appears is saved at once; what is acknowledged of it after that must not be left out.
        spool.introduce(checkpoint(1, 0))
        #expect(calls.withLock { $0 } == 2)
        spool.append(delivery(1, to: 10))
        spool.acknowledge(sink: "a", through: 0, state: [])
        #expect(calls.withLock { $0 } == 2)
        _ = spool.positions()
        spool.note(state: [9], of: "a")
        #expect(calls.withLock { $0 } == 3)
        _ = spool.positions()
        spool.append(delivery(1, to: 20))
        #expect(calls.withLock { $0 } == 3)
        spool.acknowledge(sink: "a", through: 1, state: [])
        #expect(calls.withLock { $0 } == 4)
    }

    @Test func waitingCountsOnlyTheEventsOfTheSinksRoute() {
        let spool = spool()
        spool.append(delivery(1, to: 10, routes: [0b01, 0b11, 0b10, 0b01]))
        let waiting = SinkBacklog(events: 2, bytes: 20, taken: 2)
        #expect(spool.backlogs() == ["a": .init(events: 3, bytes: 30, taken: 3), "b": waiting])
        spool.acknowledge(sink: "a", through: 0, state: [])
        #expect(spool.backlogs() == ["a": .init(delivered: 3, taken: 3), "b": waiting])
    }

    @Test func whatWasTakenIsWhatWaitsAndWhatIsDeliveredAlsoOverRuns() {
        let first = spool(sinks: ["a"])
        for offset in [10, 20, 30] { first.append(delivery(1, to: Int64(offset))) }
        first.acknowledge(sink: "a", through: 1, state: [])
        #expect(first.backlogs() == ["a": .init(events: 1, bytes: 10, delivered: 2, taken: 3)])
        // What waited is read again: only what was delivered goes over.
        let second = MemorySpool(maxBytes: 1 << 20, saved: first.positions().saved)
        _ = second.attach(sink: "a", route: 1)
        #expect(second.backlogs() == ["a": .init(delivered: 2, taken: 2)])
        second.append(delivery(1, to: 30))
        second.acknowledge(sink: "a", through: 0, state: [])
        #expect(second.backlogs() == ["a": .init(delivered: 3, taken: 3)])
    }

    @Test func theOldestDeliverySaysHowLongItHasWaited() {
        let spool = spool()
        #expect(spool.status().oldestMade == nil)
        for made: Int64 in [100, 200] { spool.append(Delivery(batch: nil, checkpoints: [], made: made)) }
        spool.acknowledge(sink: "a", through: 1, state: [])
        spool.acknowledge(sink: "b", through: 0, state: [])
        #expect(spool.status().oldestMade == 200)
    }

    @Test func aSinkMadeAnewBeginsBehindWhatItHasAcknowledged() {
        let spool = spool(sinks: ["a"])
        for offset in [10, 20, 30] { spool.append(delivery(1, to: Int64(offset))) }
        for _ in 0..<3 { _ = spool.next(for: "a", until: 0) }
        spool.acknowledge(sink: "a", through: 0, state: [4, 2])
        #expect(spool.attach(sink: "a", route: 1) == [4, 2])
        #expect(spool.next(for: "a", until: 0)?.index == 1)
    }

    @Test func aSinkThatIsTakenAwayHoldsNobodyUpAndKeepsItsPlace() {
        let spool = spool()
        spool.append(delivery(1, to: 10))
        spool.acknowledge(sink: "a", through: 0, state: [])
        spool.detach(sink: "b")
        #expect(spool.weight == 0)
        #expect(spool.positions().saved.sinks.map(\.name) == ["a", "b"])
    }

    @Test func aNewSourceIsKnownToAllSinksAtOnce() {
        let spool = spool()
        spool.introduce(checkpoint(5, 700))
        #expect(offset(spool, "a", 5) == 700)
        #expect(offset(spool, "b", 5) == 700)
    }

    @Test func aForgottenSourceIsSavedNoMore() {
        let spool = spool(sinks: ["a"])
        spool.append(delivery(1, to: 10))
        spool.append(Delivery(batch: nil, checkpoints: [], forgotten: [1]))
        spool.acknowledge(sink: "a", through: 1, state: [])
        #expect(offset(spool, "a") == nil)
        #expect(spool.latestCheckpoints(ofInput: "logs").isEmpty)
    }

    @Test func aClosedSpoolIsExhaustedOnceEverythingWasHandedOut() {
        let spool = spool(sinks: ["a"])
        spool.append(delivery(1, to: 10))
        spool.close()
        #expect(!spool.isExhausted(for: "a"))
        #expect(spool.next(for: "a", until: nil)?.index == 0)
        #expect(spool.isExhausted(for: "a"))
        #expect(spool.next(for: "a", until: nil) == nil)
    }

    @Test func numbersOfSourcesAreNeverUsedTwice() {
        let first = MemorySpool(maxBytes: 1, saved: SavedPositions())
        #expect([first.newKey(), first.newKey()] == [1, 2])
        let second = MemorySpool(maxBytes: 1, saved: first.positions().saved)
        #expect(second.newKey() == 3)
    }
}
