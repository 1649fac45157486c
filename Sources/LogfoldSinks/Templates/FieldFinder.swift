import LogfoldParsing

/// Finds the value of one field in an event's JSON by its dotted name, and reads no further than to there.
///
/// Like ``EventView``, it takes a dotted key and objects in objects for the same.
struct FieldFinder {
    private let name: [UInt8]
    /// How much of the name the objects around the reader's place have matched, one for each of them.
    private var matched: [Int] = []

    /// A finder of the field with this dotted name.
    init(_ name: String) { self.name = Array(name.utf8) }

    /// The range of the field's text, still escaped, or of its number or flag; nil where the event has none.
    mutating func find(_ line: RawSpan, _ range: ByteRange) -> ByteRange? {
        var reader = JSONReader(range)
        guard reader.next(line) == .beginObject else { return nil }
        matched.removeAll(keepingCapacity: true)
        matched.append(0)
        while let from = matched.last {
            switch reader.next(line) {
            case .key(let key):
                switch match(line, key, from) {
                case .whole: return Self.value(&reader, line)
                case .beginning(let to):
                    let token = reader.next(line)
                    if token == .beginObject {
                        matched.append(to)
                    } else if !reader.skip(token, line) {
                        return nil
                    }
                case .none: guard reader.skipValue(line) else { return nil }
                }
            case .endObject: matched.removeLast()
            default: return nil
            }
        }
        return nil
    }

    private enum Match {
        case none
        /// The key is the name up to a dot; the rest begins here.
        case beginning(Int)
        case whole
    }

    private func match(_ line: RawSpan, _ key: ByteRange, _ from: Int) -> Match {
        let end = from + key.count
        guard key.count > 0, end <= name.count else { return .none }
        for offset in 0..<key.count where line[key.start + offset] != name[from + offset] { return .none }
        if end == name.count { return .whole }
        return name[end] == UInt8(ascii: ".") ? .beginning(end + 1) : .none
    }

    private static func value(_ reader: inout JSONReader, _ line: RawSpan) -> ByteRange? {
        switch reader.next(line) {
        case .string(let range): range.isEmpty ? nil : range
        case .number(let range): range
        case .true: ByteRange(reader.offset - 4, reader.offset)
        case .false: ByteRange(reader.offset - 5, reader.offset)
        default: nil
        }
    }
}
