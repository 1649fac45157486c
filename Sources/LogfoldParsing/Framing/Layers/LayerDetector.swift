/// Says from single lines which layers a source has. The engine asks for the first lines of a source, and again when
/// lines stop to fit.
///
/// It is stricter than the layers themselves, which take whatever text follows their header.
package struct LayerDetector {
    /// The transport that a physical line belongs to.
    package static func transport(of bytes: RawSpan, line: ByteRange) -> TransportKind {
        guard !line.isEmpty else { return .none }
        switch bytes[line.start] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return CRILine(bytes, line) == nil ? .none : .cri
        case UInt8(ascii: "{"): return ofObject(bytes, line)
        case UInt8(ascii: "_"):
            let isEntry =
                bytes.has("__CURSOR=", at: line.start, limit: line.end)
                || bytes.has("__REALTIME_TIMESTAMP=", at: line.start, limit: line.end)
            return isEntry ? .journalExport : .none
        default: return .none
        }
    }

    /// The header of a physical line, or of the payload of a transport.
    package static func header(of bytes: RawSpan, line: ByteRange) -> HeaderKind {
        guard line.count > 15 else { return .none }
        switch bytes[line.start] {
        case UInt8(ascii: "<"):
            if HeaderLayer.fields(bytes, line, .syslog5424) != nil { return .syslog5424 }
            return hasTag(bytes, line, .syslogBSD) ? .syslogBSD : .none
        case UInt8(ascii: "A")...UInt8(ascii: "S") where bytes[line.start + 3] == UInt8(ascii: " "):
            return hasTag(bytes, line, .syslogBSD) ? .syslogBSD : .none
        case UInt8(ascii: "0")...UInt8(ascii: "9") where bytes[line.start + 4] == UInt8(ascii: "-"):
            if hasTag(bytes, line, .syslogISO) { return .syslogISO }
            if isStamped(bytes, line) { return .stamp }
            return isDoubleTime(bytes, line) ? .doubleTime : ofName(bytes, line)
        case UInt8(ascii: "["): return HeaderLayer.fields(bytes, line, .apacheError) == nil ? .none : .apacheError
        default: return ofName(bytes, line)
        }
    }

    /// An object is Docker's if it has nothing but Docker's keys, and the journal's if it has an address there.
    private static func ofObject(_ bytes: RawSpan, _ line: ByteRange) -> TransportKind {
        if DockerLine(bytes, line) != nil { return .dockerJSON }
        var reader = JSONReader(line)
        guard reader.next(bytes) == .beginObject else { return .none }
        while case .key(let key) = reader.next(bytes) {
            if bytes.equal(key, "__CURSOR") || bytes.equal(key, "__REALTIME_TIMESTAMP") { return .journalJSON }
            guard reader.skipValue(bytes) else { return .none }
        }
        return .none
    }

    private static func hasTag(_ bytes: RawSpan, _ line: ByteRange, _ kind: HeaderKind) -> Bool {
        guard let fields = HeaderLayer.fields(bytes, line, kind) else { return false }
        return !fields.service.isEmpty
    }

    /// A time of six digits and a blank alone proves nothing: etcd (`… I | text`) and Ceph print one too. What shows
    /// that Apache wrote it is what follows: the time of an oslo record, mod_wsgi, a traceback, a message number.
    /// RabbitMQ's offset behind the time is no blank.
    private static func isDoubleTime(_ bytes: RawSpan, _ line: ByteRange) -> Bool {
        guard let payload = HeaderLayer.fields(bytes, line, .doubleTime)?.payload else { return false }
        return LayerStamp.wall(bytes, at: payload.start, limit: payload.end) != nil
            || bytes.has("mod_wsgi (pid=", at: payload.start, limit: payload.end)
            || bytes.has("Traceback (most recent call last):", at: payload.start, limit: payload.end)
            || isApacheMessage(bytes, payload)
    }

    /// `AH00558: `.
    private static func isApacheMessage(_ bytes: RawSpan, _ text: ByteRange) -> Bool {
        guard text.count > 8, bytes.has("AH", at: text.start, limit: text.end) else { return false }
        return SyslogHeader.isNumber(bytes, ByteRange(text.start + 2, text.start + 7))
            && bytes[text.start + 7] == UInt8(ascii: ":")
    }

    /// A stamp is a header only before the date of an oslo record: by itself it is how many a program begins its lines.
    private static func isStamped(_ bytes: RawSpan, _ line: ByteRange) -> Bool {
        guard let payload = HeaderLayer.fields(bytes, line, .stamp)?.payload else { return false }
        return LayerStamp.wall(bytes, at: payload.start, limit: payload.end) != nil
    }

    /// A file name is a header only before a date.
    private static func ofName(_ bytes: RawSpan, _ line: ByteRange) -> HeaderKind {
        guard let payload = HeaderLayer.fields(bytes, line, .fileName)?.payload,
            LayerStamp.wall(bytes, at: payload.start, limit: payload.end) != nil
        else { return .none }
        return .fileName
    }
}
