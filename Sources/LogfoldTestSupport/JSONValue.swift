import LogfoldParsing

/// A JSON value as a tree, for tests: members in their order, duplicates and all, numbers as text, and no mix-up of
/// `true` and `1`. It is made by the reader that the product uses.
package indirect enum JSONValue: Equatable, Sendable {
    /// An object's members in their order.
    case object([Member])
    /// An array's elements.
    case array([JSONValue])
    /// Decoded text.
    case string(String)
    /// A number, as printed.
    case number(String)
    /// `true` or `false`.
    case bool(Bool)
    /// `null`
    case null

    /// A member of an object.
    package struct Member: Equatable, Sendable {
        /// The name, decoded.
        package var key: String
        /// The value.
        package var value: JSONValue
    }

    /// The value of a JSON text, or nil where the text is not valid.
    package init?(_ text: [UInt8]) {
        let value = text.withSpan { bytes -> JSONValue? in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            guard let value = Self.value(&reader, bytes), reader.next(bytes) == .end else { return nil }
            return value
        }
        guard let value else { return nil }
        self = value
    }

    /// The value of a JSON text, or nil where the text is not valid.
    package init?(_ text: String) { self.init(Array(text.utf8)) }

    /// The first member of this name, or nil.
    package subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text of a string or number, or nil.
    package var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        default: nil
        }
    }

    /// Reads the next value; nil where it is invalid, or where a container ends.
    private static func value(_ reader: inout JSONReader, _ bytes: RawSpan) -> JSONValue? {
        switch reader.next(bytes) {
        case .beginObject:
            var members: [Member] = []
            while case .key(let key) = reader.next(bytes) {
                guard let value = value(&reader, bytes) else { return nil }
                members.append(Member(key: decoded(key, bytes), value: value))
            }
            return .object(members)
        case .beginArray:
            var elements: [JSONValue] = []
            while let element = value(&reader, bytes) { elements.append(element) }
            return .array(elements)
        case .string(let range): return .string(decoded(range, bytes))
        case .number(let range): return .number(bytes.string(range))
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .null: return .null
        case .key, .endObject, .endArray, .end, .invalid: return nil
        }
    }

    private static func decoded(_ range: ByteRange, _ bytes: RawSpan) -> String {
        var text = ByteBuffer()
        _ = text.append(jsonDecoded: bytes, range)
        return text.withSpan { $0.string(ByteRange(0, $0.byteCount)) }
    }
}
