package import LogfoldCore

/// What a header says about its line. Ranges lie in the span the line was read from.
package struct HeaderFields {
    /// The stamp.
    package var time = LogTime.absent
    /// syslog's severity, where the line begins with a priority.
    package var level = Severity.unknown
    /// Host name.
    package var host = ByteRange.none
    /// Program, or file name without `.log`.
    package var service = ByteRange.none
    /// Process id, digits.
    package var pid = ByteRange.none
    /// What stands behind the header.
    package var payload = ByteRange.none
    /// How control characters are spelt in the payload.
    package var escapes = ControlEscapes.none
    /// The text is as long as the longest that rsyslog takes.
    package var isCut = false

    /// No fields.
    package init() {}

    /// The same fields after the line was copied `distance` bytes further.
    package func moved(by distance: Int) -> HeaderFields {
        func moved(_ range: ByteRange) -> ByteRange {
            range.isEmpty ? .none : ByteRange(range.start + distance, range.end + distance)
        }
        var copy = self
        copy.host = moved(host)
        copy.service = moved(service)
        copy.pid = moved(pid)
        copy.payload = ByteRange(payload.start + distance, payload.end + distance)
        return copy
    }
}

/// The three shapes in which syslog lines lie in files: RFC 3164, RFC 5424 and rsyslog's ISO file format.
package enum SyslogHeader {
    /// `<134>Oct  6 10:00:00 ctl1 haproxy[77]: text`; priority, host and tag may be missing.
    package static func bsd(_ bytes: RawSpan, _ line: ByteRange) -> HeaderFields? {
        var fields = HeaderFields()
        var at = line.start
        if at < line.end, bytes[at] == UInt8(ascii: "<") {
            guard let priority = Priority(bytes, at: at, limit: line.end) else { return nil }
            fields.level = priority.level
            at = priority.end
        }
        guard let stamp = LayerStamp.bsd(bytes, at: at, limit: line.end), isBlank(bytes, stamp.end, line.end) else {
            return nil
        }
        fields.time = stamp.time
        readHostAndTag(bytes, from: stamp.end + 1, line: line, into: &fields)
        return fields
    }

    /// `2025-08-31T09:36:55.418891-07:00 ctl1 rsyslogd: text`; the tag is required, as many a program writes a time
    /// and two words.
    package static func iso(_ bytes: RawSpan, _ line: ByteRange) -> HeaderFields? {
        guard let stamp = LayerStamp.rfc3339(bytes, at: line.start, limit: line.end),
            isBlank(bytes, stamp.end, line.end)
        else { return nil }
        var fields = HeaderFields()
        fields.time = stamp.time
        readHostAndTag(bytes, from: stamp.end + 1, line: line, into: &fields)
        return fields.host.isEmpty || fields.service.isEmpty ? nil : fields
    }

    /// Host, then `tag[pid]: `; a first word that is a tag itself means that there is no host.
    private static func readHostAndTag(
        _ bytes: RawSpan, from start: Int, line: ByteRange, into fields: inout HeaderFields
    ) {
        fields.escapes = .octal
        // A date is no host: the text begins at once.
        guard LayerStamp.wall(bytes, at: start, limit: line.end) == nil else {
            fields.payload = ByteRange(start, line.end)
            return
        }
        let wordEnd = bytes.index(of: UInt8(ascii: " "), from: start, to: line.end)
        var tagStart = start
        if wordEnd == start || bytes[wordEnd - 1] != UInt8(ascii: ":") {
            fields.host = ByteRange(start, wordEnd)
            tagStart = min(wordEnd + 1, line.end)
        }
        guard let tag = SyslogTag(bytes, at: tagStart, limit: line.end) else {
            fields.payload = ByteRange(tagStart, line.end)
            return
        }
        fields.service = ServiceName.program(bytes, tag.name)
        fields.pid = tag.pid
        fields.payload = ByteRange(tag.end, line.end)
        fields.isCut = RsyslogLimit.isReached(text: line.end - tagStart, host: fields.host.count)
    }

    /// `<46>1 2017-04-27T07:50:47.381967+02:00 host app procid msgid [data] text` (RFC 5424 section 6). The structured
    /// data is skipped, a byte order mark before the text removed.
    package static func rfc5424(_ bytes: RawSpan, _ line: ByteRange) -> HeaderFields? {
        guard let priority = Priority(bytes, at: line.start, limit: line.end),
            bytes.has("1 ", at: priority.end, limit: line.end)
        else { return nil }
        var fields = HeaderFields()
        fields.level = priority.level
        fields.escapes = .octal
        var words = Words(at: priority.end + 2, limit: line.end)
        guard let stamp = words.next(bytes), let host = words.next(bytes), let app = words.next(bytes),
            let process = words.next(bytes), words.next(bytes) != nil,
            let dataEnd = StructuredData.end(bytes, at: words.at, limit: line.end)
        else { return nil }
        if !isNil(bytes, stamp) {
            guard let time = LayerStamp.rfc3339(bytes, at: stamp.start, limit: stamp.end), time.end == stamp.end else {
                return nil
            }
            fields.time = time.time
        }
        fields.host = isNil(bytes, host) ? .none : host
        fields.service = isNil(bytes, app) ? .none : ServiceName.program(bytes, app)
        fields.pid = isNumber(bytes, process) ? process : .none
        fields.payload = text(bytes, from: dataEnd, limit: line.end)
        let tag = app.count + (fields.pid.isEmpty ? 1 : process.count + 3)
        fields.isCut = RsyslogLimit.isReached(text: tag + max(line.end - dataEnd - 1, 0), host: host.count)
        return fields
    }

    /// The text behind the structured data. rsyslog keeps the blank that followed an old-style tag as part of the
    /// text, so one blank more is taken away.
    private static func text(_ bytes: RawSpan, from dataEnd: Int, limit: Int) -> ByteRange {
        var at = dataEnd
        for _ in 0..<2 where isBlank(bytes, at, limit) { at += 1 }
        if bytes.has("\u{FEFF}", at: at, limit: limit) { at += 3 }
        return ByteRange(at, limit)
    }

    private static func isNil(_ bytes: RawSpan, _ word: ByteRange) -> Bool { bytes.equal(word, "-") }

    private static func isBlank(_ bytes: RawSpan, _ at: Int, _ limit: Int) -> Bool {
        at < limit && bytes[at] == UInt8(ascii: " ")
    }

    /// Whether the word is digits only, few enough for a process id.
    package static func isNumber(_ bytes: RawSpan, _ word: ByteRange) -> Bool {
        guard (1...10).contains(word.count) else { return false }
        return (word.start..<word.end).allSatisfy { bytes[$0] &- UInt8(ascii: "0") < 10 }
    }
}

