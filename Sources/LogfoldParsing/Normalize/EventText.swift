import LogfoldCore

/// The text of an event whose lines have to be joined: its head line, then each further line without its prefix,
/// separated by newlines.
///
/// The buffer is reused; a single-line event never comes here, its text is the arena itself.
struct EventText: ~Copyable {
    var bytes = ByteBuffer(capacity: 1 << 16)
    /// The event's head, with ranges into ``bytes``.
    var head = Head()
    /// Where the first line of the traceback begins, if one of the lines had the exception prefix.
    var tracebackStart: Int?
    /// Where the message begins.
    var start = 0
    /// Where the event's own text ends; the values of layers and the original's prefixes lie behind it.
    var end = 0
    /// The physical first line.
    var firstLine = ByteRange.none
    /// The physical text in pieces, where it is asked for.
    private(set) var original: [ByteRange] = []
    /// Further lines, to rebuild the physical text: where each payload lies here, and its prefix in the arena.
    private var segments: [(payload: ByteRange, prefix: ByteRange)] = []

    /// Joins the lines of `event`.
    mutating func assemble(
        _ arena: RawSpan, _ event: Event, _ table: EventTable, _ carried: borrowing CarriedHeads
    ) {
        clear()
        head = event.head
        if event.carriedHead >= 0 {
            head.shift(up: -carried.append(event, to: &bytes))
            start = bytes.count
        } else {
            bytes.append(arena, Int(event.start), Int(event.end))
            firstLine = ByteRange(0, bytes.count)
            head.relocate(event.start)
            start = event.format == .text ? 0 : Swift.min(head.payload, bytes.count)
        }
        appendLines(arena, event, table)
        end = bytes.count
    }

    /// Decodes the record of a JSON line.
    mutating func decode(_ arena: RawSpan, _ event: Event, _ normalizer: inout Normalizer) {
        clear()
        head = event.head
        normalizer.decodeJSON(arena, ByteRange(Int(event.start), Int(event.end)), event, into: &bytes)
        start = 0
        end = bytes.count
    }

    private mutating func clear() {
        bytes.removeAll()
        segments.removeAll(keepingCapacity: true)
        original.removeAll(keepingCapacity: true)
        tracebackStart = nil
        firstLine = .none
    }

    /// Copies the values of a layer's facts here, and returns the facts with ranges that point to them.
    mutating func adopt(_ facts: LayerFacts, _ arena: RawSpan) -> LayerFacts {
        var own = facts
        own.host = copy(arena, facts.host)
        own.service = copy(arena, facts.service)
        own.pid = copy(arena, facts.pid)
        for at in own.fields.indices { own.fields[at].value = copy(arena, facts.fields[at].value) }
        return own
    }

    private mutating func copy(_ arena: RawSpan, _ range: ByteRange) -> ByteRange {
        if range.isEmpty { return .none }
        let start = bytes.count
        bytes.append(arena, range)
        return ByteRange(start, bytes.count)
    }

    /// Notes the pieces of the physical text: payloads as they lie in the event's text, so that what is masked there is
    /// masked here too, and the prefixes between them.
    mutating func appendOriginal(_ arena: RawSpan, _ event: Event) {
        if event.format == .osloJSON {
            original.append(copy(arena, ByteRange(Int(event.start), Int(event.end))))
            return
        }
        if !event.isHeadOnly || event.carriedHead < 0 { original.append(firstLine) }
        let newline = ByteRange(bytes.count, bytes.count + 1)
        bytes.append(UInt8(ascii: "\n"))
        for (index, segment) in segments.enumerated() {
            if index > 0 || !event.isHeadOnly { original.append(newline) }
            // A head that stands alone has been written up to its payload already.
            let isWritten = index == 0 && event.isHeadOnly && event.carriedHead < 0
            if !segment.prefix.isEmpty, !isWritten { original.append(copy(arena, segment.prefix)) }
            original.append(segment.payload)
        }
    }

    private mutating func appendLines(_ arena: RawSpan, _ event: Event, _ table: EventTable) {
        var number = event.firstLine
        var glued = ByteRange.none
        var isFirst = event.isHeadOnly
        while number != 0 {
            let line = table.line(number)
            var payload = Int(line.payload)
            if line.isTraceback, tracebackStart == nil {
                glued = Self.gluedText(arena, payload, Int(line.end))
                tracebackStart = isFirst ? bytes.count : bytes.count + 1
            }
            if line.isTraceback, !glued.isEmpty { payload += Self.common(arena, glued, payload, Int(line.end)) }
            if !isFirst { bytes.append(UInt8(ascii: "\n")) }
            isFirst = false
            let from = bytes.count
            bytes.append(arena, payload, Int(line.end))
            segments.append((ByteRange(from, bytes.count), ByteRange(Int(line.start), payload)))
            number = line.next
        }
    }

    /// Text that stands before `Traceback …` on the first traceback line: `instance=` was a plain string, which oslo
    /// glues to every line of the block (R8).
    private static func gluedText(_ arena: RawSpan, _ start: Int, _ end: Int) -> ByteRange {
        let header: StaticString = "Traceback (most recent call last):"
        guard start < end, !arena.has(header, at: start, limit: end), arena[start] != UInt8(ascii: " "),
            let at = arena.firstIndex(of: header, from: start, to: end)
        else { return .none }
        return ByteRange(start, at)
    }

    /// How many bytes of `glued` stand at `start`: all of it or nothing.
    private static func common(_ arena: RawSpan, _ glued: ByteRange, _ start: Int, _ end: Int) -> Int {
        guard end - start >= glued.count else { return 0 }
        return arena.equal(ByteRange(start, start + glued.count), glued, in: arena) ? glued.count : 0
    }
}
