import LogfoldCore

/// Writes events as JSON lines in logfold's schema: the only encoder there is (DESIGN section 4).
///
/// Members come in one fixed order, absent ones are left out. Text is escaped and validated while it is copied; what
/// redaction masked is replaced in every copy.
struct EventEncoder: ~Copyable {
    var output = ByteBuffer(capacity: 1 << 20)
    private var times = TimeText()
    private var createdTimes = TimeText()
    private var projects = Projects()
    private var eventHeads = EventHeads()
    /// Secrets in the text at hand, sorted; empty for nearly every event.
    private var masks: [ByteRange] = []
    /// The pieces of the physical text, where it is asked for.
    private var original: [ByteRange] = []
    /// Whether all text so far was valid UTF-8.
    private var isValid = true

    /// What the encoder has to know of an event beside its record.
    struct Context {
        /// Time in UTC, nanoseconds.
        var time: Int64 = 0
        /// Offset of the first byte in the decoded source.
        var offset = 0
        /// Physical lines folded.
        var lines = 1
        var format = FormatID.text
        /// `event.id` and, with it, `event.created` in nanoseconds.
        var id: (UInt64, UInt64)?
        var created: Int64 = 0
        /// Whether the time had no zone in the text.
        var isZoneAssumed = false
    }

    /// Writes one event. `bytes` holds the text that the record's ranges point into and must be padded.
    mutating func encode(
        _ bytes: RawSpan, _ record: borrowing Record, _ exceptions: borrowing ExceptionParser,
        _ context: Context, _ source: borrowing SourceFacts, layers: borrowing [UInt8], masks: borrowing [ByteRange],
        original: borrowing [ByteRange]
    ) {
        if !masks.isEmpty { self.masks = copy masks }
        if !original.isEmpty { self.original = copy original }
        isValid = true
        output.reserve(1_024)
        output.append("{\"@timestamp\":\"")
        times.append(context.time, fractionDigits: record.time.fractionDigits, to: &output)
        output.append("\",\"message\":\"")
        text(bytes, record.message)
        output.append("\"")
        writeLog(bytes, record, context, source)
        writeEvent(bytes, record, context, source)
        writeProcess(bytes, record)
        writeService(bytes, record, context, source)
        writeHTTP(bytes, record)
        writeIdentity(bytes, record)
        writeError(bytes, record, exceptions)
        writeOpenStack(bytes, record, exceptions)
        writeHost(bytes, record, source)
        writeLogfold(record, context, layers)
        output.append("}\n")
        // Nothing may be kept: a second owner would make the redactor's next event allocate.
        if !self.masks.isEmpty { self.masks = [] }
        if !self.original.isEmpty { self.original = [] }
    }
}

extension EventEncoder {
    /// Copies an event that is JSON already, with `***` for each secret in it, and as valid UTF-8.
    mutating func copy(_ bytes: RawSpan, _ line: ByteRange, masks: [ByteRange]) {
        var at = line.start
        for mask in masks {
            output.append(repairing: bytes, at, mask.start)
            output.append("***")
            at = mask.end
        }
        output.append(repairing: bytes, at, line.end)
        output.append("\n")
    }
}

// MARK: - Groups of members

extension EventEncoder {
    @inline(__always)
    private mutating func writeLog(
        _ bytes: RawSpan, _ record: borrowing Record, _ context: Context, _ source: borrowing SourceFacts
    ) {
        writeLevel(bytes, record)
        if !record.logger.isEmpty { member("\"logger\":\"", bytes, record.logger, comma: true) }
        output.append("\"offset\":")
        output.append(decimal: Int64(context.offset))
        if !record.function.isEmpty || !record.file.isEmpty || !record.line.isEmpty { writeOrigin(bytes, record) }
        if let path = source.path {
            output.append(",\"file\":{\"path\":\"")
            path.withSpan { output.append($0, 0, path.count) }
            output.append("\"}")
        }
        output.append("}")
    }

