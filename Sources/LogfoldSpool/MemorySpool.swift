package import LogfoldCore
import LogfoldIO

/// The one log of all sinks, in memory: deliveries in their order, with a cursor for each sink.
///
/// A delivery stays until every sink has acknowledged it. The spool never makes the reader wait by itself: it says that
/// it is full, and the reader reads no more until there is room again. What the sinks have acknowledged is saved
/// elsewhere, from ``positions()``.
package final class MemorySpool: Spool {
    /// A delivery with the number of its first event.
    fileprivate struct Numbered {
        let delivery: Delivery
        let first: UInt64
    }

    fileprivate struct Cursor {
        var positions: SinkPositions
        let route: UInt64
        /// Number of the next delivery to hand out, and of the first that is not acknowledged.
        var next: Int
        var acknowledged: Int
        /// Of deliveries that are not acknowledged as a whole, by their numbers: the events that are not settled.
        var open: [Int: EventBits] = [:]
        /// Events delivered by earlier runs, and those put in for it in this one.
        var taken: UInt64
    }

    fileprivate struct Contents {
        var deliveries: [Numbered] = []
        /// Number of the first delivery, and of the next event.
        var first = 0
        var nextEvent: UInt64 = 0
        var weight = 0
        var cursors: [String: Cursor] = [:]
        /// Sinks that are not running: what was saved of them stays.
        var absent: [SinkPositions] = []
        /// The latest checkpoint of each source, acknowledged or not.
        var latest: [UInt64: SourceCheckpoint] = [:]
        var nextKey: UInt64
        /// Counts up with everything that has to be saved, and where it was at the last saving.
        var revision = 0
        var savedRevision = 0
        var isClosed = false
    }

    private let contents: Monitor<Contents>
    private let maxBytes: Int
    private let roomCameUp: @Sendable () -> Void
    private let positionsMoved: @Sendable () -> Void
    private let store: PositionStore?

    /// A spool of so many bytes, for sinks with what an earlier run has saved of them. Each step of theirs is written
    /// down in `store`. `roomCameUp` is called when it is full no more, `positionsMoved` when there is something to
    /// save for the first time since ``positions()``.
    package init(
        maxBytes: Int, saved: SavedPositions, store: PositionStore? = nil,
        roomCameUp: @escaping @Sendable () -> Void = {}, positionsMoved: @escaping @Sendable () -> Void = {}
    ) {
        self.maxBytes = maxBytes
        self.store = store
        self.roomCameUp = roomCameUp
        self.positionsMoved = positionsMoved
        var start = Contents(nextKey: saved.nextKey)
        start.absent = saved.sinks
        contents = Monitor(start)
    }
}

// MARK: - At the start

extension MemorySpool {
    /// The sources to go on with for sinks with these route bits, before any of them is attached.
    package func restore(_ routes: [(name: String, route: UInt64)]) -> [RestoredSource] {
        contents.withLock { contents in
            var saved = SavedPositions()
            saved.sinks = contents.absent
            let sources = saved.restore(routes)
            contents.absent = saved.sinks
            for source in sources { contents.latest[source.checkpoint.key] = source.checkpoint }
            return sources
        }
    }
}

// MARK: - For the reader

extension MemorySpool {
    /// Whether no more should be read for now.
    package var isFull: Bool { contents.withLock { $0.weight >= maxBytes } }

    /// Bytes that are held.
    var weight: Int { contents.withLock { $0.weight } }

    /// A number for a new source.
    package func newKey() -> UInt64 {
        contents.withLock { contents in
            defer { contents.nextKey += 1 }
            return contents.nextKey
        }
    }

    /// Nothing outlives the process here that would have to say which sinks there were.
    package func follow(_ sinks: [SpoolSink]) {}

    /// Adds a delivery behind all others.
    package func append(_ delivery: Delivery) {
        contents.change { contents in
            for (name, cursor) in contents.cursors {
                contents.cursors[name]?.taken += UInt64(delivery.events(for: cursor.route))
            }
            for checkpoint in delivery.checkpoints { contents.latest[checkpoint.key] = checkpoint }
            for key in delivery.forgotten { contents.latest[key] = nil }
            contents.deliveries.append(Numbered(delivery: delivery, first: contents.nextEvent))
            contents.nextEvent += UInt64(delivery.batch?.entries.count ?? 0)
            contents.weight += delivery.weight
            contents.dropAcknowledged()
        }
    }

