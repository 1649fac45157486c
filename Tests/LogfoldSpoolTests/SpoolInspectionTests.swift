import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSpool

/// What an operator sees of a spool, and what giving up a sink does.
@Suite struct SpoolInspectionTests {
    private let sinks = [SpoolSink(name: "a", route: 0b01), SpoolSink(name: "b", route: 0b10)]

    private func spool() throws -> DiskSpoolRun {
        let run = try DiskSpoolRun { $0.segmentLimit = 1 }
        run.attach(sinks)
        run.spool.append(delivery(["1", "2"], to: 10, routes: [0b01, 0b11]))
        run.spool.append(delivery(["3"], to: 20, routes: [0b11]))
        let item = try #require(run.spool.next(for: "a", until: 0))
        run.spool.acknowledge(sink: "a", through: item.index, state: [])
        run.spool.synchronize()
        return run
    }

    private func export(_ run: DiskSpoolRun, for sink: String?) throws -> [String] {
        var texts: [String] = []
        try SpoolInspection.export(run.folder, for: sink, run.files) { texts += $0.entries.isEmpty ? [] : $0.allTexts }
        return texts
    }

    @Test func theReportSaysHowFarEachSinkIs() throws {
        let run = try spool()
        let report = try SpoolInspection.report(of: run.folder, run.files)
        #expect(report.segments.map(\.name) == ["segment-0000000000000001.log", "segment-0000000000000002.log"])
        #expect(report.segments.map(\.first) == [0, 2])
        #expect(report.end == 3)
        #expect(report.cursors.map(\.cursor.name) == ["a", "b"])
        #expect(report.cursors.map(\.cursor.position) == [2, 0])
        #expect(report.cursors.map(\.waiting) == [1, 2])
        #expect(report.findings == [])
    }

    @Test func everythingOrWhatWaitsForASinkIsExported() throws {
        let run = try spool()
        #expect(try export(run, for: nil) == ["1", "2", "3"])
        #expect(try export(run, for: "a") == ["3"])
        #expect(try export(run, for: "b") == ["2", "3"])
        #expect(try export(run, for: "nobody") == [])
    }

    @Test func aGoodSpoolIsGoodAndADamagedOneIsNamed() throws {
        let run = try spool()
        let good = try SpoolInspection.verify(run.folder, run.files)
        // Two records that begin segments, and two deliveries.
        #expect((good.records, good.events) == (4, 3))
        #expect(good.problems == [])
        let path = run.path("segment-0000000000000001.log")
        var bytes = try OpenFile(path, in: run.files).readAll(limit: 1 << 20)
        bytes[bytes.count - 1] ^= 1
        try OpenFile(path, for: .replacing, in: run.files).write(bytes)
        let bad = try SpoolInspection.verify(run.folder, run.files)
        #expect(bad.events == 1)
        #expect(
            bad.problems.contains("'segment-0000000000000001.log': events 0 to 1 are missing"), "\(bad.problems)")
        #expect(bad.problems.contains { $0.hasSuffix("bytes are damaged or torn") })
    }

    @Test func aForgottenSinkHoldsNothingAnyMore() throws {
        let run = try spool()
        #expect(try SpoolInspection.forget("nobody", in: run.directory) == nil)
        #expect(try SpoolInspection.forget("b", in: run.directory) == 2)
        try run.reopen()
        run.attach([sinks[0]])
        #expect(run.texts(of: "a", acknowledging: true) == ["3"])
        run.spool.synchronize()
        #expect(run.segments == ["segment-0000000000000002.log"])
        #expect(run.spool.backlogs().keys.sorted() == ["a"])
    }
}

extension Batch {
    fileprivate var allTexts: [String] {
        Batch(
            lines: self,
            entries: entries.map { entry in
                var entry = entry
                entry.routes = .max
                return entry
            }
        ).texts(routedTo: .max)
    }
}
