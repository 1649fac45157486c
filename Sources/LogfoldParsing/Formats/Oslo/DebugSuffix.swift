/// Where a DEBUG record was logged, as oslo.log appends it to the message (R6): one blank, then the suffix.
///
/// All ranges are offsets into the span that was searched; what the suffix does not print is empty.
package struct DebugSuffix: Equatable {
    /// The message without the suffix and its blank.
    package var message = ByteRange.none
    /// Name of the function; `<module>` and `<lambda>` too.
    package var function = ByteRange.none
    /// Path of the source file.
    package var file = ByteRange.none
    /// Digits of the line number.
    package var line = ByteRange.none
    /// Digits of the process id.
    package var pid = ByteRange.none

    /// An empty suffix.
    package init() {}

    /// The suffix at the end of `range` in one of the forms that releases and devstack print, or nil:
    ///
    ///     _get_power_state /opt/nova/manager.py:1780
    ///     from (pid=4242) _get_power_state /opt/nova/manager.py:1780
    ///     {{(pid=4242) _get_power_state /opt/nova/manager.py:1780}}
    ///
    /// Ordinary text that ends in a number is no suffix: the path needs a `/`, the end `.py` or `<…>`, must not hold
    /// a colon (`see http://host:80`), and what stands before it must be an identifier. Reads backwards, only as far
    /// as the suffix reaches.
    package static func find(_ bytes: RawSpan, _ range: ByteRange) -> DebugSuffix? {
        guard range.count > 4 else { return nil }
        if bytes.has("}}", at: range.end - 2, limit: range.end) {
            guard var suffix = origin(bytes, range.start, range.end - 2) else { return nil }
            var at = suffix.function.start
            suffix.pid = pid(bytes, range.start, &at)
            guard at - 2 > range.start, bytes.has("{{", at: at - 2, limit: at) else { return nil }
            return suffix.ending(bytes, range.start, at - 2)
        }
        guard var suffix = origin(bytes, range.start, range.end) else { return nil }
        var at = suffix.function.start
        suffix.pid = pid(bytes, range.start, &at)
        if !suffix.pid.isEmpty {
            guard at - 5 > range.start, bytes.has("from ", at: at - 5, limit: at) else { return nil }
            at -= 5
        }
        return suffix.ending(bytes, range.start, at)
    }

    /// The suffix with its message, if a blank stands before `at`, where its text begins.
    private func ending(_ bytes: RawSpan, _ start: Int, _ at: Int) -> DebugSuffix? {
        guard at > start, bytes[at - 1] == UInt8(ascii: " ") else { return nil }
        var whole = self
        whole.message = ByteRange(start, at - 1)
        return whole
    }

    /// `function path:line` at the end of `start..<end`.
    private static func origin(_ bytes: RawSpan, _ start: Int, _ end: Int) -> DebugSuffix? {
        var suffix = DebugSuffix()
        var at = end
        while at > start, end - at < 10, bytes[at - 1].isDigit { at -= 1 }
        guard at < end, at > start, bytes[at - 1] == UInt8(ascii: ":") else { return nil }
        suffix.line = ByteRange(at, end)

        let pathEnd = at - 1
        at = beforePath(bytes, start, pathEnd)
        suffix.file = ByteRange(at, pathEnd)
        guard at > start, bytes[at - 1] == UInt8(ascii: " "), isPath(bytes, suffix.file) else { return nil }

        let functionEnd = at - 1
        at = functionEnd
        while at > start, bytes[at - 1].isFunctionByte { at -= 1 }
        suffix.function = ByteRange(at, functionEnd)
        return isFunction(bytes, suffix.function) ? suffix : nil
    }

    /// Where the text that ends at `end` begins: behind the last blank, colon or control character.
    private static func beforePath(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int {
        var at = end
        let blank = SIMD16<UInt8>(repeating: UInt8(ascii: " "))
        let colon = SIMD16<UInt8>(repeating: UInt8(ascii: ":"))
        while at - 16 >= start {
            let word = bytes.simd16(at - 16)
            if any(word .<= blank .| word .== colon) { break }
            at -= 16
        }
        while at > start {
            let byte = bytes[at - 1]
            if byte <= UInt8(ascii: " ") || byte == UInt8(ascii: ":") { break }
            at -= 1
        }
        return at
    }

    /// `(pid=N) ` that ends at `at`, which then moves to its start; else nothing.
    private static func pid(_ bytes: RawSpan, _ start: Int, _ at: inout Int) -> ByteRange {
        guard at - 2 > start, bytes.has(") ", at: at - 2, limit: at) else { return .none }
        let end = at - 2
        var digits = end
        while digits > start, end - digits < 10, bytes[digits - 1].isDigit { digits -= 1 }
        guard digits < end, digits - 5 >= start, bytes.has("(pid=", at: digits - 5, limit: digits) else { return .none }
        at = digits - 5
        return ByteRange(digits, end)
    }

    /// Whether this can be a source file's path: `a/b`, `b.py`, `<string>`.
    private static func isPath(_ bytes: RawSpan, _ range: ByteRange) -> Bool {
        guard range.count > 1 else { return false }
        if range.count > 3, bytes.has(".py", at: range.end - 3, limit: range.end) { return true }
        if bytes[range.start] == UInt8(ascii: "<") { return bytes[range.end - 1] == UInt8(ascii: ">") }
        return bytes.index(of: UInt8(ascii: "/"), from: range.start, to: range.end) < range.end
    }

    /// Whether this can be a code object's name: an identifier, of any script, or one in angle brackets.
    private static func isFunction(_ bytes: RawSpan, _ range: ByteRange) -> Bool {
        var (start, end) = (range.start, range.end)
        if range.count > 2, bytes[start] == UInt8(ascii: "<"), bytes[end - 1] == UInt8(ascii: ">") {
            start += 1
            end -= 1
        }
        guard start < end, !bytes[start].isDigit else { return false }
        // Angle brackets stand round the whole name or nowhere.
        for at in start..<end where bytes[at] == UInt8(ascii: "<") || bytes[at] == UInt8(ascii: ">") { return false }
        return true
    }
}

extension UInt8 {
    /// `0` to `9`.
    @inline(__always) fileprivate var isDigit: Bool { self &- 0x30 < 10 }
    /// What a code object's name is made of: letters, digits and `_` of ASCII, angle brackets, and the bytes of longer
    /// characters.
    @inline(__always) fileprivate var isFunctionByte: Bool {
        (self | 0x20) &- 0x61 < 26 || self == UInt8(ascii: "_") || isDigit || self >= 0x80
            || self == UInt8(ascii: "<") || self == UInt8(ascii: ">")
    }
}