    @inline(__always)
    private mutating func writeLevel(_ bytes: RawSpan, _ record: borrowing Record) {
        switch record.level {
        case .info: output.append(",\"log\":{\"level\":\"info\",")
        case .debug: output.append(",\"log\":{\"level\":\"debug\",")
        case .warning: output.append(",\"log\":{\"level\":\"warning\",")
        case .error: output.append(",\"log\":{\"level\":\"error\",")
        case .critical: output.append(",\"log\":{\"level\":\"critical\",")
        case .notice: output.append(",\"log\":{\"level\":\"notice\",")
        case .trace: output.append(",\"log\":{\"level\":\"trace\",")
        case .unknown:
            output.append(",\"log\":{")
            guard !record.levelText.isEmpty else { return }
            output.append("\"level\":\"")
            lowercased(bytes, record.levelText)
            output.append("\",")
        }
    }

    private mutating func writeOrigin(_ bytes: RawSpan, _ record: borrowing Record) {
        output.append(",\"origin\":{")
        if !record.function.isEmpty {
            member("\"function\":\"", bytes, record.function, comma: !record.file.isEmpty || !record.line.isEmpty)
        }
        if !record.file.isEmpty || !record.line.isEmpty {
            output.append("\"file\":{")
            if !record.file.isEmpty { member("\"name\":\"", bytes, record.file, comma: !record.line.isEmpty) }
            if !record.line.isEmpty { number("\"line\":", bytes, record.line) }
            output.append("}")
        }
        output.append("}")
    }

    @inline(__always)
    private mutating func writeEvent(
        _ bytes: RawSpan, _ record: borrowing Record, _ context: Context, _ source: borrowing SourceFacts
    ) {
        var isOpen = eventHeads.append(
            project: project(bytes, record, source), record.level, isZoneAssumed: context.isZoneAssumed, source.zone,
            to: &output)
        if record.level == .unknown, let number = LevelWord.number(bytes, record.levelText) {
            open(&isOpen, ",\"event\":{")
            output.append("\"severity\":")
            output.append(decimal: number)
        }
        if record.http.duration >= 0 {
            open(&isOpen, ",\"event\":{")
            output.append("\"duration\":")
            output.append(decimal: record.http.duration)
        }
        if let id = context.id { writeIdentity(id, context.created, &isOpen) }
        if !original.isEmpty {
            open(&isOpen, ",\"event\":{")
            output.append("\"original\":\"")
            for piece in original { text(bytes, piece) }
            output.append("\"")
        }
        if isOpen { output.append("}") }
    }

    private mutating func writeIdentity(_ id: (UInt64, UInt64), _ created: Int64, _ isOpen: inout Bool) {
        open(&isOpen, ",\"event\":{")
        output.append("\"id\":\"")
        output.append(hexadecimal: id.0)
        output.append(hexadecimal: id.1)
        output.append("\",\"created\":\"")
        createdTimes.append(created, fractionDigits: 3, to: &output)
        output.append("\"")
    }

    /// Number of the project for `event.dataset`, or nil.
    @inline(__always)
    private mutating func project(
        _ bytes: RawSpan, _ record: borrowing Record, _ source: borrowing SourceFacts
    ) -> Int? {
        if let project = source.project { return project }
        if !record.service.isEmpty, let project = projects.index(bytes, record.service) { return project }
        return record.logger.isEmpty ? nil : projects.index(bytes, record.logger)
    }

    @inline(__always)
    private mutating func writeProcess(_ bytes: RawSpan, _ record: borrowing Record) {
        var isOpen = false
        if !record.pid.isEmpty {
            open(&isOpen, ",\"process\":{")
            number("\"pid\":", bytes, record.pid)
        }
        if !record.processName.isEmpty {
            open(&isOpen, ",\"process\":{")
            member("\"name\":\"", bytes, record.processName)
        }
        if !record.threadID.isEmpty || !record.threadName.isEmpty {
            open(&isOpen, ",\"process\":{")
            var isThreadOpen = false
            if !record.threadID.isEmpty {
                open(&isThreadOpen, "\"thread\":{")
                number("\"id\":", bytes, record.threadID)
            }
            if !record.threadName.isEmpty {
                open(&isThreadOpen, "\"thread\":{")
                member("\"name\":\"", bytes, record.threadName)
            }
            output.append("}")
        }
        if isOpen { output.append("}") }
    }

