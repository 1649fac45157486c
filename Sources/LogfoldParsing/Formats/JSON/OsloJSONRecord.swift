import LogfoldCore

extension OsloJSONParser {
    /// An object or array around the value that is read.
    struct Container: Sendable {
        /// What its keys mean.
        var scope: Scope
        /// Its dotted path in the text, for the extras inside it.
        var path: ByteRange
        /// Number of the next element; counted in objects too, where nobody asks for it.
        var index = 0
    }

    /// Which keys an object has.
    enum Scope: Sendable {
        case top, context, extra, instance, other
    }

    /// Reads the whole record in `line` of `bytes`: its decoded strings go behind what `text` holds, and the ranges of
    /// `record` point there. What `record` held before stays where the line says nothing.
    ///
    /// False where the line is no valid JSON object with a message; `text` and `record` are then of no use.
    package mutating func record(
        _ bytes: RawSpan, _ line: ByteRange, into text: inout ByteBuffer, _ record: inout Record
    ) -> Bool {
        open.removeAll(keepingCapacity: true)
        spent = 0
        resource = .none
        var reader = JSONReader(line)
        guard reader.next(bytes) == .beginObject else { return false }
        open.append(Container(scope: .top, path: .none))
        var stamp = OsloJSONStamp()
        var hasMessage = false
        while let innermost = open.last {
            var token = reader.next(bytes)
            var name = ByteRange.none
            if case .key(let key) = token {
                name = key
                token = reader.next(bytes)
            }
            let field = Self.field(name, innermost.scope, bytes)
            switch token {
            case .endObject, .endArray: open.removeLast()
            case .beginObject, .beginArray:
                guard enter(field, name, token, &reader, bytes, &text, &record) else { return false }
            case .string, .number, .true, .false, .null:
                stamp.take(field, token)
                if case (.message, .string) = (field, token) { hasMessage = true }
                if !place(field, token, bytes, &text, &record) { keep(name, token, bytes, &text, &record) }
                open[open.count - 1].index += 1
            case .key, .end, .invalid: return false
            }
        }
        guard reader.next(bytes) == .end, hasMessage else { return false }
        record.time = stamp.time(bytes)
        finish(text, &record)
        return true
    }

    private static func field(_ name: ByteRange, _ scope: Scope, _ bytes: RawSpan) -> OsloJSONField? {
        switch scope {
        case .top: OsloJSONField.top(name, bytes)
        case .context: OsloJSONField.context(name, bytes)
        case .extra: OsloJSONField.extra(name, bytes)
        case .instance: bytes.equal(name, "uuid") ? .instance : OsloJSONField.secret(name, bytes)
        case .other: OsloJSONField.secret(name, bytes)
        }
    }

    /// Goes into an object or array, or past it where nothing inside is kept; false where it is invalid.
    private mutating func enter(
        _ field: OsloJSONField?, _ name: ByteRange, _ token: JSONToken, _ reader: inout JSONReader, _ bytes: RawSpan,
        _ text: inout ByteBuffer, _ record: inout Record
    ) -> Bool {
        let scope: Scope
        switch (field, token) {
        case (.secret, _), (.noise, _): return reader.skip(token, bytes)
        case (.traceback, .beginArray): return joinTraceback(&reader, bytes, &text, &record)
        case (.context, .beginObject): scope = .context
        case (.extra, .beginObject): scope = .extra
        case (.instance, .beginObject): scope = .instance
        default: scope = .other
        }
        // The schema's own objects are entered however much the extras before them have spent.
        let left = spent
        if scope != .other { spent = 0 }
        defer { if scope != .other { spent = left } }
        guard let path = appendPath(name, reserving: 0, bytes, &text, &record) else {
            return reader.skip(token, bytes)
        }
        open[open.count - 1].index += 1
        open.append(Container(scope: scope, path: path))
        return true
    }

    /// The lines of a traceback that came as a list (oslo.log 5), joined as Python printed it.
    private func joinTraceback(
        _ reader: inout JSONReader, _ bytes: RawSpan, _ text: inout ByteBuffer, _ record: inout Record
    ) -> Bool {
        let start = text.count
        while true {
            let token = reader.next(bytes)
            if token == .endArray { break }
            if case .string(let line) = token {
                if text.count > start { text.append(0x0A) }
                if text.append(jsonDecoded: bytes, line) { record.flags.insert(.invalidUTF8) }
            }
            guard reader.skip(token, bytes) else { return false }
        }
        record.stackTrace = ByteRange(start, text.count)
        return true
    }

