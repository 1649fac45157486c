import LogfoldCore

/// Apache's error log in its default format, in which mod_wsgi puts what applications print, a line each with all of this
/// in front (`Docs/rules.md`, *Around records*; httpd 2.4, and 2.2 without fraction, module and pid):
///
///     [Tue May 04 01:39:46.541666 2021] [wsgi:error] [pid 21282:tid 139806546745088] [remote 192.0.2.1:52938] text
enum ApacheHeader {
    /// What the header of a line says, or nil if it has none.
    static func fields(_ bytes: RawSpan, _ line: ByteRange) -> HeaderFields? {
        guard line.count > 30, bytes[line.start] == UInt8(ascii: "["),
            let stamp = LayerStamp.apache(bytes, at: line.start + 1, limit: line.end),
            bytes.has("] [", at: stamp.end, limit: line.end),
            let kind = bracket(bytes, at: stamp.end + 2, limit: line.end)
        else { return nil }
        var fields = HeaderFields()
        fields.time = stamp.time
        fields.escapes = .apache
        let colon = bytes.index(of: UInt8(ascii: ":"), from: kind.start, to: kind.end)
        let word = colon < kind.end ? ByteRange(colon + 1, kind.end) : kind
        guard let level = level(bytes, word) else { return nil }
        // Whatever an application prints is an error for mod_wsgi: that says nothing of the text.
        let isOutput = bytes.equal(kind, "wsgi:error")
        fields.level = isOutput ? .unknown : level
        var at = kind.end + 1
        if let process = bracket(bytes, at: at + 1, limit: line.end),
            bytes.has("pid ", at: process.start, limit: process.end)
        {
            let end = bytes.index(of: UInt8(ascii: ":"), from: process.start, to: process.end)
            let pid = ByteRange(process.start + 4, end)
            if SyslogHeader.isNumber(bytes, pid) { fields.pid = pid }
            at = process.end + 1
        }
        if let peer = bracket(bytes, at: at + 1, limit: line.end),
            bytes.has("client ", at: peer.start, limit: peer.end)
                || bytes.has("remote ", at: peer.start, limit: peer.end)
        {
            at = peer.end + 1
        }
        fields.payload = ByteRange(min(at + 1, line.end), line.end)
        return fields
    }

    /// What stands in the brackets that begin at an offset; nil where none do.
    private static func bracket(_ bytes: RawSpan, at start: Int, limit: Int) -> ByteRange? {
        guard start < limit, bytes[start] == UInt8(ascii: "[") else { return nil }
        // An address is the longest of what is looked for.
        let end = bytes.index(of: UInt8(ascii: "]"), from: start + 1, to: min(limit, start + 80))
        return end < min(limit, start + 80) ? ByteRange(start + 1, end) : nil
    }

    /// Apache's levels (`LogLevel` of httpd 2.4).
    private static func level(_ bytes: RawSpan, _ word: ByteRange) -> Severity? {
        if bytes.equal(word, "error") { return .error }
        if bytes.equal(word, "warn") { return .warning }
        if bytes.equal(word, "notice") { return .notice }
        if bytes.equal(word, "info") { return .info }
        if bytes.equal(word, "debug") { return .debug }
        if bytes.equal(word, "emerg") || bytes.equal(word, "alert") || bytes.equal(word, "crit") { return .critical }
        let isTrace = word.count == 6 && bytes.has("trace", at: word.start, limit: word.end)
        return isTrace && (1...8).contains(bytes[word.end - 1] &- UInt8(ascii: "0")) ? .trace : nil
    }
}
