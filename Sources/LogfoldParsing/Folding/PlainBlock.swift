/// Text on stderr that belongs together although no line has a head: tracebacks, warnings, logging failures.
///
/// The fold asks ``begins(_:_:_:)`` for a line that continues nothing, and then ``continues(_:_:_:)`` for each line
/// behind it, until one does not belong or ``isComplete`` says that none can. Each answer is given without a look at
/// the next line. Lines with a head never come here. A block has no bound of its own; the fold has.
///
/// | block | begins with | goes on with |
/// |---|---|---|
/// | traceback | `Traceback (most recent call last):`, `  + Exception Group Traceback …`, `Exception in thread x:`, `Exception ignored in: x` | the indented stack, the type line, the text's further lines (below), blank lines, a joining sentence and what it joins |
/// | warning | `path:line: SomeWarning: text` | one line indented by two blanks |
/// | logging failure | `--- Logging error ---` | tracebacks, `Call stack:` and its frames, `Message: …` up to `Arguments: …`; Python 2: `Logged from file …` |
///
/// Behind the type line stands either more of the exception's text or something else the program prints, and nothing
/// tells them apart for sure. Text is: an indented line; what is known to follow a text (`[SQL: …` up to its `]`,
/// `[parameters: `, `(Background on this error`, `Command: `, `Exit code: `, `Stdout: `, `Stderr: `, PostgreSQL's
/// `DETAIL: ` and `HINT: `); a lone closing bracket; one line behind a line that ends with `:`; all of a remote
/// traceback, which starts behind a type line that ends in `_Remote`. Any other line at column 0 ends the block.
package struct PlainBlock {
    private enum State {
        /// No line of this block can follow.
        case complete
        /// Behind `Exception in thread x:`: a header or a type line.
        case preamble
        /// Inside the indented stack.
        case stack
        /// Inside the margins of an exception group, behind which no type line comes.
        case group
        /// Behind the type line.
        case text
        /// Inside `[SQL: …`.
        case bracket
        /// Behind a joining sentence.
        case joined
        /// Behind the first line of a warning.
        case warning
        /// Behind `Call stack:`.
        case callStack
        /// Behind `Message: `.
        case message
    }

    /// What a block is; the fold does not ask, `explain` does.
    enum Kind {
        /// A traceback, of an uncaught exception or printed by hand.
        case traceback
        /// A warning.
        case warning
        /// A failure of logging itself.
        case loggingFailure
    }

    private var state = State.complete
    /// What the block is that was begun last.
    private(set) var kind = Kind.traceback
    private var isLoggingFailure = false
    /// Whether a remote traceback may follow, or goes on.
    private var isRemote = false
    /// Whether the last line announces another one.
    private var expectsMore = false

    /// A block that no line has begun.
    package init() {}

    /// Whether the block has ended: no further line continues it.
    package var isComplete: Bool { state == .complete }

    /// Whether the line `start..<end` begins a block; if so, the block before is forgotten.
    package mutating func begins(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        guard start < end, let first = Self.firstState(bytes, start, end) else { return false }
        self = PlainBlock()
        state = first
        isLoggingFailure = bytes[start] == UInt8(ascii: "-")
        kind = isLoggingFailure ? .loggingFailure : first == .warning ? .warning : .traceback
        return true
    }

    /// Whether the line `start..<end` belongs to the block that is open; the block is complete if it does not.
    package mutating func continues(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        let kind = TracebackLine.classify(bytes, start, end)
        let next: State?
        switch state {
        case .complete: next = nil
        case .preamble: next = behindPreamble(kind, bytes, start, end)
        case .stack: next = inStack(kind, bytes, start, end)
        case .group: next = inGroup(kind)
        case .text: next = behindType(kind, bytes, start, end)
        case .bracket: next = Self.ends(with: "]", bytes, start, end) ? .text : .bracket
        case .joined: next = behindSentence(kind, bytes, start, end)
        // The source line is the last one; a warning of unknown source has none.
        case .warning: next = kind != .blank && bytes.has("  ", at: start, limit: end) ? .complete : nil
        case .callStack: next = inCallStack(kind, bytes, start, end)
        case .message: next = behindMessage(kind, bytes, start, end)
        }
        state = next ?? .complete
        return next != nil
    }
}

// MARK: - Beginnings

extension PlainBlock {
    private static func firstState(_ bytes: RawSpan, _ start: Int, _ end: Int) -> State? {
        switch bytes[start] {
        case UInt8(ascii: "T"), UInt8(ascii: " "):
            let kind = TracebackLine.classify(bytes, start, end)
            if kind == .tracebackHeader { return .stack }
            if kind == .groupHeader { return .group }
        case UInt8(ascii: "E"):
            if bytes.has("Exception in ", at: start, limit: end) && ends(with: ":", bytes, start, end)
                || bytes.has("Exception ignored ", at: start, limit: end)
            {
                return .preamble
            }
        case UInt8(ascii: "-"):
            return TracebackLine.isLine("--- Logging error ---", bytes, start, end) ? .preamble : nil
        default: break
        }
        return isWarning(bytes, start, end) ? .warning : nil
    }

    /// `path:line: SomeWarning: text`, by Python's `warnings.formatwarning`.
    private static func isWarning(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        guard let word = bytes.firstIndex(of: "Warning: ", from: start, to: end) else { return false }
        var at = word
        while at > start, TracebackLine.isNamePart(bytes[at - 1]) { at -= 1 }
        guard at - start > 4, bytes.has(": ", at: at - 2, limit: end) else { return false }
        let digits = at - 2
        at = digits
        while at > start, bytes[at - 1] &- UInt8(ascii: "0") < 10 { at -= 1 }
        return at < digits && at > start + 1 && bytes[at - 1] == UInt8(ascii: ":")
    }

