/// The source code that Python prints in a traceback: `password = load(path)` there is no password.
enum SourceLine {
    /// How many lines in front of the one that is asked for may belong to its statement.
    private static let reach = 4
    /// A line is not looked at beyond this length.
    private static let longest = 512

    /// Whether the line of `place` is source code: under a `  File "…"` line and indented two columns more.
    ///
    /// Lines may have a prefix of one length, as oslo writes it; the rails of an exception group (`  | `) count as
    /// blanks. In a traceback that is itself a string or a list of strings, lines end at `\n`.
    static func contains(_ text: RawSpan, _ place: Int, from start: Int) -> Bool {
        var lines: InlineArray<4, Line> = .init(repeating: Line())
        guard var line = Line(text, place, from: start) else { return false }
        for index in 0..<reach {
            lines[index] = line
            guard line.start > start, let above = Line(text, line.start - line.breakLength, from: start) else {
                return false
            }
            let end = line.start - line.breakLength
            if let file = text.firstIndex(of: "File \"", from: above.text, to: end)
                ?? text.firstIndex(of: "File \\\"", from: above.text, to: end)
            {
                return (0...index).allSatisfy { lines[$0].isIndented(text, behind: file - above.start) }
            }
            line = above
        }
        return false
    }

    /// A line: where it starts, and where its text does when it is an element of a list of strings.
    private struct Line {
        var start = 0
        var text = 0
        /// How many bytes in front of ``start`` end the line above.
        var breakLength = 1

        init() {}

        /// The line of `place`; nil when it starts too far in front.
        init?(_ bytes: RawSpan, _ place: Int, from floor: Int) {
            var at = place
            let limit = max(floor, place - SourceLine.longest)
            while at > limit && bytes[at - 1] != UInt8(ascii: "\n") {
                if at - 1 > limit && bytes[at - 1] == UInt8(ascii: "n") && bytes[at - 2] == UInt8(ascii: "\\") {
                    breakLength = 2
                    break
                }
                at -= 1
            }
            guard at > limit || at == floor else { return nil }
            start = at
            text = breakLength == 2 ? Self.skipSeam(bytes, at) : at
        }

        /// Whether the text is indented more than the `File` line whose text stands at `column`.
        func isIndented(_ bytes: RawSpan, behind column: Int) -> Bool {
            let first = breakLength == 2 ? text : start + column - 2
            guard first >= start, first + 4 <= bytes.byteCount else { return false }
            for at in first..<first + 4 where bytes[at] != UInt8(ascii: " ") && bytes[at] != UInt8(ascii: "|") {
                return false
            }
            return true
        }

        /// Skips `', '` between two strings of a list.
        private static func skipSeam(_ bytes: RawSpan, _ start: Int) -> Int {
            let end = bytes.byteCount
            guard start + 3 < end, isQuote(bytes[start]), bytes[start + 1] == UInt8(ascii: ",") else { return start }
            var at = start + 2
            while at < end && bytes[at] <= 0x20 { at += 1 }
            return at < end && isQuote(bytes[at]) ? at + 1 : start
        }
    }
}
