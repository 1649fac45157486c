/// Cuts a source into lines: at `\n` and nowhere else, and at the limit of a line's length.
///
/// Where a line is too long the cut depends on its bytes only, not on how they arrived: it is made once the limit's
/// bytes are there, before a newline is known of.
struct LineFraming {
    /// Whether a carriage return before the newline is no text.
    var stripsCarriageReturns: Bool
    /// The most bytes of a line, counted as escaped.
    let maxBytes: Int
    /// How many bytes in front of the next line are no text: a byte order mark.
    var skip = 0
    /// Whether the next line is the rest of one that was cut.
    private(set) var isRest = false
    /// Where lines were cut, as long as a reading may be taken up there.
    private var cuts: [Int] = []

    init(stripsCarriageReturns: Bool, maxBytes: Int) {
        self.stripsCarriageReturns = stripsCarriageReturns
        self.maxBytes = maxBytes
    }

    /// The line that begins at `start`, or nil when more bytes are needed. `offset` is that of the span in the source.
    /// The span must be padded.
    @inline(__always)
    func next(_ bytes: RawSpan, _ start: Int, _ end: Int, _ offset: Int) -> InputLine? {
        guard start < end else { return nil }
        let newline = bytes.index(of: 0x0a, from: start, to: end)
        // Escaping makes six bytes of one at the most.
        if newline &- start > maxBytes / 6 { return long(bytes, start, newline, end, offset) }
        if newline == end { return nil }
        return line(bytes, start, newline, length: newline &+ 1 &- start, offset)
    }

    /// The line that ends the source without a newline, or as much of it as there is room for.
    func last(_ bytes: RawSpan, _ start: Int, _ end: Int, _ offset: Int) -> InputLine {
        let cut = cut(bytes, start, end, end)
        return cut < end ? piece(bytes, start, cut, offset) : line(bytes, start, end, length: end - start, offset)
    }

    /// The line was taken: what follows is a line of its own, or its rest.
    @inline(__always)
    mutating func advance(_ line: InputLine) {
        skip = 0
        isRest = line.flags.contains(.truncated)
        if isRest { noteCut(at: line.reach) }
    }

    /// A line, or another unit, was cut at `offset` in the source.
    mutating func noteCut(at offset: Int) { cuts.append(offset) }

    /// Whether any cut is remembered.
    var hasCuts: Bool { !cuts.isEmpty }

    /// Whether what begins at `offset` in the source is the rest of a line that was cut there.
    func isRest(at offset: Int) -> Bool { cuts.contains(offset) }

    /// Forgets the cuts before an offset.
    mutating func forget(before offset: Int) {
        if !cuts.isEmpty { cuts.removeAll { $0 < offset } }
    }

    /// Goes on at `offset` as another reading left off there.
    mutating func resume(at offset: Int, isRest: Bool, skip: Int) {
        self.isRest = isRest
        self.skip = skip
        if isRest { cuts = [offset] }
    }

    @inline(__always)
    private func line(_ bytes: RawSpan, _ start: Int, _ end: Int, length: Int, _ offset: Int) -> InputLine {
        let strips = stripsCarriageReturns && end > start && bytes[end - 1] == 0x0d
        return InputLine(
            region: start, start: Swift.min(start &+ skip, end), end: strips ? end &- 1 : end,
            offset: offset &+ start, length: length, reach: offset &+ start &+ length)
    }

    /// A line that may be too long. One that is as long as it may be waits for its newline.
    private func long(_ bytes: RawSpan, _ start: Int, _ newline: Int, _ end: Int, _ offset: Int) -> InputLine? {
        if newline == end, end - start <= limit(bytes, start, end) { return nil }
        let cut = cut(bytes, start, newline, end)
        if cut == newline { return line(bytes, start, newline, length: newline + 1 - start, offset) }
        return piece(bytes, start, cut, offset)
    }

    private func piece(_ bytes: RawSpan, _ start: Int, _ cut: Int, _ offset: Int) -> InputLine {
        var piece = line(bytes, start, cut, length: cut - start, offset)
        piece.end = cut
        piece.flags.insert(.truncated)
        return piece
    }

    /// Where the line `start..<newline` has to be cut.
    private func cut(_ bytes: RawSpan, _ start: Int, _ newline: Int, _ end: Int) -> Int {
        let limit = limit(bytes, start, end)
        return limit == maxBytes ? bytes.endWithin(limit, start, newline) : Swift.min(newline, start + limit)
    }

    private func limit(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int {
        bytes.has("{\"@timestamp\":\"", at: start, limit: end) ? Self.ownLineBytes : maxBytes
    }

    /// A line of our own output holds a whole event.
    private static let ownLineBytes = 5 << 20
}

extension RawSpan {
    /// Where a text `start..<end` has to be cut so that it has at most `limit` bytes once escaped: at the end of a
    /// character. The span must be padded.
    func endWithin(_ limit: Int, _ start: Int, _ end: Int) -> Int {
        if (end - start) * 6 <= limit { return end }
        var size = 0
        var at = start
        while at < end {
            let step = Swift.min(64, end - at)
            let grown = escapedLength(at, at + step)
            if size + grown > limit { break }
            size += grown
            at += step
        }
        if at == end { return end }
        while at < end, size + escapedLength(at, at + 1) <= limit {
            size += escapedLength(at, at + 1)
            at += 1
        }
        if at == end { return end }
        // Not inside a character: back to its first byte, which is three bytes before at the most.
        var character = at
        while character > Swift.max(start, at - 3), self[character] & 0xc0 == 0x80 { character -= 1 }
        return Swift.max(character > start ? character : at, start + 1)
    }
}
