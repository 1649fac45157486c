/// One exception of a traceback. All ranges are offsets into the span that was parsed.
package struct ParsedException {
    /// How an exception hangs on the one that ``ParsedException/parent`` names.
    package enum Relation: UInt8 {
        /// On nothing: the logged exception.
        case none
        /// `raise … from` it: the parent names it as its direct cause.
        case cause
        /// The parent was raised while this one was handled.
        case context
        /// A member of the parent, which is an exception group.
        case group
    }

    /// The type as Python prints it, with its module for all but builtins; empty where the text ends before it.
    package var type = ByteRange.none
    /// The text behind `Type: `, without blank lines at its end.
    ///
    /// It may hold newlines. Lines that `add_note` made look like lines of the text and are part of it, except where
    /// the exception has no text of its own. Within an exception group each line behind the first begins with
    /// ``margin`` bytes that are not text.
    package var message = ByteRange.none
    /// How it hangs on its parent.
    package var relation = Relation.none
    /// Whether it is an exception group, which has members.
    package var isGroup = false
    /// How many bytes of a group's margin (`  | `) each line has in front; 0 outside of groups.
    package var margin: UInt16 = 0
    /// Index of the exception it hangs on, nil for the logged one.
    package var parent: Int?
    /// Its part of ``ExceptionParser/frames``, oldest call first.
    package var frames = 0..<0
    /// The line `File "…", line N` of a `SyntaxError`, without the blanks in front; else empty.
    package var location = ByteRange.none

    /// An exception of which nothing is known.
    package init() {}
}

/// One call in the stack of an exception.
package struct StackFrame {
    /// Path as printed, between the quotes.
    package var file: ByteRange
    /// Digits of the line number.
    package var line: ByteRange
    /// Name of the function.
    package var function: ByteRange
    /// How many more times the frame was there: N of `[Previous line repeated N more times]`.
    package var repeated: UInt32 = 0

    /// A call that stands once.
    package init(file: ByteRange, line: ByteRange, function: ByteRange) {
        self.file = file
        self.line = line
        self.function = function
    }

    /// Reads `  File "…", line N, in f`; without `, in f` the function is empty. Nil for any other line.
    package init?(_ bytes: RawSpan, _ start: Int, _ end: Int) {
        guard bytes.has("  File \"", at: start, limit: end) else { return nil }
        let limit = TracebackLine.trimmedEnd(bytes, start, end)
        guard let quote = bytes.firstIndex(of: "\", line ", from: start + 8, to: limit) else { return nil }
        let digits = quote + 8
        var at = digits
        while at < limit, bytes[at] &- UInt8(ascii: "0") < 10 { at += 1 }
        guard at > digits else { return nil }
        file = ByteRange(start + 8, quote)
        line = ByteRange(digits, at)
        function = bytes.has(", in ", at: at, limit: limit) ? ByteRange(at + 5, limit) : .none
    }
}
