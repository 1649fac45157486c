import LogfoldCore

/// The input of a source whose lines cannot be taken as they lie: they come in a transport, behind a header, or with
/// colours. Keeps the physical bytes, and puts the decoded text with its facts into the arena.
struct LayeredInput: ~Copyable {
    private var raw = ByteBuffer(capacity: 1 << 16)
    /// Where in `raw` the next physical line begins, and the source's offset of `raw`'s first byte.
    private var next = 0
    private var rawOffset: Int
    private var transport: Transport?
    private var journal: JournalExportFramer?
    private var transportKind: TransportKind
    private(set) var header: HeaderKind
    /// Numbers of the streams by their hash; 0 is the stream of lines without a layer.
    private var streams: [UInt64: Int] = [:]
    private var lastStream = 0
    private var framing: LineFraming
    /// The clock when parts of a line were first seen waiting.
    private var quietSince: Int64?
    /// Where decisions are recorded, if they are.
    private let trace: DecisionTrace?

    /// So many streams are told apart; further ones share the first.
    private static let maxStreams = 4_096

    init(
        transport kind: TransportKind, header: HeaderKind, at offset: Int, framing: LineFraming,
        trace: DecisionTrace?
    ) {
        transportKind = .none
        self.header = header
        rawOffset = offset
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

    /// Whether bytes wait that are no complete line.
    var hasUnfinishedLine: Bool { next < raw.count }

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
        return transport.finish(into: &arena).map { facts in
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
        guard let line = raw.withPaddedSpan({ framing.next($0, next, raw.count, 0) }) else { return nil }
        framing.advance(line)
        return Extent(
            textStart: line.start, textEnd: line.end, end: next + line.length, isRest: wasRest,
            isCut: line.flags.contains(.truncated))
    }

    private mutating func lastExtent() -> Extent? {
        guard next < raw.count else { return nil }
        if journal != nil { return Extent(textStart: next, textEnd: raw.count, end: raw.count) }
        let wasRest = framing.isRest
        let line = raw.withPaddedSpan { framing.last($0, next, raw.count, 0) }
        framing.advance(line)
        return Extent(
            textStart: line.start, textEnd: line.end, end: next + line.length, isRest: wasRest,
            isCut: line.flags.contains(.truncated))
    }

    private mutating func nextEntry() -> Extent? {
        Self.nextEntry(raw, &journal, from: next)
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
        if HeaderLayer.parsePayload(of: &facts, kind: found, in: &arena) {
            header = found
            return found
        }
        let other = arena.withPaddedSpan { LayerDetector.header(of: $0, line: payload) }
        guard other != .none, HeaderLayer.parsePayload(of: &facts, kind: other, in: &arena) else { return .none }
        header = other
        return other
    }

    /// Number of the stream that a unit belongs to, and whether it is new. Text without a layer goes on in the stream
    /// of the line before it.
    mutating func stream(of facts: LayerFacts) -> (number: Int, isNew: Bool) {
        if facts.stream == 0 { return (lastStream, false) }
        if let number = streams[facts.stream] {
            lastStream = number
            return (number, false)
        }
        guard streams.count < Self.maxStreams else { return (0, false) }
        let number = streams.count + 1
        streams[facts.stream] = number
        lastStream = number
        return (number, true)
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
