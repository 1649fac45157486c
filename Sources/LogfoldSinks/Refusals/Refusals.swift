import LogfoldCore
import LogfoldIO
import LogfoldParsing

/// What a sink does with events that its server refuses, whatever the protocol: for good, they become dead letters; for
/// a reason that may pass, they are held on the disk and tried again while the rest goes on.
///
/// The sink settles what was refused with ``settle(_:into:)``, which saves it before it is acknowledged.
final class Refusals {
    /// What outlives the process, saved with the positions that the sink has acknowledged.
    struct State: Equatable {
        /// How many times the sink has acknowledged something.
        var commit: UInt64 = 0
        /// Where the file of dead letters ended then.
        var lettersEnd = DeadLetterFile.End()
        /// How many events became dead letters at once.
        var deadLettered: UInt64 = 0
    }

    /// What became of an event that was tried again.
    enum Outcome: Equatable {
        case delivered
        /// It will be refused whenever it comes.
        case rejected(status: Int, reason: String)
        /// It may be taken later.
        case refused
        /// Nobody has judged it.
        case notTried
    }

    private let letters: DeadLetterFile
    private let journal: HeldJournal
    private let maxHold: Int64
    private let clock: any Clock
    private let report: SinkReport
    private var saved: State
    private var deadLetteredAtOnce: UInt64
    private var backoff = Backoff(first: .seconds(1), longest: .seconds(300))
    /// When held events are tried again, by the monotonic clock; nil where none is held.
    private(set) var nextTry: Int64?

    /// As an earlier run has left it. Without a state, as of a sink that was never seen or whose state is lost, nothing
    /// is taken back.
    init(
        _ options: RefusalOptions, sink: String, inDirectory directory: String, files: any FileSystem,
        clock: any Clock, restoring state: State?, report: @escaping SinkReport
    ) throws(SinkFailure) {
        self.clock = clock
        self.report = report
        maxHold = options.maxHold.nanoseconds
        letters = DeadLetterFile(
            sink: sink, inDirectory: directory, maxBytes: options.deadLetterBytes, files: files)
        do throws(FileSystemError) {
            journal = try HeldJournal(
                sink: sink, inDirectory: directory, maxBytes: options.heldBytes, files: files, after: state?.commit)
            if let state { try letters.takeBack(after: state.commit, end: state.lettersEnd) }
        } catch {
            throw SinkFailure("what was refused in earlier runs cannot be read: \(error)")
        }
        saved = state ?? State(commit: journal.lastCommit)
        deadLetteredAtOnce = saved.deadLettered
        if journal.count > 0 { nextTry = clock.monotonic }
        if journal.damaged > 0 {
            report("Lines of the held events cannot be read and are lost", [("lines", "\(journal.damaged)")])
        }
    }

    /// What is saved with the positions, as of the last ``committed()``.
    var state: State { saved }
    /// Events that are dead letters and acknowledged, of all runs.
    var deadLettered: UInt64 { UInt64(Swift.max(Int64(clamping: saved.deadLettered) + journal.deadLettered, 0)) }

    /// What is held, and when it is tried again.
    var held: HeldSummary {
        var summary = journal.summary
        summary.nextTry = nextTry.map { clock.now + Swift.max($0 - clock.monotonic, 0) }
        return summary
    }
}

// MARK: - For what is sent for the first time

extension Refusals {
    /// An event, its JSON without a newline, is refused for good.
    func reject(_ event: RawSpan, status: Int, reason: String) {
        letters.append(event, status: status, reason: reason, commit: saved.commit + 1, now: clock.now)
        deadLetteredAtOnce += 1
        say(status, reason)
    }

    /// An event, its JSON without a newline, is refused for a reason that may pass.
    func hold(_ event: RawSpan, status: Int, reason: String) {
        if journal.count + journal.unsaved == 0 {
            report(
                "Events are refused for a reason that may pass; they are held and tried again",
                [("status", "\(status)"), ("reason", reason)])
        }
        journal.append(event, status: status, reason: reason, commit: saved.commit + 1, now: clock.now)
    }

    /// Brings dead letters and held events to the disk. After an error the call can be made again.
    func save() throws(SinkFailure) {
        try letters.save()
        try journal.save()
        if nextTry == nil, journal.count > 0 { wait() }
    }

    /// All that the sink had taken is settled, and saved as far as it was refused.
    func committed() {
        saved = State(commit: saved.commit + 1, lettersEnd: letters.end, deadLettered: deadLetteredAtOnce)
    }

    /// Saves what was refused, and settles the numbers of its events, which belong to the state from now on.
    func settle(_ refused: inout EventNumbers, into settlement: inout Settlement) throws(SinkFailure) {
        try save()
        guard !refused.isEmpty else { return }
        committed()
        settlement.events += refused.take()
    }

    private func say(_ status: Int, _ reason: String) {
        report(
            "An event is refused for good and lies in the dead letters",
            [("file", letters.path), ("status", "\(status)"), ("reason", reason)])
    }
}

// MARK: - For what is held

extension Refusals {
    /// Lets some of the held events be sent again, so many bytes and events at a time, as long as some are settled.
    func retry(bytes: Int, events: Int, _ send: ([RefusedEvent]) -> [Outcome]) {
        guard nextTry != nil else { return }
        do throws(SinkFailure) {
            var hasProgress = true
            while hasProgress, journal.count > 0 { hasProgress = try retryOnce(bytes, events, send) }
        } catch {
            report("Held events cannot be tried again", [("error", error.description)])
        }
        if journal.count > 0 { wait() } else { nextTry = nil }
    }

    /// Whether all that was tried is settled.
    private func retryOnce(
        _ bytes: Int, _ events: Int, _ send: ([RefusedEvent]) -> [Outcome]
    ) throws(SinkFailure) -> Bool {
        let held = try failing { () throws(FileSystemError) in try journal.next(bytes: bytes, events: events) }
        guard !held.isEmpty else { return false }
        var delivered: [Int] = []
        var dead: [(number: Int, status: Int, reason: String)] = []
        for (event, outcome) in zip(held, send(held.map(\.event))) {
            switch outcome {
            case .delivered: delivered.append(event.number)
            case .rejected(let status, let reason): dead.append((event.number, status, reason))
            case .refused where clock.now - event.since >= maxHold:
                dead.append((event.number, event.event.status, "held for too long: \(event.event.reason)"))
            case .refused, .notTried: break
            }
        }
        // Those that come for the first time are buried first: their place may be full.
        if letters.count > 0 { dead = [] }
        try bury(dead, held)
        try failing { () throws(FileSystemError) in try journal.settle(delivered: delivered, dead: dead.map(\.number)) }
        for letter in dead { say(letter.status, letter.reason) }
        if !delivered.isEmpty {
            backoff.succeeded()
            report("Events that were held are delivered", [("events", "\(delivered.count)")])
        }
        return delivered.count + dead.count == held.count
    }

    /// Makes held events dead letters, before the journal says that they are none of its own any more.
    private func bury(
        _ dead: [(number: Int, status: Int, reason: String)], _ held: [HeldJournal.Held]
    ) throws(SinkFailure) {
        for letter in dead {
            guard let event = held.first(where: { $0.number == letter.number })?.event else { continue }
            event.withEvent {
                letters.append($0, status: letter.status, reason: letter.reason, commit: nil, now: clock.now)
            }
        }
        do throws(SinkFailure) {
            try letters.save()
        } catch {
            letters.withdraw()
            throw error
        }
    }

    private func wait() { nextTry = clock.monotonic + backoff.failed().nanoseconds }
}
