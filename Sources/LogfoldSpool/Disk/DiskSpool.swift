import LogfoldCompression
package import LogfoldCore
import LogfoldIO

/// The one log of all sinks, on the disk: segments of records, with a cursor for each sink.
///
/// Three kinds of threads meet here. The reader appends: a record is written before any sink sees it, without waiting
/// for the disk. Each sink takes records from memory as long as it keeps up, and from the segments when it does not.
/// A thread of the spool's own waits for the disk, saves the cursors, and removes what is no longer needed; a cursor is
/// never saved beyond what an fsync has brought to the disk before.
package final class DiskSpool: Spool {
    let directory: DataDirectory
    let folder: String
    let files: any FileSystem
    let options: DiskSpoolOptions
    let clock: any Clock
    let diagnostics: Diagnostics
    let contents: Monitor<SpoolContents>
    /// Taken before `contents` where both are.
    let writer: Monitor<Writer>
    let keeper: Monitor<Keeper>
    /// Whether the keeper's thread is to look at what is due, or to end.
    let alarm = Monitor(Alarm())
    /// Where sinks sleep that can do nothing for now: what is written meanwhile does not wake them.
    let sleepers = Monitor(())
    /// Where the reader lets sinks catch up.
    let catchingUp = Monitor(())
    /// Where sinks that are behind are reading.
    let scans = Monitor<[String: SegmentScan]>([:])
    private let roomCameUp: @Sendable () -> Void
    /// Called when it is fuller or emptier by a tenth.
    let fillChanged: @Sendable () -> Void

    /// What writes the segment at the end of the log.
    struct Writer {
        /// Nil where the next record begins a segment.
        var file: OpenFile?
        /// Number of the last segment, and where its next record begins.
        var number: UInt64
        var offset: Int64 = 0
        /// The sinks of the records that follow.
        var sinks: [(name: String, digest: [UInt8], bit: UInt64)] = []
        /// Deliveries that could not be written, in order.
        var unwritten: [Delivery] = []
        let compressor: ZstdCompressor?
    }

    /// What waits for the disk.
    struct Keeper {
        var thread: DedicatedThread?
        var failures = 0
        /// How full it was at the last round.
        var tenths: Int64 = 0
        /// When to try again after a failure, by the monotonic clock.
        var retry: Int64?
    }

    /// What wakes the keeper's thread before its time. It is not `contents` that it waits for: that changes with each
    /// record, and mostly nothing is due earlier then.
    struct Alarm {
        var isRung = false
        var isLast = false
    }

    init(
        recovered: sending RecoveredSpool, in directory: DataDirectory, options: DiskSpoolOptions,
        clock: any Clock, diagnostics: Diagnostics, roomCameUp: @escaping @Sendable () -> Void,
        fillChanged: @escaping @Sendable () -> Void
    ) {
        self.directory = directory
        folder = Self.folder(in: directory.path)
        files = directory.files
        self.options = options
        self.clock = clock
        self.diagnostics = diagnostics
        self.roomCameUp = roomCameUp
        self.fillChanged = fillChanged
        // Without a context for zstd records are written as they are.
        let compressor = options.isCompressed ? try? ZstdCompressor(level: 1) : nil
        writer = Monitor(Writer(number: recovered.lastNumber, compressor: compressor))
        keeper = Monitor(Keeper())
        contents = Monitor(recovered.contents)
    }

    func path(_ number: UInt64) -> String { "\(folder)/\(SegmentName.of(number))" }

    /// Lends the contents to be changed; wakes the keeper's thread if something is due earlier than it knows, and the
    /// sinks that wait, if it may be for this.
    func change<Result>(wakingSinks: Bool = false, _ body: (inout SpoolContents) -> Result) -> Result {
        func step(_ contents: inout SpoolContents) -> (Result, isEarlier: Bool) {
            let result = body(&contents)
            return (result, contents.isDueEarlier(options))
        }
        let (result, isEarlier) = wakingSinks ? contents.change(step) : contents.withLock(step)
        if isEarlier { alarm.change { $0.isRung = true } }
        return result
    }

    /// Wakes the reader if it has found no room and there is some now. What counts is what it has found: the spool may have
    /// become full and have got room again within one round of the keeper's.
    func noteRoom() {
        let isAwaited = contents.withLock { contents in
            guard contents.wasFoundFull, !contents.isFull(options) else { return false }
            contents.wasFoundFull = false
            return true
        }
        if isAwaited { roomCameUp() }
    }
}

