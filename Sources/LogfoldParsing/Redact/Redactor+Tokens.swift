// Secrets that are known by their shape: `Docs/redaction.md`.

extension Redactor {
    /// The token or the private key's body that the fingerprint at `place` belongs to.
    mutating func shape(_ text: RawSpan, _ place: Int, _ start: Int, _ end: Int) -> ByteRange? {
        switch text[place] {
        case UInt8(ascii: "A"): text.has("gAAAAA", at: place - 1, limit: end) ? fernet(text, place - 1, end) : nil
        case UInt8(ascii: "e"): text.has("eyJ", at: place, limit: end) ? webToken(text, place, end) : nil
        case UInt8(ascii: "E"):
            text.has("KEY", at: place - 1, limit: end) ? privateKey(text, place + 2, start, end) : nil
        case UInt8(ascii: "I"): text.has("MII", at: place - 1, limit: end) ? signed(text, place - 1, 100, end) : nil
        case UInt8(ascii: "K"): text.has("PKIZ_", at: place - 1, limit: end) ? signed(text, place - 1, 55, end) : nil
        default: nil
        }
    }

    /// A Fernet token: `gAAAAA`, then 50 bytes or more of base64url; or its beginning followed by `...`, as the Swift
    /// proxy prints it.
    private func fernet(_ text: RawSpan, _ first: Int, _ end: Int) -> ByteRange? {
        var last = wordEnd(text, first, end)
        guard first >= maskedEnd, last - first >= 56 || text.has("...", at: last, limit: end) else { return nil }
        while last < end && text[last] == UInt8(ascii: "=") { last += 1 }
        return ByteRange(first, last)
    }

    /// A JSON Web Signature: three runs of base64url with points between them, the first one `eyJ…`.
    private mutating func webToken(_ text: RawSpan, _ first: Int, _ end: Int) -> ByteRange? {
        // A word is walked once, however many `eyJ` it has: the first one makes the longest token.
        guard first >= refusedEnd else { return nil }
        let header = wordEnd(text, first, end)
        refusedEnd = header
        guard header - first >= 10, header < end, text[header] == UInt8(ascii: ".") else { return nil }
        let payload = wordEnd(text, header + 1, end)
        guard payload > header + 2, payload < end, text[payload] == UInt8(ascii: ".") else { return nil }
        return ByteRange(first, wordEnd(text, payload + 1, end))
    }

    /// A PKI token: `MII` and base64, or `PKIZ_` and base64url, `shortest` bytes or more and at the start of a word.
    private func signed(_ text: RawSpan, _ first: Int, _ shortest: Int, _ end: Int) -> ByteRange? {
        guard first >= maskedEnd, beginsWord(text, first) else { return nil }
        var last = first
        while last < end && isBase64(text[last]) { last += 1 }
        return last - first >= shortest ? ByteRange(first, last) : nil
    }

    /// Whether no base64 stands in front of `place`; the `n` of a `\n` is none.
    private func beginsWord(_ text: RawSpan, _ place: Int) -> Bool {
        guard place > textStart else { return true }
        if place > textStart + 1 && text[place - 2] == UInt8(ascii: "\\") && isEscapeLetter(text[place - 1]) {
            return true
        }
        return text[place - 1] == UInt8(ascii: "=") || text[place - 1] == UInt8(ascii: "/")
            || !isBase64(text[place - 1])
    }

    /// Offset behind the identifier bytes that begin at `start`.
    private func wordEnd(_ text: RawSpan, _ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end && isWordByte(text[at]) { at += 1 }
        return at
    }

    private func isBase64(_ byte: UInt8) -> Bool {
        isWordByte(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=")
    }

    /// The body of the private key whose first line has the word `KEY` in front of `behind`: up to `-----END`, or, in
    /// a text that was cut, to its end.
    private func privateKey(_ text: RawSpan, _ behind: Int, _ start: Int, _ end: Int) -> ByteRange? {
        let key = behind - 3
        var body = behind
        if text.has(" BLOCK", at: body, limit: end) { body += 6 }
        guard text.has("-----", at: body, limit: end), key - start >= 8, text.has("PRIVATE ", at: key - 8, limit: end),
            let begin = text.firstIndex(of: "-----BEGIN ", from: max(start, key - 48), to: key),
            // The words between are the key's kind; with anything else there this is another line, such as the last.
            (begin + 11..<key).allSatisfy({ text[$0] == UInt8(ascii: " ") || text[$0] &- 0x41 < 26 })
        else { return nil }
        body += 5
        let close = text.firstIndex(of: "-----END", from: body, to: end) ?? end
        return ByteRange(body, close)
    }
}

/// The access line of the Swift proxy server, whose tenth field is a token: `Docs/redaction.md`.
///
/// `client remote 23/Nov/2026/10/00/00 GET /v1/AUTH_a HTTP/1.0 200 - agent token…`
enum SwiftProxyLine {
    private static let tokenField = 10

    /// Where the token lies, when the text `start..<end` is such a line and has one.
    static func token(_ text: RawSpan, _ start: Int, _ end: Int) -> ByteRange? {
        guard end - start > 60, isAddress(text[start]), let remote = next(text, start, end, within: 46),
            isAddress(text[remote]) || text[remote] == UInt8(ascii: "-"),
            let date = next(text, remote, end, within: 46), isDate(text, date, end)
        else { return nil }
        var field = date
        for _ in 3..<tokenField {
            guard let following = next(text, field, end, within: end) else { return nil }
            field = following
        }
        let last = text.index(of: UInt8(ascii: " "), from: field, to: end)
        // Behind the token come the bytes received and sent.
        guard last + 1 < end, last - field >= 8, isCount(text[last + 1]) else { return nil }
        return ByteRange(field, last)
    }

    /// Offset behind the blank that ends the field at `start`, or nil when the field is longer than `length`.
    private static func next(_ text: RawSpan, _ start: Int, _ end: Int, within length: Int) -> Int? {
        let limit = length < end - start ? start + length : end
        let blank = text.index(of: UInt8(ascii: " "), from: start, to: limit)
        return blank < limit && blank + 1 < end ? blank + 1 : nil
    }

    /// Whether a byte may begin an address: IPv4, or IPv6 as it is written from its first group on.
    private static func isAddress(_ byte: UInt8) -> Bool { isHexDigit(byte) || byte == UInt8(ascii: ":") }

    private static func isCount(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || byte == UInt8(ascii: "-")
    }

    /// Whether `dd/Mon/yyyy/hh/mm/ss ` stands at `at`.
    private static func isDate(_ text: RawSpan, _ at: Int, _ end: Int) -> Bool {
        guard end - at > 21 else { return false }
        for slash in [2, 6, 11, 14, 17] where text[at + slash] != UInt8(ascii: "/") { return false }
        return isCount(text[at]) && text[at + 20] == UInt8(ascii: " ")
    }
}
