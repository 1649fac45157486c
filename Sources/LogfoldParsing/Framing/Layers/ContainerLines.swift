/// A line of the container runtime interface's log format: `time stream tags text`.
package struct CRILine {
    /// When the runtime read the text.
    package let time: LogTime
    /// `stdout` or `stderr`.
    package let stream: ByteRange
    /// The line goes on in the next one of its stream (`P`).
    package let isPartial: Bool
    /// What the program wrote.
    package let text: ByteRange

    /// The parts of `line`, or nil if it is no such line. Only the first of the tags, which are joined by colons, has
    /// a meaning. An empty text may come without its blank.
    package init?(_ bytes: RawSpan, _ line: ByteRange) {
        guard let stamp = LayerStamp.rfc3339(bytes, at: line.start, limit: line.end),
            bytes.has(" stdout ", at: stamp.end, limit: line.end)
                || bytes.has(" stderr ", at: stamp.end, limit: line.end)
        else { return nil }
        let tags = stamp.end + 8
        guard tags < line.end, bytes[tags] == UInt8(ascii: "P") || bytes[tags] == UInt8(ascii: "F") else { return nil }
        let tagsEnd = bytes.index(of: UInt8(ascii: " "), from: tags, to: line.end)
        guard tagsEnd == tags + 1 || bytes[tags + 1] == UInt8(ascii: ":") else { return nil }
        time = stamp.time
        stream = ByteRange(stamp.end + 1, stamp.end + 7)
        isPartial = bytes[tags] == UInt8(ascii: "P")
        text = ByteRange(min(tagsEnd + 1, line.end), line.end)
    }
}

/// A line of Docker's json-file driver. Ranges are JSON text, still escaped.
package struct DockerLine {
    /// When the daemon read the text.
    package let time: LogTime
    /// `stdout` or `stderr`.
    package let stream: ByteRange
    /// What the program wrote, with its newline unless the line was split (at 16 KiB).
    package let log: ByteRange

    /// The parts of `line`, or nil if it is not an object with a `log`, a `time` and no other keys than Docker's.
    package init?(_ bytes: RawSpan, _ line: ByteRange) {
        var log: ByteRange?
        var stamp: LayerStamp?
        var stream = ByteRange.none
        var reader = JSONReader(line)
        guard reader.next(bytes) == .beginObject else { return nil }
        members: while true {
            switch reader.next(bytes) {
            case .key(let key) where bytes.equal(key, "attrs"):
                guard reader.skipValue(bytes) else { return nil }
            case .key(let key):
                guard case .string(let value) = reader.next(bytes) else { return nil }
                if bytes.equal(key, "log") {
                    log = value
                } else if bytes.equal(key, "stream") {
                    stream = value
                } else if bytes.equal(key, "time") {
                    stamp = LayerStamp.rfc3339(bytes, at: value.start, limit: value.end)
                } else {
                    return nil
                }
            case .endObject: break members
            default: return nil
            }
        }
        guard reader.next(bytes) == .end, let log, let stamp else { return nil }
        self.log = log
        self.stream = stream
        time = stamp.time
    }
}
