import Glibc
import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldSpool
import Synchronization

/// Puts together what the agent tells of itself: whoever asks does so on a thread of its own.
final class StatusBoard: Sendable {
    private let reader: ReaderLoop
    private let spool: any Spool
    private let clock: any Clock
    private let diagnostics: Diagnostics
    private let files: any FileSystem
    private let base: AgentStatus
    /// What earlier runs have lost for each sink, by cause.
    private let lostBefore: [String: [String: UInt64]]
    private let facts = Mutex(Facts())
    private let lastReport: Monitor<Report>

    /// What the main thread knows.
    struct Facts: Sendable {
        var state = AgentStatus.State.starting
        var reload = AgentStatus.ReloadStatus()
        var positions = AgentStatus.Positions()
        var inputs: [String] = []
        var transforms: [String] = []
        var sinks: [(name: String, type: String, runner: SinkRunner)] = []
    }

    /// What the reader has said last, and when by the monotonic clock.
    private struct Report: Sendable {
        var answered: Int64
        var asked: Int64 = 0
        var content = ReaderReport()
        /// Whether the reader has ended, so that there is nothing more to ask.
        var isLast = false
    }

    /// The reader has so long to answer a question; then its last answer counts.
    private static let patience: Int64 = 1_000_000_000

    init(
        _ reader: ReaderLoop, _ spool: any Spool, path: String, _ surroundings: Surroundings
    ) {
        self.reader = reader
        self.spool = spool
        lostBefore = spool.backlogs().mapValues(\.dropped)
        clock = surroundings.clock
        diagnostics = surroundings.diagnostics
        files = surroundings.files
        base = AgentStatus(
            version: surroundings.host.version, time: clock.now, started: clock.now, pid: getpid(),
            configurationFile: path)
        lastReport = Monitor(Report(answered: clock.monotonic))
    }

    /// Changes what the main thread knows.
    func change(_ body: (inout Facts) -> Void) { facts.withLock { body(&$0) } }

    /// The reader has ended; this was its last word.
    func conclude(_ report: ReaderReport) {
        lastReport.change { last in
            last.content = report
            last.isLast = true
        }
    }

    /// Everything, as of now.
    func status() -> AgentStatus {
        let (report, silence) = ask()
        let facts = facts.withLock { $0 }
        var status = base
        status.time = clock.now
        status.state = facts.state
        status.readerSilence = silence
        status.reload = facts.reload
        status.positions = facts.positions
        let counts = spool.inputCounts()
        status.inputs = facts.inputs.map { Self.input($0, report, counts[$0] ?? InputCounts()) }
        status.transforms = facts.transforms.map { name in
            var transform = AgentStatus.Transform(name: name)
            transform.dropped = report.dropped[name] ?? 0
            return transform
        }
        let backlogs = spool.backlogs()
        status.sinks = facts.sinks.map { sink($0, backlogs[$0.name] ?? SinkBacklog()) }
        let fill = spool.status()
        status.spool.type = fill.type
        status.spool.bytes = fill.bytes
        status.spool.maxBytes = fill.maxBytes
        status.spool.isFull = fill.isFull
        status.spool.reason = fill.reason
        status.spool.oldestAge =
            fill.oldest.map { Swift.max(status.time - $0, 0) } ?? fill.oldestMade.map { clock.monotonic - $0 }
        if let problem = fill.problem { status.positions.problem = problem }
        status.engine = report.engine
        status.process = ProcessFacts.current(in: files)
        status.droppedLogLines = diagnostics.droppedLines
        return status
    }

    /// Asks the reader, and waits a while for its answer; also for how long it has not answered.
    private func ask() -> (ReaderReport, silence: Int64) {
        if let last = lastReport.withLock({ $0.isLast ? $0.content : nil }) { return (last, 0) }
        let now = clock.monotonic
        lastReport.withLock { if $0.asked <= $0.answered { $0.asked = now } }
        let (lastReport, clock) = (lastReport, clock)
        reader.perform { loop in
            let content = loop.report()
            lastReport.change { report in
                report.content = content
                report.answered = clock.monotonic
            }
        }
        let answer = lastReport.wait(until: now + Self.patience) {
            $0.answered >= now || $0.isLast ? $0.content : nil
        }
        if let answer { return (answer, 0) }
        return lastReport.withLock { ($0.content, clock.monotonic - $0.asked) }
    }

    private static func input(
        _ name: String, _ report: ReaderReport, _ counts: InputCounts
    ) -> AgentStatus.Input {
        var input = AgentStatus.Input(name: name)
        input.status = report.inputs.first { $0.name == name }?.status ?? InputStatus()
        input.totals = report.totals[name] ?? ReadingTotals()
        input.counts = counts
        return input
    }

    private func sink(
        _ known: (name: String, type: String, runner: SinkRunner), _ backlog: SinkBacklog
    ) -> AgentStatus.Sink {
        var sink = AgentStatus.Sink(name: known.name, type: known.type)
        let facts = known.runner.status
        // What is in the dead letters or held is acknowledged as well, but not delivered.
        sink.deadLettered = facts.tally?.deadLettered ?? 0
        sink.held = facts.held ?? HeldSummary()
        sink.delivered = backlog.delivered - min(backlog.delivered, sink.deadLettered + sink.held.events)
        sink.tally = facts.tally
        (sink.waiting, sink.waitingBytes) = (backlog.events + sink.held.events, backlog.bytes + sink.held.bytes)
        sink.filtered = backlog.filtered
        let before = lostBefore[known.name] ?? [:]
        sink.dropped = backlog.dropped.merging(before) { all, before in all &- before }.filter { $0.value > 0 }
        sink.emitted = backlog.taken &+ sink.filtered &- before.values.reduce(0, &+)
        (sink.sends, sink.failures, sink.bytesWritten) = (
            facts.commits + facts.failures, facts.failures, facts.bytesWritten
        )
        sink.requestLimit = facts.requestLimit
        (sink.lastError, sink.failingSince, sink.nextTry) = (facts.lastError, facts.failingSince, facts.nextTry)
        return sink
    }
}

/// What the reader's thread tells of itself.
struct ReaderReport: Sendable {
    /// The inputs with their sources, and what was read of each.
    var inputs: [(name: String, status: InputStatus)] = []
    var totals: [String: ReadingTotals] = [:]
    /// The engine's own figures.
    var engine = AgentStatus.Engine()
    /// Events that each transform has dropped.
    var dropped: [String: UInt64] = [:]
}
