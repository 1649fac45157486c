/// One step through a JSON text. Ranges are offsets into the span that is read.
package enum JSONToken: Equatable, Sendable {
    /// `{`
    case beginObject
    /// `}`
    case endObject
    /// `[`
    case beginArray
    /// `]`
    case endArray
    /// A member's name with its colon; the range lies inside the quotes and is still escaped.
    case key(ByteRange)
    /// A string; the range lies inside the quotes and is still escaped.
    case string(ByteRange)
    /// A number, as printed.
    case number(ByteRange)
    /// `true`
    case `true`
    /// `false`
    case `false`
    /// `null`
    case null
    /// Behind the one value and its white space.
    case end
    /// The text is no JSON from this offset on; every later step says the same.
    case invalid(Int)
}

/// Reads JSON (RFC 8259) step by step, without recursion or allocation.
///
/// The grammar is checked in full: commas, colons, numbers, escapes, and that there is one value and nothing behind
/// it. A text that ends early is ``JSONToken/invalid(_:)``. Raw control characters inside strings are invalid as the
/// grammar says; DEL and bytes from 0x80 up are taken as they are, whether or not they are UTF-8. Deeper than
/// ``maximumDepth`` is invalid as well, so that no input can exhaust anything.
///
/// The reader is a few words, so a copy of it is a bookmark to come back to.
package struct JSONReader: Sendable {
    /// How many objects and arrays may be open at once.
    package static let maximumDepth = 128

    private enum Expectation {
        case value, keyOrEnd, valueOrEnd, commaOrEnd, nothing, failed
    }

    private var at: Int
    private let end: Int
    private var expected = Expectation.value
    /// Bit `d` says that the container at depth `d` is an object.
    private var objects: (UInt64, UInt64) = (0, 0)

    /// How many objects and arrays are open.
    package private(set) var depth = 0

    /// A reader of the JSON text at `range`.
    package init(_ range: ByteRange) {
        at = range.start
        end = range.end
    }

    /// Where the next step begins: behind the last token, and behind the colon of a key.
    package var offset: Int { at }

    /// The next token of `bytes`, which must be the same span each time.
    package mutating func next(_ bytes: RawSpan) -> JSONToken {
        if expected == .failed { return .invalid(at) }
        skipSpace(bytes)
        switch expected {
        case .commaOrEnd:
            guard at < end else { return fail() }
            switch bytes[at] {
            case UInt8(ascii: ","):
                at += 1
                skipSpace(bytes)
                return isInObject ? key(bytes) : value(bytes)
            case UInt8(ascii: "}") where isInObject: return close(.endObject)
            case UInt8(ascii: "]") where !isInObject: return close(.endArray)
            default: return fail()
            }
        case .value: return value(bytes)
        case .keyOrEnd: return at < end && bytes[at] == UInt8(ascii: "}") ? close(.endObject) : key(bytes)
        case .valueOrEnd: return at < end && bytes[at] == UInt8(ascii: "]") ? close(.endArray) : value(bytes)
        case .nothing: return at == end ? .end : fail()
        case .failed: return fail()
        }
    }

    /// Skips one value whole, such as that of the key just read; false where it is not valid or there is none.
    package mutating func skipValue(_ bytes: RawSpan) -> Bool { skip(next(bytes), bytes) }

    /// Skips what is left of the value that `token`, just read, began; false where it is not valid or no value.
    package mutating func skip(_ token: JSONToken, _ bytes: RawSpan) -> Bool {
        switch token {
        case .string, .number, .true, .false, .null: return true
        case .beginObject, .beginArray:
            let outside = depth - 1
            while depth > outside {
                if case .invalid = next(bytes) { return false }
            }
            return true
        case .key, .endObject, .endArray, .end, .invalid: return false
        }
    }

    /// Skips elements of the array at hand for as long as they are exactly `text`, an object as it is printed, and says how
    /// many there were: a long array of nearly nothing else. What follows is the next token, as ever.
    package mutating func skipElements(_ text: StaticString, _ bytes: RawSpan) -> Int {
        guard depth > 0, !isInObject else { return 0 }
        var count = 0
        while expected == .valueOrEnd || expected == .commaOrEnd {
            var start = at
            if expected == .commaOrEnd {
                guard at < end, bytes[at] == UInt8(ascii: ",") else { break }
                start += 1
            }
            guard bytes.has(text, at: start, limit: end) else { break }
            at = start + text.utf8CodeUnitCount
            expected = .commaOrEnd
            count += 1
        }
        return count
    }

    // MARK: Values

    private mutating func value(_ bytes: RawSpan) -> JSONToken {
        guard at < end else { return fail() }
        switch bytes[at] {
        case UInt8(ascii: "\""):
            guard let range = string(bytes) else { return fail() }
            return finished(.string(range))
        case UInt8(ascii: "{"): return open(.beginObject, isObject: true)
        case UInt8(ascii: "["): return open(.beginArray, isObject: false)
        case UInt8(ascii: "t"): return literal("true", .true, bytes)
        case UInt8(ascii: "f"): return literal("false", .false, bytes)
        case UInt8(ascii: "n"): return literal("null", .null, bytes)
        default:
            guard let numberEnd = bytes.endOfJSONNumber(at, end) else { return fail() }
            let range = ByteRange(at, numberEnd)
            at = numberEnd
            return finished(.number(range))
        }
    }

    private mutating func key(_ bytes: RawSpan) -> JSONToken {
        guard at < end, bytes[at] == UInt8(ascii: "\""), let range = string(bytes) else { return fail() }
        skipSpace(bytes)
        guard at < end, bytes[at] == UInt8(ascii: ":") else { return fail() }
        at += 1
        expected = .value
        return .key(range)
    }

    /// The string whose opening quote stands at the position; leaves the position at what is wrong if it is invalid.
    private mutating func string(_ bytes: RawSpan) -> ByteRange? {
        let start = at + 1
        let stop = bytes.endOfJSONString(start, end)
        guard stop < end, bytes[stop] == UInt8(ascii: "\"") else {
            at = stop
            return nil
        }
        at = stop + 1
        return ByteRange(start, stop)
    }

    private mutating func literal(_ text: StaticString, _ token: JSONToken, _ bytes: RawSpan) -> JSONToken {
        guard bytes.has(text, at: at, limit: end) else { return fail() }
        at += text.utf8CodeUnitCount
        return finished(token)
    }

    // MARK: Structure

    @inline(__always)
    private mutating func skipSpace(_ bytes: RawSpan) {
        while at < end {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    private var isInObject: Bool {
        guard depth > 0 else { return false }
        let level = depth - 1
        return (level < 64 ? objects.0 >> level : objects.1 >> (level - 64)) & 1 == 1
    }

    private mutating func open(_ token: JSONToken, isObject: Bool) -> JSONToken {
        guard depth < Self.maximumDepth else { return fail() }
        let bit: UInt64 = 1 << (depth & 63)
        if depth < 64 {
            objects.0 = isObject ? objects.0 | bit : objects.0 & ~bit
        } else {
            objects.1 = isObject ? objects.1 | bit : objects.1 & ~bit
        }
        depth += 1
        at += 1
        expected = isObject ? .keyOrEnd : .valueOrEnd
        return token
    }

    private mutating func close(_ token: JSONToken) -> JSONToken {
        depth -= 1
        at += 1
        return finished(token)
    }

    private mutating func finished(_ token: JSONToken) -> JSONToken {
        expected = depth == 0 ? .nothing : .commaOrEnd
        return token
    }

    private mutating func fail() -> JSONToken {
        expected = .failed
        return .invalid(at)
    }
}
