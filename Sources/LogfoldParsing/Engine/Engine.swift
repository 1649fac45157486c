public import LogfoldCore

/// Turns bytes of logs into batches of normalized events: logfold's heart, the same in filter, agent and tests.
///
/// Pure and synchronous: no clock, no file, no task. Bytes of any number of sources are pushed in; batches come out
/// through the closure that each call takes. Only ``expire(source:now:_:)`` knows a clock.
///
/// A program of one source uses the public calls, which hand out what they made. One of many sources takes bytes
/// without that (`take`, `reachedEnd`, `end`) and asks for the batch once in a while (`flush`).
public struct Engine: ~Copyable {
    let options: EngineOptions
    var sources: [UInt32: SourceBox] = [:]
    var writer = EventWriter()
    /// The sources with events in the batch that is made, and those whose position has moved without.
    var written: [SourceBox] = []
    var moved: [SourceBox] = []
    var deadlines = Deadlines()
    var budget: FoldBudget
    /// The source that took bytes last, and buffers that a source was given for its turn.
    var current: SourceBox?
    var workspace = Workspace()

    /// An engine without sources.
    public init(options: EngineOptions = EngineOptions()) {
        self.options = options
        budget = FoldBudget(options.fold.memory)
        writer.follow(options.plan)
    }

    /// The wall clock for `event.created`, nanoseconds since 1970 UTC: the engine has none of its own.
    package var now: Int64 {
        get { writer.now }
        set { writer.now = newValue }
    }

    /// What happened to the events so far.
    public var counts: EventCounts { writer.counts }

    /// What became of the events under the plan, if there is one, since it was given.
    package var planCounts: PlanCounts? { writer.planCounts }

    /// By route of the plan, the events that were left out for it, since it was given.
    package var filtered: [Int] { writer.filtered }

    /// Treats the next events by this plan; its counts begin at zero.
    package mutating func follow(_ plan: RoutePlan?) { writer.follow(plan) }

    /// Makes a source known by its number, with the service whose log it is, if that is known.
    public mutating func open(source: UInt32, service: String? = nil) {
        open(source: source, facts: SourceFacts(zone: options.timeZoneName, service: service))
    }

    /// Makes a source known by its number, with all facts about it.
    ///
    /// It is read by the engine's options if it has none of its own; of those the memory of open folds is the engine's,
    /// as it is one for all. `referenceTime` stands for that of the options: the file's last change, say; where both
    /// are 0, ``now`` counts. With `resume` it goes on where another reading left off: the next bytes are those at
    /// that offset, and events that have been delivered are made again but not written. What is decided about its lines
    /// goes to `trace`, if that is there.
    package mutating func open(
        source: UInt32, facts: SourceFacts, options own: EngineOptions? = nil, referenceTime: Int64? = nil,
        resume: ResumePoint? = nil, trace: DecisionTrace? = nil
    ) {
        var own = own ?? options
        if let referenceTime { own.referenceTime = referenceTime }
        let origin = SourceOrigin(
            number: source, facts: facts, base: 0, referenceTime: own.referenceTime, resume: resume)
        let box = SourceBox(source, SourceState(origin, own, trace))
        if let resume { box.state.resume(resume) }
        sources[source] = box
    }

    /// Takes the next bytes of a source, which begin at `offset` in it. A source that was not opened is, without facts.
    public mutating func push(
        _ bytes: RawSpan, source: UInt32, at offset: Int, _ emit: (Batch) throws -> Void
    ) rethrows {
        try take(bytes, source: source, at: offset, emit)
        try flush(emit)
    }

    /// Ends folds of a source that have been silent for long enough at `now`, nanoseconds of a clock that only grows.
    ///
    /// To be called when nothing more can be read of the source, never while bytes wait.
    public mutating func expire(source: UInt32, now: Int64, _ emit: (Batch) throws -> Void) rethrows {
        try reachedEnd(source: source, now: now, emit)
        try flush(emit)
    }

    /// When ``expire(source:now:_:)`` has something to do next, by its clock; nil when nothing is open.
    public func nextDeadline(source: UInt32) -> Int64? { sources[source]?.state.nextDeadline }

    /// Ends a source: its last line and all its folds leave, and it is forgotten.
    public mutating func finish(source: UInt32, _ emit: (Batch) throws -> Void) rethrows {
        try end(source: source, emit)
        try flush(emit)
    }
}

/// Holds a source's state in place: a dictionary cannot hold what is not copied.
final class SourceBox {
    /// The number of the file that is read.
    var number: UInt32
    var state: SourceState
    /// Whether the batch that is made has events of it, and whether its position may have moved without.
    var isWritten = false
    var isMoved = false
    /// The virtual offset of the position that was handed out last.
    var handedOffset: Int?
    /// How much its open folds and what waits behind them hold.
    var held = 0

    init(_ number: UInt32, _ state: consuming SourceState) {
        self.number = number
        self.state = state
    }
}
