/// What one line is in the grammar of a Python traceback, judged by the line alone.
///
/// The line comes without prefix and without its newline. A judgement by the line alone is a candidate where the
/// grammar needs context: ``typeLine`` is also ordinary text such as `done` or `note: text`, ``margin`` is also a
/// source line that begins with `|`.
package enum TracebackLine: UInt8 {
    /// `Traceback (most recent call last):`
    case tracebackHeader
    /// `  + Exception Group Traceback (most recent call last):`, within a margin without the `  + `.
    case groupHeader
    /// `  File "…", line N, in f`, or without `, in f` the place of a `SyntaxError`.
    case frame
    /// Any other line that begins with a blank or a tab: source text, `...<3 lines>...`.
    case indented
    /// Only blanks, `~` and `^`: what Python 3.11 and later underline with.
    case marker
    /// `  [Previous line repeated N more times]`
    case repeated
    /// One of the two sentences that join chained tracebacks.
    case chainSentence
    /// `  | …` and `  +-…`: the margin of an exception group.
    case margin
    /// Nothing, or only blanks.
    case blank
    /// `dotted.Name` or `dotted.Name: text` at column 0.
    case typeLine
    /// `Stack (most recent call last):`, which `stack_info=True` appends.
    case stackInfoHeader
    /// Anything else.
    case other

    /// Judges the line `start..<end`; blanks and a carriage return at its end do not count.
    package static func classify(_ bytes: RawSpan, _ start: Int, _ end: Int) -> TracebackLine {
        guard start < end else { return .blank }
        let first = bytes[start]
        if first == UInt8(ascii: " ") { return classifyIndented(bytes, start, end) }
        switch first {
        case UInt8(ascii: "T"):
            if isLine("Traceback (most recent call last):", bytes, start, end) { return .tracebackHeader }
            if isLine(causeSentence, bytes, start, end) { return .chainSentence }
        case UInt8(ascii: "D"):
            if isLine(contextSentence, bytes, start, end) { return .chainSentence }
        case UInt8(ascii: "S"):
            if isLine("Stack (most recent call last):", bytes, start, end) { return .stackInfoHeader }
        case UInt8(ascii: "E"):
            if isLine("Exception Group Traceback (most recent call last):", bytes, start, end) { return .groupHeader }
        case UInt8(ascii: "\t"), UInt8(ascii: "\r"):
            return trimmedEnd(bytes, start, end) == start ? .blank : .indented
        default: break
        }
        return typeEnd(bytes, start, end) == nil ? .other : .typeLine
    }

    /// The sentence of an explicit `raise … from …`.
    package static var causeSentence: StaticString {
        "The above exception was the direct cause of the following exception:"
    }

    /// The sentence of an exception raised while another one was handled.
    package static var contextSentence: StaticString {
        "During handling of the above exception, another exception occurred:"
    }

    /// Where the dotted name of a type line ends, or nil if the line `start..<end` is none.
    ///
    /// A name is made of identifiers, dots and `<locals>`; behind it stand the end of the line, `: text` or `:`.
    package static func typeEnd(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int? {
        let limit = trimmedEnd(bytes, start, end)
        guard start < limit, isNameStart(bytes[start]) else { return nil }
        var at = start + 1
        while at < limit, isNamePart(bytes[at]) { at += 1 }
        if at == limit { return at }
        guard bytes[at] == UInt8(ascii: ":") else { return nil }
        return at + 1 == limit || bytes[at + 1] == UInt8(ascii: " ") ? at : nil
    }

    /// Where the line `start..<end` ends without blanks and carriage returns.
    static func trimmedEnd(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int {
        var limit = end
        while limit > start, isBlank(bytes[limit - 1]) { limit -= 1 }
        return limit
    }

    /// Whether the line `start..<end` is `text`, apart from blanks at its end.
    static func isLine(_ text: StaticString, _ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        bytes.has(text, at: start, limit: end)
            && trimmedEnd(bytes, start + text.utf8CodeUnitCount, end) == start + text.utf8CodeUnitCount
    }

    private static func classifyIndented(_ bytes: RawSpan, _ start: Int, _ end: Int) -> TracebackLine {
        var at = start + 1
        // Underlines stand behind dozens of blanks.
        while end - at >= 8, bytes.u64(at) == 0x2020_2020_2020_2020 { at += 8 }
        while at < end, bytes[at] == UInt8(ascii: " ") { at += 1 }
        guard at < end else { return .blank }
        switch bytes[at] {
        case UInt8(ascii: "F"):
            return at == start + 2 && bytes.has("File \"", at: at, limit: end) ? .frame : .indented
        case UInt8(ascii: "["):
            return bytes.has("[Previous line repeated ", at: at, limit: end) ? .repeated : .indented
        case UInt8(ascii: "|"):
            return at + 1 == end || isBlank(bytes[at + 1]) ? .margin : .indented
        case UInt8(ascii: "+"):
            if bytes.has("+-", at: at, limit: end) { return .margin }
            return isLine("+ Exception Group Traceback (most recent call last):", bytes, at, end)
                ? .groupHeader : .indented
        case UInt8(ascii: "^"), UInt8(ascii: "~"):
            return isMarker(bytes, at, end) ? .marker : .indented
        case UInt8(ascii: "\r"), UInt8(ascii: "\t"):
            return trimmedEnd(bytes, at, end) == at ? .blank : .indented
        default:
            return .indented
        }
    }

    private static func isMarker(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        for at in start..<end {
            let byte = bytes[at]
            guard byte == UInt8(ascii: "^") || byte == UInt8(ascii: "~") || isBlank(byte) else { return false }
        }
        return true
    }

    @inline(__always)
    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
    }

    @inline(__always)
    private static func isNameStart(_ byte: UInt8) -> Bool {
        // Bytes above 0x7F: Python's identifiers may be of any script.
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    @inline(__always)
    static func isNamePart(_ byte: UInt8) -> Bool {
        isNameStart(byte) || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
    }
}
