import LogfoldCore

/// Writes events as JSON lines in logfold's schema: the only encoder there is (`Docs/schema.md`).
///
/// Members come in one fixed order, absent ones are left out. Text is escaped and validated while it is copied; what
/// redaction masked is replaced in every copy.
struct EventEncoder: ~Copyable {
    /// A batch is taken at 1 MiB; with room for the event that brings it there it need not grow.
    var output = ByteBuffer(capacity: (1 << 20) + (64 << 10))
    private var times = TimeText(opening: "{\"@timestamp\":\"")
    private var createdTimes = TimeText(opening: "\",\"created\":\"")
    private var projects = Projects()
    private var eventHeads = EventHeads()
    /// Secrets in the text at hand, sorted; empty for nearly every event.
    private var masks: [ByteRange] = []
    /// The pieces of the physical text, where it is asked for.
    private var original: [ByteRange] = []
    /// Whether all text so far was valid UTF-8.
    private var isValid = true
    /// Where the `event.id` of the event that was written last begins in the output; nil where it has none.
    private(set) var id: Int?

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
        id = nil
        output.reserve(1_024)
        times.append(context.time, fractionDigits: record.time.fractionDigits, to: &output)
        text("\",\"message\":\"", bytes, record.message, "\"")
        var isOpen = writeHead(bytes, record, context, source)
        writeEvent(bytes, record, context, &isOpen)
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
    /// Writes `log` and how `event` begins; says whether it does.
    @inline(__always)
    private mutating func writeHead(
        _ bytes: RawSpan, _ record: borrowing Record, _ context: Context, _ source: borrowing SourceFacts
    ) -> Bool {
        let key = EventHeads.Key(
            level: record.level, isZoneAssumed: context.isZoneAssumed, project: namedProject(bytes, record, source))
        guard let slot = eventHeads.find(bytes, record.logger, key, source.zone) else {
            return writeNewHead(bytes, record, context, source, key)
        }
        eventHeads.appendLog(slot, to: &output)
        output.append(decimal: Int64(context.offset))
        writePlace(bytes, record, source)
        return eventHeads.appendEvent(slot, to: &output)
    }

    /// The same where it is not known yet, and for the next time.
    private mutating func writeNewHead(
        _ bytes: RawSpan, _ record: borrowing Record, _ context: Context, _ source: borrowing SourceFacts,
        _ key: EventHeads.Key
    ) -> Bool {
        let start = output.count
        writeLevel(bytes, record)
        if !record.logger.isEmpty { member("\"logger\":\"", bytes, record.logger, "\",") }
        output.append("\"offset\":")
        let log = ByteRange(start, output.count)
        output.append(decimal: Int64(context.offset))
        writePlace(bytes, record, source)
        let end = output.count
        let opensEvent = writeKind(bytes, record, key, source)
        if key.level != .unknown, isValid {
            eventHeads.keep(
                bytes, record.logger, key, output, log: log, event: ByteRange(end, output.count),
                opensEvent: opensEvent)
        }
        return opensEvent
    }

    @inline(__always)
    private mutating func writePlace(
        _ bytes: RawSpan, _ record: borrowing Record, _ source: borrowing SourceFacts
    ) {
        if !record.function.isEmpty || !record.file.isEmpty || !record.line.isEmpty { writeOrigin(bytes, record) }
        if let path = source.path {
            output.append(",\"file\":{\"path\":\"")
            path.withSpan { output.append($0, 0, path.count) }
            output.append("\"}")
        }
    }

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

    /// The end of `log`, and of `event` what depends on the kind of event; says whether that is anything.
    private mutating func writeKind(
        _ bytes: RawSpan, _ record: borrowing Record, _ key: EventHeads.Key, _ source: borrowing SourceFacts
    ) -> Bool {
        output.append("}")
        var isOpen = false
        let named = record.logger.isEmpty ? nil : projects.index(bytes, record.logger)
        if let project = key.project ?? named {
            open(&isOpen, ",\"event\":{")
            output.append("\"dataset\":\"openstack.")
            output.append(Projects.known[project].project)
            output.append("\"")
        }
        if record.level != .unknown {
            open(&isOpen, ",\"event\":{")
            output.append("\"severity\":")
            output.append(decimal: Int64(record.level.rawValue))
        }
        if key.isZoneAssumed {
            open(&isOpen, ",\"event\":{")
            output.append("\"timezone\":\"")
            source.zone.withSpan { output.append($0, 0, $0.byteCount) }
            output.append("\"")
        }
        return isOpen
    }

