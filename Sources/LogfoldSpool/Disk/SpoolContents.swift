import LogfoldCore
import LogfoldIO

/// What the disk spool knows of itself; guarded by its lock, does no I/O.
struct SpoolContents: SpoolState {
    /// A segment on the disk.
    struct Segment {
        let number: UInt64
        /// Sequence of its first event, and how many events were routed to each sink before that.
        let first: UInt64
        let routed: [String: UInt64]
        let time: Int64
        var bytes: Int64
        /// Sinks that have delivered events of it.
        var deliveredBy: Set<String> = []
    }

    /// A record that is still in memory.
    struct Recent {
        /// Records count up in a run.
        let serial: UInt64
        let sequence: UInt64
        let count: UInt32
        let time: Int64
        let delivery: Delivery
        /// The sinks as they were when it was written, with their bits in its events.
        let routes: [(route: RecordRoute, bit: UInt64)]
        /// What it says of counts.
        let tally: SpoolTally
        let weight: Int

        var end: UInt64 { sequence + UInt64(count) }
    }

    var segments: [Segment] = []
    var recents: [Recent] = []
    var weight = 0
    var cursors: [String: DiskCursor] = [:]
    /// Cursors as they are in their file, and whether that has been brought to the disk.
    var saved: [StoredCursor] = []
    var isSavedDurable = true
    /// When they were saved last, by the monotonic clock.
    var savedAt: Int64 = 0
    /// Whether it was made in this run, and nothing of it was brought to the disk yet.
    var isNew = false
    /// Sequence of the next event.
    var end: UInt64 = 0
    var nextKey: UInt64 = 1
    var routed: [String: UInt64] = [:]
    var tally = SpoolTally()
    /// The latest checkpoint of each source, and by sink what it had beyond them at the start.
    var latest: [UInt64: SourceCheckpoint] = [:]
    var ahead: [String: [UInt64: SourceCheckpoint]] = [:]
    /// The same as of the last record that is surely on the disk.
    var synced = Synced()
    /// Number of the last record that was written.
    var serial: UInt64 = 0
    var unsyncedBytes = 0
    /// Files that were written to since they were last synchronized.
    var dirty: [OpenFile] = []
    var isFolderDirty = false
    /// Since when there is something to synchronize or to save, by the monotonic clock.
    var changedSince: Int64?
    var isUrgent = false
    /// An fsync has failed, and what came since the last good one was not written to a new segment yet.
    var needsRewrite = false
    /// Deliveries that could not be written yet.
    var unwritten = 0
    /// The file system has less room than is to stay free.
    var isShortOfSpace = false
    /// When to look again whether it has, by the monotonic clock.
    var nextLook: Int64?
    /// When the keeper's thread wakes by itself.
    var expected = Int64.min
    /// Why nothing can be written or made durable.
    var problem: String?
    var isClosed = false
    /// The reader has found no room, and was not woken since.
    var wasFoundFull = false
    /// The reader waits until sinks have caught up.
    var isReaderResting = false
    /// Numbers of this process for sources by their keys.
    var sourceNumbers: [UInt64: UInt32] = [:]
    var nextForeignNumber = UInt32.max

    struct Synced {
        var serial: UInt64 = 0
        var sequence: UInt64 = 0
        var latest: [UInt64: SourceCheckpoint] = [:]
        var routed: [String: UInt64] = [:]
        var tally = SpoolTally()
    }

    var bytes: Int64 { segments.reduce(0) { $0 + $1.bytes } }
}

// MARK: - Sinks

extension SpoolContents {
    func hasAll(_ sink: String) -> Bool? { cursors[sink].map { $0.next >= end } }
}

// MARK: - Segments

extension SpoolContents {
    /// The sequence from which on the records of a segment count no more: where a later one begins.
    func limit(of segment: Int) -> UInt64 { segments.dropFirst(segment + 1).map(\.first).min() ?? end }

    /// The segment that holds an event.
    func segment(of sequence: UInt64) -> Int? { segments.lastIndex { $0.first <= sequence } }

