import LogfoldIO
import LogfoldParsing

/// Plays a log: waits, writes, waits.
struct Replay: ~Copyable {
    /// How it ended.
    enum Ending {
        /// All of the log was played.
        case all
        /// The log could not be read to its end; what could be read was played.
        case unreadable(InputError)
        /// The file could not be written.
        case unwritable(FileSystemError)
    }

    /// How many records were written.
    private(set) var records = 0
    private var bytes = 0
    private var pace: ReplayPace
    private var target: LiveFile
    private var progress: ReplayProgress
    private let clock: any Clock
    private let sleep: (Int64) -> Void
    private let start: Int64
    /// When the next piece is due, by the monotonic clock. Time that writing takes is not added to the pauses.
    private var due: Int64

    /// A replay that begins now.
    ///
    /// - Parameters:
    ///   - sleep: waits until a time of the clock's monotonic hand.
    init(
        _ pace: ReplayPace, _ target: LiveFile, _ progress: ReplayProgress, clock: any Clock,
        sleep: @escaping (Int64) -> Void
    ) {
        self.pace = pace
        self.target = target
        self.progress = progress
        self.clock = clock
        self.sleep = sleep
        start = clock.monotonic
        due = start
    }

    /// Plays a log to its end.
    mutating func play(_ log: consuming RecordedLog) -> Ending {
        defer { progress.clear() }
        while true {
            let next: RecordedLog.Piece?
            do throws(InputError) { next = try log.next() } catch { return .unreadable(error) }
            do throws(FileSystemError) {
                guard let piece = next else {
                    try target.close()
                    return .all
                }
                wait(pace.pause(before: piece.time, next: piece.next), log.position)
                try target.write(piece)
                records += 1
                bytes += piece.bytes.count
            } catch { return .unwritable(error) }
        }
    }

    private mutating func wait(_ pause: Int64, _ position: Int) {
        due += pause
        let now = clock.monotonic
        progress.show(records: records, position: position, until: due, now)
        if due > now { sleep(due) }
    }

    /// What was done, in a sentence.
    var summary: String {
        let tenths = (clock.monotonic - start) / 100_000_000
        let rotations = target.rotations == 0 ? "" : ", \(target.rotations) rotations"
        return "played \(records) records, \(bytes) bytes, in \(tenths / 10).\(tenths % 10) s\(rotations)"
    }
}

extension LiveFile {
    fileprivate mutating func write(_ piece: RecordedLog.Piece) throws(FileSystemError) {
        try piece.bytes.withSpan { (span: RawSpan) throws(FileSystemError) in try write(span) }
    }
}