    private mutating func writeOrigin(_ bytes: RawSpan, _ record: borrowing Record) {
        output.append(",\"origin\":{")
        let hasFile = !record.file.isEmpty || !record.line.isEmpty
        if !record.function.isEmpty {
            member("\"function\":\"", bytes, record.function)
            if hasFile { output.append(",") }
        }
        if hasFile {
            output.append("\"file\":{")
            if !record.file.isEmpty {
                member("\"name\":\"", bytes, record.file)
                if !record.line.isEmpty { output.append(",") }
            }
            if !record.line.isEmpty { number("\"line\":", bytes, record.line) }
            output.append("}")
        }
        output.append("}")
    }

    @inline(__always)
    private mutating func writeEvent(
        _ bytes: RawSpan, _ record: borrowing Record, _ context: Context, _ isOpen: inout Bool
    ) {
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
            for piece in original { text("", bytes, piece, "") }
            output.append("\"")
        }
        if isOpen { output.append("}") }
    }

    private mutating func writeIdentity(_ id: (UInt64, UInt64), _ created: Int64, _ isOpen: inout Bool) {
        open(&isOpen, ",\"event\":{")
        output.append("\"id\":\"")
        self.id = output.count
        output.append(hexadecimal: id.0)
        output.append(hexadecimal: id.1)
        createdTimes.append(created, fractionDigits: 3, to: &output)
        output.append("\"")
    }

    /// Number of the project that the source or a layer names for `event.dataset`, or nil.
    @inline(__always)
    private mutating func namedProject(
        _ bytes: RawSpan, _ record: borrowing Record, _ source: borrowing SourceFacts
    ) -> Int? {
        if let project = source.project { return project }
        return record.service.isEmpty ? nil : projects.index(bytes, record.service)
    }

    @inline(__always)
    private mutating func writeProcess(_ bytes: RawSpan, _ record: borrowing Record) {
        if !record.processName.isEmpty || !record.threadID.isEmpty || !record.threadName.isEmpty {
            writeNamedProcess(bytes, record)
        } else if !record.pid.isEmpty {
            number(",\"process\":{\"pid\":", bytes, record.pid, "}")
        }
    }

    private mutating func writeNamedProcess(_ bytes: RawSpan, _ record: borrowing Record) {
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
        output.append("}")
    }

    @inline(__always)
    private mutating func writeService(
        _ bytes: RawSpan, _ record: borrowing Record, _ context: Context, _ source: borrowing SourceFacts
    ) {
        if let name = source.service {
            output.append(",\"service\":{\"name\":\"")
            name.withSpan { output.append($0, 0, name.count) }
        } else if !record.service.isEmpty {
            member(",\"service\":{\"name\":\"", bytes, record.service, "")
        } else {
            if context.format != .text { output.append(",\"service\":{\"type\":\"openstack\"}") }
            return
        }
        if context.format != .text { output.append("\",\"type\":\"openstack\"}") } else { output.append("\"}") }
    }

    @inline(__always)
    private mutating func writeHTTP(_ bytes: RawSpan, _ record: borrowing Record) {
        if record.http.url.isEmpty {
            if record.requestID.isEmpty { return }
            member(",\"http\":{\"request\":{\"id\":\"", bytes, record.requestID, "\"}}")
        } else {
            writeExchange(bytes, record.requestID, record.http)
        }
    }

    /// `http`, `url` and `client` of a request line.
    private mutating func writeExchange(_ bytes: RawSpan, _ id: ByteRange, _ http: HTTPFields) {
        if id.isEmpty {
            output.append(",\"http\":{\"request\":{")
            if !http.method.isEmpty { member("\"method\":\"", bytes, http.method) }
        } else {
            member(",\"http\":{\"request\":{\"id\":\"", bytes, id)
            if !http.method.isEmpty { member(",\"method\":\"", bytes, http.method) }
        }
        if http.status.isEmpty {
            output.append("}")
            if !http.bodyBytes.isEmpty { number(",\"response\":{\"body\":{\"bytes\":", bytes, http.bodyBytes, "}}") }
        } else {
            number("},\"response\":{\"status_code\":", bytes, http.status)
            if http.bodyBytes.isEmpty {
                output.append("}")
            } else {
                number(",\"body\":{\"bytes\":", bytes, http.bodyBytes, "}}")
            }
        }
        if !http.version.isEmpty { member(",\"version\":\"", bytes, http.version) }
        text("},\"url\":{\"original\":\"", bytes, http.url, "\"}")
        guard !http.client.isEmpty else { return }
        member(",\"client\":{\"address\":\"", bytes, http.client)
        if http.clientIP.isEmpty {
            output.append("}")
        } else {
            member(",\"ip\":\"", bytes, http.clientIP, "\"}")
        }
    }

    @inline(__always)
    private mutating func writeIdentity(_ bytes: RawSpan, _ record: borrowing Record) {
        if !record.userID.isEmpty {
            member(",\"user\":{\"id\":\"", bytes, record.userID)
            if !record.userName.isEmpty { member(",\"name\":\"", bytes, record.userName) }
            output.append("}")
        } else if !record.userName.isEmpty {
            member(",\"user\":{\"name\":\"", bytes, record.userName, "\"}")
        }
        let trace = record.globalRequestID.isEmpty ? record.requestID : record.globalRequestID
        if trace.count == 40 { writeTrace(bytes, trace) }
    }

    /// `trace.id`: the uuid of `req-…` as 32 hexadecimal digits.
    @inline(__always)
    private mutating func writeTrace(_ bytes: RawSpan, _ id: ByteRange) {
        let uuid = id.start + 4
        guard bytes.u32(id.start) == 0x2d71_6572, bytes.isUUID(uuid) else { return }  // "req-"
        output.append(",\"trace\":{\"id\":\"")
        output.append(uuidDigits: bytes, uuid)
        output.append("\"}")
    }

    private mutating func writeHost(_ bytes: RawSpan, _ record: borrowing Record, _ source: borrowing SourceFacts) {
        if !record.host.isEmpty {
            member(",\"host\":{\"name\":\"", bytes, record.host, "\"}")
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

    /// A text member: `opening` reaches to the value's quote, `closing` begins with the other one.
    @inline(__always)
    mutating func member(
        _ opening: StaticString, _ bytes: RawSpan, _ value: ByteRange, _ closing: StaticString = "\""
    ) {
        if !output.append(opening, jsonEscaped: bytes, value.start, value.end, closing) { isValid = false }
    }

    /// A number that the log printed in digits. JSON has no leading zeros (RFC 8259 section 6).
    @inline(__always)
    mutating func number(
        _ opening: StaticString, _ bytes: RawSpan, _ digits: ByteRange, _ closing: StaticString = ""
    ) {
        output.append(opening)
        var start = digits.start
        while start + 1 < digits.end, bytes[start] == UInt8(ascii: "0") { start &+= 1 }
        if digits.end - start <= 16 {
            output.append(word: bytes, start, digits.end - start)
        } else {
            output.append(bytes, start, digits.end)
        }
        output.append(closing)
    }

    /// Text of the event itself between two literals: escaped, and with `***` for each secret in it.
    @inline(__always)
    mutating func text(_ opening: StaticString, _ bytes: RawSpan, _ range: ByteRange, _ closing: StaticString) {
        if masks.isEmpty {
            member(opening, bytes, range, closing)
        } else {
            output.append(opening)
            maskedText(bytes, range)
            output.append(closing)
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
            text("", bytes, range, "")
            return
        }
        for at in range.start..<range.end {
            output.append(bytes.isLetter(at) ? bytes[at] | 0x20 : bytes[at])
        }
    }
}