/// The names of segments.
package enum SegmentName {
    /// The name of a number.
    package static func of(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return "segment-\(String(repeating: "0", count: 16 - digits.utf8.count))\(digits).log"
    }

    /// The number that a name says; nil for another name.
    package static func number(in name: String) -> UInt64? {
        guard name.utf8.count == 28, name.hasPrefix("segment-"), name.hasSuffix(".log") else { return nil }
        let number = UInt64(name.dropFirst(8).dropLast(4), radix: 16)
        return number.flatMap { of($0) == name ? $0 : nil }
    }
}

// MARK: - At the start

extension DiskSpool {
    package func restore(_ routes: [(name: String, route: UInt64)]) -> [RestoredSource] {
        contents.withLock { contents in
            contents.latest.values.sorted { $0.key < $1.key }.map { checkpoint in
                contents.restored(checkpoint, routes)
            }
        }
    }
}

extension SpoolContents {
    /// Everything that was read is in the spool; only what a sink had before there was one is not sent to it again.
    fileprivate func restored(
        _ checkpoint: SourceCheckpoint, _ routes: [(name: String, route: UInt64)]
    ) -> RestoredSource {
        var others = UInt64.max
        var delivered: [(routes: UInt64, position: SourcePosition)] = []
        for (name, route) in routes {
            guard let had = ahead[name]?[checkpoint.key] else { continue }
            others &= ~route
            delivered.append((route, had.position))
        }
        delivered.append((others, checkpoint.position))
        return RestoredSource(
            checkpoint: checkpoint, resume: ResumePoint(position: checkpoint.position, delivered: delivered))
    }
}

// MARK: - Telling

extension DiskSpool {
    package var isFull: Bool {
        contents.withLock { contents in
            let isFull = contents.isFull(options)
            if isFull { contents.wasFoundFull = true }
            return isFull
        }
    }

    package func backlogs() -> [String: SinkBacklog] {
        contents.withLock { contents in
            contents.cursors.mapValues { cursor in
                let routed = contents.routed[cursor.stored.name] ?? 0
                var backlog = SinkBacklog(events: cursor.waiting(routed: routed))
                backlog.bytes = backlog.events > 0 ? contents.bytes(from: cursor.stored.position) : 0
                backlog.delivered = cursor.stored.delivered
                backlog.dropped = cursor.stored.dropped
                backlog.taken = cursor.taken(routed: routed)
                backlog.filtered = contents.tally.filtered[cursor.stored.name] ?? 0
                return backlog
            }
        }
    }

    package func inputCounts() -> [String: InputCounts] { contents.withLock { $0.tally.read } }

    package func status() -> SpoolStatus {
        contents.withLock { contents in
            var status = SpoolStatus(type: "disk")
            status.bytes = contents.bytes
            status.maxBytes = options.maxBytes
            status.isFull = contents.isFull(options)
            status.problem = contents.problem
            if contents.isShortOfSpace {
                status.reason = "less than min_free, \(Units.text(bytes: Int(options.minFree))), is free on its disk"
            }
            status.oldest = contents.oldestTime
            return status
        }
    }
}

extension SpoolContents {
    /// Whether the reader has to wait.
    func isFull(_ options: DiskSpoolOptions) -> Bool {
        let hasMemory = weight < options.memory || (recents.first.map { $0.serial <= synced.serial } ?? true)
        return unwritten > 0 || isShortOfSpace || !hasMemory || bytes + options.reserve >= options.maxBytes
    }

    /// When the oldest event was written that somebody waits for.
    fileprivate var oldestTime: Int64? {
        let waiting = cursors.values.filter { $0.waiting(routed: routed[$0.stored.name] ?? 0) > 0 }
        guard let position = waiting.map(\.stored.position).min() else { return nil }
        return recent(at: position)?.time ?? segment(of: position).map { segments[$0].time }
    }
}