    @inline(__always)
    private mutating func writeService(
        _ bytes: RawSpan, _ record: borrowing Record, _ context: Context, _ source: borrowing SourceFacts
    ) {
        var isOpen = false
        if let name = source.service {
            open(&isOpen, ",\"service\":{")
            output.append("\"name\":\"")
            name.withSpan { output.append($0, 0, name.count) }
            output.append("\"")
        } else if !record.service.isEmpty {
            open(&isOpen, ",\"service\":{")
            member("\"name\":\"", bytes, record.service)
        }
        if context.format != .text {
            open(&isOpen, ",\"service\":{")
            output.append("\"type\":\"openstack\"")
        }
        if isOpen { output.append("}") }
    }

    @inline(__always)
    private mutating func writeHTTP(_ bytes: RawSpan, _ record: borrowing Record) {
        if record.requestID.isEmpty && record.http.url.isEmpty { return }
        output.append(",\"http\":{\"request\":{")
        if !record.requestID.isEmpty {
            member("\"id\":\"", bytes, record.requestID, comma: !record.http.method.isEmpty)
        }
        if record.http.url.isEmpty {
            output.append("}}")
            return
        }
        writeExchange(bytes, record.http)
    }

    /// The request line's own members, from inside `http.request` on.
    private mutating func writeExchange(_ bytes: RawSpan, _ http: HTTPFields) {
        if !http.method.isEmpty { member("\"method\":\"", bytes, http.method) }
        output.append("}")
        if !http.status.isEmpty || !http.bodyBytes.isEmpty {
            output.append(",\"response\":{")
            if !http.status.isEmpty { number("\"status_code\":", bytes, http.status) }
            if !http.bodyBytes.isEmpty {
                if !http.status.isEmpty { output.append(",") }
                number("\"body\":{\"bytes\":", bytes, http.bodyBytes)
                output.append("}")
            }
            output.append("}")
        }
        if !http.version.isEmpty { member(",\"version\":\"", bytes, http.version) }
        member("},\"url\":{\"original\":\"", bytes, http.url)
        output.append("}")
        guard !http.client.isEmpty else { return }
        member(",\"client\":{\"address\":\"", bytes, http.client)
        if !http.clientIP.isEmpty { member(",\"ip\":\"", bytes, http.clientIP) }
        output.append("}")
    }

    @inline(__always)
    private mutating func writeIdentity(_ bytes: RawSpan, _ record: borrowing Record) {
        var isOpen = false
        if !record.userID.isEmpty {
            open(&isOpen, ",\"user\":{")
            member("\"id\":\"", bytes, record.userID)
        }
        if !record.userName.isEmpty {
            open(&isOpen, ",\"user\":{")
            member("\"name\":\"", bytes, record.userName)
        }
        if isOpen { output.append("}") }
        let trace = record.globalRequestID.isEmpty ? record.requestID : record.globalRequestID
        if trace.count == 40 { writeTrace(bytes, trace) }
    }

    /// `trace.id`: the uuid of `req-…` as 32 hexadecimal digits.
    @inline(__always)
    private mutating func writeTrace(_ bytes: RawSpan, _ id: ByteRange) {
        let uuid = id.start + 4
        guard bytes.u32(id.start) == 0x2d71_6572, ContextTokens.isUUID(bytes, uuid) else { return }  // "req-"
        output.append(",\"trace\":{\"id\":\"")
        output.append(word: bytes, uuid, 8)
        output.append(word: bytes, uuid + 9, 4)
        output.append(word: bytes, uuid + 14, 4)
        output.append(word: bytes, uuid + 19, 4)
        output.append(word: bytes, uuid + 24, 12)
        output.append("\"}")
    }

    private mutating func writeHost(_ bytes: RawSpan, _ record: borrowing Record, _ source: borrowing SourceFacts) {
        if !record.host.isEmpty {
            member(",\"host\":{\"name\":\"", bytes, record.host)
            output.append("}")
        } else if let host = source.host {
            output.append(",\"host\":{\"name\":\"")
            host.withSpan { output.append($0, 0, host.count) }
            output.append("\"}")
        }
        if let members = source.members { members.withSpan { output.append($0, 0, members.count) } }
    }

