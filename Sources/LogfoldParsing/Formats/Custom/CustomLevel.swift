import LogfoldCore

/// The words that Python and OpenStack print for levels (R9).
enum CustomLevel {
    private static let words: [(word: StaticString, severity: Severity)] = [
        ("INFO", .info), ("DEBUG", .debug), ("WARNING", .warning), ("ERROR", .error), ("CRITICAL", .critical),
        ("TRACE", .trace), ("AUDIT", .notice), ("WARN", .warning), ("FATAL", .critical), ("NOTICE", .notice),
        ("RALLYDEBUG", .unknown), ("NOTSET", .unknown),
    ]
    /// The same words, for formats that print their first letters.
    private static let letters = words.map { Array($0.word.description.utf8) }

    /// The level's word at `start`, or its first `precision` letters; `Level 21` for a number without a name. Another
    /// word is none: where nothing else marks a head, any text would be one.
    static func read(_ bytes: RawSpan, _ start: Int, _ end: Int, _ precision: Int?) -> (severity: Severity, end: Int)? {
        let limit = min(end, start + min(precision ?? 16, 16))
        var at = start
        while at < limit, bytes[at] &- 0x41 < 26 { at += 1 }
        if let precision {
            guard at > start else { return nil }
            for (index, word) in letters.enumerated() where at - start == min(word.count, precision) {
                if bytes.has(Array(word[..<(at - start)]), at: start, limit: at) { return (words[index].severity, at) }
            }
            return nil
        }
        let found = ByteRange(start, at)
        for (word, severity) in words where bytes.equal(found, word) { return (severity, at) }
        let text: StaticString = "Level "
        guard bytes.has(text, at: start, limit: end) else { return nil }
        let digits = start + text.utf8CodeUnitCount
        at = bytes.skippingDigits(digits, min(end, digits + 3))
        return at > digits ? (severity(bytes, ByteRange(digits, at)), at) : nil
    }

    /// The level of a number that has a name.
    static func severity(_ bytes: RawSpan, _ number: ByteRange) -> Severity {
        guard number.count <= 2 else { return .unknown }
        var value: UInt8 = 0
        for at in number.start..<number.end { value = value * 10 + (bytes[at] &- 0x30) }
        return Severity(rawValue: value) ?? .unknown
    }
}
