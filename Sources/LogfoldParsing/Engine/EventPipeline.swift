import LogfoldCore

/// The steps from the text of a folded event to its JSON.
struct EventPipeline: ~Copyable {
    var normalizer = Normalizer()
    var encoder = EventEncoder()
    var entries: [Batch.Entry] = []
    var counts = EventCounts()
    /// Whether events carry their physical text.
    let keepsOriginal: Bool
    /// Where the physical text of the event at hand lies, and its first line.
    var original: [ByteRange] = []
    var firstLine = ByteRange.none
    /// The id of the event at hand, where it is asked for, and the time it is made at.
    var id: (UInt64, UInt64)?
    var now: Int64 = 0
    private var redactor = Redactor()
    private var ownRedactor = OwnOutputRedactor()
    private let selection: EventSelection?
    private let isRedacting: Bool
    private let custom: CustomFormat?

    init(_ options: EngineOptions) {
        selection = options.selection.isEverything ? nil : options.selection
        isRedacting = options.isRedacting
        custom = options.customFormat
        keepsOriginal = options.keepsOriginal
    }

    /// Writes an event whose own text is `start..<end` of `bytes`, which must be padded.
    @inline(__always)
    mutating func write(
        _ bytes: RawSpan, _ head: Head, _ event: Event, _ start: Int, _ end: Int, _ tracebackStart: Int?,
        _ facts: LayerFacts?, _ source: inout SourceContext
    ) {
        switch event.format {
        case .oslo:
            normalizer.resolve(bytes, head, event, start: start, end: end, tracebackStart: tracebackStart)
        case .custom:
            normalizer.resolveCustom(
                bytes, custom, firstLine, head, event, start: start, end: end, tracebackStart: tracebackStart)
        case .osloJSON:
            normalizer.resolveJSON(bytes, event, end: end)
        case .text, .journal, .logfold:
            normalizer.resolveText(bytes, event, start: start, end: end)
        }
        if let facts { normalizer.apply(facts, bytes) }
        finish(bytes, event, &source)
    }

    @inline(__always)
    private mutating func finish(_ bytes: RawSpan, _ event: Event, _ source: inout SourceContext) {
        var context = EventEncoder.Context()
        context.offset = event.offset
        context.lines = Int(event.physicalLines)
        context.format = event.format
        context.id = id
        context.created = now
        source.selectLayers(event.facts)
        context.time = time(&context.isZoneAssumed, &source)
        if let selection, !selection.admits(bytes, normalizer.record, normalizer.text, time: context.time) {
            counts.filtered += 1
            return
        }
        if isRedacting { redactor.scan(bytes, normalizer.text) }
        let before = encoder.output.count
        encoder.encode(
            bytes, normalizer.record, normalizer.exceptions, context, source.facts, layers: source.layerNames,
            masks: redactor.masks, original: original)
        count(
            event, from: before, context.time, normalizer.record.level, source.number,
            isRedacted: !redactor.masks.isEmpty)
        if keepsOriginal { original.removeAll(keepingCapacity: true) }
    }

    @inline(__always)
    private mutating func count(
        _ event: Event, from start: Int, _ time: Int64, _ level: Severity, _ source: UInt32, isRedacted: Bool
    ) {
        counts.written += 1
        if event.physicalLines > 1 { counts.folded += 1 }
        if event.format == .text { counts.unparsed += 1 }
        if isRedacted { counts.redacted += 1 }
        entries.append(
            Batch.Entry(
                start: UInt32(truncatingIfNeeded: start),
                length: UInt32(truncatingIfNeeded: encoder.output.count - start), time: time, source: source,
                severity: level, offset: Int64(event.offset), rawLength: Int64(event.rawLength),
                lineCount: UInt32(truncatingIfNeeded: event.physicalLines)))
    }

    /// The event's time in UTC (DESIGN section 5, *Times*).
    @inline(__always)
    private mutating func time(_ isZoneAssumed: inout Bool, _ source: inout SourceContext) -> Int64 {
        let stamp = normalizer.record.time
        var isAmbiguous = false
        switch stamp.kind {
        case .wall:
            isZoneAssumed = true
            (source.lastTime, isAmbiguous) = source.clock.utc(wallNanoseconds: stamp.nanoseconds)
        case .utc:
            source.lastTime = stamp.nanoseconds
        case .yearless:
            isZoneAssumed = true
            normalizer.record.flags.insert(.yearAssumed)
            (source.lastTime, isAmbiguous) = source.clock.utc(
                yearlessNanoseconds: stamp.nanoseconds, before: source.referenceTime)
        case .absent:
            normalizer.record.flags.insert(.timeAssumed)
        }
        if isAmbiguous { normalizer.record.flags.insert(.timeAmbiguous) }
        return source.lastTime
    }
}

// MARK: - logfold's own output

extension EventPipeline {
    /// Passes an event on that logfold has written before: as it is, but selected and redacted again.
    mutating func writeOwn(_ bytes: RawSpan, _ event: Event, _ source: inout SourceContext) {
        let line = ByteRange(Int(event.start), Int(event.end))
        let time = event.head.time.nanoseconds
        normalizer.resolveOwn(bytes, line, event)
        if let selection, !selection.admits(bytes, normalizer.record, line, time: time) {
            counts.filtered += 1
            return
        }
        source.lastTime = time
        if isRedacting { ownRedactor.scan(bytes, line) }
        let before = encoder.output.count
        encoder.copy(bytes, line, masks: ownRedactor.masks)
        count(
            event, from: before, time, normalizer.record.level, source.number,
            isRedacted: !ownRedactor.masks.isEmpty)
    }
}
