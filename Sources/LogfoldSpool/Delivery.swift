package import LogfoldCore

/// What the reader puts into the spool at a time: events, and the positions that they make safe.
package struct Delivery: Sendable {
    /// The events; nil where only positions have moved.
    package var batch: Batch?
    /// Of each source whose position has moved: where its reading goes on once the batch is safe.
    package var checkpoints: [SourceCheckpoint]
    /// Sources of which nothing needs to be saved any more.
    package var forgotten: [UInt64]
    /// What it adds to the counts of inputs.
    package var read: [String: InputCounts]
    /// Events that were left out for sinks since the delivery before it.
    package var filtered: [String: UInt64]
    /// What the numbers of sources in the batch stand for.
    package var sources: [UInt32: SpoolSource]
    /// When it was made, by the monotonic clock.
    package var made: Int64

    /// A delivery.
    package init(
        batch: Batch?, checkpoints: [SourceCheckpoint], forgotten: [UInt64] = [],
        read: [String: InputCounts] = [:], filtered: [String: UInt64] = [:],
        sources: [UInt32: SpoolSource] = [:], made: Int64 = 0
    ) {
        self.batch = batch
        self.checkpoints = checkpoints
        self.forgotten = forgotten
        self.read = read
        self.filtered = filtered
        self.sources = sources
        self.made = made
    }

    /// Bytes of memory that it holds, about.
    var weight: Int {
        let events = batch.map { $0.byteCount + $0.entries.count * MemoryLayout<Batch.Entry>.stride } ?? 0
        return events + checkpoints.reduce(64) { $0 + 128 + $1.place.count + $1.position.state.count }
    }

    /// How many of its events go to the sink with this route bit.
    func events(for route: UInt64) -> Int {
        batch?.entries.reduce(0) { $0 + ($1.routes & route == 0 ? 0 : 1) } ?? 0
    }

    /// A bit for each of them.
    func bits(for route: UInt64) -> EventBits {
        guard let entries = batch?.entries else { return EventBits(size: 0) }
        var bits = EventBits(size: entries.count)
        for (at, entry) in entries.enumerated() where entry.routes & route != 0 { bits[at] = true }
        return bits
    }

    /// How many bytes these events have.
    func bytes(of events: EventBits) -> Int64 {
        guard let entries = batch?.entries else { return 0 }
        return entries.indices.reduce(0) { events[$1] ? $0 + Int64(entries[$1].length) : $0 }
    }
}

extension [Batch.Entry] {
    /// The entries with a sink's bit in these events and no other.
    func routed(_ events: EventBits, to route: UInt64) -> [Batch.Entry] {
        enumerated().map { at, entry in
            var entry = entry
            entry.routes = events[at] ? route : 0
            return entry
        }
    }
}
