import LogfoldCore

/// A parser for the records of a service whose operator chose the format: compiled from its own configuration.
///
/// A line is tried as a record with context, as one without, and as a line of a traceback, in this order (R1, R7). It
/// is expected without colours (R12). Immutable; one serves all sources.
package struct CustomFormat: Sendable {
    private let context: HeadProgram
    private let plain: HeadProgram
    /// Nil where the prefix is empty: the lines of a traceback are bare then.
    private let exception: HeadProgram?
    private let suffix: Suffix

    /// What DEBUG records end in.
    enum Suffix: Sendable {
        case none, builtIn
        case custom(SuffixProgram)
    }

    /// The parser for the options, or every reason why there is none.
    package static func compile(_ options: OsloLogOptions) -> (format: CustomFormat?, problems: [OsloConfigProblem]) {
        var compiler = FormatCompiler(options)
        let context = compiler.head(options.contextFormat, .context)
        let plain = compiler.head(options.defaultFormat, .plain)
        let exception = compiler.head(options.exceptionPrefix, .exception)
        let suffix = compiler.suffix(options.debugSuffix)
        guard compiler.problems.isEmpty, let context, let plain else { return (nil, compiler.problems) }
        return (CustomFormat(context: context, plain: plain, exception: exception, suffix: suffix), [])
    }

    /// The parser for a service's configuration files, or every reason why there is none: see ``OsloLogOptions``.
    package static func read(
        _ files: [(name: String, text: [UInt8])]
    ) -> (format: CustomFormat?, problems: [OsloConfigProblem]) {
        let read = OsloLogOptions.read(files)
        guard let options = read.options else { return (nil, read.problems) }
        return compile(options)
    }

    /// Whether the lines of a traceback have a prefix of their own.
    package var hasExceptionPrefix: Bool { exception != nil }

    /// Matches the line `start..<end`. True for a head and for a line of a traceback: then `head` and `fields` hold
    /// what the line prints. False for any other text, with both in an undefined state.
    ///
    /// One pass for each of the three strings; no pass goes back.
    package func match(
        _ bytes: RawSpan, _ start: Int, _ end: Int, _ head: inout Head, _ fields: inout CustomFields
    ) -> Bool {
        if matches(context, .context, bytes, start, end, &head, &fields) { return true }
        if matches(plain, .plain, bytes, start, end, &head, &fields) {
            if let exception, mayBeTraceback(head, exception) {
                var other = (head: Head(), fields: CustomFields())
                if matches(exception, .exception, bytes, start, end, &other.head, &other.fields),
                    TracebackText.isLikely(bytes, other.head.payload, end)
                {
                    (head, fields) = other
                }
            }
            return true
        }
        guard let exception else { return false }
        return matches(exception, .exception, bytes, start, end, &head, &fields)
    }

    private func matches(
        _ program: HeadProgram, _ form: CustomFields.Form, _ bytes: RawSpan, _ start: Int, _ end: Int,
        _ head: inout Head, _ fields: inout CustomFields
    ) -> Bool {
        head = Head()
        fields = CustomFields()
        fields.form = form
        head.kind = form == .exception ? .traceback : .head
        return program.match(bytes, start, end, &head, &fields)
    }

    /// Formats without `[-]` or the like print heads that a traceback line of level ERROR cannot be told from, but by
    /// its text.
    private func mayBeTraceback(_ head: Head, _ exception: HeadProgram) -> Bool {
        exception.hasLevel || head.level == .error || head.level == .trace || head.level == .unknown
    }

    /// The suffix of a DEBUG record at the end of `message`, if it is there.
    package func debugSuffix(_ bytes: RawSpan, _ message: ByteRange) -> DebugSuffix? {
        switch suffix {
        case .none: return nil
        case .builtIn: return DebugSuffix.find(bytes, message)
        case .custom(let program):
            var head = Head()
            var fields = CustomFields()
            guard let start = program.match(bytes, message, &fields, &head) else { return nil }
            var found = DebugSuffix()
            found.message = ByteRange(message.start, start)
            found.function = fields.function
            found.file = fields.file
            found.line = fields.line
            found.pid = head.pid
            return found
        }
    }

    /// The message without what the format prints behind `%(message)s`, whose fields go to `head` and `fields`. The
    /// debug suffix stands behind that and has to be taken off first.
    package func message(
        _ bytes: RawSpan, _ message: ByteRange, _ head: inout Head, _ fields: inout CustomFields
    ) -> ByteRange {
        let program = fields.form == .context ? context : plain
        guard fields.form != .exception, let tail = program.tail,
            let start = tail.match(bytes, message, &fields, &head)
        else { return message }
        return ByteRange(message.start, start)
    }
}

/// Text as Python prints it in a traceback.
private enum TracebackText {
    static func isLikely(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        if start == end || bytes[start] == UInt8(ascii: " ") { return true }
        return bytes.has("Traceback (most recent call last):", at: start, limit: end)
            || bytes.has("The above exception was the direct cause", at: start, limit: end)
            || bytes.has("During handling of the above exception", at: start, limit: end)
            || isException(bytes, start, end)
    }

    /// `package.Type: text`, `SomeError: text`, or either alone.
    private static func isException(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        var at = start
        var component = start
        while at < end,
            bytes[at] == UInt8(ascii: "_") || bytes[at] &- 0x30 < 10 || (bytes[at] | 0x20) &- 0x61 < 26
                || bytes[at] == UInt8(ascii: ".")
        {
            if bytes[at] == UInt8(ascii: ".") { component = at + 1 }
            at += 1
        }
        guard at > component, bytes[component] &- 0x41 < 26, at == end || bytes[at] == UInt8(ascii: ":") else {
            return false
        }
        return component > start || bytes.has("Error", at: at - 5, limit: at)
            || bytes.has("Exception", at: at - 9, limit: at)
    }
}
