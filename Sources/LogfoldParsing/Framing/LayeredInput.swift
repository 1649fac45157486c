import LogfoldCore

/// The input of a source whose lines cannot be taken as they lie: they come in a transport, behind a header, or with
/// colours. Keeps the physical bytes, and puts the decoded text with its facts into the arena.
struct LayeredInput: ~Copyable {
    private var raw = ByteBuffer()
    /// Where in `raw` the next physical line begins, and the source's offset of `raw`'s first byte.
    private var next = 0
    private var rawOffset: Int
    private var transport: Transport?
    private var journal: JournalExportFramer?
    private var transportKind: TransportKind
    /// The header of the line before, where it was one of syslog's: how long it is and what it says of each line. A record
    /// that is read again begins with its own.
    private var indent: (width: Int, time: LogTime, level: Severity)?
    private(set) var header: HeaderKind { didSet { past.header.note(oldValue, before: unitOffset) } }
    /// Numbers of the streams by their hash, and the offset of the first line of each; 0 is the stream of lines without
    /// a layer.
    private var streams: [UInt64: (number: Int, since: Int)] = [:]
    private var lastStream = 0
    private var framing: LineFraming
    /// Offset in the source of the unit that is taken, and of the first that came in layers.
    private var unitOffset: Int
    private let start: Int
    private var past = (header: Past<HeaderKind>(), lastStream: Past<Int>())
    /// The clock when parts of a line were first seen waiting.
    private var quietSince: Int64?
    /// Where decisions are recorded, if they are.
    private let trace: DecisionTrace?

    /// So many streams are told apart; further ones share the first.
    static let maxStreams = 4_096

    init(
        transport kind: TransportKind, header: HeaderKind, at offset: Int, framing: LineFraming,
        trace: DecisionTrace?
    ) {
        transportKind = .none
        self.header = header
        rawOffset = offset
        start = offset
        unitOffset = offset
        self.framing = framing
        self.trace = trace
        use(kind)
    }

    private mutating func use(_ kind: TransportKind) {
        transportKind = kind
        transport = kind == .none ? nil : Transport(kind, lineLimit: framing.maxBytes)
        journal = kind == .journalExport ? JournalExportFramer() : nil
    }

    /// Looks for a transport in the next line.
    mutating func detectTransport() {
        let end = raw.withSpan { $0.index(of: 0x0a, from: next, to: raw.count) }
        use(raw.withPaddedSpan { LayerDetector.transport(of: $0, line: ByteRange(next, end)) })
    }

    // Functions, since a property behind `?` would consume an input that cannot be copied.

    /// Whether bytes wait that are no complete line.
    func hasUnfinishedLine() -> Bool { next < raw.count }

    /// How far the source was read, as an offset in it.
    func readOffset() -> Int { rawOffset + next }

    /// Offset in the source of the first part of a line that is not complete; nil where none waits.
    func pendingOffset() -> Int? { transport?.pendingOffset }

    /// How many bytes wait that are no complete line, or are parts of lines whose rest has not come.
    func waitingBytes() -> Int { raw.count - next + (transport?.pendingBytes ?? 0) }

    /// Gives memory back that is not needed until more bytes come.
    mutating func shrink() {
        guard raw.capacity > Workspace.smallBytes, raw.count - next <= raw.capacity / 4 else { return }
        var small = ByteBuffer(capacity: raw.count - next)
        raw.withSpan { small.append($0, next, $0.byteCount) }
        swap(&raw, &small)
        rawOffset += next
        next = 0
    }

    /// Takes physical bytes.
    mutating func append(_ bytes: RawSpan, _ start: Int, _ end: Int) {
        if raw.count == 0 || next == raw.count {
            rawOffset += raw.count
            raw.removeAll()
            next = 0
        }
        raw.append(bytes, start, end)
        quietSince = nil
    }

    /// When ``isOverdue(now:timeout:)`` has something to say next; nil when no part waits.
    func deadline(timeout: Int64) -> Int64? {
        transport?.pendingOffset == nil ? nil : quietSince.map { $0 &+ timeout } ?? 0
    }

