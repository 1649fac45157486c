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
        a.checkpoints = [1: checkpoint(1, 500), 2: checkpoint(2, 40, left: [EventSpan(offset: 60, length: 9)])]
        var b = SinkPositions(name: "b")
        b.checkpoints = [1: checkpoint(1, 300), 2: checkpoint(2, 40, left: [EventSpan(offset: 60, length: 9)])]
        saved.sinks = [a, b]
        return saved
    }

    private func decoded(_ bytes: [UInt8]) throws -> SavedPositions {
        try SavedPositions(decoding: bytes, checksum: Checksum.crc32)
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
            #expect(throws: SavedPositions.Problem.self, "byte \(at)") { try decoded(bad) }
        }
        for length in 0..<good.count {
            #expect(throws: SavedPositions.Problem.self, "length \(length)") { try decoded(Array(good[..<length])) }
        }
    }

    @Test func aDamagedTextWithARightChecksumIsNoticedToo() {
        // As an older program with a bug might have written it.
        for length in 1..<60 {
            let payload = Array(saved().encoded(checksum: Checksum.crc32)[12...].prefix(length))
            let sum = Checksum.crc32(payload)
            let sumBytes = (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32($0 * 8)) }
            #expect(throws: SavedPositions.Problem.damaged) {
                try decoded(Array("LFPOS".utf8) + [0, 0, 1] + sumBytes + payload)
            }
        }
    }

    @Test func aLaterVersionIsNamed() {
        var bytes = saved().encoded(checksum: Checksum.crc32)
        bytes[7] = 9
        #expect(throws: SavedPositions.Problem.version(9)) { try decoded(bytes) }
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
        // Where both are equally far there is one entry.
        #expect(sources[1].resume.delivered.map(\.routes) == [0b11])
    }

    @Test func aNewSinkBeginsWhereTheFarthestIs() {
        var positions = saved()
        let sources = positions.restore([("a", 0b01), ("b", 0b10), ("new", 0b100)])
        #expect(sources[0].resume.delivered.map(\.routes) == [0b101, 0b10])
    }

    @Test func aSinkThatIsNotThereHoldsNothingBack() {
        var positions = saved()
        #expect(positions.restore([("a", 1)]).map(\.checkpoint.position.offset) == [500, 40])
        #expect(positions.sinks.map(\.name) == ["a", "b"])
    }
}

@Suite struct DataDirectoryTests {
    private let folder: ScratchDirectory

    init() throws { folder = try ScratchDirectory() }

    @Test func positionsAreReadBack() throws {
        let directory = try DataDirectory("\(folder.path)/deep/data", in: PosixFileSystem())
        #expect(try directory.readPositions().positions == nil)
        var saved = SavedPositions()
        saved.nextKey = 5
        try directory.write(saved)
        #expect(try directory.readPositions().positions == saved)
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
        let directory = try DataDirectory("\(folder.path)/data", in: PosixFileSystem())
        let path = "\(folder.path)/data/positions"
        try OpenFile(path, for: .replacing, in: PosixFileSystem()).write(Array("half a tru".utf8))
        let (positions, problem) = try directory.readPositions()
        #expect(positions == nil)
        #expect(
            problem == "cannot use '\(path)': it is no positions file of logfold; it now lies at '\(path).unusable'")
        #expect(PosixFileSystem().isReadable("\(path).unusable"))
    }

    @Test(arguments: [FileSystemError.Operation.write, .synchronize, .rename])
    func aWriteThatFailsLeavesTheOldPositions(operation: FileSystemError.Operation) throws {
        var old = SavedPositions()
        old.nextKey = 2
        do {
            try DataDirectory("\(folder.path)/data", in: PosixFileSystem()).write(old)
        }
        var faults = FaultyFileSystem.Faults()
        faults.errors = [(operation, 1, 28)]
        let directory = try DataDirectory("\(folder.path)/data", in: FaultyFileSystem(faults))
        var new = old
        new.nextKey = 3
        #expect(throws: FileSystemError.self) { try directory.write(new) }
        #expect(try directory.readPositions().positions == old)
        try directory.write(new)
        #expect(try directory.readPositions().positions == new)
    }
}
