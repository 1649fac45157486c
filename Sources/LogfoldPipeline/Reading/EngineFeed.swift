package import LogfoldCore
package import LogfoldIO
package import LogfoldParsing
package import LogfoldSpool

/// The engine of the agent with what surrounds it: inputs push bytes in, deliveries with checkpoints go to the spool.
///
/// Used by the reader's thread only.
package final class EngineFeed: Feed {
    var engine: Engine
    private let spool: any Spool
    let clock: any Clock
    let foldMemory: Int
    var sources: [UInt32: OpenSource] = [:]
    private var nextNumber: UInt32 = 1
    /// How each input's sources are read.
    private var readings: [ObjectIdentifier: InputReading] = [:]
    /// Sources of which the spool has not heard yet, with their first positions, and those whose place has moved
    /// without events.
    private var fresh: [(source: UInt32, position: SourcePosition)] = []
    private var moved: Set<UInt32> = []
    /// Sources whose positions are safe only when an event of an earlier one of the same key has left.
    private var heldBack: Set<UInt32> = []
    private var forgotten: [UInt64] = []
    /// What the numbers of sources in the last batch stand for.
    private var spoolSources: [UInt32: SpoolSource] = [:]
    /// Numbers of sources that have ended: their last position is in the batch that is being gathered.
    private var ended: [UInt32] = []
    /// When the loop's turn began, by the monotonic clock: one time for all sources, so that their folds end together.
    private var turn: Int64 = 0
    /// Where sources that have ended in this run are taken up, by key: more may be written to their files.
    private var ends: [UInt64: SourcePosition] = [:]
    /// When the first event came that was not handed on yet, by the monotonic clock.
    private var gatheringSince: Int64?
    private(set) var plan: RoutePlan?
    /// What plans before this one have decided, by name: the engine counts for the plan at hand.
    private(set) var earlier = Decided()
    /// What was read in this run, by input.
    var totals: [String: ReadingTotals] = [:]
    var untold = Untold()

    struct OpenSource {
        let key: UInt64
        let input: any Input
        /// What the spool is told of it.
        let forSpool: SpoolSource
        /// Where it is taken up by what was handed on so far: the engine may be ahead, with events that gather.
        var handed: SourcePosition
        /// What the spool was told of its bytes and lines.
        var known = SourceCounts()
    }

    /// A small batch waits so long for company: a wake-up of every sink costs more than the events in it.
    private static let gatheringTime: Int64 = 25_000_000

    /// A feed into this spool.
    package init(options: EngineOptions, spool: any Spool, clock: any Clock) {
        engine = Engine(options: options)
        foldMemory = options.fold.memory
        self.spool = spool
        self.clock = clock
    }

    /// Says how the sources of an input are read; before it opens any.
    package func adopt(_ input: any Input, _ reading: InputReading) {
        readings[ObjectIdentifier(input)] = reading
        totals[input.name, default: ReadingTotals()].isRunning = true
    }

    /// Treats the next events by this plan, and routes them to these sinks.
    package func follow(_ plan: RoutePlan?, to sinks: [SpoolSink]) {
        // What was decided by the old plan belongs to the old sinks.
        flush()
        earlier = decided
        self.plan = plan
        engine.follow(plan)
        untold.knownFiltered = []
        spool.follow(sinks)
    }

    /// Forgets an input and its sources: they are not finished, somebody else will go on with them.
    package func release(_ input: any Input) {
        flush()
        for (number, source) in sources where source.input === input {
            engine.drop(source: number)
            sources[number] = nil
            moved.remove(number)
            heldBack.remove(number)
        }
        readings[ObjectIdentifier(input)] = nil
        totals[input.name]?.isRunning = false
    }
}

// MARK: - For inputs

extension EngineFeed {
    /// Whether the spool is: nothing is read then.
    package var isFull: Bool { spool.isFull }

    /// Waits for a moment where the sinks are so far behind that they would read from the disk what is read now.
    func letSinksCatchUp() { spool.letSinksCatchUp() }

    /// A number of the spool's, which outlives the process.
    package func newKey() -> UInt64 { spool.newKey() }

    /// Begins a source; one that has ended in this run goes on with what was known at its end.
    package func open(_ source: SourceDescription, of input: any Input) -> UInt32 {
        var source = source
        source.resume = takenUp(source)
        let number = register(source, input)
        guard let reading = readings[ObjectIdentifier(input)] else { return number }
        engine.open(
            source: number, facts: reading.facts(of: source), options: reading.options,
            referenceTime: source.referenceTime, resume: source.resume)
        return number
    }

