import LogfoldCore
import LogfoldIO
import LogfoldSpool
import LogfoldTestSupport
import Testing

@testable import LogfoldPipeline

/// A sink that writes into an array, and whose calls fail as a test says.
private final class ScriptedSink: Sink, @unchecked Sendable {  // The runner's thread is the test's.
    let name = "s"
    private(set) var taken = 0
    private(set) var committed = 0
    private(set) var commits = 0
    private var failures: Int
    private let due: Int64?
    let fullAt: Int

    init(failures: Int = 0, due: Int64? = 0, fullAt: Int = .max) {
        self.failures = failures
        self.due = due
        self.fullAt = fullAt
    }

    func take(_ batch: Batch, route: UInt64) { taken += batch.entries.count { $0.routes & route != 0 } }
    var isFull: Bool { taken - committed >= fullAt }
    var deadline: Int64? { taken > committed ? due : nil }
    func commit() throws(SinkFailure) {
        if failures > 0 {
            failures -= 1
            throw SinkFailure("the disk is full")
        }
        commits += 1
        committed = taken
    }
    var state: [UInt8] { [UInt8(committed)] }
    private(set) var isClosed = false
    func close() { isClosed = true }
    var bytesWritten: Int64 { Int64(committed * 10) }
}

/// A sink whose first commit waits until it is interrupted, or fails with a word on when to come again.
private final class WaitingSink: InterruptibleSink, @unchecked Sendable {  // Its state is in monitors.
    let name = "s"
    let events: Monitor<(isWaiting: Bool, isInterrupted: Bool)> = Monitor((false, false))
    private let retryAfter: Duration?
    private(set) var commits = 0
    private var taken = 0
    var whenTriedAgain: () -> Void = {}

    init(retryAfter: Duration? = nil) { self.retryAfter = retryAfter }

    func take(_ batch: Batch, route: UInt64) { taken += 1 }
    var isFull: Bool { false }
    var deadline: Int64? { taken > 0 ? 0 : nil }
    func commit() throws(SinkFailure) {
        commits += 1
        if commits > 1 {
            whenTriedAgain()
            taken = 0
            return
        }
        if let retryAfter { throw SinkFailure("too much to do", retryAfter: retryAfter) }
        events.change { $0.isWaiting = true }
        _ = events.wait { $0.isInterrupted ? true : nil }
        throw SinkFailure("it was told to stop")
    }
    var interrupt: @Sendable () -> Void {
        let events = events
        return { events.change { $0.isInterrupted = true } }
    }
    var state: [UInt8] { [] }
    func close() {}
    var bytesWritten: Int64 { 0 }
}

/// A sink that has everything at once, and holds events which it delivers at its second try.
private final class HolderSink: HoldingSink, @unchecked Sendable {  // The runner's thread is the test's.
    let name = "s"
    private var safe: [Range<UInt64>] = []
    private(set) var tries = 0
    private(set) var held = HeldSummary()

    init(held: UInt64) { self.held.events = held }

    func take(_ batch: Batch, route: UInt64, first: UInt64) { safe.append(first..<first + UInt64(batch.entries.count)) }
    var isFull: Bool { false }
    var deadline: Int64? { safe.isEmpty ? nil : 0 }
    let isWaiting = false
    let requestLimit = 1
    let bell: @Sendable () -> Void = {}
    func begin(isFlushing: Bool) {}
    func wait(until deadline: Int64?) {}
    func settle() -> Settlement {
        var settlement = Settlement()
        (settlement.events, safe) = (safe, [])
        return settlement
    }
    var nextHeldTry: Int64? { held.events > 0 ? 0 : nil }
    func retryHeld() {
        tries += 1
        if tries == 2 { held.events = 0 }
    }
    let state: [UInt8] = []
    func close() {}
    let bytesWritten: Int64 = 0
}

/// What a runner says is heard by nobody.
struct Silence: DiagnosticsOutput {
    func write(_ line: [UInt8]) -> Bool { true }

    static func diagnostics(_ clock: any Clock) -> Diagnostics {
        Diagnostics(form: .text, clock: clock, output: Silence())
    }
}

@Suite struct SinkRunnerTests {
    private let clock = FakeClock(now: 1_700_000_000_000_000_000)

    private func batch(_ events: Int) -> Batch {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
        let entry = Batch.Entry(
            start: 0, length: 0, time: 0, source: 1, severity: .info, offset: 0, rawLength: 1, lineCount: 1)
        return Batch(adopting: memory, byteCount: 0, entries: Array(repeating: entry, count: events))
    }

    private func delivery(_ events: Int, to offset: Int64) -> Delivery {
        let checkpoint = SourceCheckpoint(
            key: 1, input: "in", position: SourcePosition(offset: offset), place: [])
        return Delivery(batch: events == 0 ? nil : batch(events), checkpoints: [checkpoint])
    }

    /// Runs a sink over these deliveries to the end of the spool.
    private func run(_ sink: ScriptedSink, _ deliveries: [Delivery]) -> (MemorySpool, SinkRunner) {
        let spool = MemorySpool(maxBytes: 1 << 20, saved: SavedPositions())
        let state = spool.attach(sink: "s", route: 1)
        let runner = SinkRunner(
            SpoolSink(name: "s", route: 1), spool: spool, clock: clock,
            diagnostics: Silence.diagnostics(clock)
        ) { _ throws(SinkFailure) in sink }
        for delivery in deliveries { spool.append(delivery) }
        spool.close()
        runner.run(restoring: state)
        return (spool, runner)
    }

