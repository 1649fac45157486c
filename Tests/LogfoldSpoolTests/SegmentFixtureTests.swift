import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSpool

/// Segments of released versions stay readable.
@Suite struct SegmentFixtureTests {
    @Test(arguments: [("version-1", 5), ("version-1-zstd", 5), ("version-2", 5), ("version-2-zstd", 5)])
    func aSegmentOfEachVersionIsRead(name: String, events: Int) throws {
        let run = try DiskSpoolRun()
        let bytes = try OpenFile(Fixtures.path("spool/\(name).log"), in: run.files).readAll(limit: 1 << 20)
        let file = try OpenFile(run.path("segment-0000000000000001.log"), for: .replacing, in: run.files)
        try file.write(bytes)
        try run.reopen()
        run.attach([SpoolSink(name: "a", route: 1)])
        #expect(run.texts(of: "a").count == events)
        #expect(run.spool.restore([]).map(\.checkpoint) == [checkpoint(1, 50), checkpoint(2, 7)])
        #expect(run.messages.text.contains("WARNING") == false, "\(run.messages.text)")
    }
}
