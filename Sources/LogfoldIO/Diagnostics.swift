import LogfoldCore
import Synchronization

/// The agent's own log: one line for each message, on stderr.
///
/// A message is a sentence that is always the same; what differs stands in the fields, and the first field names the
/// thing it is about. So repetitions can be told: of one message about one thing the first few of a minute are
/// printed, the others are counted, and the count follows as a line of its own. Lines are escaped, so that a file's
/// name or a server's answer cannot steer a terminal or forge a line.
///
/// Writing never holds anybody up for long: a line that cannot be written in time is dropped and counted. Levels:
/// `warning` means that no data is lost, `error` that data is lost or that somebody must act.
package final class Diagnostics: Sendable {
    /// How much a message matters.
    package enum Level: String, Sendable, CaseIterable, Comparable {
        case debug, info, warning, error

        /// The level as a priority of syslog (RFC 5424), which the journal takes.
        var priority: Int {
            switch self {
            case .debug: 7
            case .info: 6
            case .warning: 4
            case .error: 3
            }
        }

        /// The less urgent one comes first.
        package static func < (left: Level, right: Level) -> Bool { left.priority > right.priority }
    }

    /// How a line looks.
    package enum Form: String, Sendable, CaseIterable {
        /// `2026-11-22T10:00:00.123Z WARNING The disk is full path=/var/log`
        case text
        /// `<4>The disk is full path=/var/log`: the journal stamps the time and takes the priority, see sd-daemon(3).
        case journal = "sd-daemon"
        /// `{"@timestamp":…,"log.level":"warning","message":"The disk is full","labels":{"path":"/var/log"}}`
        case json
    }

    private struct State {
        var minimum: Level
        var repetitions = Repetitions()
        /// Lines that could not be written, and how many of them were not reported yet.
        var dropped: UInt64 = 0
        var unreported: UInt64 = 0
    }

    private let form: Form
    private let clock: any Clock
    private let output: any DiagnosticsOutput
    private let state: Mutex<State>

    /// A log of this form to an output.
    package init(form: Form, minimum: Level = .info, clock: any Clock, output: any DiagnosticsOutput) {
        self.form = form
        self.clock = clock
        self.output = output
        state = Mutex(State(minimum: minimum))
    }

    /// The log to stderr. Without a form it is the journal's where stderr goes there, else text.
    package convenience init(
        form: Form? = nil, minimum: Level = .info, clock: any Clock = SystemClock(), files: any FileSystem
    ) {
        let status = try? files.status(of: .standardError)
        let isJournal = status.map { $0.isJournal(environmentVariable("JOURNAL_STREAM")) } ?? false
        self.init(
            form: form ?? (isJournal ? .journal : .text), minimum: minimum, clock: clock,
            output: StandardErrorOutput(files))
    }

    /// What helps only who looks for a fault in logfold.
    package func debug(_ message: String, _ fields: [(String, String)] = []) { log(.debug, message, fields) }
    /// What an operator may want to know.
    package func info(_ message: String, _ fields: [(String, String)] = []) { log(.info, message, fields) }
    /// Something is wrong, but nothing is lost.
    package func warning(_ message: String, _ fields: [(String, String)] = []) { log(.warning, message, fields) }
    /// Data is lost, or somebody must act.
    package func error(_ message: String, _ fields: [(String, String)] = []) { log(.error, message, fields) }

    /// Says a message of any level.
    package func log(_ level: Level, _ message: String, _ fields: [(String, String)] = []) {
        state.withLock { state in
            guard level >= state.minimum else { return }
            let now = clock.monotonic
            sayRepetitions(&state, state.repetitions.ended(at: now))
            if state.repetitions.admits(level, message, about: fields.first, at: now) {
                write(&state, level, message, fields)
            }
        }
    }

    /// Says what was counted and not said yet; before the process ends.
    package func flush() {
        state.withLock { state in sayRepetitions(&state, state.repetitions.ended(at: .max)) }
    }

    /// How many lines could not be written.
    package var droppedLines: UInt64 { state.withLock { $0.dropped } }

    private func sayRepetitions(_ state: inout State, _ ended: [Repetitions.Ended]) {
        for each in ended {
            let fields = [each.subject].compactMap { $0 } + [("times", "\(each.count)")]
            write(&state, each.level, "Repeated: \(each.message)", fields)
        }
    }

    private func write(_ state: inout State, _ level: Level, _ message: String, _ fields: [(String, String)]) {
        if state.unreported > 0 {
            let count = ("lines", "\(state.unreported)")
            let line = DiagnosticLine.text(form, .warning, clock.now, "Lines of this log were dropped", [count])
            guard output.write(line) else {
                state.dropped += 1
                state.unreported += 1
                return
            }
            state.unreported = 0
        }
        guard !output.write(DiagnosticLine.text(form, level, clock.now, message, fields)) else { return }
        state.dropped += 1
        state.unreported += 1
    }
}

