package import LogfoldCore
import LogfoldIO

/// The one log of all sinks, in memory: deliveries in their order, with a cursor for each sink.
///
/// A delivery stays until every sink has acknowledged it, or has lost it for want of room. The spool never makes the
/// reader wait by itself: it says that it is full, and the reader reads no more until there is room again. What the
/// sinks have acknowledged is saved elsewhere, from ``positions()``.
package final class MemorySpool: Spool {
    /// A delivery with the number of its first event.
    struct Numbered {
        let delivery: Delivery
        let first: UInt64
        /// Sinks that have settled events of it.
        var deliveredBy: Set<String> = []
    }

    struct Cursor {
        var positions: SinkPositions
        let route: UInt64
        let whenFull: WhenFull
        /// Number of the next delivery to hand out, and of the first that is not acknowledged.
        var next: Int
        var acknowledged: Int
        /// Of deliveries that are not acknowledged as a whole, by their numbers: the events that are not settled.
        var open: [Int: EventBits] = [:]
        /// Events that were settled since the last step, and how many of each of those deliveries count as delivered.
        var settled: [(number: Int, events: EventBits)] = []
        var ahead: [Int: Int] = [:]
        /// Events delivered or lost in earlier runs, and those put in for it in this one.
        var taken: UInt64
        /// What was read of each input up to the first delivery that is not acknowledged. At the start of a run that is where
        /// reading was taken up, though the sink may have had more: this is not sent to it again.
        var read: [String: InputCounts]
        /// How many events of the first delivery it has lost, until the cursor goes behind that.
        var lost = 0
        /// Whether the sink is to give back what it has been handed, because that is about to be dropped.
        var mustYield = false
        /// What is to blame for what it loses now, where it is not the room alone.
        var lossCause: String?
    }

    struct Contents: SpoolState {
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
        /// What was read of each input, with all that was put in.
        var read: [String: InputCounts] = [:]
        /// Counts up with everything that has to be saved, and where it was at the last saving.
        var revision = 0
        var savedRevision = 0
        var isClosed = false
    }

    let contents: Monitor<Contents>
    let maxBytes: Int
    private let roomCameUp: @Sendable () -> Void
    private let positionsMoved: @Sendable () -> Void
    private let eventsWereLost: @Sendable (_ sink: String, _ events: Int) -> Void
    let store: PositionStore?

    /// A spool of so many bytes, for sinks with what an earlier run has saved of them. Each step of theirs is written
    /// down in `store`. `roomCameUp` is called when it is full no more, `positionsMoved` when there is something to
    /// save for the first time since ``positions()``, `eventsWereLost` when a sink has lost some.
    package init(
        maxBytes: Int, saved: SavedPositions, store: PositionStore? = nil,
        roomCameUp: @escaping @Sendable () -> Void = {}, positionsMoved: @escaping @Sendable () -> Void = {},
        eventsWereLost: @escaping @Sendable (_ sink: String, _ events: Int) -> Void = { _, _ in }
    ) {
        self.maxBytes = maxBytes
        self.store = store
        self.roomCameUp = roomCameUp
        self.positionsMoved = positionsMoved
        self.eventsWereLost = eventsWereLost
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
            contents.read = saved.read(for: routes.map(\.name))
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
        makingRoom { contents in
            for (name, cursor) in contents.cursors {
                contents.cursors[name]?.taken += UInt64(delivery.events(for: cursor.route))
            }
            for checkpoint in delivery.checkpoints { contents.latest[checkpoint.key] = checkpoint }
            for key in delivery.forgotten { contents.latest[key] = nil }
            contents.deliveries.append(Numbered(delivery: delivery, first: contents.nextEvent))
            contents.nextEvent += UInt64(delivery.batch?.entries.count ?? 0)
            contents.weight += delivery.weight
            contents.read += delivery.read
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
        return makingRoom { contents in
            if let cursor = contents.cursors[name] {
                contents.cursors[name]?.next = cursor.acknowledged
                contents.cursors[name]?.mustYield = false
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
                positions: positions, route: route, whenFull: sink.whenFull, next: end, acknowledged: end,
                taken: positions.settled, read: contents.read)
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
            return contents.noting { (contents) -> SpoolItem? in
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
        contents.ringing(bell, for: name, wantsNext: wantsNext, unless: interrupt, while: body)
    }

    /// Whether the spool is closed and this sink has been handed all of it.
    package func isExhausted(for name: String) -> Bool { contents.isExhausted(for: name) }

    /// A sink has a state before it has acknowledged anything in this run.
    package func note(state: [UInt8], of name: String) {
        changePositions { contents in
            guard let cursor = contents.cursors[name], cursor.positions.state != state else { return }
            contents.cursors[name]?.positions.state = state
            contents.revision += 1
            var step = SinkStep(cursor.positions)
            step.state = state
            store?.append(.advanced(step))
        }
    }

    package func sleep(_ name: String, until deadline: Int64, unless interrupt: () -> Bool) {
        _ = contents.wait(until: deadline) { contents in
            interrupt() || contents.cursors[name]?.mustYield == true ? true : nil
        }
    }

    /// It has no thread: the positions are saved by whoever asks for them.
    package func start() {}

    /// The positions are saved by whoever asks for them.
    package func shutDown() -> String? { nil }

    package func blame(_ cause: String?, of name: String) {
        contents.withLock { $0.cursors[name]?.lossCause = cause }
    }

    package func wantsBack(from name: String) -> Bool {
        contents.withLock { $0.cursors[name]?.mustYield ?? false }
    }

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
        makingRoom { contents in
            guard body(&contents) else { return }
            contents.cursors[name]?.positions.state = state
            contents.cursors[name]?.mustYield = false
            settle(name, &contents, isForced: true)
        }
    }

    /// Moves a sink's cursor behind what is settled, and writes that down; also where only its state is new.
    private func settle(_ name: String, _ contents: inout Contents, isForced: Bool = false) {
        guard let step = contents.advance(name, isForced: isForced) else { return }
        store?.append(.advanced(step))
        contents.dropAcknowledged()
    }

    /// Changes something, makes room where there is too little, and says what came of it.
    private func makingRoom<Result>(_ body: (inout Contents) -> Result) -> Result {
        let (result, losses, hasRoom) = changePositions { contents in
            let wasFull = contents.weight >= maxBytes
            let result = body(&contents)
            let losses = makeRoom(&contents)
            return (result, losses, wasFull && contents.weight < maxBytes)
        }
        for (sink, events) in losses.sorted(by: { $0.key < $1.key }) { eventsWereLost(sink, events) }
        if hasRoom { roomCameUp() }
        return result
    }

    /// Drops the oldest deliveries for as long as there is too little room and those who need them may lose them; returns
    /// how many events each sink has lost.
    private func makeRoom(_ contents: inout Contents) -> [String: Int] {
        var losses: [String: Int] = [:]
        while contents.weight >= maxBytes, let lost = contents.dropOldest() {
            losses.merge(lost.filter { $0.value > 0 }) { $0 + $1 }
            for name in lost.keys { settle(name, &contents) }
        }
        return losses
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

    package func inputCounts() -> [String: InputCounts] { contents.withLock { $0.read } }
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
