import LogfoldParsing

/// Gives each event the path of its file.
///
/// A path is made once for each set of values, not for each event: events whose values are the same bytes as those of
/// the event before, in the same minute, are told by comparing them.
struct PathResolver: ~Copyable {
    private let template: PathTemplate
    private let isRotating: Bool
    private var finders: [FieldFinder]
    /// The values of the event at hand and of the one before, each with its length in front.
    private var key = ByteBuffer(capacity: 256)
    private var lastKey = ByteBuffer(capacity: 256)
    private var minute = Int64.min
    private var text = ByteBuffer()
    /// The path of the event before; nil before the first.
    private(set) var path: String?

    /// A resolver of this template; with `isRotating` no value can make a path look like that of a rotated file.
    init(_ template: PathTemplate, isRotating: Bool) {
        self.template = template
        self.isRotating = isRotating
        finders = template.fields.map(FieldFinder.init)
    }

    /// Sets ``path`` for the event in `range`, which happened at `time`; false where it is what it was.
    mutating func move(to line: RawSpan, _ range: ByteRange, time: Int64) -> Bool {
        if path != nil, finders.isEmpty, !template.hasTime { return false }
        let minute = template.hasTime ? TimePart.minute(time) : 0
        readKey(line, range)
        if path != nil, minute == self.minute, isSameKey { return false }
        self.minute = minute
        swap(&key, &lastKey)
        let next = makePath()
        guard next != path else { return false }
        path = next
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

    private mutating func makePath() -> String {
        var result = ""
        var at = 0
        for piece in template.pieces {
            switch piece {
            case .literal(let text): result += text
            case .time(let part): result += part.text(minute: minute)
            case .field: result += nextValue(&at)
            }
        }
        result = PathValue.fitted(result)
        if isRotating, case .field? = template.pieces.last { return PathValue.unlikeRotated(result) }
        return result
    }

    /// The value that begins at an offset of the key, as a part of a name.
    private mutating func nextValue(_ at: inout Int) -> String {
        var length = 0
        while lastKey[at] != UInt8(ascii: ":") {
            length = length * 10 + Int(lastKey[at] &- 0x30)
            at += 1
        }
        let range = ByteRange(at + 1, at + 1 + length)
        at = range.end
        text.removeAll()
        Self.decode(lastKey, range, into: &text)
        return PathValue.sanitized(text.withSpan { $0.string(ByteRange(0, $0.byteCount)) })
    }

    private static func decode(_ key: borrowing ByteBuffer, _ range: ByteRange, into text: inout ByteBuffer) {
        key.withSpan { _ = text.append(jsonDecoded: $0, range) }
    }
}
