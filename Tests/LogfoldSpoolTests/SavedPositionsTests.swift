import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSpool

@Suite struct SavedPositionsTests {
    private func saved() -> SavedPositions {
        var saved = SavedPositions()
        saved.nextKey = 12
        var a = SinkPositions(name: "a")
        a.state = [1, 2, 3]
        a.delivered = 70_000
        a.filtered = 300
        a.ahead = [1: [EventSpan(offset: 700, length: 9), EventSpan(offset: 650, length: 20)]]
        a.checkpoints = [1: checkpoint(1, 500), 2: checkpoint(2, 40, left: [EventSpan(offset: 60, length: 9)])]
        var b = SinkPositions(name: "b")
        b.checkpoints = [1: checkpoint(1, 300), 2: checkpoint(2, 40, left: [EventSpan(offset: 60, length: 9)])]
        var counts = InputCounts()
        (counts.inEvents.bytes, counts.leftOut.events, counts.losses) = (1 << 40, 5, 1)
        a.read = ["logs": counts]
        counts.inEvents.bytes = 1 << 30
        b.read = ["logs": counts]
        saved.sinks = [a, b]
        return saved
    }

    private func decoded(_ bytes: [UInt8]) throws -> SavedPositions {
        try SavedPositions.decode(bytes, checksum: Checksum.crc32).positions
    }

    @Test func whatWasWrittenIsRead() throws {
        #expect(try decoded(saved().encoded(checksum: Checksum.crc32)) == saved())
        #expect(try decoded(SavedPositions().encoded(checksum: Checksum.crc32)) == SavedPositions())
    }

    @Test func everyDamagedByteIsNoticed() {
        let good = saved().encoded(checksum: Checksum.crc32)
        for at in good.indices {
            var bad = good
            bad[at] ^= 0x10
            #expect(throws: SavedFileProblem.self, "byte \(at)") { try decoded(bad) }
        }
        for length in 0..<good.count {
            #expect(throws: SavedFileProblem.self, "length \(length)") { try decoded(Array(good[..<length])) }
        }
    }

    @Test func aDamagedTextWithARightChecksumIsNoticedToo() {
        // As an older program with a bug might have written it.
        for length in 1..<60 {
            let payload = Array(saved().encoded(checksum: Checksum.crc32)[12...].prefix(length))
            let sum = Checksum.crc32(payload)
            let sumBytes = (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32($0 * 8)) }
            #expect(throws: SavedFileProblem.damaged) {
                try decoded(Array("LFPOS".utf8) + [0, 0, 1] + sumBytes + payload)
            }
        }
    }

    @Test func aLaterVersionIsNamed() {
        var bytes = saved().encoded(checksum: Checksum.crc32)
        bytes[7] = 9
        #expect(throws: SavedFileProblem.version(9)) { try decoded(bytes) }
    }

    @Test func readingResumesAtTheLowestPlaceAndEachSinkIgnoresWhatItHas() {
        var positions = saved()
        let sources = positions.restore([("a", 0b01), ("b", 0b10)])
        #expect(
            sources.map(\.checkpoint) == [
                checkpoint(1, 300), checkpoint(2, 40, left: [EventSpan(offset: 60, length: 9)]),
            ])
        #expect(sources[0].resume.delivered.map(\.routes) == [0b01, 0b10])
        #expect(sources[0].resume.delivered.map(\.position.offset) == [500, 300])
        #expect(sources[0].resume.delivered.map(\.position.left.count) == [2, 0], "what a has ahead of its place")
        #expect(sources[0].resume.position == checkpoint(1, 300).position)
        // Where both are equally far there is one entry.
        #expect(sources[1].resume.delivered.map(\.routes) == [0b11])
    }

    @Test func aNewSinkBeginsWhereTheFarthestIs() {
        var positions = saved()
        let sources = positions.restore([("a", 0b01), ("b", 0b10), ("new", 0b100)])
        #expect(sources[0].resume.delivered.map(\.routes) == [0b001, 0b010, 0b100])
        #expect(sources[0].resume.delivered.map(\.position.offset) == [500, 300, 500])
        #expect(positions.read(for: ["a", "new"])["logs"]?.inEvents.bytes == 1 << 40)
        #expect(positions.read(for: ["a", "b", "new"])["logs"]?.inEvents.bytes == 1 << 30)
    }

    @Test func aSinkThatIsNotThereHoldsNothingBack() {
        var positions = saved()
        #expect(positions.restore([("a", 1)]).map(\.checkpoint.position.offset) == [500, 40])
        #expect(positions.sinks.map(\.name) == ["a", "b"])
    }
}

