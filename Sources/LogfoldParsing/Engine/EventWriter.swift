import LogfoldCore

/// Writes closed events into the batch: normalizes, resolves the time, selects, redacts, encodes.
///
/// One serves all sources of an engine; what belongs to a source comes in with each event.
struct EventWriter: ~Copyable {
    private var text = EventText()
    private var pipeline = EventPipeline()

    /// What `event.created` says of the next events, nanoseconds since 1970 UTC.
    var now: Int64 {
        get { pipeline.now }
        set { pipeline.now = newValue }
    }
    /// Whether what was written has to be taken before more is: a batch has this many bytes, and one event.
    @inline(__always)
    var isFull: Bool { pipeline.encoder.output.count >= Self.batchBytes }
    private static let batchBytes = 1 << 20
    /// What happened to the events so far.
    var counts: EventCounts { pipeline.counts }

    /// What became of the events under the plan, if there is one.
    var planCounts: PlanCounts? { pipeline.routing?.counts }
    /// By route of the plan, the events that were left out for it.
    var filtered: [Int] { pipeline.routing?.filtered ?? [] }
    /// Treats the next events by this plan.
    mutating func follow(_ plan: RoutePlan?) { pipeline.follow(plan) }

    /// Takes what was written as a batch, or nil if there is nothing.
    mutating func takeBatch(_ positions: [(source: UInt32, position: SourcePosition)]) -> Batch? {
        guard !pipeline.entries.isEmpty else { return nil }
        let entries = pipeline.entries
        pipeline.entries.removeAll(keepingCapacity: true)
        return pipeline.encoder.output.takeBatch(entries, positions, filtered: filtered)
    }

    /// How many events wait to be taken.
    var count: Int { pipeline.entries.count }

    /// Writes one event of `source`. `arena` must be padded.
    @inline(__always)
    mutating func write(
        _ arena: RawSpan, _ event: Event, _ table: borrowing EventTable, _ carried: borrowing CarriedHeads,
        _ source: inout SourceContext
    ) {
        if !source.origin.holds(event.offset) { source.selectOrigin(event.offset) }
        pipeline.id = source.origin.identity == nil ? nil : source.nextID(event, arena)
        let isWhole = event.lineCount == 0 && !event.isHeadOnly && event.facts < 0
        if isWhole, event.format == .oslo || event.format == .text, !source.rules.keepsOriginal {
            let start = event.format == .text ? Int(event.start) : event.head.payload
            pipeline.write(arena, event.head, event, start, Int(event.end), nil, nil, &source)
        } else {
            writeJoined(arena, event, table, carried, &source)
        }
    }

    /// Writes an event whose text is put together first.
    private mutating func writeJoined(
        _ arena: RawSpan, _ event: Event, _ table: borrowing EventTable, _ carried: borrowing CarriedHeads,
        _ source: inout SourceContext
    ) {
        switch event.format {
        case .logfold:
            pipeline.writeOwn(arena, event, &source)
            return
        case .osloJSON:
            text.decode(arena, event, &pipeline.normalizer)
        case .text, .oslo, .custom, .journal:
            text.assemble(arena, event, table, carried)
        }
        let facts = source.layer(event.facts).map { text.adopt($0, arena) }
        if source.rules.keepsOriginal { text.appendOriginal(arena, event) }
        Self.writeText(text, event, facts, &pipeline, &source)
    }

    private static func writeText(
        _ text: borrowing EventText, _ event: Event, _ facts: LayerFacts?, _ pipeline: inout EventPipeline,
        _ source: inout SourceContext
    ) {
        text.bytes.withPaddedSpan { bytes in
            pipeline.original = text.original
            pipeline.firstLine = text.firstLine
            pipeline.write(bytes, text.head, event, text.start, text.end, text.tracebackStart, facts, &source)
        }
    }
}

/// What became of the events of an engine.
public struct EventCounts: Sendable, Equatable {
    /// Events written.
    public var written = 0
    /// Events that the selection left out.
    public var filtered = 0
    /// Written events of more than one line.
    public var folded = 0
    /// Written events that no format took.
    public var unparsed = 0
    /// Written events with something masked.
    public var redacted = 0
    /// Events of sources that are read again that every sink has got; they are not written.
    public var repeated = 0

    /// Nothing yet.
    public init() {}
}