    /// Whether parts of a line have waited for `timeout` at `now`: then ``finish`` of the transport is due.
    mutating func isOverdue(now: Int64, timeout: Int64) -> Bool {
        guard transport?.pendingOffset != nil else { return false }
        guard let since = quietSince else {
            quietSince = now
            return false
        }
        return now >= since &+ timeout
    }
}

// MARK: - Physical units

extension LayeredInput {
    /// Decodes the next physical unit into the arena; nil when no complete one is there.
    mutating func read(into arena: inout ByteBuffer, _ recognizer: inout Recognizer) -> Unit? {
        guard let extent = nextExtent() else { return nil }
        return take(extent, into: &arena, &recognizer)
    }

    private mutating func take(
        _ extent: Extent, into arena: inout ByteBuffer, _ recognizer: inout Recognizer
    ) -> Unit? {
        let unit = Self.unwrap(
            raw, ByteRange(extent.textStart, extent.textEnd), transport, transportKind, offset: rawOffset + next,
            length: extent.end - next, isRest: extent.isRest, into: &arena)
        unitOffset = rawOffset + next
        note(unit, at: rawOffset + next, length: extent.end - next)
        next = extent.end
        dropRead()
        return finished(unit, extent.isCut, &arena, &recognizer)
    }

    /// Decodes what is left at the end of the source, a line without newline; nil if that is nothing.
    mutating func readLast(into arena: inout ByteBuffer, _ recognizer: inout Recognizer) -> Unit? {
        guard let extent = lastExtent() else { return nil }
        return take(extent, into: &arena, &recognizer)
    }

    /// Delivers parts whose line was never completed.
    mutating func finishParts(into arena: inout ByteBuffer, _ recognizer: inout Recognizer) -> [Unit] {
        guard let transport else { return [] }
        quietSince = nil
        unitOffset = readOffset() - 1
        return transport.finish(at: readOffset(), into: &arena).map { facts in
            trace?.deliver(facts, last: nil)
            return finished(.decoded(facts, Layers(transport: transportKind)), false, &arena, &recognizer)
        }
    }

    private func note(_ unit: Unit, at offset: Int, length: Int) {
        guard let trace else { return }
        switch unit {
        case .held(let key): trace.hold(offset: offset, length: length, key: key)
        case .decoded(let facts, _): trace.deliver(facts, last: (offset, length))
        }
    }

    /// What became of a physical unit.
    enum Unit {
        /// Text with facts, and the layers that were taken off it.
        case decoded(LayerFacts, Layers)
        /// A part that waits for the rest of its line.
        case held(key: UInt64)
    }

    /// What was taken off a text.
    struct Layers: Equatable {
        var transport = TransportKind.none
        var header = HeaderKind.none

        /// The names, each followed by `/`, as `logfold.format` has them.
        var names: [UInt8] {
            [transport.name, header.name].filter { $0.utf8CodeUnitCount > 0 }.flatMap { Array("\($0)/".utf8) }
        }
    }

    private struct Extent {
        var textStart: Int
        var textEnd: Int
        var end: Int
        var isRest = false
        var isCut = false
    }

    private mutating func nextExtent() -> Extent? {
        if journal != nil { return nextEntry() }
        let wasRest = framing.isRest
        guard let line = raw.withPaddedSpan({ framing.next($0, next, raw.count, rawOffset) }) else { return nil }
        framing.advance(line)
        return Extent(
            textStart: line.start, textEnd: line.end, end: next + line.length, isRest: wasRest,
            isCut: line.flags.contains(.truncated))
    }

    private mutating func lastExtent() -> Extent? {
        guard next < raw.count else { return nil }
        if journal != nil { return Extent(textStart: next, textEnd: raw.count, end: raw.count) }
        let wasRest = framing.isRest
        let line = raw.withPaddedSpan { framing.last($0, next, raw.count, rawOffset) }
        framing.advance(line)
        return Extent(
            textStart: line.start, textEnd: line.end, end: next + line.length, isRest: wasRest,
            isCut: line.flags.contains(.truncated))
    }

