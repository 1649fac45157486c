/// The HTTP request that a message reports, in the shapes that OpenStack services write (`Docs/rules.md`, *Request lines*):
///
///     10.0.0.5 "GET /v3/ HTTP/1.1" status: 200  len: 4567 time: 0.0012345
///     10.0.0.5 "GET /placement/traits" status: 200 len: 90 microversion: 1.36
///     10.1.255.252 - - [28/Oct/2014 10:42:22] "GET /v2.0/ports.json HTTP/1.1" 200 208 0.008971
///     Starting request: 10.0.0.5 "GET /resource_providers"
///     GET https://keystone/v3/auth/tokens
///     http://cinder:8776/v3/ returned with HTTP 200
package enum RequestLine {
    /// Reads the request line that `message` is, and fills `http` with it; false, and `http` untouched, for any other
    /// text.
    ///
    /// Other text costs a look at its first byte, at most a search through the room that a client list may take.
    /// What a shape does not print, or prints as `-`, stays absent. The span must be padded.
    package static func parse(_ bytes: RawSpan, _ message: ByteRange, _ http: inout HTTPFields) -> Bool {
        guard message.count > 8 else { return false }
        let first = bytes[message.start]
        var end = message.end
        while end > message.start, bytes[end - 1] <= UInt8(ascii: " ") { end -= 1 }
        switch first {
        case UInt8(ascii: "h"):
            return outcome(bytes, message.start, end, &http)
        case UInt8(ascii: "G")...UInt8(ascii: "Z"):
            return announced(bytes, message.start, end, &http) || bare(bytes, message.start, end, &http)
        case UInt8(ascii: "A")...UInt8(ascii: "F"):
            return quoted(bytes, message.start, end, &http) || bare(bytes, message.start, end, &http)
        case UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "u"),
            UInt8(ascii: "-"), UInt8(ascii: "<"), UInt8(ascii: "\""):
            return quoted(bytes, message.start, end, &http)
        default:
            return false
        }
    }

    /// `Starting request: 10.0.0.5 "GET /resource_providers"`: no outcome yet.
    private static func announced(_ bytes: RawSpan, _ start: Int, _ end: Int, _ http: inout HTTPFields) -> Bool {
        let text: StaticString = "Starting request: "
        guard bytes.has(text, at: start, limit: end) else { return false }
        let from = start + text.utf8CodeUnitCount
        var found = HTTPFields()
        guard let quote = client(bytes, from, end, &found), request(bytes, quote, end, &found) == end else {
            return false
        }
        http = found
        return true
    }

    /// Client, quoted request line, outcome.
    private static func quoted(_ bytes: RawSpan, _ start: Int, _ end: Int, _ http: inout HTTPFields) -> Bool {
        var found = HTTPFields()
        guard let quote = client(bytes, start, end, &found), let at = request(bytes, quote, end, &found) else {
            return false
        }
        let tail =
            bytes.has(" status: ", at: at, limit: end)
            ? named(bytes, at, end, &found) : positional(bytes, at, end, &found)
        guard tail else { return false }
        http = found
        return true
    }

    /// `METHOD URL` and nothing else, as keystone and cinder log a request on its way in.
    private static func bare(_ bytes: RawSpan, _ start: Int, _ end: Int, _ http: inout HTTPFields) -> Bool {
        guard let method = method(bytes, start, end) else { return false }
        let url = ByteRange(method.end + 1, end)
        guard isURL(bytes, url), bytes.index(of: UInt8(ascii: " "), from: url.start, to: end) == end else {
            return false
        }
        http = HTTPFields()
        http.method = method
        http.url = url
        return true
    }

    /// `URL returned with HTTP STATUS`.
    private static func outcome(_ bytes: RawSpan, _ start: Int, _ end: Int, _ http: inout HTTPFields) -> Bool {
        guard isURL(bytes, ByteRange(start, end)) else { return false }
        let blank = bytes.index(of: UInt8(ascii: " "), from: start, to: end)
        let text: StaticString = " returned with HTTP "
        let at = blank + text.utf8CodeUnitCount
        guard end - at == 3, bytes.has(text, at: blank, limit: end), let status = status(bytes, at, end) else {
            return false
        }
        http = HTTPFields()
        http.url = ByteRange(start, blank)
        http.status = status
        return true
    }
}

// The parts of a line, each returning where the next part begins.
extension RequestLine {
    /// How far a list of clients may reach before the request line.
    private static let longestClient = 512

