import LogfoldParsing

/// A line of a ``HeldJournal`` that says what has become of events.
struct HeldChange {
    var settled: [Int] = []
    var dead: [Int] = []
    var deadLettered: Int64?

    /// No file has as many: a damaged line is not to fill the memory.
    private static let mostEvents = 1 << 26

    /// Reads a line without its newline; nil where it is none.
    init?(_ line: [UInt8]) {
        let isWhole = line.withSpan { bytes in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            guard reader.next(bytes) == .beginObject else { return false }
            while case .key(let key) = reader.next(bytes) {
                switch bytes.string(key) {
                case "settled": settled = Self.numbers(&reader, bytes)
                case "dead": dead = Self.numbers(&reader, bytes)
                case "dead_lettered": deadLettered = reader.integer(bytes).map { Int64($0) }
                default: return false
                }
            }
            return reader.next(bytes) == .end
        }
        guard isWhole else { return nil }
    }

    private static func numbers(_ reader: inout JSONReader, _ bytes: RawSpan) -> [Int] {
        var numbers: [Int] = []
        guard reader.next(bytes) == .beginArray else { return [] }
        while case .beginArray = reader.next(bytes) {
            guard let from = reader.integer(bytes), let to = reader.integer(bytes), 0...mostEvents ~= from,
                from...mostEvents ~= to,
                reader.next(bytes) == .endArray
            else { return [] }
            numbers += from...to
        }
        return numbers
    }
}
