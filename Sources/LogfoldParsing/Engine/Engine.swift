public import LogfoldCore

/// Turns bytes of logs into batches of normalized events: logfold's heart, the same in filter, agent and tests.
///
/// Pure and synchronous: no clock, no file, no task. Bytes of any number of sources are pushed in; batches come out
/// through the closure that each call takes. Only ``expire(source:now:_:)`` knows a clock.
public struct Engine: ~Copyable {
    private let options: EngineOptions
    private var sources: [UInt32: SourceBox] = [:]
    private var writer: EventWriter

    /// An engine without sources.
    public init(options: EngineOptions = EngineOptions()) {
        self.options = options
        writer = EventWriter(options)
    }

    /// The wall clock for `event.created`, nanoseconds since 1970 UTC: the engine has none of its own.
    package var now: Int64 {
        get { writer.now }
        set { writer.now = newValue }
    }

    /// What happened to the events so far.
    public var counts: EventCounts { writer.counts }

    /// Makes a source known by its number, with the service whose log it is, if that is known.
    public mutating func open(source: UInt32, service: String? = nil) {
        open(source: source, facts: SourceFacts(zone: options.timeZoneName, service: service))
    }

    /// Makes a source known by its number, with all facts about it.
    ///
    /// `referenceTime` stands for that of the options: the file's last change, say. What is decided about its lines
    /// goes to `trace`, if that is there.
    package mutating func open(
        source: UInt32, facts: SourceFacts, referenceTime: Int64? = nil, trace: DecisionTrace? = nil
    ) {
        var own = options
        if let referenceTime { own.referenceTime = referenceTime }
        sources[source] = SourceBox(SourceState(number: source, facts: facts, own, trace))
    }

    /// Takes the next bytes of a source, which begin at `offset` in it. A source that was not opened is, without facts.
    public mutating func push(
        _ bytes: RawSpan, source: UInt32, at offset: Int, _ emit: (Batch) throws -> Void
    ) rethrows {
        if sources[source] == nil { open(source: source) }
        guard let box = sources[source] else { return }
        var at = 0
        // In pieces that stay in the cache between being copied, parsed and encoded.
        while at < bytes.byteCount {
            let end = Swift.min(at + (256 << 10), bytes.byteCount)
            box.state.append(bytes.extracting(at..<end), at: offset + at)
            try advance(box, emit)
            at = end
        }
        try flush(emit)
    }

    /// Ends folds of a source that have been silent for long enough at `now`, nanoseconds of a clock that only grows.
    ///
    /// To be called when nothing more can be read of the source, never while bytes wait.
    public mutating func expire(source: UInt32, now: Int64, _ emit: (Batch) throws -> Void) rethrows {
        guard let box = sources[source] else { return }
        box.state.decide()
        try advance(box, emit)
        box.state.expire(now: now)
        try advance(box, emit)
        try flush(emit)
    }

    /// When ``expire(source:now:_:)`` has something to do next, by its clock; nil when nothing is open.
    public func nextDeadline(source: UInt32) -> Int64? { sources[source]?.state.nextDeadline }

    /// Ends a source: its last line and all its folds leave, and it is forgotten.
    public mutating func finish(source: UInt32, _ emit: (Batch) throws -> Void) rethrows {
        guard let box = sources.removeValue(forKey: source) else { return }
        box.state.decide()
        try advance(box, emit)
        box.state.finish()
        try advance(box, emit)
        try flush(emit)
    }

    /// Takes all lines that are there and writes all events that may leave; a full batch is handed out.
    private mutating func advance(_ box: SourceBox, _ emit: (Batch) throws -> Void) rethrows {
        while !box.state.advance(&writer) { try flush(emit) }
        if writer.isFull { try flush(emit) }
    }

    private mutating func flush(_ emit: (Batch) throws -> Void) rethrows {
        if let batch = writer.takeBatch() { try emit(batch) }
    }
}

/// Holds a source's state in place: a dictionary cannot hold what is not copied.
private final class SourceBox {
    var state: SourceState
    init(_ state: consuming SourceState) { self.state = state }
}
