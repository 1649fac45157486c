/// Finds secrets in an event that is JSON already: in each string by itself, decoded, so that the answer is the same as
/// when the text was first read, and a mask never reaches over a string's quotes.
struct OwnOutputRedactor: ~Copyable {
    /// Where the secrets lie in the line, still escaped; sorted and disjoint.
    private(set) var masks: [ByteRange] = []

    /// Empties ``masks``: nothing is masked in the next event.
    mutating func forget() {
        if !masks.isEmpty { masks.removeAll(keepingCapacity: true) }
    }
    private var redactor = Redactor()
    private var text = ByteBuffer()

    /// Shorter strings hold no secret and its name.
    private static let shortest = 6

    /// Looks through the strings of one JSON object.
    mutating func scan(_ bytes: RawSpan, _ line: ByteRange) {
        masks.removeAll(keepingCapacity: true)
        var reader = JSONReader(line)
        var key = ByteRange.none
        while true {
            switch reader.next(bytes) {
            case .key(let name): key = name
            case .string(let range):
                scanString(bytes, range, key)
                key = .none
            case .end, .invalid: return
            default: key = .none
            }
        }
    }

    private mutating func scanString(_ bytes: RawSpan, _ range: ByteRange, _ key: ByteRange) {
        if !key.isEmpty, !range.isEmpty, Redactor.isSecretKey(bytes, key) {
            if !bytes.equal(range, "***") { masks.append(range) }
            return
        }
        guard range.count >= Self.shortest else { return }
        text.removeAll()
        _ = text.append(jsonDecoded: bytes, range)
        Self.scan(text, &redactor)
        if !redactor.masks.isEmpty { map(bytes, range) }
    }

    private static func scan(_ text: borrowing ByteBuffer, _ redactor: inout Redactor) {
        text.withPaddedSpan { redactor.scan($0, ByteRange(0, text.count)) }
    }

    private mutating func map(_ bytes: RawSpan, _ range: ByteRange) {
        var found = redactor.masks
        Self.escape(&found, bytes, range)
        masks += found
    }

    /// Makes places in the decoded text of `range`, sorted and disjoint, those in the escaped one.
    static func escape(_ masks: inout [ByteRange], _ bytes: RawSpan, _ range: ByteRange) {
        var (escaped, decoded) = (range.start, 0)
        for index in masks.indices {
            let mask = masks[index]
            advance(bytes, &escaped, &decoded, to: mask.start, range.end)
            let start = escaped
            advance(bytes, &escaped, &decoded, to: mask.end, range.end)
            masks[index] = ByteRange(start, escaped)
        }
    }

    /// Walks along the escaped text until so many bytes are decoded (RFC 8259 section 7).
    private static func advance(
        _ bytes: RawSpan, _ escaped: inout Int, _ decoded: inout Int, to target: Int, _ end: Int
    ) {
        while decoded < target, escaped < end {
            guard bytes[escaped] == UInt8(ascii: "\\"), escaped + 1 < end else {
                escaped += 1
                decoded += 1
                continue
            }
            let (length, size) = bytes[escaped + 1] == UInt8(ascii: "u") ? unicode(bytes, escaped, end) : (2, 1)
            escaped += length
            decoded += size
        }
    }

    /// Length of a `\uXXXX`, or of a pair of surrogates, and of the UTF-8 that it stands for.
    private static func unicode(_ bytes: RawSpan, _ at: Int, _ end: Int) -> (length: Int, size: Int) {
        guard let unit = hexadecimal(bytes, at + 2, end) else { return (2, 1) }
        switch unit {
        case ..<0x80: return (6, 1)
        case ..<0x800: return (6, 2)
        case 0xd800..<0xdc00:
            let follows = bytes.has("\\u", at: at + 6, limit: end)
            guard follows, let low = hexadecimal(bytes, at + 8, end), 0xdc00..<0xe000 ~= low else { return (6, 3) }
            return (12, 4)
        default: return (6, 3)
        }
    }

    private static func hexadecimal(_ bytes: RawSpan, _ at: Int, _ end: Int) -> Int? {
        guard at + 4 <= end else { return nil }
        var value = 0
        for each in at..<at + 4 {
            let byte = bytes[each]
            let digit = byte &- 0x30 < 10 ? byte &- 0x30 : (byte | 0x20) &- 0x61 &+ 10
            guard digit < 16 else { return nil }
            value = value << 4 | Int(digit)
        }
        return value
    }
}