    /// Gives a scalar its place in the record; false where it has none and is an extra.
    private mutating func place(
        _ field: OsloJSONField?, _ token: JSONToken, _ bytes: RawSpan, _ text: inout ByteBuffer,
        _ record: inout Record
    ) -> Bool {
        guard let field else { return false }
        if case .null = token { return true }
        let raw: ByteRange
        switch (field, token) {
        case (.noise, _), (.secret, _), (.created, _), (.asctime, _), (.milliseconds, _): return true
        case (.pid, .number(let digits)), (.line, .number(let digits)), (.threadID, .number(let digits)):
            guard bytes.isDigits(digits) else { return false }
            raw = digits
        case (.pid, _), (.line, _), (.threadID, _): return false
        case (_, .string(let range)), (_, .number(let range)): raw = range
        default: return false
        }
        if field != .message, Self.isAbsent(raw, bytes) { return true }
        if field == .product, !bytes.looksLikeID(raw) { return bytes.equal(raw, "unknown") }
        let start = text.count
        if text.append(jsonDecoded: bytes, raw) { record.flags.insert(.invalidUTF8) }
        let value = ByteRange(start, text.count)
        if field == .level { record.level = Severity(oslo: raw, bytes) }
        if field == .resource { resource = value }
        record.put(value, field, isID: bytes.looksLikeID(raw))
        return true
    }

    /// What oslo.log prints for nothing.
    static func isAbsent(_ range: ByteRange, _ bytes: RawSpan) -> Bool {
        range.isEmpty || bytes.equal(range, "-") || bytes.equal(range, "None")
    }

    /// What can be said only when all keys are known.
    private func finish(_ text: borrowing ByteBuffer, _ record: inout Record) {
        if !record.stackTrace.isEmpty {
            // The stack trace ends with its summary anyway.
            record.errorSummary = .none
            if text[record.stackTrace.end - 1] == 0x0A { record.stackTrace.upper -= 1 }
        }
        text.withSpan { record.takeInstance(from: $0) }
        if record.instance.isEmpty { record.instance = resource }
    }
}

extension Record {
    /// Puts decoded text where the field belongs. The first of several keys with one meaning wins.
    fileprivate mutating func put(_ value: ByteRange, _ field: OsloJSONField, isID: Bool) {
        func fill(_ place: inout ByteRange) {
            if place.isEmpty { place = value }
        }
        switch field {
        case .message: fill(&message)
        case .logger: fill(&logger)
        case .level: fill(&levelText)
        case .function: fill(&function)
        case .file: fill(&file)
        case .line: fill(&line)
        case .pid: fill(&pid)
        case .processName: fill(&processName)
        case .threadID: fill(&threadID)
        case .threadName: fill(&threadName)
        case .host: fill(&host)
        case .traceback: fill(&stackTrace)
        case .errorSummary: fill(&errorSummary)
        case .stackInfo: fill(&stackInfo)
        case .requestID: fill(&requestID)
        case .globalRequestID: fill(&globalRequestID)
        case .userID: fill(&userID)
        case .userName: fill(&userName)
        case .user: isID ? fill(&userID) : fill(&userName)
        case .projectID: fill(&projectID)
        case .projectName: fill(&projectName)
        case .project: isID ? fill(&projectID) : fill(&projectName)
        case .product: fill(&projectID)
        case .domainID: fill(&domainID)
        case .systemScope: fill(&systemScope)
        case .userDomainID: fill(&userDomainID)
        case .projectDomainID: fill(&projectDomainID)
        case .instance: fill(&instance)
        case .created, .asctime, .milliseconds, .context, .extra, .resource, .noise, .secret: break
        }
    }

    /// Takes `[instance: …] ` off the message (R8) and keeps what it names if no key did.
    fileprivate mutating func takeInstance(from text: RawSpan) {
        let mark: StaticString = "[instance: "
        guard text.has(mark, at: message.start, limit: message.end) else { return }
        let start = message.start + mark.utf8CodeUnitCount
        let close = text.index(of: UInt8(ascii: "]"), from: start, to: message.end)
        guard close > start, text.has("] ", at: close, limit: message.end) else { return }
        if instance.isEmpty { instance = ByteRange(start, close) }
        message = ByteRange(close + 2, message.end)
    }
}

extension RawSpan {
    /// Whether the range looks like an id and not like a name: 32 or 64 hex digits, or a UUID.
    fileprivate func looksLikeID(_ range: ByteRange) -> Bool {
        guard range.count == 32 || range.count == 36 || range.count == 64 else { return false }
        for offset in range.start..<range.end {
            let place = offset - range.start
            let isDash = range.count == 36 && (place == 8 || place == 13 || place == 18 || place == 23)
            switch self[offset] {
            case UInt8(ascii: "-"): if !isDash { return false }
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                if isDash { return false }
            default: return false
            }
        }
        return true
    }
}
