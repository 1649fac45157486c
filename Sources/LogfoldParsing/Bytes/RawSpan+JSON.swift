// Audited: see `RawSpan+Bytes.swift`.
//
// What JSON text has to escape, and well-formed UTF-8.

extension RawSpan {
    /// Whether one of the 16 bytes at `at` is a quote, a backslash, a control character or not ASCII.
    @inline(__always)
    package func needsEscape16(_ at: Int) -> Bool {
        Self.hasSpecial(unsafe unsafeLoadUnaligned(fromByteOffset: at, as: SIMD16<Int8>.self))
    }

    /// Whether a block holds a byte that ``specials(_:)`` means.
    @inline(__always)
    static func hasSpecial(_ block: SIMD16<Int8>) -> Bool {
        // `any` is a call in this module; the mask's two words are not.
        let words = unsafe unsafeBitCast(specials(block), to: SIMD2<UInt64>.self)
        return words[0] | words[1] != 0
    }

    /// Position of the first byte in a block that ``specials(_:)`` means; 16 if there is none.
    @inline(__always)
    static func firstSpecial(_ block: SIMD16<Int8>) -> Int { firstSet(specials(block)) }

    /// All bits set in the bytes that are a quote, a backslash, a control character or not ASCII.
    ///
    /// As signed numbers control characters and all that is not ASCII lie below the blank: one comparison. (Unsigned
    /// `.>=` is not vectorised by Swift 6.3.)
    @inline(__always)
    private static func specials(_ block: SIMD16<Int8>) -> SIMDMask<SIMD16<Int8>> {
        let quote = SIMD16<Int8>(repeating: 0x22)
        let backslash = SIMD16<Int8>(repeating: 0x5c)
        let blank = SIMD16<Int8>(repeating: 0x20)
        return (block .== quote) .| (block .== backslash) .| (block .< blank)
    }

    /// How long the bytes `start..<end` are at the most once they are escaped as JSON text. The span must be padded.
    package func escapedLength(_ start: Int, _ end: Int) -> Int {
        var length = end - start
        var at = start
        while at < end {
            if needsEscape16(at) {
                for each in at..<Swift.min(at + 16, end) { length += Self.escapeGrowth(self[each]) }
            }
            at += 16
        }
        return length
    }

    /// By how much a byte grows at the most: an invalid one becomes U+FFFD, three bytes.
    @inline(__always)
    private static func escapeGrowth(_ byte: UInt8) -> Int {
        if byte >= 0x80 { return 2 }
        if byte == 0x22 || byte == 0x5c || byte == 0x09 { return 1 }
        return byte < 0x20 ? 5 : 0
    }

    /// Length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), or 0.
    package func utf8SequenceLength(_ at: Int, _ end: Int) -> Int {
        let first = self[at]
        let needed = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
        guard needed > 0, at + needed <= end else { return 0 }
        return utf8ValidLength(at, end) == needed ? needed : 0
    }

    /// Length of the maximal subpart of an ill-formed sequence at `at`: what one U+FFFD stands for.
    package func utf8InvalidLength(_ at: Int, _ end: Int) -> Int { Swift.max(1, utf8ValidLength(at, end)) }

    /// How many bytes from `at` on can begin one well-formed sequence.
    private func utf8ValidLength(_ at: Int, _ end: Int) -> Int {
        let first = self[at]
        guard first >= 0xc2, first < 0xf5 else { return first < 0x80 ? 1 : 0 }
        let needed = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
        let low: UInt8 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80
        let high: UInt8 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf
        var length = 1
        while length < needed, at + length < end {
            let byte = self[at + length]
            guard byte >= (length == 1 ? low : 0x80), byte <= (length == 1 ? high : 0xbf) else { break }
            length += 1
        }
        return length
    }
}