/// Takes the lines of the agent's own log.
package protocol DiagnosticsOutput: Sendable {
    /// Writes a line with its newline at once; false if it could not be written. Calls come one at a time. Must not
    /// wait for long.
    func write(_ line: [UInt8]) -> Bool
}

/// stderr, which may be a pipe that nobody empties, or a file on a full disk.
final class StandardErrorOutput: DiagnosticsOutput {
    private struct State {
        /// A line has waited in vain: those behind it do not wait.
        var isStuck = false
        /// Only the beginning of a line was written.
        var isTorn = false
    }

    private let files: any FileSystem
    /// How long a line may wait for room.
    private let patience: Int32
    private let state = Mutex(State())

    init(_ files: any FileSystem, milliseconds patience: Int32 = 100) {
        self.files = files
        self.patience = patience
    }

    func write(_ line: [UInt8]) -> Bool {
        state.withLock { state in
            do throws(FileSystemError) {
                // Where poll(2) sees room in a pipe there is room for PIPE_BUF bytes, and no line is longer: so the
                // write does not wait. To set the pipe not to block would change it for all who share it.
                let limit = state.isStuck ? 0 : patience
                state.isStuck = try !files.wait(for: .output, of: .standardError, milliseconds: limit)
                guard !state.isStuck else { return false }
                let bytes = state.isTorn ? [0x0A] + line : line
                let count = try files.write(.standardError, bytes)
                if count > 0 { state.isTorn = count < bytes.count }
                return count == bytes.count
            } catch {
                // Also after a signal: all are blocked where the agent has its threads.
                return false
            }
        }
    }
}

extension FileSystem {
    fileprivate func write(_ file: FileDescriptor, _ bytes: [UInt8]) throws(FileSystemError) -> Int {
        try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(FileSystemError) in unsafe try write(file, raw) }
    }
}

// MARK: - Repetitions

/// Which messages were said lately, so that a storm of one of them is counted instead of printed.
private struct Repetitions {
    /// A run of messages that were left out, and is over.
    struct Ended {
        var level: Diagnostics.Level
        var message: String
        var subject: (String, String)?
        var count: UInt64
    }

    private struct Key: Hashable {
        var message: String
        var subject: String?
    }

    private struct Run {
        var level: Diagnostics.Level
        var field: String?
        var since: Int64
        var said = 0
        var leftOut: UInt64 = 0
    }

    private var runs: [Key: Run] = [:]
    /// When the first of the runs ends.
    private var nextEnd = Int64.max

    /// So many of one message about one thing are said in ``period``, and about so many things.
    private static let saidPerSubject = 5
    private static let subjectsPerMessage = 50
    private static let period: Int64 = 60_000_000_000
    private static let maxRuns = 1_000

    /// Whether to say a message; one that is not is counted.
    mutating func admits(
        _ level: Diagnostics.Level, _ message: String, about field: (String, String)?, at now: Int64
    ) -> Bool {
        var key = Key(message: message, subject: field?.1)
        // Too many things at a time: from here on they are counted together.
        let isShared = runs[key] == nil && !hasRoom(for: key)
        if isShared { key = Key(message: runs.count < Self.maxRuns ? message : "other messages", subject: nil) }
        var run = runs[key] ?? Run(level: level, field: key.subject == nil ? nil : field?.0, since: now)
        let isSaid = !isShared && run.said < Self.saidPerSubject
        if isSaid { run.said += 1 } else { run.leftOut += 1 }
        runs[key] = run
        nextEnd = min(nextEnd, run.since + Self.period)
        return isSaid
    }

    private func hasRoom(for key: Key) -> Bool {
        runs.count < Self.maxRuns
            && (key.subject == nil || runs.count { $0.key.message == key.message } < Self.subjectsPerMessage)
    }

    /// Forgets the runs that began longer than ``period`` before `now`, and returns what they have left out.
    mutating func ended(at now: Int64) -> [Ended] {
        guard now >= nextEnd else { return [] }
        let over = runs.filter { now - $0.value.since >= Self.period }
        for key in over.keys { runs[key] = nil }
        nextEnd = runs.values.map(\.since).min().map { $0 + Self.period } ?? .max
        let ended = over.filter { $0.value.leftOut > 0 }.map { key, run in
            let subject = run.field.flatMap { name in key.subject.map { (name, $0) } }
            return Ended(level: run.level, message: key.message, subject: subject, count: run.leftOut)
        }
        return ended.sorted { ($0.message, $0.subject?.1 ?? "") < ($1.message, $1.subject?.1 ?? "") }
    }
}
