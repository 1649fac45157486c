import LogfoldCore
import LogfoldIO
import LogfoldSpool
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldPipeline

/// A sink whose requests are answered in an order that a test chooses. Its state says how many events it has safe.
private final class FlightSink: PipeliningSink, @unchecked Sendable {  // The runner's thread is the test's.
    /// What becomes of a request.
    enum Answer {
        case taken
        /// Of its events only those with an even number.
        case takenInPart
        /// Nothing of it, and the sink has to wait.
        case refused
        /// It does not come yet; another is looked at.
        case notYet
    }

    typealias Event = (number: UInt64, text: String)

    let name = "s"
    let bell: @Sendable () -> Void = {}
    private let answer: (_ request: [Event]) -> Answer
    private let room: Int
    private var waiting: [Event] = []
    private var inFlight: [[Event]] = []
    private var failure: SinkFailure?
    private var safe: [Event] = []
    private var count: UInt8
    /// What was settled, by its text, in that order.
    private(set) var settled: [String] = []

    init(restoring state: [UInt8] = [], room: Int = 12, _ answer: @escaping ([Event]) -> Answer) {
        self.answer = answer
        self.room = room
        count = state.first ?? 0
    }

    func take(_ batch: Batch, route: UInt64, first: UInt64) {
        let texts = batch.texts()
        for (at, entry) in batch.entries.enumerated() where entry.routes & route != 0 {
            waiting.append((first + UInt64(at), texts[at]))
        }
    }

    var isFull: Bool { waiting.count + inFlight.reduce(0) { $0 + $1.count } >= room }
    var deadline: Int64? { waiting.isEmpty || failure != nil ? nil : 0 }
    var isWaiting: Bool { !inFlight.isEmpty }
    var requestLimit: Int { 4 }

    func begin(isFlushing: Bool) {
        while failure == nil, !waiting.isEmpty, inFlight.count < requestLimit {
            inFlight.append(Array(waiting.prefix(3)))
            waiting.removeFirst(min(3, waiting.count))
        }
    }

    func wait(until deadline: Int64?) {
        for (at, request) in inFlight.enumerated() {
            switch answer(request) {
            case .notYet: continue
            case .taken: safe += request
            case .takenInPart:
                safe += request.filter { $0.number.isMultiple(of: 2) }
                waiting = request.filter { !$0.number.isMultiple(of: 2) } + waiting
            case .refused:
                waiting = request + waiting
                failure = failure ?? SinkFailure("refused")
            }
            inFlight.remove(at: at)
            return
        }
    }

    func settle() -> Settlement {
        var settlement = Settlement()
        settlement.events = safe.map { $0.number..<$0.number + 1 }
        settled += safe.map(\.text)
        count += UInt8(safe.count)
        safe = []
        if inFlight.isEmpty, let failure {
            settlement.failure = failure
            self.failure = nil
        }
        return settlement
    }

    var state: [UInt8] { [count] }
    private(set) var isClosed = false
    func close() { isClosed = true }
    var bytesWritten: Int64 { 0 }
}

extension Batch {
    /// The lines without their newlines.
    fileprivate func texts() -> [String] {
        withLines { lines in
            entries.map { entry in
                let range = Int(entry.start)..<Int(entry.start + entry.length) - 1
                return lines.extracting(range).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            }
        }
    }
}

private func delivery(_ numbers: Range<Int>, routes: (Int) -> UInt64 = { _ in 1 }) -> Delivery {
    var batch = EventBatch()
    for number in numbers { batch.append("\(number)", routes: routes(number)) }
    let position = SourcePosition(offset: Int64(numbers.upperBound))
    return Delivery(
        batch: batch.finish(), checkpoints: [SourceCheckpoint(key: 1, input: "in", position: position, place: [])])
}

@Suite("A sink's runner with several requests in flight") struct SinkRunnerFlightTests {
    private let clock = FakeClock(now: 1_700_000_000_000_000_000)

    private func runner(
        _ spool: any Spool, _ make: @escaping @Sendable (_ state: [UInt8]) throws(SinkFailure) -> any Sink
    ) -> SinkRunner {
        SinkRunner(
            SpoolSink(name: "s", route: 1), spool: spool, clock: clock, diagnostics: Silence.diagnostics(clock),
            make: make)
    }

    private func memorySpool(_ deliveries: Int) -> MemorySpool {
        let spool = MemorySpool(maxBytes: 1 << 20, saved: SavedPositions())
        _ = spool.attach(sink: "s", route: 1)
        for number in 0..<deliveries { spool.append(delivery(number * 3..<number * 3 + 3)) }
        spool.close()
        return spool
    }

    @Test("What is answered is acknowledged though an older request is not")
    func outOfOrder() {
        let spool = memorySpool(8)
        var seen: [SinkBacklog?] = []
        let sink = FlightSink { request in
            guard request[0].number == 0 else { return .taken }
            seen.append(spool.backlogs()["s"])
            return seen.count > 5 ? .taken : .notYet
        }
        runner(spool) { _ throws(SinkFailure) in sink }.run(restoring: [])
        #expect(seen.map { $0?.delivered } == [0, 3, 6, 9, 12, 15])
        #expect(seen.map { $0?.events } == [24, 21, 18, 15, 12, 9])
        let order = Array(3..<18) + Array(0..<3) + Array(18..<24)
        #expect(sink.settled == order.map { "\($0)" })
        let saved = spool.positions().saved.sinks.first
        #expect(saved?.checkpoints[1]?.position.offset == 24)
        #expect(saved?.delivered == 24)
        #expect(saved?.state == [24])
        #expect(sink.isClosed)
    }