    /// Where a source goes on. Of one that has ended in this run the input knows the offset only.
    private func takenUp(_ source: SourceDescription) -> ResumePoint? {
        guard var resume = source.resume, resume.position.state.isEmpty, resume.position.offset > 0 else {
            return source.resume
        }
        // The position at its end comes with the batch that its last event is in.
        if ended.contains(where: { sources[$0]?.key == source.key }) { flush() }
        if let end = ends[source.key], end.offset == resume.position.offset { resume.position.state = end.state }
        return resume
    }

    /// Lets what is open in a source go on in another; the number of the old one is known until its last event has left.
    package func succeed(_ source: UInt32, with successor: SourceDescription, of input: any Input) -> UInt32 {
        let number = register(successor, input)
        guard let reading = readings[ObjectIdentifier(input)] else { return number }
        engine.now = clock.now
        handing { emit in
            engine.succeed(
                source: source, by: number, facts: reading.facts(of: successor), options: reading.options,
                referenceTime: successor.referenceTime, resume: successor.resume, emit)
        }
        if let key = sources[source]?.key { ends[key] = engine.endPosition(source: source) }
        ended.append(source)
        return number
    }

    private func register(_ source: SourceDescription, _ input: any Input) -> UInt32 {
        let number = nextNumber
        nextNumber += 1
        let forSpool = SpoolSource(key: source.key, input: input.name, path: source.path)
        let position = source.resume?.position ?? SourcePosition()
        sources[number] = OpenSource(
            key: source.key, input: input, forSpool: forSpool, handed: position, known: SourceCounts(at: position))
        fresh.append((number, position))
        return number
    }

    /// Gives bytes to the engine, and batches that they fill to the spool.
    package func push(_ bytes: RawSpan, of source: UInt32, at offset: Int64) {
        engine.now = clock.now
        count(bytes, of: source)
        handing { engine.take(bytes, source: source, at: Int(offset), $0) }
        noteGathering()
    }

    /// Lets the engine end folds by the time of this turn.
    package func reachedEnd(of source: UInt32) {
        engine.now = clock.now
        handing { engine.reachedEnd(source: source, now: turn, $0) }
        noteGathering()
    }

    /// Ends the folds of a source, and notes where it is taken up should more be written to it.
    package func finish(_ source: UInt32) {
        engine.now = clock.now
        // Where nothing is open, this is its end, and no batch will say so any more.
        if let key = sources[source]?.key { ends[key] = engine.position(source: source) }
        ended.append(source)
        handing { engine.end(source: source, $0) }
        noteGathering()
    }

    /// Has the place of a source handed on with the next ``flush()``.
    package func moved(_ source: UInt32) { moved.insert(source) }

    /// Has the spool told with the next ``flush()`` that a source is gone.
    package func forget(key: UInt64) {
        forgotten.append(key)
        ends[key] = nil
    }

    /// Counts a loss, for the status of this run and for the spool.
    package func lostAtSource(_ source: UInt32?, of input: any Input, bytes: Int64, reason: String) {
        totals[input.name, default: ReadingTotals()].lostBytes += UInt64(clamping: bytes)
        totals[input.name]?.losses += 1
        totals[input.name]?.lastLoss = reason
        untold.read[input.name, default: InputCounts()].lostBytes &+= Swift.max(bytes, 0)
        untold.read[input.name]?.losses &+= 1
    }
}

// MARK: - For the loop

extension EngineFeed {
    /// When folds end by the clock, or a gathered batch has waited long enough, by the monotonic clock.
    package var deadline: Int64? {
        let batch = gatheringSince.map { $0 + Self.gatheringTime }
        return [engine.nextDeadline.map(Pace.beat(from:)), batch].compactMap { $0 }.min()
    }

    /// A turn of the loop begins, by the monotonic clock.
    func beginTurn(at now: Int64) { turn = now }

    /// Ends the folds whose time has come; not of a source that has bytes to read, which may go on with them.
    package func expire(now: Int64) {
        for source in engine.dueSources(at: now) where sources[source].map({ !$0.input.hasUnread(source) }) ?? true {
            reachedEnd(of: source)
        }
    }

