import LogfoldParsing

/// Fills in a template for one event after the other.
///
/// The text is made once for each set of values, not for each event: events whose values are the same bytes as those of
/// the event before, in the same minute, are told by comparing them.
struct TemplateFiller: ~Copyable {
    let template: EventTemplate
    private let hasTime: Bool
    private var finders: [FieldFinder]
    /// The values of the event at hand and of the one before, each with its length in front.
    private var key = ByteBuffer(capacity: 256)
    private var lastKey = ByteBuffer(capacity: 256)
    private var minute = Int64.min
    private var decoded = ByteBuffer()
    private var isFirst = true

    /// One for this template.
    init(_ template: EventTemplate) {
        self.template = template
        hasTime = template.hasTime
        finders = template.fields.map(FieldFinder.init)
    }

    /// Goes over to the event in `range`, which happened at `time`; false where its values are those of the one before.
    mutating func move(to line: RawSpan, _ range: ByteRange, time: Int64) -> Bool {
        if !isFirst, finders.isEmpty, !hasTime { return false }
        let minute = hasTime ? TimePart.minute(time) : 0
        readKey(line, range)
        if !isFirst, minute == self.minute, isSameKey { return false }
        isFirst = false
        self.minute = minute
        swap(&key, &lastKey)
        return true
    }

    private mutating func readKey(_ line: RawSpan, _ range: ByteRange) {
        key.removeAll()
        for at in finders.indices {
            let value = finders[at].find(line, range) ?? .none
            key.append(decimal: Int64(value.count))
            key.append(":")
            key.append(line, value)
        }
    }

    private var isSameKey: Bool {
        guard key.count == lastKey.count else { return false }
        return key.withSpan { new in
            lastKey.withSpan { old in new.equal(ByteRange(0, new.byteCount), ByteRange(0, old.byteCount), in: old) }
        }
    }

    /// The text for the event at hand, with what `fit` makes of each value; a missing one is empty.
    mutating func text(_ fit: (String) -> String) -> String {
        var result = ""
        var at = 0
        for piece in template.pieces {
            switch piece {
            case .literal(let text): result += text
            case .time(let part): result += part.text(minute: minute)
            case .field: result += fit(nextValue(&at))
            }
        }
        return result
    }

    /// The value that begins at an offset of the key.
    private mutating func nextValue(_ at: inout Int) -> String {
        var length = 0
        while lastKey[at] != UInt8(ascii: ":") {
            length = length * 10 + Int(lastKey[at] &- 0x30)
            at += 1
        }
        let range = ByteRange(at + 1, at + 1 + length)
        at = range.end
        decoded.removeAll()
        Self.decode(lastKey, range, into: &decoded)
        return decoded.withSpan { $0.string(ByteRange(0, $0.byteCount)) }
    }

    private static func decode(_ key: borrowing ByteBuffer, _ range: ByteRange, into text: inout ByteBuffer) {
        key.withSpan { _ = text.append(jsonDecoded: $0, range) }
    }
}