    /// The addresses before the quote, alone or with `- - [date]` behind them, or nothing: the offset of the quote.
    private static func client(_ bytes: RawSpan, _ start: Int, _ end: Int, _ http: inout HTTPFields) -> Int? {
        let limit = min(end, start + longestClient)
        let quote = bytes.index(of: UInt8(ascii: "\""), from: start, to: limit)
        guard quote < limit else { return nil }
        if quote == start { return quote }
        guard bytes[quote - 1] == UInt8(ascii: " ") else { return nil }
        var clientEnd = quote - 1
        if bytes[clientEnd - 1] == UInt8(ascii: "]") {
            // Common log format: client, identity, user, date.
            guard let bracket = bytes.lastIndex(of: UInt8(ascii: "["), from: start, to: clientEnd) else { return nil }
            clientEnd = bytes.index(of: UInt8(ascii: " "), from: start, to: bracket)
            guard clientEnd > start, bytes.has(" - ", at: clientEnd, limit: bracket) else { return nil }
        }
        if ClientAddress.isIPv4(bytes, start, clientEnd) {
            http.client = ByteRange(start, clientEnd)
            http.clientIP = http.client
            return quote
        }
        guard ClientAddress.isList(bytes, ByteRange(start, clientEnd)) else { return nil }
        if clientEnd - start > 1 || bytes[start] != UInt8(ascii: "-") {
            http.client = ByteRange(start, clientEnd)
            http.clientIP = ClientAddress.firstIP(bytes, http.client)
        }
        return quote
    }

    /// `"METHOD TARGET HTTP/1.1"` at `quote`; the version may be missing, the target may hold blanks.
    private static func request(_ bytes: RawSpan, _ quote: Int, _ end: Int, _ http: inout HTTPFields) -> Int? {
        guard let method = method(bytes, quote + 1, end) else { return nil }
        let start = method.end + 1
        let close = bytes.index(of: UInt8(ascii: "\""), from: start, to: end)
        guard close < end else { return nil }
        http.method = method
        http.url = ByteRange(start, close)
        if let blank = bytes.lastIndex(of: UInt8(ascii: " "), from: start, to: close),
            bytes.has("HTTP/", at: blank + 1, limit: close)
        {
            http.version = ByteRange(blank + 6, close)
            http.url = ByteRange(start, blank)
        }
        return http.url.isEmpty ? nil : close + 1
    }

    /// Upper-case letters and a blank: the letters.
    private static func method(_ bytes: RawSpan, _ start: Int, _ end: Int) -> ByteRange? {
        var at = start
        while at < end, at - start < 16, bytes[at] &- 0x41 < 26 { at += 1 }
        guard at - start >= 3, at < end, bytes[at] == UInt8(ascii: " ") else { return nil }
        return ByteRange(start, at)
    }

    /// ` status: 200  len: 4567 microversion: 1.36 time: 0.0012345`, to the end; what follows `len:` may be missing.
    private static func named(_ bytes: RawSpan, _ start: Int, _ end: Int, _ http: inout HTTPFields) -> Bool {
        guard let status = status(bytes, start + 9, end) else { return false }
        http.status = status
        var at = blanks(bytes, status.end, end)
        guard bytes.has("len: ", at: at, limit: end) else { return false }
        at = token(bytes, at + 5, end, &http.bodyBytes)
        http.bodyBytes = digits(bytes, http.bodyBytes)
        var value = ByteRange.none
        at = blanks(bytes, at, end)
        if bytes.has("microversion: ", at: at, limit: end) {
            at = blanks(bytes, token(bytes, at + 14, end, &value), end)
        }
        if bytes.has("time:", at: at, limit: end) {
            at = token(bytes, blanks(bytes, at + 5, end), end, &value)
            http.duration = nanoseconds(bytes, value) ?? -1
        }
        return at == end
    }

    /// ` 200 208 0.008971`; an access log of another server may print more behind it.
    private static func positional(_ bytes: RawSpan, _ start: Int, _ end: Int, _ http: inout HTTPFields) -> Bool {
        guard let status = status(bytes, start + 1, end), bytes[start] == UInt8(ascii: " ") else { return false }
        http.status = status
        var value = ByteRange.none
        var at = token(bytes, blanks(bytes, status.end, end), end, &value)
        guard !value.isEmpty else { return false }
        http.bodyBytes = digits(bytes, value)
        guard !http.bodyBytes.isEmpty || bytes.equal(value, "-") else { return false }
        at = token(bytes, blanks(bytes, at, end), end, &value)
        // Only a decimal fraction is known to be seconds.
        if at == end, bytes.index(of: UInt8(ascii: "."), from: value.start, to: value.end) < value.end {
            http.duration = nanoseconds(bytes, value) ?? -1
        }
        return true
    }

