import LogfoldCore
import LogfoldParsing
import LogfoldPipeline
import Synchronization

/// A recorded log as an input of the agent: its records come to the engine at the pace at which they were written.
///
/// Its place is not saved: a replay that was broken off begins again with the first record.
final class PlayedLog: Input {
    let name: String
    private(set) var deadline: Int64? = 0
    private(set) var hasEnded = false
    private let source: SourceDescription
    private let size: Int64
    private let report: PlayReport
    private let restored: [RestoredSource]
    private var log: RecordedLog
    private var pace: ReplayPace
    private var progress: ReplayProgress
    /// Its number in the engine, and the one that its positions have.
    private var opened: (number: UInt32, key: UInt64)?
    /// The piece that waits for its time, and that time by the monotonic clock.
    private var waiting: RecordedLog.Piece?
    private var due: Int64 = 0
    /// Where the piece begins.
    private var offset: Int64 = 0
    private var hasMore = false

    /// What is played in one turn.
    private static let turn = 1 << 20

    /// A log that begins with the first turn. `source` says what the engine is told of it, but for its key; the log's
    /// file has `size` bytes.
    init(
        _ log: consuming RecordedLog, _ pace: ReplayPace, _ progress: ReplayProgress, as source: SourceDescription,
        size: Int64, _ report: PlayReport, _ context: InputContext
    ) {
        name = context.name
        restored = context.restored
        self.source = source
        self.size = size
        self.report = report
        self.log = log
        self.pace = pace
        self.progress = progress
    }

    var descriptors: [Int32] { [] }

    func run(_ feed: any Feed, now: Int64) -> Bool {
        guard !hasEnded else { return false }
        if report.isLeft {
            end(feed)
            return false
        }
        let number = opened?.number ?? begin(feed, now)
        var rest = Self.turn
        while rest > 0, !feed.isFull {
            guard let piece = waiting ?? next(now) else {
                end(feed)
                return false
            }
            guard due <= now else {
                feed.reachedEnd(of: number)
                return pause(until: due, hasMore: false)
            }
            waiting = nil
            piece.bytes.withSpan { feed.push($0, of: number, at: offset) }
            offset += Int64(piece.bytes.count)
            rest -= piece.bytes.count
            report.count(piece.bytes.count)
        }
        return pause(until: now, hasMore: true)
    }

    private func pause(until time: Int64, hasMore: Bool) -> Bool {
        deadline = time
        self.hasMore = hasMore
        return hasMore
    }

    private func begin(_ feed: any Feed, _ now: Int64) -> UInt32 {
        // Left by a replay that was killed: only such a source has no place.
        for source in restored where source.checkpoint.place.isEmpty { feed.forget(key: source.checkpoint.key) }
        due = now
        var source = source
        source.key = feed.newKey()
        let number = feed.open(source, of: self)
        opened = (number, source.key)
        return number
    }

    /// The next piece, which then waits for its time; nil at the end.
    private func next(_ now: Int64) -> RecordedLog.Piece? {
        do throws(InputError) {
            waiting = try log.next()
        } catch {
            report.fail(error.reason)
            return nil
        }
        guard let piece = waiting else { return nil }
        due += pace.pause(before: piece.time, next: piece.next)
        progress.show(records: report.records, position: log.position, until: due, now)
        return piece
    }

    private func end(_ feed: any Feed) {
        if let opened {
            feed.finish(opened.number)
            feed.forget(key: opened.key)
        }
        stop()
        hasEnded = true
        report.end()
    }

    func hasUnread(_ source: UInt32) -> Bool { hasMore }

    func place(of source: UInt32) -> [UInt8] { [] }

    func stop() {
        progress.clear()
        deadline = nil
    }

    var status: InputStatus {
        let position = Int64(log.position)
        var status = InputStatus()
        status.sources = [.init(path: source.path, position: position, lag: max(size - position, 0))]
        return status
    }
}

/// How far a log was played, for whoever started it.
final class PlayReport: Sendable {
    private struct State {
        var records = 0
        var bytes = 0
        var isAtEnd = false
        var failure: String?
        var isLeft = false
    }

    private let state = Mutex(State())

    /// How many records were played, and their bytes.
    var records: Int { state.withLock { $0.records } }
    var bytes: Int { state.withLock { $0.bytes } }
    /// Whether everything was played that could be read.
    var isAtEnd: Bool { state.withLock { $0.isAtEnd } }
    /// Why it could not be read to its end.
    var failure: String? { state.withLock { $0.failure } }

    /// Whether nobody wants more of it.
    var isLeft: Bool { state.withLock { $0.isLeft } }

    /// A record of so many bytes was played.
    func count(_ bytes: Int) {
        state.withLock { state in
            state.records += 1
            state.bytes += bytes
        }
    }

    /// It could not be read further.
    func fail(_ reason: String) { state.withLock { $0.failure = reason } }

    /// Nobody wants more of it.
    func leave() { state.withLock { $0.isLeft = true } }

    /// It was played.
    func end() { state.withLock { $0.isAtEnd = true } }
}