@Suite struct PositionStoreTests {
    private let folder: ScratchDirectory

    init() throws { folder = try ScratchDirectory() }

    private func store(_ files: any FileSystem = PosixFileSystem()) throws -> PositionStore {
        PositionStore(try DataDirectory("\(folder.path)/data", in: files))
    }

    /// A spool with one sink, as at the start of a run.
    private func spool(_ store: PositionStore) throws -> MemorySpool {
        let spool = MemorySpool(maxBytes: 1 << 20, saved: try store.load().positions ?? SavedPositions(), store: store)
        _ = spool.attach(sink: "a", route: 1)
        try save(spool, store)
        return spool
    }

    private func save(_ spool: MemorySpool, _ store: PositionStore) throws {
        let (saved, _, generation) = spool.positions()
        try store.write(saved, generation: generation)
    }

    private func advance(_ spool: MemorySpool, to offset: Int64) {
        spool.append(delivery(1, to: offset))
        guard let item = spool.next(for: "a", until: 0) else { return }
        spool.acknowledge(sink: "a", through: item.index, state: [UInt8(offset)])
    }

    private func offset(_ store: PositionStore) throws -> Int64? {
        try store.load().positions?.sinks.first?.checkpoints[1]?.position.offset
    }

    @Test func aNewDirectoryHasNoPositions() throws {
        let (positions, problem) = try store().load()
        #expect(positions == nil)
        #expect(problem == nil)
    }

    @Test func everyStepSinceTheSnapshotIsReadBackThoughNothingWasSaved() throws {
        do {
            let store = try store()
            let spool = try spool(store)
            for offset in [10, 20, 30] { advance(spool, to: Int64(offset)) }
        }
        let positions = try #require(try store().load().positions)
        #expect(positions.sinks.map(\.state) == [[30]])
        #expect(positions.sinks.map(\.delivered) == [3])
        #expect(positions.sinks.first?.checkpoints[1]?.position.offset == 30)
    }

    /// Two sinks that acknowledge at random, and a process that is killed at random: what is read again from where the
    /// one that is behind was is not counted twice.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func whatWasCountedIsThatOfTheDeliveriesThatEverySinkHas(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        // How many deliveries lie before each sink's place, and what was left out for it, over all runs.
        var had = ["a": 0, "b": 0]
        var filtered: [String: UInt64] = ["a": 0, "b": 0]
        for _ in 0..<6 {
            let store = try store()
            var saved = try store.load().positions ?? SavedPositions()
            let lowest = Swift.min(had["a"] ?? 0, had["b"] ?? 0)
            var counts = InputCounts()
            (counts.inEvents.bytes, counts.inEvents.events) = (Int64(lowest * 10), Int64(lowest))
            #expect(saved.read(for: ["a", "b"])["logs"] ?? InputCounts() == counts)
            for sink in saved.sinks { #expect(sink.filtered == filtered[sink.name]) }
            _ = saved.restore([("a", 1), ("b", 2)])
            let spool = MemorySpool(maxBytes: 1 << 20, saved: saved, store: store)
            _ = spool.restore([("a", 1), ("b", 2)])
            for (bit, name) in ["a", "b"].enumerated() { _ = spool.attach(sink: name, route: 1 << UInt64(bit)) }
            try save(spool, store)
            // Reading goes on behind what both have; what one has is not sent to it again.
            var leftOut: [[String: UInt64]] = []
            for number in lowest..<lowest + 10 {
                var delivery = delivery(1, to: Int64(number))
                (counts.inEvents.bytes, counts.inEvents.events) = (10, 1)
                delivery.read = ["logs": counts]
                for (name, count) in had where count <= number { delivery.filtered[name] = 2 }
                leftOut.append(delivery.filtered)
                spool.append(delivery)
            }
            for _ in 0..<random.number(in: 0...8) {
                let name = ["a", "b"][random.number(in: 0...1)]
                guard let item = spool.next(for: name, until: 0) else { continue }
                spool.acknowledge(sink: name, through: item.index, state: [])
                had[name] = lowest + item.index + 1
                filtered[name, default: 0] += leftOut[item.index][name] ?? 0
                if random.number(in: 0...5) == 0 { try save(spool, store) }
            }
            #expect(spool.inputCounts()["logs"]?.inEvents.events == Int64(lowest + 10))
        }
    }