    /// Makes a source's first position known to every sink at once: nothing of it can wait before that.
    package func introduce(_ checkpoint: SourceCheckpoint) {
        changePositions { contents in
            contents.latest[checkpoint.key] = checkpoint
            for name in contents.cursors.keys where contents.cursors[name]?.positions.checkpoints[checkpoint.key] == nil
            {
                contents.cursors[name]?.positions.checkpoints[checkpoint.key] = checkpoint
            }
            contents.revision += 1
            store?.append(.introduced(checkpoint))
        }
    }

    /// The latest position of each source of an input, whether its events are acknowledged or not: where a new reader
    /// in the same run goes on.
    package func latestCheckpoints(ofInput input: String) -> [SourceCheckpoint] {
        contents.withLock { contents in
            contents.latest.values.filter { $0.input == input }.sorted { $0.key < $1.key }
        }
    }

    /// No more will come: sinks that have got all of it end.
    package func close() { contents.change { $0.isClosed = true } }
}

// MARK: - For the sinks

extension MemorySpool {
    /// Gives a sink a cursor behind what is in the spool, with what was saved of it; returns its own state. One that
    /// has a cursor already begins again behind what it has acknowledged.
    package func attach(_ sink: SpoolSink) -> [UInt8] {
        let (name, route) = (sink.name, sink.route)
        return changePositions { contents in
            if let cursor = contents.cursors[name] {
                contents.cursors[name]?.next = cursor.acknowledged
                return cursor.positions.state
            }
            var positions = SinkPositions(name: name)
            if let at = contents.absent.firstIndex(where: { $0.name == name }) {
                positions = contents.absent.remove(at: at)
            } else {
                positions.checkpoints = contents.latest
            }
            let end = contents.first + contents.deliveries.count
            contents.cursors[name] = Cursor(
                positions: positions, route: route, next: end, acknowledged: end, taken: positions.delivered)
            contents.revision += 1
            return positions.state
        }
    }

    /// Takes a sink's cursor away; what it has acknowledged stays saved.
    package func detach(sink name: String) {
        contents.change { contents in
            guard let cursor = contents.cursors.removeValue(forKey: name) else { return }
            contents.absent.append(cursor.positions)
            contents.dropAcknowledged()
        }
        if !isFull { roomCameUp() }
    }

    /// The next delivery for a sink; waits for one until `deadline` of the monotonic clock. Nil when that has come, when
    /// the spool is closed and the sink has got all of it, or when ``interrupt`` says so.
    package func next(
        for name: String, until deadline: Int64?, unless interrupt: () -> Bool
    ) -> SpoolItem? {
        let answer: (item: SpoolItem?, isFirstChange: Bool)? = contents.wait(until: deadline) { contents in
            guard !interrupt(), let cursor = contents.cursors[name] else { return (nil, false) }
            guard cursor.next < contents.first + contents.deliveries.count else {
                return contents.isClosed ? (nil, false) : nil
            }
            return contents.noting { (contents) -> SpoolItem in
                let item = contents.hand(to: name)
                // What has nothing for the sink is settled with what lies before it.
                settle(name, &contents)
                return item
            }
        }
        if answer?.isFirstChange == true { positionsMoved() }
        return answer?.item
    }

    package func ringing(
        _ bell: @escaping @Sendable () -> Void, for name: String, wantsNext: Bool,
        unless interrupt: @escaping () -> Bool, while body: () -> Void
    ) {
        contents.ringing(
            bell,
            when: { contents in
                let end = contents.first + contents.deliveries.count
                let hasNext = contents.isClosed || contents.cursors[name].map { $0.next < end } ?? true
                return interrupt() || (wantsNext && hasNext)
            }, while: body)
    }

    /// Whether the spool is closed and this sink has been handed all of it.
    package func isExhausted(for name: String) -> Bool {
        contents.withLock { contents in
            guard contents.isClosed, let cursor = contents.cursors[name] else { return contents.isClosed }
            return cursor.next == contents.first + contents.deliveries.count
        }
    }