    /// Bytes of the segments that hold what lies at or behind a sequence.
    func bytes(from sequence: UInt64) -> Int64 {
        segments.indices.reduce(0) { limit(of: $1) > sequence ? $0 + segments[$1].bytes : $0 }
    }

    /// Takes the segments out that every cursor is durably past; the newest one stays.
    mutating func takeRemovable() -> [Segment] {
        let durable = (saved.map(\.position) + cursors.values.map(\.stored.position)).min() ?? end
        var removable: [Segment] = []
        while segments.count > 1, limit(of: 0) <= durable { removable.append(segments.removeFirst()) }
        return removable
    }

    /// Notes that a sink has delivered events of a range.
    mutating func noteDelivery(of range: Range<UInt64>, by sink: String) {
        for at in segments.indices where segments[at].first < range.upperBound && limit(of: at) > range.lowerBound {
            segments[at].deliveredBy.insert(sink)
        }
    }
}

// MARK: - Records in memory

extension SpoolContents {
    /// The record in memory that holds an event, or begins next behind it without any other between.
    func recent(at sequence: UInt64) -> Recent? {
        guard let first = recents.first, first.sequence <= sequence else { return nil }
        var low = 0
        var high = recents.count
        while low < high {
            let middle = (low + high) / 2
            if recents[middle].end > sequence { high = middle } else { low = middle + 1 }
        }
        return low < recents.count ? recents[low] : nil
    }

    /// Lets go of records that nobody needs in memory, and of more where there is not room for them: sinks that are
    /// behind read them from the disk.
    mutating func trim(to budget: Int) {
        let needed = cursors.values.filter { $0.sink != nil }.map(\.next).min() ?? end
        // Many at a time, where it is for want of room.
        let limit = weight > budget ? budget - budget / 8 : budget
        var count = 0
        for recent in recents {
            guard recent.serial <= synced.serial, recent.end <= needed || weight > limit else { break }
            weight -= recent.weight
            count += 1
        }
        recents.removeFirst(count)
    }

    /// Notes a change that is to be saved.
    mutating func touch(_ now: Int64) { changedSince = changedSince ?? now }
}

// MARK: - Sources

extension SpoolContents {
    /// Takes over what a delivery says of positions.
    mutating func advance(by delivery: Delivery) {
        for checkpoint in delivery.checkpoints {
            latest[checkpoint.key] = checkpoint
            nextKey = Swift.max(nextKey, checkpoint.key &+ 1)
        }
        for key in delivery.forgotten { latest[key] = nil }
        guard !ahead.isEmpty else { return }
        for (sink, checkpoints) in ahead {
            let left = checkpoints.filter { key, had in latest[key].map { !$0.position.isPast(had.position) } ?? false }
            ahead[sink] = left.isEmpty ? nil : left
        }
    }

    /// The number of a source in this process.
    mutating func number(of source: SpoolSource) -> UInt32 {
        if let number = sourceNumbers[source.key] { return number }
        // The engine counts up from 1, so the two do not meet.
        defer { nextForeignNumber -= 1 }
        sourceNumbers[source.key] = nextForeignNumber
        return nextForeignNumber
    }

    /// Begins with all positions and counters of a segment's start.
    mutating func begin(with start: SegmentStart) {
        nextKey = start.nextKey
        routed = start.routed
        tally = start.tally
        for checkpoint in start.checkpoints { latest[checkpoint.key] = checkpoint }
        for (sink, checkpoints) in start.ahead {
            ahead[sink] = Dictionary(checkpoints.map { ($0.key, $0) }) { first, _ in first }
        }
    }

    /// All positions and counters, for the start of a segment.
    var start: SegmentStart {
        var start = SegmentStart()
        start.nextKey = nextKey
        start.checkpoints = latest.values.sorted { $0.key < $1.key }
        start.ahead = ahead.mapValues { $0.values.sorted { $0.key < $1.key } }
        start.routed = routed
        start.tally = tally
        return start
    }
}

extension SourcePosition {
    /// Whether nothing that another position covers lies behind this one.
    func isPast(_ other: SourcePosition) -> Bool {
        offset >= other.offset && other.left.allSatisfy { covers($0) }
    }
}
