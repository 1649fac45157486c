import LogfoldCore
import LogfoldIO
import LogfoldInputs
import LogfoldParsing
import LogfoldSpool
import LogfoldTestSupport

@testable import LogfoldPipeline

/// All of the agent that a file's bytes pass through: the input, the engine, the spool, positions on a disk. It is
/// moved by hand, on one thread, and ends at any moment.
final class ScheduledAgent {
    /// An event as the sink has got it.
    struct Event {
        let number: Int
        let id: String
        let lineCount: Int
        /// The run of the agent that it came in, and its delivery there.
        let run: Int
        let delivery: Int
        /// Whether the positions say that it need not come again.
        var isSafe = false
    }

    private struct Running {
        let tail: FileTail
        let loop: ReaderLoop
        let spool: MemorySpool
        let store: PositionStore
    }

    private let clock: FakeClock
    private let data: String
    private let options: FileTailOptions
    private let conditions: Schedule.Conditions
    private var running: Running?
    private var run = 0
    /// Number of the first delivery that is not acknowledged, and of the next to be taken.
    private var acknowledged = 0
    private var taken = 0
    private(set) var events: [Event] = []
    private var lossesOfEarlierRuns: [String] = []
    private(set) var problems: [String] = []
    /// What others do before which call of the file system from now on.
    private var interruption: (calls: Int, gap: Int, acts: [() -> Void])?
    /// Events without the number of a record.
    private(set) var fragments: [String] = []

    private static let sink = "out"
    private static let reading = InputReading(
        input: "logs", options: EngineOptions(), host: HostFacts(version: "test", in: PosixFileSystem()), service: nil)

    init(data: String, options: FileTailOptions, _ clock: FakeClock, _ conditions: Schedule.Conditions) {
        self.data = data
        self.options = options
        self.clock = clock
        self.conditions = conditions
    }

    var isRunning: Bool { running != nil }
    /// Whether it reads no more because the sink is behind.
    var isBlocked: Bool { running?.spool.isFull ?? false }
    /// What it has reported as lost, a reason for each run that did.
    var losses: [String] { lossesOfEarlierRuns + currentLosses }

    private var currentLosses: [String] {
        guard let total = running?.loop.report().totals["logs"], total.losses > 0 else { return [] }
        return [total.lastLoss ?? "no reason"]
    }

    // MARK: - Its life

    func start() throws {
        guard running == nil else { return }
        run += 1
        let store = PositionStore(try DataDirectory(data, in: ScriptedFileSystem()))
        let (saved, problem) = try store.load()
        if let problem { problems.append(problem) }
        let spool = MemorySpool(maxBytes: conditions.spoolBytes, saved: saved ?? SavedPositions(), store: store)
        let restored = spool.restore([(Self.sink, 1)])
        _ = spool.attach(sink: Self.sink, route: 1)
        let loop = try ReaderLoop(
            EngineFeed(options: EngineOptions(), spool: spool, clock: clock), wake: WakeSignal(), clock: clock,
            diagnostics: Diagnostics(form: .text, clock: clock, output: Silence()))
        let tail = makeTail(restored: restored, isFirstRun: saved == nil)
        loop.adopt(tail, Self.reading)
        running = Running(tail: tail, loop: loop, spool: spool, store: store)
        (acknowledged, taken) = (0, 0)
        try save()
    }

    private func makeTail(restored: [RestoredSource], isFirstRun: Bool) -> FileTail {
        var faults = FaultyFileSystem.Faults()
        nonisolated(unsafe) let agent = self
        faults.meanwhile = { unsafe agent.noteCall() }
        if conditions.isFaulty { (faults.largestTransfer, faults.interruptEvery) = (11, 3) }
        return FileTail(
            name: "logs", options: options, restored: restored, isFirstRun: isFirstRun,
            fileSystem: FaultyFileSystem(faults), clock: clock, inotify: conditions.usesInotify ? try? Inotify() : nil)
    }

    func save() throws {
        guard let running else { return }
        let (positions, _, generation) = running.spool.positions()
        try running.store.write(positions, generation: generation)
    }

    /// Ends without a warning: what is not safe comes again.
    func kill() {
        guard running != nil else { return }
        lossesOfEarlierRuns += currentLosses
        running = nil
    }

    /// Ends as it is told to: what was read is delivered, folds that can be read again are not cut.
    func stop() throws {
        guard let running else { return }
        running.loop.release("logs")
        take(.max)
        acknowledge(.max)
        try save()
        kill()
    }