    /// A runner of a sink with one delivery in its spool.
    private func runner(of sink: any Sink & Sendable) -> (MemorySpool, SinkRunner) {
        let spool = MemorySpool(maxBytes: 1 << 20, saved: SavedPositions())
        _ = spool.attach(sink: "s", route: 1)
        let runner = SinkRunner(
            SpoolSink(name: "s", route: 1), spool: spool, clock: clock,
            diagnostics: Silence.diagnostics(clock)
        ) { _ throws(SinkFailure) in sink }
        spool.append(delivery(2, to: 10))
        return (spool, runner)
    }

    @Test func aStoppedRunnerInterruptsItsSinkAndCallsThatNoFailure() throws {
        let sink = WaitingSink()
        let (spool, runner) = runner(of: sink)
        let thread = try DedicatedThread("runner") { runner.run(restoring: []) }
        _ = sink.events.wait { $0.isWaiting ? true : nil }
        runner.stop()
        thread.join()
        #expect(runner.status.failures == 0)
        #expect(sink.commits == 1)
        #expect(spool.backlogs()["s"]?.events == 2)
    }

    @Test func aFailureThatSaysWhenToComeAgainIsBelieved() {
        let sink = WaitingSink(retryAfter: .seconds(70))
        let (spool, runner) = runner(of: sink)
        let nextTry = Monitor<Int64?>(nil)
        sink.whenTriedAgain = { nextTry.change { $0 = runner.status.nextTry } }
        spool.close()
        runner.run(restoring: [])
        #expect(sink.commits == 2)
        #expect(nextTry.withLock { $0 } == clock.now + 70_000_000_000)
    }

    private func offset(_ spool: MemorySpool) -> Int64? {
        spool.positions().saved.sinks.first?.checkpoints[1]?.position.offset
    }

    @Test func everythingIsCommittedAndAcknowledgedAtTheEnd() {
        let sink = ScriptedSink()
        let (spool, _) = run(sink, [delivery(2, to: 10), delivery(3, to: 20)])
        #expect(sink.committed == 5)
        #expect(sink.isClosed)
        #expect(offset(spool) == 20)
        #expect(spool.positions().saved.sinks.first?.state == [5])
        #expect(spool.status().bytes == 0)
    }

    @Test func aSinkThatMayWaitIsCommittedOnceForAllThatCame() {
        let sink = ScriptedSink(due: .max)
        _ = run(sink, (1...5).map { delivery(1, to: $0) })
        #expect(sink.commits == 1)
    }

    @Test func aFullSinkIsCommittedBeforeItTakesMore() {
        let sink = ScriptedSink(due: .max, fullAt: 2)
        _ = run(sink, (1...5).map { delivery(1, to: $0) })
        #expect(sink.commits == 3)
    }

    @Test func aFailureIsTriedAgainAndNothingIsAcknowledgedBefore() {
        let sink = ScriptedSink(failures: 4)
        let (spool, runner) = run(sink, [delivery(2, to: 10)])
        #expect(sink.committed == 2)
        #expect(offset(spool) == 10)
        #expect(runner.status.failures == 4)
        #expect(runner.status.lastError == nil)
    }

    @Test func whatIsHeldIsTriedUntilItIsDelivered() throws {
        let sink = HolderSink(held: 5)
        let (spool, runner) = runner(of: sink)
        spool.append(delivery(1, to: 20))
        spool.append(delivery(1, to: 30))
        spool.close()
        runner.run(restoring: [])
        #expect(sink.tries == 2)
        #expect(runner.status.held == HeldSummary())
        #expect(offset(spool) == 30)
    }

    @Test func whatIsHeldDoesNotKeepARunFromItsEnd() throws {
        let sink = HolderSink(held: 5)
        let (spool, runner) = runner(of: sink)
        spool.close()
        runner.drain(until: .max)
        runner.run(restoring: [])
        #expect(sink.tries == 0)
        #expect(runner.status.held?.events == 5)
        #expect(offset(spool) == 10)
    }

    @Test func positionsWithoutEventsAreAcknowledgedWithoutACommit() {
        let sink = ScriptedSink()
        let (spool, _) = run(sink, [delivery(0, to: 30)])
        #expect(sink.commits == 0)
        #expect(offset(spool) == 30)
    }

    @Test func aStoppedRunnerLeavesWhatIsNotCommitted() {
        let sink = ScriptedSink()
        let spool = MemorySpool(maxBytes: 1 << 20, saved: SavedPositions())
        _ = spool.attach(sink: "s", route: 1)
        let runner = SinkRunner(
            SpoolSink(name: "s", route: 1), spool: spool, clock: clock,
            diagnostics: Silence.diagnostics(clock)
        ) { _ throws(SinkFailure) in sink }
        spool.append(delivery(2, to: 10))
        runner.stop()
        runner.run(restoring: [])
        #expect(sink.committed == 0)
        #expect(offset(spool) == nil)
        #expect(spool.backlogs()["s"]?.events == 2)
    }
}

@Suite struct BackoffTests {
    @Test func pausesGrowToALimitAndBeginAgainAfterASuccess() {
        var backoff = Backoff(first: .milliseconds(100), longest: .seconds(1))
        let pauses = (0..<6).map { _ in backoff.failed(random: 1) }
        #expect(
            pauses == [
                .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800), .seconds(1),
                .seconds(1),
            ])
        backoff.succeeded()
        #expect(backoff.failed(random: 0) == .milliseconds(50))
    }
}
