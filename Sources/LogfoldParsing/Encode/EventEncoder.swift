import LogfoldCore

/// Writes events as JSON lines in logfold's schema: the only encoder there is (`Docs/schema.md`).
///
/// Members come in one fixed order, absent ones are left out. Text is escaped and validated while it is copied; what
/// redaction masked is replaced in every copy.
struct EventEncoder: ~Copyable {
    /// A batch is taken at 1 MiB; with room for the event that brings it there it need not grow.
    var output = ByteBuffer(capacity: (1 << 20) + (64 << 10))
    private var times = TimeText(opening: "{\"@timestamp\":\"")
    var createdTimes = TimeText(opening: "\",\"created\":\"")
    var projects = Projects()
    var eventHeads = EventHeads()
    /// Secrets in the text at hand, sorted; empty for nearly every event.
    private var masks: [ByteRange] = []
    /// The pieces of the physical text, where it is asked for.
    var original: [ByteRange] = []
    /// Whether all text so far was valid UTF-8.
    var isValid = true
    /// Where the `event.id` of the event that was written last begins in the output; nil where it has none.
    var id: Int?

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
    mutating func lowercased(_ bytes: RawSpan, _ range: ByteRange) {
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