    /// Hands on what has gathered, if it has waited long enough or must not wait.
    package func flush(now: Int64, isIdle: Bool) {
        if isIdle || gatheringSince.map({ now >= $0 + Self.gatheringTime }) ?? false { flush() }
    }

    /// Hands on everything: events that are complete, and positions that have moved without any.
    package func flush() {
        handing { engine.flush($0) }
        gatheringSince = nil
        var checkpoints: [SourceCheckpoint] = []
        for each in engine.takeMovedPositions() {
            countLeft(of: each.source, at: each.position)
            note(each.position, of: each.source)
            if let checkpoint = checkpoint(of: each.source, at: each.position) { checkpoints.append(checkpoint) }
        }
        // A file that another one follows keeps its number until its last event has left.
        for source in ended where engine.position(source: source) == nil { sources[source] = nil }
        ended.removeAll { sources[$0] == nil }
        moved.formUnion(heldBack.filter { positionOfEarlier($0) == nil })
        heldBack.subtract(moved)
        for source in moved where !checkpoints.contains(where: { $0.key == sources[source]?.key }) {
            checkpoints += engine.position(source: source).flatMap { checkpoint(of: source, at: $0) }.map { [$0] } ?? []
        }
        moved.removeAll(keepingCapacity: true)
        introduceFresh()
        let (read, filtered) = takeUntold(filtered: engine.filtered)
        if !checkpoints.isEmpty || !forgotten.isEmpty || !read.isEmpty || !filtered.isEmpty {
            spool.append(
                Delivery(
                    batch: nil, checkpoints: checkpoints, forgotten: forgotten, read: read, filtered: filtered,
                    made: clock.monotonic))
            forgotten.removeAll()
        }
    }

    private func noteGathering() {
        if gatheringSince == nil, engine.hasEvents { gatheringSince = clock.monotonic }
    }

    /// Hands on the batches of a step, once the engine has taken it: what they make safe depends on it.
    private func handing(_ step: ((Batch) -> Void) -> Void) {
        var batches: [Batch] = []
        step { batches.append($0) }
        for batch in batches { hand(batch) }
    }

    private func hand(_ batch: Batch) {
        introduceFresh()
        for each in batch.positions {
            countLeft(of: each.source, at: each.position)
            moved.remove(each.source)
            note(each.position, of: each.source)
        }
        let checkpoints = batch.positions.compactMap { checkpoint(of: $0.source, at: $0.position) }
        countEvents(batch)
        spoolSources = named(batch)
        let (read, filtered) = takeUntold(filtered: batch.filtered)
        spool.append(
            Delivery(
                batch: batch, checkpoints: checkpoints, read: read, filtered: filtered, sources: spoolSources,
                made: clock.monotonic))
    }

    /// What the numbers in a batch stand for. Mostly they are those of the batch before it, and no number is used twice.
    private func named(_ batch: Batch) -> [UInt32: SpoolSource] {
        let isSame = batch.positions.count == spoolSources.count
        if isSame, batch.positions.allSatisfy({ spoolSources[$0.source] != nil }) { return spoolSources }
        var found: [UInt32: SpoolSource] = [:]
        for (number, _) in batch.positions { found[number] = sources[number]?.forSpool }
        return found
    }

    private func introduceFresh() {
        for each in fresh {
            if let first = checkpoint(of: each.source, at: each.position) { spool.introduce(first) }
        }
        fresh.removeAll(keepingCapacity: true)
    }

    /// A position is handed on; one with which a source has left the engine is where that ends.
    private func note(_ position: SourcePosition, of source: UInt32) {
        sources[source]?.handed = position
        guard ended.contains(source), engine.position(source: source) == nil, let key = sources[source]?.key else {
            return
        }
        ends[key] = position
    }

    private func checkpoint(of source: UInt32, at position: SourcePosition) -> SourceCheckpoint? {
        guard let open = sources[source] else { return nil }
        var position = position
        if let earlier = positionOfEarlier(source) {
            position = earlier
            heldBack.insert(source)
        }
        return SourceCheckpoint(
            key: open.key, input: open.input.name, position: position, place: open.input.place(of: source))
    }

    /// The position of a source that has ended and is the same file, while an event of it is still open in the file that
    /// follows: what came to it late is safe only with that event.
    private func positionOfEarlier(_ source: UInt32) -> SourcePosition? {
        guard let key = sources[source]?.key else { return nil }
        return ended.first { $0 < source && sources[$0]?.key == key }.flatMap { sources[$0]?.handed }
    }
}
