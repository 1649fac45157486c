import LogfoldCore

/// What the members at the front of an event say of its kind: `log` up to the offset, and how `event` begins.
///
/// They depend on few things, and few combinations of these come again and again, so what was written for one is kept
/// and copied from then on.
struct EventHeads: ~Copyable {
    /// What the texts depend on beside the logger and the zone.
    struct Key: Equatable {
        var level: Severity
        var isZoneAssumed: Bool
        /// Number of the project where the source or a layer names it; else the logger does.
        var project: Int?
    }

    /// What is kept for one logger and key; all ranges point into the texts.
    private struct Entry {
        var key: Key
        var logger: ByteRange
        var log: ByteRange
        var event: ByteRange
        var opensEvent: Bool
    }

    private var texts = ByteBuffer(capacity: 4_096)
    private var entries: [Entry?] = Array(repeating: nil, count: 256)
    /// The zone that is in the texts.
    private var zone: [UInt8] = []

    /// Loggers beyond this are not kept, and what is kept stays below this: names may be anything.
    private static let longestLogger = 96
    private static let mostText = 1 << 16

    /// Where the texts of this logger and key lie, or nil if they are not kept. The span must be padded.
    @inline(__always)
    mutating func find(_ bytes: RawSpan, _ logger: ByteRange, _ key: Key, _ zone: [UInt8]) -> Int? {
        if zone != self.zone { forget(zone) }
        let slot = Self.slot(bytes, logger, key.level)
        guard let entry = entries[slot], entry.key == key, entry.logger.count == logger.count,
            texts.withSpan({ $0.equal(entry.logger, logger, in: bytes) })
        else { return nil }
        return slot
    }

    /// Appends how `log` begins.
    @inline(__always)
    func appendLog(_ slot: Int, to output: inout ByteBuffer) {
        guard let range = entries[slot]?.log else { return }
        texts.withPaddedSpan { output.append(short: $0, range.start, range.count) }
    }

    /// Appends the end of `log` and how `event` begins, if it does; says whether it does.
    @inline(__always)
    func appendEvent(_ slot: Int, to output: inout ByteBuffer) -> Bool {
        guard let entry = entries[slot] else { return false }
        texts.withPaddedSpan { output.append(short: $0, entry.event.start, entry.event.count) }
        return entry.opensEvent
    }

    /// Keeps what was written: `log` and `event` are ranges of `output`.
    mutating func keep(
        _ bytes: RawSpan, _ logger: ByteRange, _ key: Key, _ output: borrowing ByteBuffer, log: ByteRange,
        event: ByteRange, opensEvent: Bool
    ) {
        guard !logger.isEmpty, logger.count <= Self.longestLogger else { return }
        if texts.count > Self.mostText { forget(zone) }
        let name = texts.count
        texts.append(bytes, logger)
        let start = texts.count
        output.withSpan {
            texts.append($0, log)
            texts.append($0, event)
        }
        let middle = start + log.count
        entries[Self.slot(bytes, logger, key.level)] = Entry(
            key: key, logger: ByteRange(name, start), log: ByteRange(start, middle),
            event: ByteRange(middle, texts.count), opensEvent: opensEvent)
    }

    /// Begins anew with this zone.
    private mutating func forget(_ zone: [UInt8]) {
        self.zone = zone
        texts.removeAll()
        for slot in entries.indices { entries[slot] = nil }
    }

    /// Loggers differ at their ends, where they begin alike.
    @inline(__always)
    private static func slot(_ bytes: RawSpan, _ logger: ByteRange, _ level: Severity) -> Int {
        let count = logger.count
        let first = bytes.u64(logger.start)
        let word =
            count >= 8 ? first ^ bytes.u64(logger.end &- 8) : first & (1 << UInt64(truncatingIfNeeded: count * 8) &- 1)
        let mixed = (word &+ UInt64(truncatingIfNeeded: count) &+ UInt64(level.rawValue) << 32) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed >> 56)
    }
}