    private static func ends(with text: StaticString, _ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        let limit = TracebackLine.trimmedEnd(bytes, start, end)
        let at = limit - text.utf8CodeUnitCount
        return at >= start && bytes.has(text, at: at, limit: limit)
    }
}

// MARK: - Continuations

extension PlainBlock {
    private mutating func behindPreamble(
        _ kind: TracebackLine, _ bytes: RawSpan, _ start: Int, _ end: Int
    ) -> State? {
        switch kind {
        case .tracebackHeader: return .stack
        case .groupHeader: return .group
        case .typeLine: return endStack(bytes, start, end)
        case .blank: return .preamble
        default: return nil
        }
    }

    private mutating func inStack(_ kind: TracebackLine, _ bytes: RawSpan, _ start: Int, _ end: Int) -> State? {
        switch kind {
        case .frame, .indented, .marker, .repeated, .margin, .blank: return .stack
        case .chainSentence: return .joined
        case .typeLine: return endStack(bytes, start, end)
        default: return nil
        }
    }

    private func inGroup(_ kind: TracebackLine) -> State? {
        switch kind {
        case .margin, .blank: return .group
        case .chainSentence: return .joined
        default: return nil
        }
    }

    /// Takes a type line in.
    private mutating func endStack(_ bytes: RawSpan, _ start: Int, _ end: Int) -> State {
        if let typeEnd = TracebackLine.typeEnd(bytes, start, end) {
            isRemote = bytes.has("_Remote", at: typeEnd - 7, limit: end)
        }
        expectsMore = Self.ends(with: ":", bytes, start, end)
        return .text
    }

    private mutating func behindType(_ kind: TracebackLine, _ bytes: RawSpan, _ start: Int, _ end: Int) -> State? {
        switch kind {
        case .blank: return .text
        case .chainSentence: return .joined
        case .tracebackHeader:
            guard isRemote else { return nil }
            isRemote = false
            return .stack
        case .groupHeader, .stackInfoHeader: return nil
        case .frame, .indented, .marker, .repeated, .margin:
            expectsMore = Self.ends(with: ":", bytes, start, end)
            return .text
        case .typeLine, .other: return behindText(bytes, start, end)
        }
    }

    /// Judges a line at column 0 behind the type line.
    private mutating func behindText(_ bytes: RawSpan, _ start: Int, _ end: Int) -> State? {
        if bytes.has("Logged from file ", at: start, limit: end)
            // eventlet's hub says so behind the traceback of a listener.
            || bytes.has("Removing descriptor: ", at: start, limit: end)
        {
            return .complete
        }
        if bytes.has("[SQL: ", at: start, limit: end), !Self.ends(with: "]", bytes, start, end) { return .bracket }
        if isLoggingFailure {
            if TracebackLine.isLine("Call stack:", bytes, start, end) { return .callStack }
            return bytes.has("Message: ", at: start, limit: end) ? .message : .text
        }
        guard expectsMore || Self.isKnownText(bytes, start, end) else { return nil }
        expectsMore = false
        return .text
    }

    private mutating func behindSentence(
        _ kind: TracebackLine, _ bytes: RawSpan, _ start: Int, _ end: Int
    ) -> State? {
        switch kind {
        case .blank: return .joined
        case .tracebackHeader: return .stack
        case .groupHeader: return .group
        case .typeLine: return endStack(bytes, start, end)
        default: return nil
        }
    }

    private func inCallStack(_ kind: TracebackLine, _ bytes: RawSpan, _ start: Int, _ end: Int) -> State? {
        switch kind {
        case .frame, .indented, .marker, .repeated, .margin, .blank: return .callStack
        default: return bytes.has("Message: ", at: start, limit: end) ? .message : nil
        }
    }

    private func behindMessage(_ kind: TracebackLine, _ bytes: RawSpan, _ start: Int, _ end: Int) -> State? {
        // The message is a repr, but an object's own repr may have lines.
        if kind == .tracebackHeader || TracebackLine.isLine("--- Logging error ---", bytes, start, end) { return nil }
        let isLast =
            bytes.has("Arguments: ", at: start, limit: end)
            || bytes.has("Use the traceback above to help find the error.", at: start, limit: end)
        return isLast ? .complete : .message
    }

    private static func isKnownText(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        switch bytes[start] {
        case UInt8(ascii: "["):
            return bytes.has("[SQL: ", at: start, limit: end) || bytes.has("[parameters: ", at: start, limit: end)
                || bytes.has("['Traceback ", at: start, limit: end)
                || bytes.has("[u'Traceback ", at: start, limit: end)
        case UInt8(ascii: "("): return bytes.has("(Background on this error", at: start, limit: end)
        case UInt8(ascii: "C"): return bytes.has("Command: ", at: start, limit: end)
        case UInt8(ascii: "E"): return bytes.has("Exit code: ", at: start, limit: end)
        case UInt8(ascii: "S"):
            return bytes.has("Stdout: ", at: start, limit: end) || bytes.has("Stderr: ", at: start, limit: end)
        case UInt8(ascii: "D"): return bytes.has("DETAIL: ", at: start, limit: end)
        case UInt8(ascii: "H"): return bytes.has("HINT: ", at: start, limit: end)
        case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"):
            return TracebackLine.trimmedEnd(bytes, start, end) - start <= 2
        default: return false
        }
    }
}
