import LogfoldIO
import LogfoldParsing

/// A small JSON text as a tree; what is asked for and is not there, or is of another kind, is `missing`.
indirect enum JSONTree: Equatable {
    case missing
    case object([String: JSONTree])
    case array([JSONTree])
    case string(String)
    case number(String)
    case bool(Bool)

    /// The value of a JSON text; nil where it is not valid. Of members of one name the last one counts.
    init?(_ text: [UInt8]) {
        let tree = text.withSpan { bytes -> JSONTree? in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            guard let tree = Self.value(reader.next(bytes), &reader, bytes), reader.next(bytes) == .end else {
                return nil
            }
            return tree
        }
        guard let tree else { return nil }
        self = tree
    }

    /// The value that a token begins; nil where the text is not valid. The reader bounds the depth.
    private static func value(_ token: JSONToken, _ reader: inout JSONReader, _ bytes: RawSpan) -> JSONTree? {
        switch token {
        case .beginObject: return object(&reader, bytes)
        case .beginArray: return array(&reader, bytes)
        case .string(let range): return .string(decoded(range, bytes))
        case .number(let range): return .number(bytes.string(range))
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .null: return .missing
        case .key, .endObject, .endArray, .end, .invalid: return nil
        }
    }

    private static func object(_ reader: inout JSONReader, _ bytes: RawSpan) -> JSONTree? {
        var members: [String: JSONTree] = [:]
        while true {
            switch reader.next(bytes) {
            case .key(let key):
                guard let value = value(reader.next(bytes), &reader, bytes) else { return nil }
                members[decoded(key, bytes)] = value
            case .endObject: return .object(members)
            default: return nil
            }
        }
    }

    private static func array(_ reader: inout JSONReader, _ bytes: RawSpan) -> JSONTree? {
        var elements: [JSONTree] = []
        while true {
            let token = reader.next(bytes)
            if token == .endArray { return .array(elements) }
            guard let element = value(token, &reader, bytes) else { return nil }
            elements.append(element)
        }
    }

    private static func decoded(_ range: ByteRange, _ bytes: RawSpan) -> String {
        var text = ByteBuffer()
        _ = text.append(jsonDecoded: bytes, range)
        return text.withSpan { $0.string(ByteRange(0, $0.byteCount)) }
    }

    subscript(_ key: String) -> JSONTree {
        guard case .object(let members) = self else { return .missing }
        return members[key] ?? .missing
    }

    var isThere: Bool { self != .missing }

    var text: String? { if case .string(let text) = self { text } else { nil } }

    var elements: [JSONTree] { if case .array(let elements) = self { elements } else { [] } }

    var members: [String: JSONTree] { if case .object(let members) = self { members } else { [:] } }

    var texts: [String] { elements.compactMap(\.text) }

    /// 0 where it is no whole number that fits.
    var integer: Int64 { if case .number(let text) = self { Int64(text) ?? 0 } else { 0 } }

    /// 0 where it is no whole number that fits.
    var count: UInt64 { if case .number(let text) = self { UInt64(text) ?? 0 } else { 0 } }

    /// Nanoseconds, from milliseconds.
    var nanoseconds: Int64? {
        guard case .number(let text) = self else { return nil }
        return Int64(text).map { $0.multipliedOrZero(by: 1_000_000) }
    }

    /// Nanoseconds since 1970, from RFC 3339.
    var time: Int64? { text.flatMap(TimestampText.nanoseconds) }
}

extension Int64 {
    /// The product, or 0 where it does not fit: what came in is not trusted.
    func multipliedOrZero(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? 0 : product
    }
}