    private mutating func nextEntry() -> Extent? {
        let extent = Self.nextEntry(raw, &journal, from: next)
        if let extent, extent.isCut { framing.noteCut(at: rawOffset + extent.end) }
        return extent
    }

    private static func nextEntry(
        _ raw: borrowing ByteBuffer, _ journal: inout JournalExportFramer?, from start: Int
    ) -> Extent? {
        guard let found = raw.withSpan({ journal?.next($0, from: start, to: raw.count) }) else { return nil }
        return Extent(
            textStart: start, textEnd: found.end, end: found.end, isRest: found.isRest, isCut: found.isCut)
    }

    private mutating func dropRead() {
        // Half a buffer at a time, so that each byte is moved at most once on the average.
        guard next > 1 << 16, next > raw.count / 2 else { return }
        raw.removeFirst(next)
        rawOffset += next
        next = 0
    }

    private static func unwrap(
        _ raw: borrowing ByteBuffer, _ line: ByteRange, _ transport: Transport?, _ kind: TransportKind,
        offset: Int, length: Int, isRest: Bool, into arena: inout ByteBuffer
    ) -> Unit {
        raw.withPaddedSpan { bytes in
            if let transport {
                if isRest {
                    let rest = transport.unwrapRest(bytes, line, offset: offset, length: length, into: &arena)
                    return .decoded(rest, Layers(transport: kind))
                }
                switch transport.unwrap(bytes, line, offset: offset, length: length, into: &arena) {
                case .facts(let facts): return .decoded(facts, Layers(transport: kind))
                case .partial(let key): return .held(key: key)
                case .notThisLayer: break
                }
            }
            var facts = LayerFacts()
            facts.offset = offset
            facts.length = length
            if isRest { facts.flags.insert(.continued) }
            let start = arena.count
            arena.append(bytes, line)
            facts.payload = ByteRange(start, arena.count)
            return .decoded(facts, Layers())
        }
    }

    /// Takes header and colours off a unit's text.
    private mutating func finished(
        _ unit: Unit, _ isCut: Bool, _ arena: inout ByteBuffer, _ recognizer: inout Recognizer
    ) -> Unit {
        guard case .decoded(var facts, var layers) = unit else { return unit }
        if isCut { facts.flags.insert(.truncated) }
        facts.payload = arena.removeColours(in: facts.payload)
        layers.header = takeHeader(&facts, &arena, &recognizer)
        // The header's decoding may have brought colours to light (`#033`).
        facts.payload = arena.removeColours(in: facts.payload)
        return .decoded(facts, layers)
    }

    /// Takes the header off and says which it was. A complete format goes before a header: an isotime record looks like rsyslog's header.
    private mutating func takeHeader(
        _ facts: inout LayerFacts, _ arena: inout ByteBuffer, _ recognizer: inout Recognizer
    ) -> HeaderKind {
        let payload = facts.payload
        let (isComplete, found) = arena.withPaddedSpan { bytes -> (Bool, HeaderKind) in
            if recognizer.isDatedHead(bytes, payload) { return (true, .none) }
            return (false, header == .none ? LayerDetector.header(of: bytes, line: payload) : header)
        }
        if isComplete || found == .none { return .none }
        if takeHeader(found, off: &facts, in: &arena) { return found }
        let other = arena.withPaddedSpan { LayerDetector.header(of: $0, line: payload) }
        if other != .none, takeHeader(other, off: &facts, in: &arena) { return other }
        return takeIndent(off: &facts, in: arena) ? header : .none
    }

    private mutating func takeHeader(
        _ kind: HeaderKind, off facts: inout LayerFacts, in arena: inout ByteBuffer
    ) -> Bool {
        let start = facts.payload.start
        guard HeaderLayer.parsePayload(of: &facts, kind: kind, in: &arena) else { return false }
        header = kind
        let isSyslog = kind == .syslogBSD || kind == .syslogISO
        indent = isSyslog ? (facts.payload.start - start, facts.time, facts.level) : nil
        return true
    }