    /// Goes on with other options for the input.
    func reload() {
        guard let running else { return }
        var tail = running.tail
        running.loop.replace("logs", Self.reading) { _ in
            let restored = running.spool.latestCheckpoints(ofInput: "logs").map(RestoredSource.init(latest:))
            tail = makeTail(restored: restored, isFirstRun: false)
            return tail
        }
        self.running = Running(tail: tail, loop: running.loop, spool: running.spool, store: running.store)
    }

    // MARK: - Its work

    /// Does a turn; returns whether more could be done at once.
    @discardableResult
    func turn() -> Bool { running?.loop.turn() ?? false }

    /// Does a turn in the middle of which others act, the first before this call of the file system and each of the next
    /// so many calls later; what is left of them when it is over comes then.
    func turn(before call: Int, gap: Int, _ acts: [() -> Void]) {
        interruption = (call, gap, acts)
        turn()
        let left = interruption?.acts ?? []
        interruption = nil
        for act in left { act() }
    }

    private func noteCall() {
        guard var next = interruption else { return }
        next.calls -= 1
        var due: [() -> Void] = []
        while next.calls <= 0, !next.acts.isEmpty {
            due.append(next.acts.removeFirst())
            next.calls = next.gap
        }
        interruption = next
        for act in due { act() }
    }

    /// Runs until nothing is left to do at the moment.
    func settle() {
        var quiet = 0
        for _ in 0..<10_000 where quiet < 3 {
            if turn() {
                quiet = 0
            } else {
                quiet += 1
                clock.advance(milliseconds: 25)
            }
        }
    }

    /// Lets time pass; the sink takes what comes, so that nothing waits for it, but makes nothing safe.
    func pass(milliseconds: Int64, takesAll: Bool = false) {
        let end = clock.monotonic + milliseconds * 1_000_000
        while clock.monotonic < end {
            if isRunning { settle() }
            if takesAll {
                take(.max)
                if isBlocked { acknowledge(.max) }
            }
            let next = min(running?.tail.deadline ?? end, clock.monotonic + 500_000_000, end)
            clock.advance(milliseconds: max(1, (next - clock.monotonic) / 1_000_000))
        }
        if isRunning { settle() }
    }

    // MARK: - The sink

    /// Takes deliveries out of the spool.
    func take(_ count: Int) {
        guard let running else { return }
        var left = count
        while left > 0, let item = running.spool.next(for: Self.sink, until: 0) {
            taken = item.index + 1
            if let batch = item.delivery.batch { note(batch, delivery: item.index) }
            left -= 1
        }
    }

    private func note(_ batch: Batch, delivery: Int) {
        let lines = batch.withLines { lines in
            (0..<lines.byteCount).map { lines.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
        for entry in batch.entries {
            let line = lines[Int(entry.start)..<Int(entry.start + entry.length)]
            guard let event = EventLine(line) else {
                problems.append("an event that is no JSON")
                continue
            }
            guard let number = Self.number(in: event.message) else {
                fragments.append("\(event)")
                continue
            }
            events.append(
                Event(
                    number: number, id: event["event.id"] ?? "", lineCount: Int(entry.lineCount), run: run,
                    delivery: delivery))
        }
    }

    private static func number(in message: String) -> Int? {
        if message.hasPrefix("Starting") { return -1 }
        let words = message.split(separator: " ")
        return words.count > 1 && words[0] == "record" ? Int(words[1]) : nil
    }

    /// Makes so many of the deliveries safe that were taken.
    func acknowledge(_ count: Int) {
        guard let running else { return }
        let through = acknowledged + min(count, taken - acknowledged)
        guard through > acknowledged else { return }
        running.spool.acknowledge(sink: Self.sink, through: through - 1, state: [])
        acknowledged = through
        for index in events.indices where events[index].run == run && events[index].delivery < through {
            events[index].isSafe = true
        }
    }

    /// Whether an event has come in this run, or need not come again.
    func has(_ number: Int) -> Bool {
        events.contains { $0.number == number && ($0.isSafe || $0.run == run && isRunning) }
    }

    /// Numbers of events that are safe.
    var safeNumbers: Set<Int> { Set(events.lazy.filter(\.isSafe).map(\.number)) }
}

private struct Silence: DiagnosticsOutput {
    func write(_ line: [UInt8]) -> Bool { true }
}
