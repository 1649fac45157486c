// The lexical side of JSON: where strings and numbers end, and what escaped text says (RFC 8259 §6, §7).

extension RawSpan {
    /// Offset of the closing quote of the string that begins at `start`, or of the first byte that makes it invalid
    /// (a control character, the backslash of a bad escape), or `end`.
    package func endOfJSONString(_ start: Int, _ end: Int) -> Int {
        var at = start
        while true {
            at = indexOfJSONSpecial(at, end)
            guard at < end, self[at] == UInt8(ascii: "\\") else { return at }
            let length = jsonEscapeLength(at, end)
            guard length > 0 else { return at }
            at += length
        }
    }

    /// Offset of the first quote, backslash or control character in `start..<end`, or `end`.
    @inline(__always)
    private func indexOfJSONSpecial(_ start: Int, _ end: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var at = start
        while end - at >= 8 {
            // A byte is zero where subtracting one borrows into its top bit; the lowest hit of a word is exact.
            let word = u64(at)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let hits =
                ((word &- ones &* 0x20) & ~word) | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
            let marked = hits & (ones &* 0x80)
            if marked != 0 { return at + marked.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < end {
            let byte = self[at]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return at }
            at += 1
        }
        return end
    }

    /// Length of the escape whose backslash stands at `at`, or 0 where it is none.
    private func jsonEscapeLength(_ at: Int, _ end: Int) -> Int {
        guard at + 1 < end else { return 0 }
        switch self[at + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return 2
        case UInt8(ascii: "u"): return jsonCodeUnit(at, end) == nil ? 0 : 6
        default: return 0
        }
    }

    /// The UTF-16 code unit of the `\uXXXX` at `at`, or nil where there is none.
    fileprivate func jsonCodeUnit(_ at: Int, _ end: Int) -> UInt32? {
        guard end - at >= 6, self[at] == UInt8(ascii: "\\"), self[at + 1] == UInt8(ascii: "u") else { return nil }
        var unit: UInt32 = 0
        for offset in at + 2..<at + 6 {
            guard let digit = hexDigit(self[offset]) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }

    private func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte &- UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte &- UInt8(ascii: "a") &+ 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte &- UInt8(ascii: "A") &+ 10)
        default: nil
        }
    }

    /// Offset behind the JSON number that begins at `start`, or nil where there is none.
    package func endOfJSONNumber(_ start: Int, _ end: Int) -> Int? {
        var at = start
        if at < end, self[at] == UInt8(ascii: "-") { at += 1 }
        if at < end, self[at] == UInt8(ascii: "0") {
            at += 1
        } else {
            guard let digits = endOfDigits(at, end) else { return nil }
            at = digits
        }
        if at < end, self[at] == UInt8(ascii: ".") {
            guard let digits = endOfDigits(at + 1, end) else { return nil }
            at = digits
        }
        if at < end, self[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < end, self[at] == UInt8(ascii: "+") || self[at] == UInt8(ascii: "-") { at += 1 }
            guard let digits = endOfDigits(at, end) else { return nil }
            at = digits
        }
        return at
    }

    /// Offset behind one or more digits, or nil where there is none.
    private func endOfDigits(_ start: Int, _ end: Int) -> Int? {
        var at = start
        while at < end, self[at] &- UInt8(ascii: "0") < 10 { at += 1 }
        return at > start ? at : nil
    }
}

extension RawSpan {
    /// What the escaped JSON text at `range` says, as a string; what is invalid becomes U+FFFD.
    package func decodedJSON(_ range: ByteRange) -> String {
        var decoded = ByteBuffer(capacity: range.count)
        _ = decoded.append(jsonDecoded: self, range)
        return decoded.withSpan { $0.string(ByteRange(0, $0.byteCount)) }
    }
}

extension ByteBuffer {
    /// Appends what the escaped JSON text at `range` says, and returns whether some of it was invalid.
    ///
    /// Unpaired surrogates become U+FFFD, and so does a backslash that begins no escape (which a range from
    /// ``JSONReader`` never holds). Other bytes are copied as they are. The result is never longer than the range,
    /// but for such backslashes.
    package mutating func append(jsonDecoded bytes: RawSpan, _ range: ByteRange) -> Bool {
        var at = range.start
        var hadInvalid = false
        reserve(range.count)
        while true {
            let backslash = bytes.index(of: UInt8(ascii: "\\"), from: at, to: range.end)
            append(bytes, at, backslash)
            guard backslash < range.end else { return hadInvalid }
            at = appendJSONEscape(bytes, backslash, range.end, &hadInvalid)
        }
    }

    /// Appends what the escape at `at` says and returns the offset behind it.
    private mutating func appendJSONEscape(_ bytes: RawSpan, _ at: Int, _ end: Int, _ hadInvalid: inout Bool) -> Int {
        switch at + 1 < end ? bytes[at + 1] : 0 {
        case UInt8(ascii: "n"): append(0x0A)
        case UInt8(ascii: "t"): append(0x09)
        case UInt8(ascii: "r"): append(0x0D)
        case UInt8(ascii: "b"): append(0x08)
        case UInt8(ascii: "f"): append(0x0C)
        case let byte where byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "/"):
            append(byte)
        default:
            guard let unit = bytes.jsonCodeUnit(at, end) else {
                append(scalar: 0xFFFD)
                hadInvalid = true
                return at + 1
            }
            return appendCodeUnit(unit, bytes, at + 6, end, &hadInvalid)
        }
        return at + 2
    }

    /// Appends a UTF-16 code unit, together with the low half that follows at `next`, and returns the offset behind.
    private mutating func appendCodeUnit(
        _ unit: UInt32, _ bytes: RawSpan, _ next: Int, _ end: Int, _ hadInvalid: inout Bool
    ) -> Int {
        guard 0xD800...0xDFFF ~= unit else {
            append(scalar: unit)
            return next
        }
        if unit < 0xDC00, let low = bytes.jsonCodeUnit(next, end), 0xDC00...0xDFFF ~= low {
            append(scalar: 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            return next + 6
        }
        append(scalar: 0xFFFD)
        hadInvalid = true
        return next
    }

    /// Appends a Unicode scalar's UTF-8; the value must not be a surrogate.
    private mutating func append(scalar: UInt32) {
        switch scalar {
        case ..<0x80:
            append(UInt8(scalar))
        case ..<0x800:
            append(UInt8(0xC0 | scalar >> 6))
            append(UInt8(0x80 | scalar & 0x3F))
        case ..<0x10000:
            append(UInt8(0xE0 | scalar >> 12))
            append(UInt8(0x80 | scalar >> 6 & 0x3F))
            append(UInt8(0x80 | scalar & 0x3F))
        default:
            append(UInt8(0xF0 | scalar >> 18 & 0x07))
            append(UInt8(0x80 | scalar >> 12 & 0x3F))
            append(UInt8(0x80 | scalar >> 6 & 0x3F))
            append(UInt8(0x80 | scalar & 0x3F))
        }
    }
}