    /// A delivery of so many events of one byte each.
    private func events(_ places: Range<Int>) -> Delivery {
        var delivery = delivery(places.map { "\($0)" }, to: Int64(places.upperBound))
        delivery.batch = delivery.batch.map { batch in
            var entries = batch.entries
            for at in entries.indices { entries[at].offset = Int64(places.lowerBound + at) }
            return Batch(lines: batch, entries: entries)
        }
        return delivery
    }

    private func ahead(_ places: Range<Int>) -> [EventSpan] { places.map { EventSpan(offset: Int64($0), length: 1) } }

    @Test func whatWasAcknowledgedBeforeOthersInFrontOfItIsKnownAfterAKill() throws {
        do {
            let store = try store()
            let spool = try spool(store)
            spool.introduce(checkpoint(1, 0))
            for places in [0..<10, 10..<20, 20..<30] { spool.append(events(places)) }
            for _ in 0..<3 { _ = spool.next(for: "a", until: 0) }
            spool.acknowledge(sink: "a", events: [14..<16], state: [1])
            spool.acknowledge(sink: "a", events: [22..<25], state: [2])
            #expect(spool.backlogs()["a"] == SinkBacklog(events: 25, bytes: 65, delivered: 5, taken: 30))
        }
        var saved = try #require(try store().load().positions)
        #expect(saved.sinks.map(\.state) == [[2]])
        #expect(saved.sinks.map(\.delivered) == [5])
        let source = try #require(saved.restore([("a", 1)]).first)
        #expect(source.resume.position.offset == 0 && source.resume.position.left == [])
        #expect(source.resume.delivered.map(\.position.left) == [ahead(14..<16) + ahead(22..<25)])

        // Once all before it has been acknowledged, the place itself says it.
        let next = try store()
        let spool = MemorySpool(maxBytes: 1 << 20, saved: saved, store: next)
        _ = spool.attach(sink: "a", route: 1)
        try save(spool, next)
        spool.append(events(0..<14))
        spool.append(events(16..<22))
        let last = spool.next(for: "a", until: 0).flatMap { _ in spool.next(for: "a", until: 0) }
        spool.acknowledge(sink: "a", through: try #require(last).index, state: [3])
        let after = try #require(try next.load().positions?.sinks.first)
        #expect(after.checkpoints[1]?.position.offset == 22)
        #expect(after.ahead == [1: ahead(22..<25)])
        #expect(after.delivered == 25)
    }

    @Test func moreAheadThanIsSavedComesAgain() throws {
        let store = try store()
        let spool = try spool(store)
        spool.introduce(checkpoint(1, 0))
        let most = SinkPositions.mostAhead
        spool.append(events(0..<most + 10))
        _ = spool.next(for: "a", until: 0)
        spool.acknowledge(sink: "a", events: [1..<UInt64(most + 5)], state: [])
        let saved = try #require(try store.load().positions?.sinks.first)
        #expect(saved.ahead == [1: ahead(1..<most + 1)])
        #expect(saved.delivered == UInt64(most))
        #expect(spool.backlogs()["a"]?.delivered == UInt64(most + 4))
        spool.acknowledge(sink: "a", through: 0, state: [])
        #expect(spool.backlogs()["a"]?.delivered == UInt64(most + 10))
        #expect(spool.positions().saved.sinks.first?.ahead == [:])
    }

    @Test func aStepThatWasCutInItsWriteIsLeftOutAndThoseBeforeItCount() throws {
        do {
            let store = try store()
            let spool = try spool(store)
            advance(spool, to: 10)
            advance(spool, to: 20)
        }
        let path = "\(folder.path)/data/positions.0.log"
        let whole = try OpenFile(path, in: PosixFileSystem()).readAll(limit: 1 << 20)
        for length in 0..<whole.count {
            try OpenFile(path, for: .replacing, in: PosixFileSystem()).write(Array(whole[..<length]))
            let steps = PositionStore.steps(in: Array(whole[..<length])).count
            #expect(try offset(try store()) == [nil, 10, 20][steps])
        }
    }

    @Test func aSnapshotThatDoesNotReachTheDiskLosesNoStep() throws {
        do {
            let store = try store()
            let spool = try spool(store)
            advance(spool, to: 10)
            // The journal goes over, and the power is cut before the snapshot is written.
            _ = spool.positions()
            advance(spool, to: 20)
        }
        #expect(try offset(try store()) == 20)
    }

    @Test func aSnapshotReplacesTheJournalsBeforeIt() throws {
        let store = try store()
        let spool = try spool(store)
        advance(spool, to: 10)
        try save(spool, store)
        advance(spool, to: 20)
        #expect(
            try PosixFileSystem().names(inDirectory: "\(folder.path)/data").sorted()
                == ["lock", "positions", "positions.1.log"])
        #expect(try offset(store) == 20)
    }

