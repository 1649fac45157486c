import LogfoldTestSupport
import Testing

/// The tools that other tests rely on do what they say.
struct InterleaverTests {
    private static func recording() throws -> Recording {
        let pair = try #require(TruthPair.all.first { $0.name == "keystone/zed-failures" })
        return try Recording(pair)
    }

    @Test func `a mixed recording has the same lines, and each process keeps its order`() throws {
        let recording = try Self.recording()
        var interleaver = Interleaver(recording, seed: 7)
        let mixed = interleaver.mixed()
        #expect(mixed.bytes != recording.bytes)
        #expect(mixed.bytes.count == recording.bytes.count)
        #expect(mixed.interleavedRecords > 0)
        #expect(recording.interleavedRecords == 0)
        for pid in recording.processes {
            let own = recording.records.filter { $0.pid == pid }.map(\.message)
            #expect(mixed.records.filter { $0.pid == pid }.map(\.message) == own)
        }
        let offsets = mixed.records.compactMap { $0.place?.offset }
        #expect(offsets == offsets.sorted())
        #expect(mixed.records.map(\.lineNumbers.count) == mixed.records.compactMap { $0.place?.lines })
        #expect(
            Set(mixed.records.flatMap(\.lineNumbers)).count == mixed.records.reduce(0) { $0 + $1.lineNumbers.count })
    }

    @Test func `a seed gives the same bytes again, another seed others`() throws {
        let recording = try Self.recording()
        var (first, again, other) = (
            Interleaver(recording, seed: 1), Interleaver(recording, seed: 1), Interleaver(recording, seed: 2)
        )
        let bytes = first.mixed().bytes
        #expect(bytes == again.mixed().bytes)
        #expect(bytes != other.mixed().bytes)
    }

    @Test func `a part can be moved in time, and recordings joined`() throws {
        let recording = try Self.recording()
        let moved = recording.moved(records: 10..<recording.records.count, bySeconds: 3600)
        #expect(moved.records[9].time == recording.records[9].time)
        #expect(moved.records[10].nanoseconds == recording.records[10].nanoseconds.map { $0 + 3_600_000_000_000 })
        #expect(moved.bytes.count == recording.bytes.count)
        let place = try #require(moved.records[10].place)
        #expect(moved.bytes[place.offset...].starts(with: Array(moved.records[10].time.utf8)))
        let joined = try #require(Recording.joined([recording.slice(40..<70), recording.slice(0..<40)]))
        let last = try #require(joined.records.last)
        #expect(last.message == recording.records[39].message)
        #expect(throws: Never.self) { try Recording(joined.bytes, records: joined.records) }
    }

    @Test func `random numbers are those of the published generator`() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }
}

struct ChunkingVerifierTests {
    private static let input = Array("one\ntwo\nthree\n".utf8)

    @Test func `a parser that does not care for chunks passes`() throws {
        let verifier = ChunkingVerifier(Self.input) { $0.flatMap { $0 } }
        #expect(try verifier.firstDifference() == nil)
    }

    @Test func `a parser that ends a line at the end of a chunk is caught, with the place`() throws {
        let verifier = ChunkingVerifier(Self.input) { chunks in chunks.flatMap { $0 + [0x0A] } }
        let difference = try #require(try verifier.firstDifference(sizes: [5]))
        #expect(
            difference.description == #"""
                chunks of 5: output line 2 differs from byte 5 on
                  whole:  "one\ntwo"
                  chunks: "one\nt"
                """#)
    }
}