    @Test("After a failure only what was not taken is sent again")
    func failure() {
        let spool = memorySpool(2)
        var failures = 2
        let sink = FlightSink { _ in
            failures -= 1
            return failures >= 0 ? .refused : .taken
        }
        let runner = runner(spool) { _ throws(SinkFailure) in sink }
        runner.run(restoring: [])
        #expect(runner.status.failures == 1, "both requests were in flight")
        #expect(runner.status.lastError == nil)
        #expect(sink.settled.sorted() == ["0", "1", "2", "3", "4", "5"])
    }

    @Test("A bell that the spool rings ends a wait for answers: what comes is taken at once", .timeLimit(.minutes(1)))
    func bell() throws {
        let spool = MemorySpool(maxBytes: 1 << 20, saved: SavedPositions())
        _ = spool.attach(sink: "s", route: 1)
        spool.append(delivery(0..<1))
        let sink = PatientSink()
        let runner = runner(spool) { _ throws(SinkFailure) in sink }
        let thread = try DedicatedThread("runner") { runner.run(restoring: []) }
        // The first request is not answered before the second has come.
        _ = sink.waits.wait { $0 > 0 ? () : nil }
        spool.append(delivery(1..<2))
        _ = sink.taken.wait { $0 == 2 ? () : nil }
        runner.stop()
        thread.join()
        #expect(spool.backlogs()["s"]?.events == 2)
    }
}

/// A sink that gets no answer, ever.
private final class PatientSink: PipeliningSink, @unchecked Sendable {  // Its state is in monitors.
    let name = "s"
    let taken = Monitor(0)
    let waits = Monitor(0)
    private let rung = Monitor(false)

    func take(_ batch: Batch, route: UInt64, first: UInt64) { taken.change { $0 += batch.entries.count } }
    var isFull: Bool { false }
    var deadline: Int64? { nil }
    var isWaiting: Bool { taken.withLock { $0 } > 0 }
    var requestLimit: Int { 1 }
    func begin(isFlushing: Bool) {}
    var bell: @Sendable () -> Void {
        let rung = rung
        return { rung.change { $0 = true } }
    }
    func wait(until deadline: Int64?) {
        waits.change { $0 += 1 }
        _ = rung.wait { isRung in
            defer { isRung = false }
            return isRung ? () : nil
        }
    }
    func settle() -> Settlement { Settlement() }
    let state: [UInt8] = []
    func close() {}
    let bytesWritten: Int64 = 0
}

@Suite("Lives of a runner with several requests in flight") struct SinkRunnerLifeTests {
    private let clock = FakeClock(now: 1_700_000_000_000_000_000)

    @Test("Killed anywhere, it loses nothing, and what was durably acknowledged out of order never comes again")
    func killed() throws {
        for seed in UInt64(0)..<60 { try live(seed) }
    }

    /// Events go to the sink, or to nobody.
    private static func routes(_ number: Int) -> UInt64 { number % 5 == 3 ? 0 : 1 }

    private func live(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let scratch = try ScratchDirectory()
        let directory = try DataDirectory("\(scratch.path)/data", in: PosixFileSystem())
        var options = DiskSpoolOptions()
        options.minFree = 0
        options.segmentLimit = 600
        options.memory = random.number(in: 0...1) == 0 ? 400 : 1 << 20
        var safe: [String] = []
        var durable: Set<String> = []
        let expected = (0..<90).filter { Self.routes($0) == 1 }.map { "\($0)" }
        for life in 0..<6 {
            let spool = try DiskSpool(
                directory, options: options, clock: clock, diagnostics: Silence.diagnostics(clock))
            let own = SpoolSink(name: "s", route: 1, digest: [1], whenFull: .block)
            spool.follow([own])
            let state = spool.attach(own)
            if life == 0 {
                for number in 0..<18 { spool.append(delivery(number * 5..<number * 5 + 5, routes: Self.routes)) }
            }
            let isLast = life == 5
            if isLast { spool.close() }
            #expect(state.first.map(UInt64.init) ?? 0 == spool.backlogs()["s"]?.delivered, "seed \(seed)")
            var left = isLast ? Int.max : random.number(in: 1...12)
            let runner = Mutex<SinkRunner?>(nil)
            var random = SplitMix64(seed: seed &* 31 &+ UInt64(life))
            let sink = FlightSink(restoring: state, room: 30) { _ in
                left -= 1
                if left == 0 { runner.withLock { $0 }?.stop() }
                switch random.number(in: 0...9) {
                case 0...2: return .notYet
                case 3, 4: return .takenInPart
                case 5: return .refused
                default: return .taken
                }
            }
            let running = SinkRunner(
                own, spool: spool, clock: clock, diagnostics: Silence.diagnostics(clock)
            ) { _ throws(SinkFailure) in sink }
            runner.withLock { $0 = running }
            running.run(restoring: state)
            #expect(durable.isDisjoint(with: sink.settled), "seed \(seed)")
            safe += sink.settled
            // Half of the lives end before what they have acknowledged is on the disk.
            guard isLast || random.number(in: 0...1) == 0 else { continue }
            spool.synchronize()
            durable.formUnion(sink.settled)
            if isLast {
                let backlog = spool.backlogs()["s"]
                #expect(backlog?.events == 0 && backlog?.delivered == UInt64(expected.count), "seed \(seed)")
            }
        }
        #expect(Set(safe) == Set(expected), "seed \(seed)")
    }
}