    @Test func aSecondRunGoesOnWithTheJournalsOfTheFirst() throws {
        for offset in [10, 20, 30] {
            let store = try store()
            advance(try spool(store), to: Int64(offset))
        }
        #expect(try offset(try store()) == 30)
    }

    @Test func aSecondAgentIsRefused() throws {
        let first = try DataDirectory("\(folder.path)/data", in: PosixFileSystem())
        let refusal = #expect(throws: DataDirectory.Refusal.self) {
            try DataDirectory("\(folder.path)/data", in: PosixFileSystem())
        }
        #expect("\(try #require(refusal))".hasPrefix("another logfold works in data_dir '\(folder.path)/data'"))
        _ = first
    }

    @Test func aDamagedFileIsSetAsideAndSaid() throws {
        let path = "\(folder.path)/data/positions"
        try folder.write("half a truth".utf8, to: "data/positions")
        let (positions, problem) = try store().load()
        #expect(positions == nil)
        #expect(
            problem == "cannot use '\(path)': it is no positions file of logfold; it now lies at '\(path).unusable'")
        #expect(PosixFileSystem().isReadable("\(path).unusable"))
    }

    @Test(arguments: [FileSystemError.Operation.synchronize, .rename])
    func aSnapshotThatFailsLeavesTheOldOneAndTheJournal(operation: FileSystemError.Operation) throws {
        var faults = FaultyFileSystem.Faults()
        // The first is that of the start.
        faults.errors = [(operation, operation == .rename ? 2 : 3, 28)]
        do {
            let store = try store(FaultyFileSystem(faults))
            let spool = try spool(store)
            advance(spool, to: 10)
            #expect(throws: FileSystemError.self) { try save(spool, store) }
            advance(spool, to: 20)
            #expect(try offset(store) == 20)
            try save(spool, store)
        }
        #expect(try offset(try store()) == 20)
    }

    @Test func aFullDiskUnderTheJournalIsSaidUntilTheNextSnapshot() throws {
        var faults = FaultyFileSystem.Faults()
        faults.errors = [(.write, 2, 28)]
        let store = try store(FaultyFileSystem(faults))
        let spool = try spool(store)
        advance(spool, to: 10)
        #expect(store.problem?.reason == "no space is left on the device")
        advance(spool, to: 20)
        try save(spool, store)
        #expect(store.problem == nil)
        #expect(try offset(store) == 20)
    }
}