    /// A sink has a state before it has acknowledged anything in this run.
    package func note(state: [UInt8], of name: String) {
        changePositions { contents in
            guard let cursor = contents.cursors[name], cursor.positions.state != state else { return }
            contents.cursors[name]?.positions.state = state
            contents.revision += 1
            store?.append(
                .advanced(
                    sink: name, state: state, delivered: cursor.positions.delivered, checkpoints: [], forgotten: []))
        }
    }

    package func sleep(_ name: String, until deadline: Int64, unless interrupt: () -> Bool) {
        _ = contents.wait(until: deadline) { _ in interrupt() ? true : nil }
    }

    /// It has no thread: the positions are saved by whoever asks for them.
    package func start() {}

    /// The positions are saved by whoever asks for them.
    package func shutDown() -> String? { nil }

    /// Nothing is dropped here, so nobody is to blame.
    package func blame(_ cause: String?, of name: String) {}

    /// Nothing is dropped here, so nothing is asked back.
    package func wantsBack(from name: String) -> Bool { false }

    /// Lets every waiting thread look at what it waits for again.
    package func wakeAll() { contents.change { _ in } }

    /// A sink has everything up to and with this delivery safe, and its state as of then.
    package func acknowledge(sink name: String, through index: Int, state: [UInt8]) {
        acknowledge(name, state) { contents in contents.settle(name, through: index) }
    }

    package func acknowledge(sink name: String, events: [Range<UInt64>], state: [UInt8]) {
        acknowledge(name, state) { contents in contents.settle(name, events) }
    }

    private func acknowledge(_ name: String, _ state: [UInt8], _ body: (inout Contents) -> Bool) {
        let hadRoom = changePositions { contents in
            let hadRoom = contents.weight < maxBytes
            if body(&contents) {
                contents.cursors[name]?.positions.state = state
                settle(name, &contents, isForced: true)
            }
            return hadRoom
        }
        if !hadRoom, !isFull { roomCameUp() }
    }

    /// Moves a sink's cursor behind what is settled, and writes that down; also where only its state is new.
    private func settle(_ name: String, _ contents: inout Contents, isForced: Bool = false) {
        guard let step = contents.advance(name, isForced: isForced) else { return }
        store?.append(step)
        contents.dropAcknowledged()
    }

    /// Changes what has to be saved, and tells of the first change since the last saving, whatever it is: nothing else
    /// wakes the one who saves.
    private func changePositions<Result>(_ body: (inout Contents) -> Result) -> Result {
        let (result, isFirst) = contents.change { contents in contents.noting(body) }
        if isFirst { positionsMoved() }
        return result
    }

    /// How full it is.
    package func status() -> SpoolStatus {
        contents.withLock { contents in
            var status = SpoolStatus(type: "memory")
            status.bytes = Int64(contents.weight)
            status.maxBytes = Int64(maxBytes)
            status.isFull = contents.weight >= maxBytes
            status.oldestMade = contents.deliveries.first?.delivery.made
            return status
        }
    }

    /// How far each sink is: what lies here is counted anew, so that an event that went missing shows.
    package func backlogs() -> [String: SinkBacklog] {
        contents.withLock { contents in contents.cursors.mapValues { contents.backlog(of: $0) } }
    }
}

extension MemorySpool.Contents {
    /// Changes something, and says whether that is the first change since the last saving.
    fileprivate mutating func noting<Result>(_ body: (inout Self) -> Result) -> (Result, isFirstChange: Bool) {
        let wasSaved = revision == savedRevision
        let result = body(&self)
        return (result, wasSaved && revision != savedRevision)
    }

    /// The next delivery for a sink that has one, without the events that it has settled before.
    fileprivate mutating func hand(to name: String) -> SpoolItem {
        guard var cursor = cursors[name] else { preconditionFailure("no cursor") }
        let numbered = deliveries[cursor.next - first]
        var item = SpoolItem(index: cursor.next, delivery: numbered.delivery, sequence: numbered.first)
        let own = numbered.delivery.bits(for: cursor.route)
        let open = cursor.open[cursor.next] ?? own
        if let batch = numbered.delivery.batch, open != own {
            item.delivery.batch = Batch(lines: batch, entries: batch.entries.routed(open, to: cursor.route))
        }
        cursor.open[cursor.next] = open
        cursor.next += 1
        cursors[name] = cursor
        return item
    }

