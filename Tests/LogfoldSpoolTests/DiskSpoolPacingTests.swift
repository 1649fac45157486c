import Glibc
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSpool

/// When a reader that is faster than the sinks waits for them.
@Suite struct DiskSpoolPacingTests {
    private let both = [SpoolSink(name: "a", route: 0b01), SpoolSink(name: "b", route: 0b10)]

    /// A spool with room for four records in memory, of which two may wait for all sinks.
    private func spool() throws -> DiskSpoolRun {
        let run = try DiskSpoolRun { $0.memory = 4 * Self.record(0).weight }
        run.attach(both)
        return run
    }

    private static func record(_ number: Int) -> Delivery {
        delivery([String(repeating: "x", count: 1_000)], to: Int64(number))
    }

    private func append(_ count: Int, to run: DiskSpoolRun) {
        for number in 1...count { run.spool.append(Self.record(number)) }
    }

    private func isAhead(_ run: DiskSpoolRun) -> Bool {
        run.spool.contents.withLock { $0.isReaderAhead(run.options, run.clock.monotonic) }
    }

    @Test func theReaderIsAheadWhenHalfOfTheMemoryWaitsForTheForemostSink() throws {
        let run = try spool()
        append(1, to: run)
        _ = run.spool.next(for: "a", until: 0)
        append(2, to: run)
        #expect(!isAhead(run))
        append(1, to: run)
        #expect(isAhead(run))
        _ = run.spool.next(for: "a", until: 0)
        #expect(!isAhead(run), "b has taken nothing, and is not waited for")
    }

    @Test func noneIsWaitedForThatTakesNothing() throws {
        let run = try spool()
        append(4, to: run)
        #expect(!isAhead(run), "nobody has taken anything")
        _ = run.spool.next(for: "b", until: 0)
        #expect(isAhead(run))
        run.clock.advance(milliseconds: 999)
        #expect(isAhead(run))
        run.clock.advance(milliseconds: 1)
        #expect(!isAhead(run))
    }

    @Test func aSinkThatIsGoneIsNotWaitedFor() throws {
        let run = try spool()
        append(1, to: run)
        _ = run.spool.next(for: "a", until: 0)
        append(4, to: run)
        #expect(isAhead(run))
        run.spool.detach(sink: "a")
        #expect(!isAhead(run))
    }

    @Test func theReaderGoesOnAsSoonAsASinkHasTakenEnough() throws {
        let run = try spool()
        append(1, to: run)
        // So late that the end of the rest does not come in this test.
        run.clock.advance(milliseconds: 1 << 40)
        _ = run.spool.next(for: "a", until: 0)
        append(3, to: run)
        let spool = run.spool
        let hasGoneOn = Monitor(false)
        let reader = try DedicatedThread("reader") {
            spool.letSinksCatchUp()
            hasGoneOn.change { $0 = true }
        }
        while !spool.contents.withLock({ $0.isReaderResting }) { sched_yield() }
        #expect(!hasGoneOn.withLock { $0 })
        _ = spool.next(for: "a", until: 0)
        reader.join()
        #expect(hasGoneOn.withLock { $0 })
    }
}
