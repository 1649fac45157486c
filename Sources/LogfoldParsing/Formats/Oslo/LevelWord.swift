package import LogfoldCore

/// The level words of oslo.log and of Python's logging (R9).
package enum LevelWord {
    /// Reads the level at `start`. Returns the severity and the word's length, or nil when no level stands there.
    ///
    /// `Level 21` is how Python prints a number without a name; it is known by its number only. The span must be padded.
    @inline(__always)
    package static func read(_ bytes: RawSpan, _ start: Int, _ end: Int) -> (severity: Severity, length: Int)? {
        let found: (Severity, Int)
        switch bytes.u32(start) {
        case 0x4f46_4e49: found = (.info, 4)
        case 0x5542_4544 where bytes[start + 4] == UInt8(ascii: "G"): found = (.debug, 5)
        case 0x4f52_5245 where bytes[start + 4] == UInt8(ascii: "R"): found = (.error, 5)
        case 0x4e52_4157: found = (.warning, bytes.has("WARNING", at: start, limit: end) ? 7 : 4)
        default: return rare(bytes, start, end)
        }
        return start + found.1 <= end ? found : nil
    }

    @inline(never)
    private static func rare(_ bytes: RawSpan, _ start: Int, _ end: Int) -> (severity: Severity, length: Int)? {
        if bytes.has("CRITICAL", at: start, limit: end) { return (.critical, 8) }
        if bytes.has("TRACE", at: start, limit: end) { return (.trace, 5) }
        if bytes.has("AUDIT", at: start, limit: end) { return (.notice, 5) }
        if bytes.has("FATAL", at: start, limit: end) { return (.critical, 5) }
        if bytes.has("RALLYDEBUG", at: start, limit: end) { return (.unknown, 10) }
        guard bytes.has("Level ", at: start, limit: end) else { return nil }
        var at = start + 6
        while at < end, bytes[at] &- 0x30 < 10, at - start < 12 { at += 1 }
        return at > start + 6 ? (.unknown, at - start) : nil
    }

    /// Python's number of a level that has no ``Severity`` of its own: RALLYDEBUG is 11, `Level N` is N.
    package static func number(_ bytes: RawSpan, _ word: ByteRange) -> Int64? {
        if bytes.equal(word, "RALLYDEBUG") { return 11 }
        guard bytes.has("Level ", at: word.start, limit: word.end), word.count <= 12 else { return nil }
        return bytes.decimal(ByteRange(word.start + 6, word.end))
    }
}

extension RawSpan {
    /// The value of a run of up to 18 digits, or nil.
    package func decimal(_ range: ByteRange) -> Int64? {
        guard !range.isEmpty, range.count <= 18 else { return nil }
        var value: Int64 = 0
        for at in range.start..<range.end {
            let digit = self[at] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }
}
