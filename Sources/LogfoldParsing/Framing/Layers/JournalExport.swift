/// Entries as `journalctl -o export` prints them (systemd's Journal Export Format): lines `NAME=value`, and for a value
/// with a newline or other control characters a line `NAME`, the value's size as 64 bits little-endian, the value, a
/// newline. An empty line ends the entry.
enum JournalExport {
    /// No field of a journal is bigger; a size above it is garbage.
    static let longestValue: UInt64 = 64 << 20
    /// systemd's bound for the name of a field.
    static let longestName = 64

    /// The entry at `extent`, its values appended to `arena`. Lines that are no fields are passed over; an extent
    /// without any field is text.
    static func piece(_ bytes: RawSpan, _ extent: ByteRange, into arena: inout ByteBuffer) -> TransportPiece {
        var entry = JournalEntry()
        var hasFields = false
        var at = extent.start
        while at < extent.end {
            let lineEnd = bytes.index(of: 0x0A, from: at, to: extent.end)
            var value = ByteRange.none
            var nameEnd = bytes.index(of: UInt8(ascii: "="), from: at, to: lineEnd)
            var next = lineEnd + 1
            if nameEnd < lineEnd {
                value = ByteRange(nameEnd + 1, lineEnd)
            } else if let size = valueSize(bytes, line: ByteRange(at, lineEnd), limit: extent.end) {
                nameEnd = lineEnd
                let end = min(lineEnd + 9 + size, extent.end)
                if end < lineEnd + 9 + size { entry.flags.insert(.truncated) }
                value = ByteRange(lineEnd + 9, end)
                next = end + 1
            }
            if isName(bytes, ByteRange(at, nameEnd)), nameEnd < lineEnd || !value.isEmpty {
                hasFields = true
                take(value, of: JournalEntry.field(bytes, ByteRange(at, nameEnd)), bytes, into: &arena, &entry)
            }
            at = next
        }
        guard hasFields else { return text(bytes, extent, into: &arena) }
        return arena.withSpan { entry.piece($0) }
    }

    private static func take(
        _ value: ByteRange, of field: JournalEntry.Field?, _ bytes: RawSpan, into arena: inout ByteBuffer,
        _ entry: inout JournalEntry
    ) {
        guard let field else { return }
        let start = arena.count
        arena.append(bytes, value)
        entry[field] = ByteRange(start, arena.count)
    }

    private static func text(_ bytes: RawSpan, _ extent: ByteRange, into arena: inout ByteBuffer) -> TransportPiece {
        var facts = LayerFacts()
        let start = arena.count
        arena.append(bytes, withoutFinalNewlines(bytes, extent))
        facts.payload = ByteRange(start, arena.count)
        return TransportPiece(facts: facts)
    }

    /// The size of the value behind a line that is a name only; nil where there is none, or a line of garbage.
    static func valueSize(_ bytes: RawSpan, line: ByteRange, limit: Int) -> Int? {
        guard limit - line.end >= 9, isName(bytes, line) else { return nil }
        let size = bytes.u64(line.end + 1)
        return size <= longestValue ? Int(size) : nil
    }

    /// Whether the range is the name of a field: capitals, digits and underscores.
    static func isName(_ bytes: RawSpan, _ range: ByteRange) -> Bool {
        guard (1...longestName).contains(range.count) else { return false }
        return (range.start..<range.end).allSatisfy { offset in
            switch bytes[offset] {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }

    /// The range without the newlines at its end.
    static func withoutFinalNewlines(_ bytes: RawSpan, _ range: ByteRange) -> ByteRange {
        var end = range.end
        while end > range.start, bytes[end - 1] == 0x0A { end -= 1 }
        return ByteRange(range.start, end)
    }
}
