extension ExceptionParser {
    /// The message without the error summary that oslo.log appended to it (R5), or nil if it has none.
    ///
    /// `message` lies in the span that was parsed: the head's message and its bare lines, joined by `\n`. The summary
    /// stands behind `: ` and is one of
    /// - the logged exception's type line and the first lines of its text. The summary has no notes while the text in
    ///   the traceback ends with them, so the summary's lines have to equal the first lines of the text. For a group
    ///   that is `ExceptionGroup: text (2 sub-exceptions)`;
    /// - for a `SyntaxError` the line of its place, `  File "<x>", line 1`.
    ///
    /// Blanks at the ends of lines do not count, nor blank lines at the end: the two copies differ in them.
    package func bareMessage(_ text: RawSpan, _ message: ByteRange) -> ByteRange? {
        guard let exception = exceptions.first, message.end <= text.byteCount else { return nil }
        let end = ExceptionParser.contentEnd(text, message)
        if !exception.location.isEmpty, let colon = placeStart(text, message.start, end, exception.location) {
            return ByteRange(message.start, colon)
        }
        guard !exception.type.isEmpty else { return nil }
        // The longest summary wins. Few lines can be its first; the bound keeps hostile text linear.
        let typeLineEnd = text.index(of: UInt8(ascii: "\n"), from: exception.type.start, to: trace.end)
        let typeLine = ByteRange(
            exception.type.start, TracebackLine.trimmedEnd(text, exception.type.start, typeLineEnd))
        let textEnd = max(exception.message.end, typeLineEnd)
        let rest = ByteRange(min(typeLineEnd + 1, textEnd), textEnd)
        var found: Int?
        var candidates = 0
        var lineEnd = end
        while candidates < 16 {
            let newline = text.lastIndex(of: UInt8(ascii: "\n"), from: message.start, to: lineEnd)
            let lineStart = newline.map { $0 + 1 } ?? message.start
            if let colon = colon(text, lineStart, lineEnd, before: typeLine) {
                candidates += 1
                let further = ByteRange(min(lineEnd + 1, end), end)
                if begins(text, rest, margin: Int(exception.margin), withLines: further) { found = colon }
            }
            guard let newline else { break }
            lineEnd = newline
        }
        return found.map { ByteRange(message.start, $0) }
    }

    /// Where `: ` stands if the line `start..<end` ends with it and the type line.
    private func colon(_ text: RawSpan, _ start: Int, _ end: Int, before typeLine: ByteRange) -> Int? {
        let limit = TracebackLine.trimmedEnd(text, start, end)
        let colon = limit - typeLine.count - 2
        guard colon >= start, text.has(": ", at: colon, limit: limit),
            text.equal(ByteRange(colon + 2, limit), typeLine, in: text)
        else { return nil }
        return colon
    }

    /// Whether the first lines of `whole` are those of `part`.
    private func begins(_ text: RawSpan, _ whole: ByteRange, margin: Int, withLines part: ByteRange) -> Bool {
        var mine = part.start
        var theirs = whole.start
        while mine < part.end {
            guard theirs < whole.end else { return false }
            let myEnd = text.index(of: UInt8(ascii: "\n"), from: mine, to: part.end)
            let theirEnd = text.index(of: UInt8(ascii: "\n"), from: theirs, to: whole.end)
            let theirStart = min(theirs + margin, theirEnd)
            let left = ByteRange(mine, TracebackLine.trimmedEnd(text, mine, myEnd))
            let right = ByteRange(theirStart, TracebackLine.trimmedEnd(text, theirStart, theirEnd))
            guard text.equal(left, right, in: text) else { return false }
            mine = myEnd + 1
            theirs = theirEnd + 1
        }
        return true
    }

    /// Where the `:` stands if the message ends with `: `, blanks and the place of a `SyntaxError`.
    private func placeStart(_ text: RawSpan, _ start: Int, _ end: Int, _ place: ByteRange) -> Int? {
        var at = end - place.count
        guard at > start, text.equal(ByteRange(at, end), place, in: text) else { return nil }
        let placeAt = at
        while at > start, text[at - 1] == UInt8(ascii: " ") { at -= 1 }
        guard at < placeAt, at > start, text[at - 1] == UInt8(ascii: ":") else { return nil }
        return at - 1
    }

    /// Where a text ends without blanks and blank lines.
    private static func contentEnd(_ text: RawSpan, _ range: ByteRange) -> Int {
        var end = range.end
        while end > range.start, text[end - 1] == UInt8(ascii: "\n") || isBlank(text[end - 1]) { end -= 1 }
        return end
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
    }
}
