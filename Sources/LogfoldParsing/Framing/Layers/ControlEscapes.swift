/// How the program that wrote a layer spelt control characters of the text. Both are undone in place: the decoded text
/// is never longer.
package enum ControlEscapes {
    /// The text is as it was.
    case none
    /// rsyslog's `#012`: `#` and three octal digits.
    case octal
    /// Apache's error log: `\n`, `\t`, `\\`, `\xc3`.
    case apache

    /// Decodes the text `range` of `arena` in place and returns where it is now; the start stays.
    ///
    /// What is no escape stays as it is. Where the text is the last in the arena, the arena shrinks with it.
    package func decode(_ range: ByteRange, in arena: inout ByteBuffer) -> ByteRange {
        switch self {
        case .none: range
        case .octal: Self.replace(UInt8(ascii: "#"), range, in: &arena, by: Self.octalByte)
        case .apache: Self.replace(UInt8(ascii: "\\"), range, in: &arena, by: Self.apacheByte)
        }
    }

    private typealias Escape = (byte: UInt8, length: Int)

    private static func replace(
        _ mark: UInt8, _ range: ByteRange, in arena: inout ByteBuffer,
        by decoded: (RawSpan, _ at: Int, _ end: Int, _ before: UInt8) -> Escape?
    ) -> ByteRange {
        var (at, to, before) = (range.start, range.start, UInt8(0))
        while at < range.end {
            let (next, escape) = arena.withSpan { bytes in
                let next = bytes.index(of: mark, from: at, to: range.end)
                let previous = next == at ? before : 0
                return (next, next < range.end ? decoded(bytes, next, range.end, previous) : nil)
            }
            let kept = escape == nil ? min(next + 1, range.end) : next
            if to != at { arena.move(at, kept, to: to) }
            to += kept - at
            at = kept
            if let escape {
                arena[to] = escape.byte
                to += 1
                at += escape.length
            }
            before = escape?.byte ?? 0
        }
        if range.end == arena.count { arena.truncate(to: to) }
        return ByteRange(range.start, to)
    }

    /// rsyslog escapes control characters, and bytes above 127 if told to. So `#123`, a ticket, is text; `#000` is
    /// left alone as well, since syslog(3) cannot carry a NUL but people write colours; and a lone byte above 127
    /// would be half a character.
    private static func octalByte(_ bytes: RawSpan, at: Int, end: Int, before: UInt8) -> Escape? {
        guard let byte = octal(bytes, at: at, end: end) else { return nil }
        let isControl = (byte > 0 && byte < 0x20) || byte == 0x7F
        let isPartOfCharacter = byte >= 0x80 && (before >= 0x80 || (octal(bytes, at: at + 4, end: end) ?? 0) >= 0x80)
        return isControl || isPartOfCharacter ? (byte, 4) : nil
    }

    private static func octal(_ bytes: RawSpan, at: Int, end: Int) -> UInt8? {
        guard end - at >= 4, bytes[at] == UInt8(ascii: "#") else { return nil }
        var value = 0
        for offset in at + 1...at + 3 {
            let digit = bytes[offset] &- UInt8(ascii: "0")
            guard digit < 8 else { return nil }
            value = value * 8 + Int(digit)
        }
        return UInt8(exactly: value)
    }

    private static func apacheByte(_ bytes: RawSpan, at: Int, end: Int, before: UInt8) -> Escape? {
        guard end - at >= 2 else { return nil }
        switch bytes[at + 1] {
        case UInt8(ascii: "\\"): return (UInt8(ascii: "\\"), 2)
        case UInt8(ascii: "n"): return (0x0A, 2)
        case UInt8(ascii: "r"): return (0x0D, 2)
        case UInt8(ascii: "t"): return (0x09, 2)
        case UInt8(ascii: "b"): return (0x08, 2)
        case UInt8(ascii: "v"): return (0x0B, 2)
        case UInt8(ascii: "x"):
            guard end - at >= 4, let high = hex(bytes[at + 2]), let low = hex(bytes[at + 3]) else { return nil }
            return (high << 4 | low, 4)
        default: return nil
        }
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