    /// Three digits that stand alone.
    private static func status(_ bytes: RawSpan, _ start: Int, _ end: Int) -> ByteRange? {
        guard end - start >= 3 else { return nil }
        let range = ByteRange(start, start + 3)
        let alone = start + 3 == end || bytes[start + 3] == UInt8(ascii: " ")
        return alone && !digits(bytes, range).isEmpty ? range : nil
    }

    private static func isURL(_ bytes: RawSpan, _ range: ByteRange) -> Bool {
        bytes.has("http://", at: range.start, limit: range.end)
            || bytes.has("https://", at: range.start, limit: range.end)
    }

    private static func blanks(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end, bytes[at] == UInt8(ascii: " ") { at += 1 }
        return at
    }

    private static func token(_ bytes: RawSpan, _ start: Int, _ end: Int, _ value: inout ByteRange) -> Int {
        let start = min(start, end)
        let stop = bytes.endOfWord(start, end)
        value = ByteRange(start, stop)
        return stop
    }

    /// The range if it is one to 18 digits, else nothing.
    private static func digits(_ bytes: RawSpan, _ range: ByteRange) -> ByteRange {
        guard range.count > 8 else {
            return range.isEmpty || bytes.decimal8(range.start, range.count) != nil ? range : .none
        }
        guard range.count <= 18 else { return .none }
        for at in range.start..<range.end where bytes[at] &- 0x30 > 9 { return .none }
        return range
    }

    /// Seconds in decimal text as nanoseconds, without a detour over floating point: `0.2477829` is 247,782,900.
    /// Digits beyond the ninth of the fraction are cut; nil for anything but digits with one point, or beyond 31 years.
    static func nanoseconds(_ bytes: RawSpan, _ text: ByteRange) -> Int64? {
        // Nearly all took less than ten seconds.
        let places = text.count - 2
        if places > 0, places <= 8, bytes[text.start + 1] == UInt8(ascii: "."),
            let fraction = bytes.decimal8(text.start + 2, places), let seconds = bytes.decimal8(text.start, 1)
        {
            var value = fraction
            for _ in places..<9 { value &*= 10 }
            return seconds &* 1_000_000_000 &+ value
        }
        return longNanoseconds(bytes, text)
    }

    private static func longNanoseconds(_ bytes: RawSpan, _ text: ByteRange) -> Int64? {
        let point = bytes.index(of: UInt8(ascii: "."), from: text.start, to: text.end)
        guard point > text.start, point - text.start <= 9, text.end != point + 1 else { return nil }
        var value: Int64 = 0
        for at in text.start..<point {
            guard bytes[at] &- 0x30 < 10 else { return nil }
            value = value * 10 + Int64(bytes[at] - 0x30)
        }
        var places = 0
        for at in min(point + 1, text.end)..<text.end {
            guard bytes[at] &- 0x30 < 10 else { return nil }
            guard places < 9 else { continue }
            value = value * 10 + Int64(bytes[at] - 0x30)
            places += 1
        }
        while places < 9 {
            value *= 10
            places += 1
        }
        return value
    }
}

extension RawSpan {
    /// The value of the `count` bytes at `at`, one to eight, if all are digits; else nil. The span must be padded.
    ///
    /// All at once: the digits are moved to the top of a word, and neighbours are joined to pairs, fours and eights.
    @inline(__always)
    fileprivate func decimal8(_ at: Int, _ count: Int) -> Int64? {
        let word = (u64(at) ^ 0x3030_3030_3030_3030) << UInt64(truncatingIfNeeded: 64 &- count &* 8)
        // Below ten no carry reaches a byte's top bit.
        guard (word &+ 0x7676_7676_7676_7676 | word) & 0x8080_8080_8080_8080 == 0 else { return nil }
        let pairs = ((word &* 2_561) >> 8) & 0x00ff_00ff_00ff_00ff
        let fours = ((pairs &* 6_553_601) >> 16) & 0x0000_ffff_0000_ffff
        return Int64(truncatingIfNeeded: (fours &* 42_949_672_960_001) >> 32)
    }
}
