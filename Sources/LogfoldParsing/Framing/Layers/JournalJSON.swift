/// Entries as `journalctl -o json` prints them: an object a line.
///
/// A value is a string, an array of byte numbers where it is no printable text, null where it has more than 4096 bytes
/// and journalctl was not told `--all`, and an array of these where the entry repeats the field.
enum JournalJSON {
    /// The entry at `line`, its values appended to `arena`; nil if it is no object.
    static func piece(_ bytes: RawSpan, _ line: ByteRange, into arena: inout ByteBuffer) -> TransportPiece? {
        var entry = JournalEntry()
        var reader = JSONReader(line)
        guard reader.next(bytes) == .beginObject else { return nil }
        while true {
            switch reader.next(bytes) {
            case .key(let name):
                let field = JournalEntry.field(bytes, name)
                guard readValue(of: field, &reader, bytes, into: &arena, &entry) else { return nil }
            case .endObject:
                guard reader.next(bytes) == .end else { return nil }
                return arena.withSpan { entry.piece($0) }
            default: return nil
            }
        }
    }

    private static func readValue(
        of field: JournalEntry.Field?, _ reader: inout JSONReader, _ bytes: RawSpan, into arena: inout ByteBuffer,
        _ entry: inout JournalEntry
    ) -> Bool {
        guard let field else { return reader.skipValue(bytes) }
        switch reader.next(bytes) {
        case .null:
            if field == .message { entry.flags.insert(.lostAtSource) }
        case .string(let text):
            let start = arena.count
            if arena.append(jsonDecoded: bytes, text), field == .message { entry.flags.insert(.invalidUTF8) }
            entry[field] = ByteRange(start, arena.count)
        case .beginArray: return readArray(of: field, &reader, bytes, into: &arena, &entry)
        case .number, .true, .false: break
        case let token: return reader.skip(token, bytes)
        }
        return true
    }

    /// Byte numbers, or the first of repeated values.
    private static func readArray(
        of field: JournalEntry.Field, _ reader: inout JSONReader, _ bytes: RawSpan, into arena: inout ByteBuffer,
        _ entry: inout JournalEntry
    ) -> Bool {
        let outside = reader.depth - 1
        let start = arena.count
        var isFirst = true
        while reader.depth > outside {
            switch reader.next(bytes) {
            case .invalid: return false
            case .number(let number):
                if isFirst { arena.append(byte(bytes, number)) }
            case .string(let text):
                if isFirst, arena.count == start { _ = arena.append(jsonDecoded: bytes, text) }
                isFirst = false
            case .endArray: isFirst = false
            default: break
            }
        }
        entry[field] = ByteRange(start, arena.count)
        return true
    }

    private static func byte(_ bytes: RawSpan, _ number: ByteRange) -> UInt8 {
        var value = 0
        for offset in number.start..<min(number.end, number.start + 3) {
            value = value * 10 + Int(bytes[offset] & 0x0F)
        }
        return UInt8(truncatingIfNeeded: value)
    }
}
