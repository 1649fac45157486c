import LogfoldCore

/// The steps from the text of a folded event to its JSON.
struct EventPipeline: ~Copyable {
    var normalizer = Normalizer()
    var encoder = EventEncoder()
    var entries: [Batch.Entry] = []
    var counts = EventCounts()
    /// Where the physical text of the event at hand lies, and its first line.
    var original: [ByteRange] = []
    var firstLine = ByteRange.none
    /// The id of the event at hand, where it is asked for, and the time it is made at.
    var id: (UInt64, UInt64)?
    var now: Int64 = 0
    private var redactor = Redactor()
    private var ownRedactor = OwnOutputRedactor()
    private(set) var routing: EventRouting?
    private var planNumber = 0

    /// Treats the next events by this plan.
    mutating func follow(_ plan: RoutePlan?) {
        planNumber += 1
        routing = plan.map { EventRouting($0, number: planNumber) }
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
                bytes, source.rules.custom, firstLine, head, event, start: start, end: end,
                tracebackStart: tracebackStart)
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
        context.offset = event.offset &- source.origin.base
        context.lines = Int(event.physicalLines)
        context.format = event.format
        context.id = id
        context.created = now
        source.selectLayers(event.facts)
        context.time = time(&context.isZoneAssumed, &source)
        guard let routes = missingRoutes(event, &source) else { return forgetOriginal() }
        if let selection = source.rules.selection,
            !selection.admits(bytes, normalizer.record, normalizer.text, time: context.time)
        {
            return drop(event, &source)
        }
        if let routing, !routing.admits(bytes, normalizer.record, routes, &source) { return drop(event, &source) }
        guard routes != 0 else { return skip(event, &source) }
        if source.rules.isRedacting { redactor.scan(bytes, normalizer.text) } else { redactor.forget() }
        let before = encoder.output.count
        encoder.encode(
            bytes, normalizer.record, normalizer.exceptions, context, source.origin.facts, layers: source.layerNames,
            masks: redactor.masks, original: original)
        if let routing {
            let outcome = routing.finish(&encoder.output, from: before, routes, &source)
            // What a plan adds stands behind all else; what it masks may stand before the id.
            count(
                event, outcome, from: before, context.time, routes, &source, id: outcome.isMasked ? nil : encoder.id,
                isRedacted: !redactor.masks.isEmpty)
        } else {
            count(
                event, from: before, context.time, normalizer.record.level, routes, &source, id: encoder.id,
                isRedacted: !redactor.masks.isEmpty)
        }
        if source.rules.keepsOriginal { forgetOriginal() }
    }

    /// The sinks that have not got the event yet, as route bits; nil if it had left before this reading for all.
    @inline(__always)
    private mutating func missingRoutes(_ event: Event, _ source: inout SourceContext) -> UInt64? {
        if source.origin.covered == nil { return .max }
        let routes = source.origin.missingRoutes(event)
        if routes == nil { counts.repeated += 1 }
        return routes
    }

    /// Leaves out an event that nobody wants.
    private mutating func drop(_ event: Event, _ source: inout SourceContext) {
        counts.filtered += 1
        source.origin.counts.filtered.add(event)
        forgetOriginal()
    }

    /// Leaves out an event that every sink has got.
    private mutating func skip(_ event: Event, _ source: inout SourceContext) {
        counts.repeated += 1
        source.origin.counts.written.add(event)
        forgetOriginal()
    }

    /// The next event may be of a source that does not keep it.
    private mutating func forgetOriginal() {
        if !original.isEmpty { original.removeAll(keepingCapacity: true) }
    }

    @inline(__always)
    private mutating func count(
        _ event: Event, from start: Int, _ time: Int64, _ level: Severity, _ routes: UInt64,
        _ source: inout SourceContext, id: Int?, isRedacted: Bool
    ) {
        counts.written += 1
        source.origin.counts.written.add(event)
        if event.physicalLines > 1 { counts.folded += 1 }
        if event.format == .text { counts.unparsed += 1 }
        if isRedacted { counts.redacted += 1 }
        var entry = Batch.Entry(
            start: UInt32(truncatingIfNeeded: start),
            length: UInt32(truncatingIfNeeded: encoder.output.count - start), time: time,
            source: source.origin.number, severity: level, offset: Int64(event.offset &- source.origin.base),
            rawLength: Int64(event.rawLength), lineCount: UInt32(truncatingIfNeeded: event.physicalLines))
        if let id { entry.id = UInt32(truncatingIfNeeded: id &- start) }
        entry.routes = routes
        entries.append(entry)
    }

    /// Counts an event that a plan has decided about, and takes back one that goes nowhere.
    private mutating func count(
        _ event: Event, _ outcome: EventRouting.Outcome, from start: Int, _ time: Int64, _ missing: UInt64,
        _ source: inout SourceContext, id: Int?, isRedacted: Bool
    ) {
        guard outcome.routes & missing != 0 else {
            encoder.output.truncate(to: start)
            return outcome.routes == 0 ? drop(event, &source) : skip(event, &source)
        }
        count(
            event, from: start, time, normalizer.record.level, outcome.routes & missing, &source, id: id,
            isRedacted: isRedacted || outcome.isMasked)
    }

    /// The event's time in UTC (`Docs/rules.md`, *Times*).
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
                yearlessNanoseconds: stamp.nanoseconds,
                before: source.origin.referenceTime == 0 ? tomorrow : source.origin.referenceTime)
        case .absent:
            normalizer.record.flags.insert(.timeAssumed)
            if source.lastTime == 0 { return now }
        }
        if isAmbiguous { normalizer.record.flags.insert(.timeAmbiguous) }
        return source.lastTime
    }
}

extension EventPipeline {
    /// What a stamp without year lies before while a log is written: another host's clock may be ahead of ours. A whole
    /// day, so that the answer is the same for many events.
    private var tomorrow: Int64 {
        let day: Int64 = 86_400_000_000_000
        return now == 0 ? 0 : (now / day + 2) * day
    }
}

// MARK: - logfold's own output

extension EventPipeline {
    /// Passes an event on that logfold has written before: as it is, but selected and redacted again.
    mutating func writeOwn(_ bytes: RawSpan, _ event: Event, _ source: inout SourceContext) {
        let line = ByteRange(Int(event.start), Int(event.end))
        let time = event.head.time.nanoseconds
        normalizer.resolveOwn(bytes, line, event)
        guard let routes = missingRoutes(event, &source) else { return source.lastTime = time }
        if let selection = source.rules.selection, !selection.admits(bytes, normalizer.record, line, time: time) {
            return drop(event, &source)
        }
        source.lastTime = time
        guard routes != 0 else { return skip(event, &source) }
        if source.rules.isRedacting { ownRedactor.scan(bytes, line) } else { ownRedactor.forget() }
        let before = encoder.output.count
        encoder.copy(bytes, line, masks: ownRedactor.masks)
        if let routing {
            let outcome = routing.finishOwn(&encoder.output, from: before, routes, &source)
            count(
                event, outcome, from: before, time, routes, &source, id: nil,
                isRedacted: !ownRedactor.masks.isEmpty)
        } else {
            count(
                event, from: before, time, normalizer.record.level, routes, &source, id: nil,
                isRedacted: !ownRedactor.masks.isEmpty)
        }
    }
}
