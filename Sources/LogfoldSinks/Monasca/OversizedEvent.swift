import LogfoldParsing

/// An event that is too large for an element, cut until it fits: at first its long texts, then what repeats others.
///
/// Kafka's client in the API refuses a message above 1,000,000 bytes, and every element behind it in the request is
/// lost though the API says 204 (monasca-api 11.0.0).
struct OversizedEvent: ~Copyable {
    /// Bytes that the members of an event may have, as Python prints them; the rest is for dimensions and envelope.
    static let room = 900_000
    /// The member that says how many bytes were left out.
    static let key: StaticString = "truncated_bytes"

    /// What is left out whole, more of it at each step.
    private static let dropped: [[String]] = [
        [],
        ["event.original", "openstack.exception.chain"],
        ["event.original", "openstack.exception.chain", "openstack.extra", "openstack.stack_info", "labels", "tags"],
    ]
    /// Bytes that a text may have, less at each try.
    private static let caps = (1...7).map { room / 8 * (8 - $0) } + [room / 16, room / 64, room / 256, 1_024]

    private var text = ByteBuffer()
    /// Blanks that Python puts behind commas and colons.
    private var blanks = 0
    private let cap: Int
    private let dropped: [String]

    private init(cap: Int, dropped: [String]) {
        self.cap = cap
        self.dropped = dropped
    }

    /// Whether an event is larger than an element may be.
    static func isOversized(_ line: RawSpan, _ range: ByteRange) -> Bool {
        // Blanks make the shortest members a sixth longer.
        guard range.count > room / 6 * 5 else { return false }
        var copy = OversizedEvent(cap: .max, dropped: [])
        return !copy.copyMembers(line, range) || copy.size > room
    }

    /// Appends what stands behind the event's opening brace, cut.
    static func appendMembers(_ line: RawSpan, _ range: ByteRange, to text: inout ByteBuffer) {
        for dropped in dropped {
            for cap in caps {
                var copy = OversizedEvent(cap: cap, dropped: dropped)
                // Room for the member that says how much is gone.
                guard copy.copyMembers(line, range), copy.size <= room - 64 else { continue }
                let missing = range.count - copy.text.count
                copy.text.withSpan { text.append($0, 0, $0.byteCount - 1) }
                text.append(",\"")
                text.append(key)
                text.append("\":")
                text.append(decimal: Int64(missing))
                text.append("}")
                return
            }
        }
        // Not an event of ours, which have texts only in what is left.
        text.append("\"message\":\"\",\"")
        text.append(key)
        text.append("\":")
        text.append(decimal: Int64(range.count))
        text.append("}")
    }

    private var size: Int { text.count + blanks }

    // MARK: - Copying

    private mutating func copyMembers(_ line: RawSpan, _ range: ByteRange) -> Bool {
        var reader = JSONReader(range)
        return reader.next(line) == .beginObject && copyObject(&reader, line, "")
    }

    /// Copies an object whose brace was read; `path` is its dotted name with a dot behind it.
    private mutating func copyObject(_ reader: inout JSONReader, _ line: RawSpan, _ path: String) -> Bool {
        var isFirst = true
        while true {
            switch reader.next(line) {
            case .key(let key):
                let name = path + line.string(key)
                if dropped.contains(name) {
                    guard reader.skipValue(line) else { return false }
                    continue
                }
                if !isFirst { separate(",") }
                isFirst = false
                text.append("\"")
                text.append(line, key)
                text.append("\"")
                separate(":")
                guard copyValue(reader.next(line), &reader, line, name + ".") else { return false }
            case .endObject:
                text.append("}")
                return true
            default: return false
            }
        }
    }

    private mutating func separate(_ sign: StaticString) {
        text.append(sign)
        blanks += 1
    }

    private mutating func copyValue(
        _ token: JSONToken, _ reader: inout JSONReader, _ line: RawSpan, _ path: String
    ) -> Bool {
        switch token {
        case .string(let range): copyText(line, range)
        case .number(let range): text.append(line, range)
        case .true: text.append("true")
        case .false: text.append("false")
        case .null: text.append("null")
        case .beginObject:
            text.append("{")
            return copyObject(&reader, line, path)
        case .beginArray: return copyArray(&reader, line, path)
        case .key, .endObject, .endArray, .end, .invalid: return false
        }
        return true
    }

    private mutating func copyArray(_ reader: inout JSONReader, _ line: RawSpan, _ path: String) -> Bool {
        text.append("[")
        var isFirst = true
        while true {
            let token = reader.next(line)
            if token == .endArray {
                text.append("]")
                return true
            }
            if !isFirst { separate(",") }
            isFirst = false
            guard copyValue(token, &reader, line, path) else { return false }
        }
    }

    private mutating func copyText(_ line: RawSpan, _ range: ByteRange) {
        text.append("\"")
        if range.count <= cap {
            text.append(line, range)
        } else {
            var end = range.start
            while end - range.start < cap { end += line.escapedScalarLength(end, range.end) }
            text.append(line, range.start, end)
            text.append("…")
        }
        text.append("\"")
    }
}
