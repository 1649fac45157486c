import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSpool

/// Segments of released versions stay readable.
@Suite struct SegmentFixtureTests {
    @Test(arguments: [1, 2, 3], ["", "-zstd"])
    func aSegmentOfEachVersionIsRead(version: Int, suffix: String) throws {
        let run = try DiskSpoolRun()
        let path = Fixtures.path("spool/version-\(version)\(suffix).log")
        let bytes = try OpenFile(path, in: run.files).readAll(limit: 1 << 20)
        let file = try OpenFile(run.path("segment-0000000000000001.log"), for: .replacing, in: run.files)
        try file.write(bytes)
        try run.reopen()
        run.attach([SpoolSink(name: "a", route: 1)])
        #expect(run.texts(of: "a").count == 5)
        // Counts are there since version 3.
        #expect(run.spool.inputCounts()["logs"]?.inEvents.bytes == (version < 3 ? nil : 500))
        #expect(run.spool.backlogs()["a"]?.filtered == (version < 3 ? 0 : 3))
        #expect(run.spool.restore([]).map(\.checkpoint) == [checkpoint(1, 50), checkpoint(2, 7)])
        #expect(run.messages.text.contains("WARNING") == false, "\(run.messages.text)")
    }
}
