/// The text that `instance_format` or `instance_uuid_format` makes of an instance: literals round one value.
struct InstanceText: Sendable {
    /// What stands before the value.
    var before: [UInt8] = []
    /// What stands behind it.
    var after: [UInt8] = []

    /// Nil where the format prints no value, or more than one.
    init?(_ format: String) throws(FormatError) {
        var values = 0
        for token in try FormatTokens(format).tokens {
            switch token {
            case .directive: values += 1
            case .literal(let text): if values == 0 { before += text } else { after += text }
            }
        }
        guard values == 1 else { return nil }
    }

    /// How long an instance's id or name may be.
    private static let longest = 256

    /// The value and the offset behind the text, if it stands at `start`. Without fixed text round it only a uuid is
    /// taken for one.
    func find(_ bytes: RawSpan, _ start: Int, _ end: Int) -> (id: ByteRange, end: Int)? {
        guard bytes.has(before, at: start, limit: end) else { return nil }
        let from = start + before.count
        let limit = min(end, from + Self.longest)
        guard let first = after.first else {
            var at = from
            while at < limit, bytes[at] > UInt8(ascii: " ") { at += 1 }
            return accepted(bytes, ByteRange(from, at), at)
        }
        var at = bytes.index(of: first, from: min(from, limit), to: limit)
        while at < limit {
            if bytes.has(after, at: at, limit: end) { return accepted(bytes, ByteRange(from, at), at + after.count) }
            at = bytes.index(of: first, from: at + 1, to: limit)
        }
        return nil
    }

    private func accepted(_ bytes: RawSpan, _ id: ByteRange, _ end: Int) -> (id: ByteRange, end: Int)? {
        let isCertain = before.contains { $0 > UInt8(ascii: " ") }
        guard isCertain ? !id.isEmpty : id.count == 36 && CustomFields.isID(bytes, id) else { return nil }
        return (id, end)
    }
}

extension RawSpan {
    /// Whether `text` stands at `offset` and does not reach beyond `limit`.
    func has(_ text: [UInt8], at offset: Int, limit: Int) -> Bool {
        guard offset >= 0, limit - offset >= text.count else { return false }
        for index in text.indices where self[offset + index] != text[index] { return false }
        return true
    }

    /// The offset of the first byte from `start` on that is no blank.
    func skippingBlanks(_ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end, self[at] == UInt8(ascii: " ") { at += 1 }
        return at
    }

    /// The offset of the first byte from `start` on that is no digit.
    func skippingDigits(_ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end, self[at] &- 0x30 < 10 { at += 1 }
        return at
    }
}