    /// A sink has settled all events up to and with a delivery; false where it had before.
    fileprivate mutating func settle(_ name: String, through index: Int) -> Bool {
        guard let acknowledged = cursors[name]?.acknowledged, index >= acknowledged else { return false }
        for number in acknowledged...index {
            let size = deliveries[number - first].delivery.batch?.entries.count ?? 0
            cursors[name]?.open[number] = EventBits(size: size)
        }
        return true
    }

    /// A sink has settled these events; false where it has nothing of the kind.
    fileprivate mutating func settle(_ name: String, _ events: [Range<UInt64>]) -> Bool {
        guard var cursor = cursors[name] else { return false }
        var count = 0
        for (number, var bits) in cursor.open {
            for range in events { count += bits.clear(range, from: deliveries[number - first].first) }
            cursor.open[number] = bits
        }
        cursors[name] = cursor
        return count > 0
    }

    /// Moves a cursor behind the deliveries of which all is settled; nil where there is none, unless it is forced.
    fileprivate mutating func advance(_ name: String, isForced: Bool) -> PositionChange? {
        // Taken out, so that its positions are changed in place and not copied.
        guard var cursor = cursors.removeValue(forKey: name) else { return nil }
        defer { cursors[name] = cursor }
        // Of several checkpoints of one source the last counts.
        var moved: [UInt64: SourceCheckpoint] = [:]
        var forgotten: [UInt64] = []
        var count = 0
        while cursor.open[cursor.acknowledged]?.isEmpty == true {
            let delivery = deliveries[cursor.acknowledged - first].delivery
            cursor.pass(delivery)
            for checkpoint in delivery.checkpoints { moved[checkpoint.key] = checkpoint }
            for key in delivery.forgotten { moved[key] = nil }
            forgotten += delivery.forgotten
            count += 1
        }
        guard count > 0 || isForced else { return nil }
        revision += 1
        return .advanced(
            sink: name, state: cursor.positions.state, delivered: cursor.positions.delivered,
            checkpoints: Array(moved.values), forgotten: forgotten)
    }

    fileprivate func backlog(of cursor: MemorySpool.Cursor) -> SinkBacklog {
        var backlog = SinkBacklog(delivered: cursor.positions.delivered, taken: cursor.taken)
        for (at, numbered) in deliveries.enumerated().dropFirst(cursor.acknowledged - first) {
            let all = numbered.delivery.bits(for: cursor.route)
            let open = cursor.open[first + at] ?? all
            backlog.delivered += UInt64(all.count - open.count)
            backlog.events += UInt64(open.count)
            backlog.bytes += numbered.delivery.bytes(of: open)
        }
        return backlog
    }

    /// Forgets the deliveries that every sink has acknowledged.
    fileprivate mutating func dropAcknowledged() {
        let lowest = cursors.values.map(\.acknowledged).min() ?? first + deliveries.count
        guard lowest > first else { return }
        for numbered in deliveries[..<(lowest - first)] { weight -= numbered.delivery.weight }
        deliveries.removeFirst(lowest - first)
        first = lowest
    }
}

extension MemorySpool.Cursor {
    /// Goes behind the first delivery, of which all is settled.
    fileprivate mutating func pass(_ delivery: Delivery) {
        open[acknowledged] = nil
        acknowledged += 1
        next = Swift.max(next, acknowledged)
        positions.advance(by: delivery)
        positions.delivered += UInt64(delivery.events(for: route))
    }
}

// MARK: - For whoever saves

extension MemorySpool {
    /// Counts up with everything that ``positions()`` would say anew.
    package var revision: Int { contents.withLock { $0.revision } }

    /// What every sink has acknowledged, to be saved; the store's journal goes over to its next number at that moment.
    package func positions() -> (saved: SavedPositions, revision: Int, generation: UInt64) {
        contents.withLock { contents in
            var saved = SavedPositions()
            saved.nextKey = contents.nextKey
            saved.sinks = contents.cursors.values.map(\.positions) + contents.absent
            saved.sinks.sort { $0.name < $1.name }
            contents.savedRevision = contents.revision
            return (saved, contents.revision, store?.turnOver() ?? 0)
        }
    }
}