    @inline(__always)
    private mutating func writeLogfold(_ record: borrowing Record, _ context: Context, _ layers: borrowing [UInt8]) {
        var flags = record.flags
        if !isValid { flags.insert(.invalidUTF8) }
        let isPlainOslo = context.format == .oslo && layers.isEmpty
        if isPlainOslo && context.lines <= 1 && flags.isEmpty { return }
        writeRareLogfold(flags, context, layers, isPlainOslo)
    }

    private mutating func writeRareLogfold(
        _ flags: EventFlags, _ context: Context, _ layers: borrowing [UInt8], _ isPlainOslo: Bool
    ) {
        var isOpen = false
        if !isPlainOslo {
            open(&isOpen, ",\"logfold\":{")
            output.append("\"format\":\"")
            layers.withSpan { output.append($0, 0, $0.byteCount) }
            output.append(context.format.name)
            output.append("\"")
        }
        if context.lines > 1 {
            open(&isOpen, ",\"logfold\":{")
            output.append("\"lines\":")
            output.append(decimal: Int64(context.lines))
        }
        if !flags.isEmpty {
            open(&isOpen, ",\"logfold\":{")
            var isFirst = true
            output.append("\"flags\":[")
            for (flag, name) in EventFlags.names where flags.contains(flag) {
                output.append(isFirst ? "\"" : ",\"")
                output.append(name)
                output.append("\"")
                isFirst = false
            }
            output.append("]")
        }
        output.append("}")
    }
}

// MARK: - Pieces

extension EventEncoder {
    /// Opens an object before its first member, separates the further ones.
    @inline(__always)
    mutating func open(_ isOpen: inout Bool, _ opening: StaticString) {
        if isOpen {
            output.append(UInt8(ascii: ","))
        } else {
            output.append(opening)
            isOpen = true
        }
    }

    /// A text member: `opening` reaches to the value's quote.
    @inline(__always)
    mutating func member(_ opening: StaticString, _ bytes: RawSpan, _ value: ByteRange, comma: Bool = false) {
        output.append(opening)
        if !output.append(jsonEscaped: bytes, value.start, value.end) { isValid = false }
        output.append(UInt8(ascii: "\""))
        if comma { output.append(UInt8(ascii: ",")) }
    }

    /// A number that the log printed in digits. JSON has no leading zeros (RFC 8259 section 6).
    @inline(__always)
    mutating func number(_ opening: StaticString, _ bytes: RawSpan, _ digits: ByteRange) {
        output.append(opening)
        var start = digits.start
        while start + 1 < digits.end, bytes[start] == UInt8(ascii: "0") { start &+= 1 }
        if digits.end - start <= 16 {
            output.append(word: bytes, start, digits.end - start)
        } else {
            output.append(bytes, start, digits.end)
        }
    }

    /// Text of the event itself: escaped, and with `***` for each secret in it.
    @inline(__always)
    mutating func text(_ bytes: RawSpan, _ range: ByteRange) {
        if masks.isEmpty {
            if !output.append(jsonEscaped: bytes, range.start, range.end) { isValid = false }
        } else {
            maskedText(bytes, range)
        }
    }

    private mutating func maskedText(_ bytes: RawSpan, _ range: ByteRange) {
        var at = range.start
        for mask in masks where mask.end > at && mask.start < range.end {
            if mask.start > at, !output.append(jsonEscaped: bytes, at, mask.start) { isValid = false }
            output.append("***")
            at = Swift.min(mask.end, range.end)
        }
        if at < range.end, !output.append(jsonEscaped: bytes, at, range.end) { isValid = false }
    }

    /// The level's word in lower case; a word that is no word, as a journal field may be, is escaped as it is.
    private mutating func lowercased(_ bytes: RawSpan, _ range: ByteRange) {
        let isWord = (range.start..<range.end).allSatisfy { bytes[$0] >= 0x20 && bytes[$0] < 0x80 }
        guard isWord, bytes.escapedLength(range.start, range.end) == range.count else {
            text(bytes, range)
            return
        }
        for at in range.start..<range.end {
            output.append(bytes.isLetter(at) ? bytes[at] | 0x20 : bytes[at])
        }
    }
}
