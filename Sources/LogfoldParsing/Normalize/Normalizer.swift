import LogfoldCore

/// Turns a folded event into a ``Record``: every field resolved, every range in one text.
///
/// One for each engine; its parsers' storage is reused from event to event.
struct Normalizer: ~Copyable {
    var record = Record()
    var exceptions = ExceptionParser()
    /// Where the event's own text begins and ends: what redaction and `--grep` look at.
    var text = ByteRange.none
    private var json = OsloJSONParser()
    private var view = EventView()

    /// Resolves an oslo text record. `end` is the end of its text; `tracebackStart` where prefixed lines begin.
    @inline(__always)
    mutating func resolve(
        _ bytes: RawSpan, _ head: Head, _ event: Event, start: Int, end: Int, tracebackStart: Int?
    ) {
        begin(event, start, end)
        record.takeHead(head, isLate: event.flags.contains(.late))
        if !ContextTokens.read(bytes, head.context, &record) { keepContext(head.context) }
        record.message = ByteRange(start, end)
        if event.lineCount > 0 { split(bytes, event, start, end, tracebackStart) }
        if head.level == .debug { takeSuffix(bytes) }
        readRequestLine(bytes)
    }

    /// Resolves a record of the operator's own format; `firstLine` is the physical line of its head.
    mutating func resolveCustom(
        _ bytes: RawSpan, _ custom: CustomFormat?, _ firstLine: ByteRange, _ head: Head, _ event: Event, start: Int,
        end: Int, tracebackStart: Int?
    ) {
        begin(event, start, end)
        var found = Head()
        var fields = CustomFields()
        let isMatched = custom?.match(bytes, firstLine.start, firstLine.end, &found, &fields) == true
        if !isMatched { found = head }
        record.takeHead(head, isLate: event.flags.contains(.late))
        record.message = ByteRange(start, end)
        if event.lineCount > 0 { split(bytes, event, start, end, tracebackStart) }
        if head.level == .debug || head.level == .unknown, let suffix = custom?.debugSuffix(bytes, record.message) {
            record.take(suffix)
        }
        if let message = custom?.message(bytes, record.message, &found, &fields) { record.message = message }
        if isMatched { fields.apply(to: &record, bytes) }
        record.context = fields.givenUp
        readRequestLine(bytes)
    }

    /// Decodes a JSON record into `text`; ``resolveJSON(_:_:end:)`` completes it.
    mutating func decodeJSON(_ bytes: RawSpan, _ line: ByteRange, _ event: Event, into text: inout ByteBuffer) {
        begin(event, 0, 0)
        if !json.record(bytes, line, into: &text, &record) {
            // The line was read once already, so this does not happen; if it does, nothing may be lost.
            text.removeAll()
            text.append(bytes, line)
            record = Record()
            record.flags = event.flags.union(.unparsed)
            record.message = ByteRange(0, text.count)
        }
    }

    /// Completes the record that ``decodeJSON(_:_:_:into:)`` has begun.
    mutating func resolveJSON(_ bytes: RawSpan, _ event: Event, end: Int) {
        text = ByteRange(0, end)
        if !record.stackTrace.isEmpty {
            record.hasException = exceptions.parse(bytes, record.stackTrace, typeLineSuffices: true)
        }
        readRequestLine(bytes)
    }

    /// Reads what the selection asks for of an event that logfold has written.
    mutating func resolveOwn(_ bytes: RawSpan, _ line: ByteRange, _ event: Event) {
        begin(event, line.start, line.end)
        record.time = event.head.time
        guard view.read(bytes, line) else { return }
        if let level = view.text("log.level") { record.level = Severity(word: bytes, level) }
        record.requestID = view.text("http.request.id") ?? .none
        record.globalRequestID = view.text("openstack.global_request_id") ?? .none
    }

    /// What the layers know: the record's own fields win over the text, all else only fills what the text lacks.
    mutating func apply(_ facts: LayerFacts, _ bytes: RawSpan) {
        for (field, value) in facts.fields { record.set(field, value, bytes) }
        if !facts.fields.isEmpty { record.flags.remove(.unparsed) }
        if record.host.isEmpty { record.host = facts.host }
        if record.service.isEmpty { record.service = facts.service }
        // The schema has numbers here, and a layer's text may be anything.
        if record.pid.isEmpty, bytes.decimal(facts.pid) != nil { record.pid = facts.pid }
        if record.time.kind == .absent { record.time = facts.time }
        if record.level == .unknown, record.levelText.isEmpty, !record.flags.contains(.late) {
            record.level = facts.level
        }
    }