/// `<134>`: facility times eight plus severity.
private struct Priority {
    let level: Severity
    let end: Int

    init?(_ bytes: RawSpan, at start: Int, limit: Int) {
        guard start < limit, bytes[start] == UInt8(ascii: "<") else { return nil }
        let close = bytes.index(of: UInt8(ascii: ">"), from: start, to: min(start + 5, limit))
        guard close < min(start + 5, limit), close > start + 1 else { return nil }
        var value = 0
        for offset in start + 1..<close {
            let digit = bytes[offset] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        guard value <= 191 else { return nil }
        level = Severity(syslog: value % 8)
        end = close + 1
    }
}

/// `tag[pid]:` and one blank. What stands in the brackets need not be a process id (`sshd[priv]:`).
private struct SyslogTag {
    let name: ByteRange
    let pid: ByteRange
    let end: Int

    private static let longest = 256

    init?(_ bytes: RawSpan, at start: Int, limit: Int) {
        let reach = min(limit, start + Self.longest)
        var at = start
        while at < reach, !Self.ends(bytes[at]) { at += 1 }
        guard at > start, at < reach else { return nil }
        name = ByteRange(start, at)
        var number = ByteRange.none
        if bytes[at] == UInt8(ascii: "[") {
            let close = bytes.index(of: UInt8(ascii: "]"), from: at, to: reach)
            guard close < reach else { return nil }
            let inside = ByteRange(at + 1, close)
            if SyslogHeader.isNumber(bytes, inside) { number = inside }
            at = close + 1
        }
        guard at < limit, bytes[at] == UInt8(ascii: ":") else { return nil }
        pid = number
        end = at + 1 < limit && bytes[at + 1] == UInt8(ascii: " ") ? at + 2 : at + 1
    }

