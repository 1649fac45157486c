import LogfoldCore

/// What stands before the text of each line, in a source without or within a transport. The raw values are saved with
/// positions: a case keeps its own.
package enum HeaderKind: UInt8, Sendable, Equatable {
    /// Nothing.
    case none
    /// RFC 3164: `Nov 22 16:50:52 ctl1 haproxy[77]: text`.
    case syslogBSD
    /// RFC 5424: `<46>1 2017-04-27T07:50:47.381967+02:00 host app procid msgid - text`.
    case syslog5424
    /// rsyslog's file format with an ISO time: `2025-08-31T09:36:55.418891-07:00 ctl1 rsyslogd: text`.
    case syslogISO
    /// Apache's `%{cu}t %M` before the output of a mod_wsgi application: `2026-11-22 16:50:52.123456 text`.
    case doubleTime
    /// The name of the file a line came from, as in LogHub: `nova-api.log.1.2017-05-16_13:53:08 text`.
    case fileName
    /// Apache's error log in its default format: `[Tue May 04 01:39:46.541666 2021] [wsgi:error] [pid 21282:tid 7] text`.
    case apacheError
    /// The stamp that `kubectl logs --timestamps` and `docker logs -t` set in front: `2023-10-18T13:26:43.697000001Z text`.
    case stamp

    /// The name in `logfold.format`; empty for ``none``.
    package var name: StaticString {
        switch self {
        case .none: ""
        case .syslogBSD: "syslog"
        case .syslog5424: "syslog5424"
        case .syslogISO: "syslog_iso"
        case .doubleTime: "apache"
        case .fileName: "file_name"
        case .apacheError: "apache_error"
        case .stamp: "stamp"
        }
    }
}

/// Takes headers off lines.
///
/// A header is read from a line whose kind is known already; it is strict about itself and takes any text behind it.
/// Whether a source has such headers is for ``LayerDetector`` to say.
package struct HeaderLayer {
    /// Takes the header off a physical line.
    ///
    /// On success a copy of the line is in `arena`, its payload decoded, and `facts` is completed; `facts.offset` and
    /// `facts.length` are the caller's. On failure nothing has changed.
    package static func parse(
        _ bytes: RawSpan, _ line: ByteRange, kind: HeaderKind, into arena: inout ByteBuffer, facts: inout LayerFacts
    ) -> Bool {
        guard let found = fields(bytes, line, kind) else { return false }
        let distance = arena.count - line.start
        arena.append(bytes, line)
        deliver(found.moved(by: distance), arena: &arena, facts: &facts)
        return true
    }

    /// Takes the header off the payload that a transport has put into `arena`, in place.
    package static func parsePayload(
        of facts: inout LayerFacts, kind: HeaderKind, in arena: inout ByteBuffer
    ) -> Bool {
        let payload = facts.payload
        guard let found = arena.withSpan({ fields($0, payload, kind) }) else { return false }
        deliver(found, arena: &arena, facts: &facts)
        return true
    }

    /// What the header of a line says, or nil if it has none of this kind.
    package static func fields(_ bytes: RawSpan, _ line: ByteRange, _ kind: HeaderKind) -> HeaderFields? {
        switch kind {
        case .none: nil
        case .syslogBSD: SyslogHeader.bsd(bytes, line)
        case .syslog5424: SyslogHeader.rfc5424(bytes, line)
        case .syslogISO: SyslogHeader.iso(bytes, line)
        case .doubleTime: outerTime(bytes, line)
        case .fileName: fileName(bytes, line)
        case .apacheError: ApacheHeader.fields(bytes, line)
        case .stamp: stamp(bytes, line)
        }
    }

    private static func deliver(_ found: HeaderFields, arena: inout ByteBuffer, facts: inout LayerFacts) {
        if !found.host.isEmpty || !found.service.isEmpty {
            var stream = StreamHash(after: facts.stream)
            arena.withSpan { bytes in
                stream.combine(bytes, found.host)
                stream.combine(bytes, found.service)
            }
            facts.stream = stream.value
        }
        let raw = found.payload
        facts.payload = found.escapes.decode(raw, in: &arena)
        if found.escapes == .octal, facts.payload != raw, holdsNewline(arena, facts.payload) { facts.isRecord = true }
        // A transport knows the time better than a header that prints no zone or no year.
        if facts.time.kind == .absent || found.time.kind == .utc { facts.time = found.time }
        if found.level != .unknown { facts.level = found.level }
        if !found.host.isEmpty { facts.host = found.host }
        if !found.service.isEmpty { facts.service = found.service }
        if !found.pid.isEmpty { facts.pid = found.pid }
        if found.isCut { facts.flags.insert(.lostAtSource) }
    }

    /// Whether the text that syslog carried holds several lines: then one call wrote them, and nothing follows.
    private static func holdsNewline(_ arena: borrowing ByteBuffer, _ text: ByteRange) -> Bool {
        arena.withSpan { $0.index(of: 0x0A, from: text.start, to: text.end) } < text.end
    }

    /// `2026-11-22 16:50:52.123456 `: six digits and a blank, which Apache's `%{cu}t` always prints.
    private static func outerTime(_ bytes: RawSpan, _ line: ByteRange) -> HeaderFields? {
        guard let stamp = LayerStamp.wall(bytes, at: line.start, limit: line.end), stamp.time.fractionDigits == 6,
            stamp.end < line.end, bytes[stamp.end] == UInt8(ascii: " ")
        else { return nil }
        var fields = HeaderFields()
        fields.time = stamp.time
        fields.payload = ByteRange(stamp.end + 1, line.end)
        fields.escapes = .apache
        return fields
    }

    /// `2023-10-18T13:26:43.697000001Z `: a time with its zone and a blank.
    private static func stamp(_ bytes: RawSpan, _ line: ByteRange) -> HeaderFields? {
        guard let stamp = LayerStamp.rfc3339(bytes, at: line.start, limit: line.end), stamp.end < line.end,
            bytes[stamp.end] == UInt8(ascii: " ")
        else { return nil }
        var fields = HeaderFields()
        fields.time = stamp.time
        fields.payload = ByteRange(stamp.end + 1, line.end)
        return fields
    }

    /// `nova-api.log.1.2017-05-16_13:53:08 `: the service and the stream are the name up to `.log`, so that the
    /// generations of a rotated file are one stream.
    private static func fileName(_ bytes: RawSpan, _ line: ByteRange) -> HeaderFields? {
        let end = bytes.index(of: UInt8(ascii: " "), from: line.start, to: min(line.end, line.start + 256))
        guard end < line.end, bytes[end] == UInt8(ascii: " "),
            let suffix = bytes.firstIndex(of: ".log", from: line.start, to: end), suffix > line.start,
            suffix + 4 == end || bytes[suffix + 4] == UInt8(ascii: "."),
            (line.start..<end).allSatisfy({ isFileNameByte(bytes[$0]) })
        else { return nil }
        var fields = HeaderFields()
        fields.service = ByteRange(line.start, suffix)
        fields.payload = ByteRange(end + 1, line.end)
        return fields
    }

    private static func isFileNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "@"), UInt8(ascii: "."),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