    /// Resolves text that no format took.
    mutating func resolveText(_ bytes: RawSpan, _ event: Event, start: Int, end: Int) {
        begin(event, start, end)
        record.flags.insert(.unparsed)
        record.message = ByteRange(start, end)
        if event.lineCount > 0 {
            let behind = endOfTraceback(bytes, start, end)
            splitBare(bytes, start, behind)
            // The call stack of a logging failure, and the message and arguments that did not fit.
            if behind < end { record.stackInfo = bytes.trimmingLineEnds(ByteRange(behind, end)) }
        }
        // A bare traceback has no message: what was raised is the next best.
        if record.message.isEmpty, record.hasException, let logged = exceptions.exceptions.first {
            record.message = ByteRange(logged.type.start, Swift.max(logged.type.end, logged.message.end))
        }
    }

    @inline(__always)
    private mutating func begin(_ event: Event, _ start: Int, _ end: Int) {
        record = Record()
        text = ByteRange(start, end)
        record.flags = event.flags
    }

    /// A bracket that no layout fits survives whole.
    private mutating func keepContext(_ context: ByteRange) {
        record.context = context
    }

    /// Where a logging failure goes on with the call stack, which belongs to no exception; else the end.
    private func endOfTraceback(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int {
        guard bytes.has("--- Logging error ---", at: start, limit: end),
            let stack = bytes.firstIndex(of: "\nCall stack:\n", from: start, to: end)
        else { return end }
        return stack
    }

    // MARK: - Messages of several lines

    /// Parts the message from the traceback, and both from what oslo.log puts between them.
    private mutating func split(_ bytes: RawSpan, _ event: Event, _ start: Int, _ end: Int, _ tracebackStart: Int?) {
        if let tracebackStart {
            take(bytes, start, ByteRange(tracebackStart, end), typeLineSuffices: true)
        } else {
            splitBare(bytes, start, end)
        }
    }

    /// Takes `stack` for the traceback of the record.
    private mutating func take(_ bytes: RawSpan, _ start: Int, _ stack: ByteRange, typeLineSuffices: Bool) {
        let isParsed = exceptions.parse(bytes, stack, typeLineSuffices: typeLineSuffices)
        if !isParsed, !typeLineSuffices { return }
        // A lone header names no exception.
        record.hasException = isParsed && exceptions.exceptions.contains { !$0.type.isEmpty || !$0.frames.isEmpty }
        setStack(bytes, start, stack, isParsed ? exceptions.stackInfo : .none)
        if record.hasException, let bare = exceptions.bareMessage(bytes, record.message) {
            record.message = bare
        } else if bytes.equal(record.stackTrace, "NoneType: None") {
            // `exc_info=True` where nothing was raised: the summary says so too.
            record.message = bytes.dropping(": NoneType: None", from: record.message)
        }
    }

    /// A traceback without prefixes (`logging_exception_prefix =`, stderr) begins with a header at the start of a line.
    ///
    /// A message may quote a remote traceback before its own. Its own is the one whose exception the message ends with
    /// (R5); without such a summary the first counts.
    private mutating func splitBare(_ bytes: RawSpan, _ start: Int, _ end: Int) {
        guard let first = nextHeader(bytes, start, end) else { return splitStackInfo(bytes, start, end) }
        var candidate: Int? = first
        var tried = 0
        while let at = candidate, tried < Self.maxHeaders {
            let message = ByteRange(start, Swift.max(start, at - 1))
            if exceptions.parse(bytes, ByteRange(at, end)), exceptions.bareMessage(bytes, message) != nil {
                return take(bytes, start, ByteRange(at, end), typeLineSuffices: false)
            }
            tried += 1
            candidate = nextHeader(bytes, at + 1, end)
        }
        take(bytes, start, ByteRange(first, end), typeLineSuffices: false)
    }

    /// `stack_info=True` without an exception: the stack stands behind the message.
    private mutating func splitStackInfo(_ bytes: RawSpan, _ start: Int, _ end: Int) {
        var at = start
        while at < end {
            let lineEnd = bytes.index(of: 0x0a, from: at, to: end)
            if at > start, TracebackLine.classify(bytes, at, lineEnd) == .stackInfoHeader {
                record.message = ByteRange(start, at - 1)
                record.stackInfo = bytes.trimmingLineEnds(ByteRange(at, end))
                return
            }
            at = lineEnd + 1
        }
    }

    /// How many headers are tried as the record's own, which bounds the work for hostile text.
    private static let maxHeaders = 8

    /// Where the next line begins, from `start` on, that is a traceback's header. `start` is in or before its line.
    private func nextHeader(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int? {
        var at = start
        if at > 0, bytes[at - 1] != 0x0a { at = bytes.index(of: 0x0a, from: at, to: end) + 1 }
        while at < end {
            let lineEnd = bytes.index(of: 0x0a, from: at, to: end)
            switch TracebackLine.classify(bytes, at, lineEnd) {
            case .tracebackHeader, .groupHeader: return at
            default: at = lineEnd + 1
            }
        }
        return nil
    }

    private mutating func setStack(_ bytes: RawSpan, _ start: Int, _ stack: ByteRange, _ info: ByteRange) {
        record.message = ByteRange(start, Swift.max(start, stack.start - 1))
        record.stackInfo = bytes.trimmingLineEnds(info)
        record.stackTrace = bytes.trimmingLineEnds(ByteRange(stack.start, info.isEmpty ? stack.end : info.start))
    }

    // MARK: - Inside the message

    /// DEBUG records end with where they were logged (R6).
    @inline(__always)
    private mutating func takeSuffix(_ bytes: RawSpan) {
        guard let suffix = DebugSuffix.find(bytes, record.message) else { return }
        record.take(suffix)
        if bytes.equal(suffix.function, "log_opt_values") { record.flags.insert(.configDump) }
    }

    /// Loggers of WSGI servers write request lines (`Docs/rules.md`, *Request lines*).
    @inline(__always)
    private mutating func readRequestLine(_ bytes: RawSpan) {
        let logger = record.logger
        guard logger.count >= 4 else {
            noteRateLimit(bytes)
            return
        }
        switch bytes.u32(logger.end - 4) {
        // "wsgi", "rver", "tlog": `….wsgi`, `….wsgi.server`, `requestlog`.
        case 0x6967_7377, 0x7265_7672, 0x676f_6c74: _ = RequestLine.parse(bytes, record.message, &record.http)
        // "root"
        case 0x746f_6f72: noteRateLimit(bytes)
        default: break
        }
    }

    /// oslo.log's own rate limit drops records at the source and says so (R13).
    private mutating func noteRateLimit(_ bytes: RawSpan) {
        if bytes.has("Logging rate limit: drop after ", at: record.message.start, limit: record.message.end) {
            record.flags.insert(.lostAtSource)
        }
    }
}

extension Record {
    /// Takes what the head says. The lines of a record that came late have the prefix's word, not its level (R7).
    @inline(__always)
    fileprivate mutating func takeHead(_ head: Head, isLate: Bool) {
        time = head.time
        logger = head.logger
        pid = head.pid
        instance = head.instance
        if isLate { return }
        level = head.level
        levelText = head.levelText
    }

    fileprivate mutating func take(_ suffix: DebugSuffix) {
        message = suffix.message
        function = suffix.function
        file = suffix.file
        line = suffix.line
        if pid.isEmpty { pid = suffix.pid }
    }

    /// Sets a field that the journal names.
    fileprivate mutating func set(_ field: LayerField, _ value: ByteRange, _ bytes: RawSpan) {
        switch field {
        case .logger: logger = value
        case .level:
            level = Severity(word: bytes, value)
            levelText = value
        case .requestID: requestID = value
        case .userID: userID = value
        case .userName: userName = value
        case .projectID: projectID = value
        case .projectName: projectName = value
        case .function: function = value
        case .file: file = value
        case .line: line = bytes.decimal(value) == nil ? .none : value
        case .processName: processName = value
        case .threadName: threadName = value
        }
    }
}

extension Severity {
    /// The level of a word in any case, ``unknown`` if it is none.
    init(word bytes: RawSpan, _ word: ByteRange) {
        self = word.count > 16 ? .unknown : Severity(name: bytes.string(word)) ?? .unknown
    }
}

extension RawSpan {
    /// The range without `suffix` at its end, if it is there.
    fileprivate func dropping(_ suffix: StaticString, from range: ByteRange) -> ByteRange {
        let start = range.end - suffix.utf8CodeUnitCount
        return start >= range.start && has(suffix, at: start, limit: range.end) ? ByteRange(range.start, start) : range
    }

    /// The range without newlines and blanks-only lines at its end, and without newlines at its start.
    func trimmingLineEnds(_ range: ByteRange) -> ByteRange {
        var end = range.end
        while end > range.start, self[end - 1] == 0x0a || self[end - 1] == 0x20 || self[end - 1] == 0x0d { end -= 1 }
        var start = range.start
        while start < end, self[start] == 0x0a { start += 1 }
        return start == end ? .none : ByteRange(start, end)
    }
}