    private static func ends(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "[")
    }
}

/// The blank-separated words of an RFC 5424 header.
private struct Words {
    var at: Int
    let limit: Int

    init(at: Int, limit: Int) {
        self.at = at
        self.limit = limit
    }

    mutating func next(_ bytes: RawSpan) -> ByteRange? {
        let end = bytes.index(of: UInt8(ascii: " "), from: at, to: limit)
        guard end > at, end < limit else { return nil }
        defer { at = end + 1 }
        return ByteRange(at, end)
    }
}

/// `-` or `[id name="value" …][…]` (RFC 5424 section 6.3).
private enum StructuredData {
    static func end(_ bytes: RawSpan, at start: Int, limit: Int) -> Int? {
        guard start < limit else { return nil }
        if bytes[start] == UInt8(ascii: "-") {
            return start + 1 == limit || bytes[start + 1] == UInt8(ascii: " ") ? start + 1 : nil
        }
        var at = start
        while at < limit, bytes[at] == UInt8(ascii: "[") {
            guard let close = elementEnd(bytes, at: at, limit: limit) else { return nil }
            at = close
        }
        return at > start ? at : nil
    }

    private static func elementEnd(_ bytes: RawSpan, at start: Int, limit: Int) -> Int? {
        var at = start + 1
        var isQuoted = false
        while at < limit {
            switch bytes[at] {
            case UInt8(ascii: "\\") where isQuoted: at += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "]") where !isQuoted: return at + 1
            default: break
            }
            at += 1
        }
        return nil
    }
}

/// rsyslog takes messages of 8096 bytes and silently drops the rest.
private enum RsyslogLimit {
    private static let longest = 8096
    /// `Nov 22 16:50:52 `, as syslog(3) sends it.
    private static let stamp = 16
    /// A cut text may fall short by up to an escape sequence, which is not split, and the size of `<134>` is not
    /// known: three to five bytes.
    private static let range = (longest - 3)...(longest + 2)

    /// Whether `text` bytes, tag and message, may have been cut: sent by a program on the same host, which names no
    /// host, or by another host, which does.
    static func isReached(text: Int, host: Int) -> Bool {
        let local = text + stamp + 5
        return range.contains(local) || range.contains(local + host + 1)
    }
}

extension Severity {
    /// The level of a syslog severity, 0 (emergency) to 7 (debug), which the journal's `PRIORITY` is too.
    package init(syslog number: Int) {
        switch number {
        case 0...2: self = .critical
        case 3: self = .error
        case 4: self = .warning
        case 5: self = .notice
        case 6: self = .info
        case 7: self = .debug
        default: self = .unknown
        }
    }
}

/// How programs are named by layers.
package enum ServiceName {
    /// The program of a syslog tag or journal unit: `devstack@n-cpu.service` is `n-cpu`, all else is kept.
    package static func program(_ bytes: RawSpan, _ name: ByteRange) -> ByteRange {
        guard bytes.has("devstack@", at: name.start, limit: name.end) else { return name }
        return withoutServiceSuffix(bytes, ByteRange(name.start + 9, name.end))
    }

    /// A unit's name without `.service`.
    package static func withoutServiceSuffix(_ bytes: RawSpan, _ unit: ByteRange) -> ByteRange {
        guard unit.count > 8, bytes.has(".service", at: unit.end - 8, limit: unit.end) else { return unit }
        return ByteRange(unit.start, unit.end - 8)
    }
}