    /// Takes off the blanks that journalctl sets in front of a record's further lines, as many as its header has bytes
    /// (`Docs/rules.md`, *Around records*).
    private func takeIndent(off facts: inout LayerFacts, in arena: borrowing ByteBuffer) -> Bool {
        let payload = facts.payload
        guard let indent, payload.count >= indent.width,
            (payload.start..<payload.start + indent.width).allSatisfy({ arena[$0] == UInt8(ascii: " ") })
        else { return false }
        facts.payload = ByteRange(payload.start + indent.width, payload.end)
        (facts.time, facts.level) = (indent.time, indent.level)
        return true
    }

    /// Number of the stream that a unit belongs to, and whether it is new. Text without a layer goes on in the stream
    /// of the line before it.
    mutating func stream(of facts: LayerFacts) -> (number: Int, isNew: Bool) {
        if facts.stream == 0 { return (lastStream, false) }
        if let known = streams[facts.stream] {
            goOn(with: known.number)
            return (known.number, false)
        }
        guard streams.count < Self.maxStreams else { return (0, false) }
        let number = streams.count + 1
        streams[facts.stream] = (number, unitOffset)
        goOn(with: number)
        return (number, true)
    }

    private mutating func goOn(with stream: Int) {
        guard stream != lastStream else { return }
        past.lastStream.note(lastStream, before: unitOffset)
        lastStream = stream
    }
}

// MARK: - Positions

extension LayeredInput {
    /// What is known of the layers before the line at `offset` in the source; nil where lines came without.
    func snapshot(at offset: Int) -> SourceSnapshot.Layers? {
        guard offset >= start else { return nil }
        return SourceSnapshot.Layers(
            transport: transportKind, header: past.header.value(at: offset) ?? header,
            streams: streams.filter { $0.value.since < offset }.sorted { $0.value.number < $1.value.number }.map(\.key),
            lastStream: past.lastStream.value(at: offset) ?? lastStream,
            cutLines: transport?.cutLines(at: offset) ?? [])
    }

    /// Goes on at `offset` as another reading left off there.
    init(
        _ layers: SourceSnapshot.Layers, at offset: Int, framing: LineFraming, trace: DecisionTrace?
    ) {
        self.init(transport: layers.transport, header: layers.header, at: offset, framing: framing, trace: trace)
        for (number, hash) in layers.streams.enumerated() { streams[hash] = (number + 1, .min) }
        lastStream = layers.lastStream
        transport?.resume(cutLines: layers.cutLines)
        if framing.isRest { journal?.resumeInside() }
    }

    /// Whether what begins at `offset` is the rest of a line or entry that was cut there.
    func isRest(at offset: Int) -> Bool { framing.isRest(at: offset) }

    /// Forgets what was before lines that begin before `offset`.
    mutating func forget(before offset: Int) {
        past.header.forget(before: offset)
        past.lastStream.forget(before: offset)
        framing.forget(before: offset)
        transport?.forget(before: offset)
    }
}

extension ByteBuffer {
    /// Removes SGR sequences (`ESC [ digits and semicolons m`, R12) from a text that ends the buffer or lies in it, and
    /// returns where it lies now.
    mutating func removeColours(in range: ByteRange) -> ByteRange {
        let end = range.end
        var at = withSpan { $0.index(of: 0x1b, from: range.start, to: end) }
        guard at < end else { return range }
        var kept = at
        while at < end {
            let behind = endOfColour(at, end)
            if behind > at {
                at = behind
            } else {
                self[kept] = self[at]
                kept += 1
                at += 1
            }
        }
        return ByteRange(range.start, kept)
    }

    /// Offset behind the sequence at `at`, or `at` if none begins there.
    private func endOfColour(_ at: Int, _ end: Int) -> Int {
        guard self[at] == 0x1b, at + 2 < end, self[at + 1] == UInt8(ascii: "[") else { return at }
        var next = at + 2
        while next < end, self[next] &- 0x30 < 10 || self[next] == UInt8(ascii: ";") { next += 1 }
        return next < end && self[next] == UInt8(ascii: "m") ? next + 1 : at
    }
}
