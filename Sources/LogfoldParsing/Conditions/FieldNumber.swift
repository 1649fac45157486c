/// A number in an event or a condition: exact where it is whole, else the nearest double.
enum FieldNumber: Sendable, Equatable {
    case integer(Int64)
    case decimal(Double)

    /// The number that all of `range` is, by JSON's grammar; nil where it is none.
    init?(_ bytes: RawSpan, _ range: ByteRange) {
        guard !range.isEmpty, bytes.endOfJSONNumber(range.start, range.end) == range.end else { return nil }
        let isNegative = bytes[range.start] == UInt8(ascii: "-")
        let digits = ByteRange(isNegative ? range.start + 1 : range.start, range.end)
        if let magnitude = bytes.decimal(digits) {
            self = .integer(isNegative ? -magnitude : magnitude)
        } else if range.count <= Self.longest, let number = Double(bytes.string(range)) {
            self = .decimal(number)
        } else {
            return nil
        }
    }

    /// The number of a text by JSON's grammar, or nil.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let number = bytes.withSpan({ FieldNumber($0, ByteRange(0, $0.byteCount)) }) else { return nil }
        self = number
    }

    /// Longer ones are text.
    private static let longest = 64

    private var double: Double {
        switch self {
        case .integer(let number): Double(number)
        case .decimal(let number): number
        }
    }

    static func < (left: FieldNumber, right: FieldNumber) -> Bool {
        if case .integer(let left) = left, case .integer(let right) = right { return left < right }
        return left.double < right.double
    }

    static func == (left: FieldNumber, right: FieldNumber) -> Bool {
        if case .integer(let left) = left, case .integer(let right) = right { return left == right }
        return left.double == right.double
    }
}
