import LogfoldCore

/// oslo.log's `JSONFormatter` (`use_json`, from 3.33 on): one record is one JSON object on one line.
///
/// A value keeps the stack of its walk through nested objects from record to record, so a steady state allocates
/// nothing. The formatter's keys and what became of them between releases are in ``OsloJSONField``.
package struct OsloJSONParser: Sendable {
    /// At most so many keys without a place in the schema are kept of a record.
    package static let maximumExtras = 64
    /// At most so many bytes of such keys and their values, as they are escaped in the line.
    package static let maximumExtraBytes = 32 << 10

    /// The objects and arrays around the value that is read, outermost first.
    var open: [Container] = []
    /// What the extras of the record have used of ``maximumExtraBytes``.
    var spent = 0
    /// The context's `resource_uuid` in the text.
    var resource = ByteRange.none

    /// A parser.
    package init() {}

    /// Whether the line `start..<end` could be a record: the cheap question before ``head(_:_:_:_:)``.
    package static func looksLike(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        guard end - start > 2, bytes[start] == UInt8(ascii: "{") else { return false }
        var last = end - 1
        while last > start, bytes[last] == 0x0D || bytes[last] == 0x20 { last -= 1 }
        return bytes[last] == UInt8(ascii: "}")
    }

    /// Reads what the fold needs of the line `start..<end`: time, pid, level and logger, all as ranges of `bytes`.
    ///
    /// Only a whole, valid object with the formatter's `message`, `levelname` and `name`, and with a time that can be
    /// read, is a head. So a torn line and other programs' JSON are refused.
    package func head(_ bytes: RawSpan, _ start: Int, _ end: Int, _ head: inout Head) -> Bool {
        var reader = JSONReader(ByteRange(start, end))
        guard reader.next(bytes) == .beginObject else { return false }
        var found = Head()
        var stamp = OsloJSONStamp()
        var hasMessage = false
        while case .key(let key) = reader.next(bytes) {
            let token = reader.next(bytes)
            switch (OsloJSONField.top(key, bytes), token) {
            case (.message, .string): hasMessage = true
            case (.level, .string(let word)): found.levelText = word
            case (.logger, .string(let name)): found.logger = name
            case (.pid, .number(let digits)) where bytes.isDigits(digits): found.pid = digits
            case (let field, _): stamp.take(field, token)
            }
            guard reader.skip(token, bytes) else { return false }
        }
        found.time = stamp.time(bytes)
        guard reader.next(bytes) == .end, hasMessage, !found.levelText.isEmpty, !found.logger.isEmpty,
            found.time.kind != .absent
        else { return false }
        found.kind = .head
        found.level = Severity(oslo: found.levelText, bytes)
        found.payload = start
        head = found
        return true
    }
}

/// The time of a record: `created` where it can be read, else `asctime` with `msecs`.
struct OsloJSONStamp {
    /// `created`: seconds since 1970 with a fraction, a number.
    var created = ByteRange.none
    /// `asctime`: by the default date format, wall time without a fraction.
    var asctime = ByteRange.none
    /// `msecs`: the milliseconds that ``asctime`` lacks, a number.
    var milliseconds = ByteRange.none

    /// Remembers the token if the field is part of the time.
    mutating func take(_ field: OsloJSONField?, _ token: JSONToken) {
        switch (field, token) {
        case (.created, .number(let range)): created = range
        case (.asctime, .string(let range)): asctime = range
        case (.milliseconds, .number(let range)): milliseconds = range
        default: break
        }
    }

    /// The time, or absent where neither can be read.
    func time(_ bytes: RawSpan) -> LogTime { epoch(bytes) ?? wall(bytes) ?? .absent }

    /// UTC of `created`, its digits taken as they are printed so that nothing is rounded.
    private func epoch(_ bytes: RawSpan) -> LogTime? {
        guard let (seconds, next) = bytes.number(created.start, created.end, atMost: 10), seconds < 9_000_000_000 else {
            return nil
        }
        let (fraction, end) = DecimalFraction.read(bytes, next, created.end)
        guard end == created.end else { return nil }
        return LogTime(
            nanoseconds: seconds * 1_000_000_000 + fraction.nanoseconds, kind: .utc, fractionDigits: fraction.digits)
    }

    /// Wall time of `asctime`: `YYYY-MM-DD HH:MM:SS`, `T` or a space between, perhaps with a fraction.
    private func wall(_ bytes: RawSpan) -> LogTime? {
        guard let time = ISOTime(bytes, asctime.start, asctime.end), time.end == asctime.end else { return nil }
        var fraction = time.fraction
        if fraction.digits == 0, let (value, _) = bytes.number(milliseconds.start, milliseconds.end, atMost: 3) {
            fraction = DecimalFraction(nanoseconds: value * 1_000_000, digits: 3)
        }
        return LogTime(
            nanoseconds: time.seconds * 1_000_000_000 + fraction.nanoseconds, kind: .wall,
            fractionDigits: fraction.digits)
    }
}

extension RawSpan {
    /// Whether the range is digits only, and not empty.
    func isDigits(_ range: ByteRange) -> Bool {
        for offset in range.start..<range.end where self[offset] &- UInt8(ascii: "0") > 9 { return false }
        return !range.isEmpty
    }

    /// The number of one to `most` digits at `start` and the offset behind it; nil where there is none or a longer one.
    fileprivate func number(_ start: Int, _ end: Int, atMost most: Int) -> (value: Int64, next: Int)? {
        var next = start
        while next < end, self[next] &- UInt8(ascii: "0") < 10 { next += 1 }
        guard next > start, next - start <= most, let value = digits(start, next - start) else { return nil }
        return (value, next)
    }
}

extension Severity {
    /// The level of a word as Python's `logging` and oslo.log print it (R9).
    init(oslo word: ByteRange, _ bytes: RawSpan) {
        for level in Self.osloNames where bytes.equal(word, level.name) {
            self = level.severity
            return
        }
        self = .unknown
    }

    private static let osloNames: [(name: StaticString, severity: Severity)] = [
        ("INFO", .info), ("DEBUG", .debug), ("WARNING", .warning), ("ERROR", .error), ("CRITICAL", .critical),
        ("TRACE", .trace), ("AUDIT", .notice), ("NOTICE", .notice), ("WARN", .warning), ("FATAL", .critical),
    ]
}
