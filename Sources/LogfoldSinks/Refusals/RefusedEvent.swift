import LogfoldIO
import LogfoldParsing

/// A line of a file of dead letters, or of held events: an event with what was said of it.
package struct RefusedEvent: Equatable, Sendable {
    /// When it was refused, as it stands there.
    package private(set) var timestamp = ""
    /// The sink that it was for.
    package private(set) var sink = ""
    /// What its server said.
    package private(set) var status = 0
    package private(set) var reason = ""
    /// See ``DeadLetterFile``; nil where it is not to be taken back.
    private(set) var commit: UInt64?
    /// The line without its newline, and where the event's JSON lies in it.
    let line: [UInt8]
    private(set) var event = ByteRange(0, 0)

    /// Reads a line without its newline; nil where it is torn or none.
    init?(_ line: [UInt8]) {
        self.line = line
        let isWhole = line.withSpan { bytes in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            return reader.next(bytes) == .beginObject && read(&reader, bytes) && reader.next(bytes) == .end
        }
        guard isWhole, event.count > 0 else { return nil }
    }

    private mutating func read(_ reader: inout JSONReader, _ bytes: RawSpan) -> Bool {
        while true {
            switch reader.next(bytes) {
            case .key(let key):
                switch bytes.string(key) {
                case "@timestamp": timestamp = reader.text(bytes)
                case "sink": sink = reader.text(bytes)
                case "status": status = reader.integer(bytes) ?? 0
                case "reason": reason = reader.text(bytes)
                case "commit": commit = reader.integer(bytes).map { UInt64(clamping: $0) }
                case "event":
                    let start = reader.offset
                    guard reader.skipValue(bytes) else { return false }
                    event = ByteRange(start, reader.offset)
                default: guard reader.skipValue(bytes) else { return false }
                }
            case .endObject: return true
            default: return false
            }
        }
    }
}

extension RefusedEvent {
    /// When the event happened, to the second, nanoseconds since 1970 UTC: by its own `@timestamp`.
    var time: Int64 {
        line.withSpan { bytes in
            var finder = FieldFinder("@timestamp")
            guard let range = finder.find(bytes, event), range.count >= 19 else { return 0 }
            let second = bytes.string(ByteRange(range.start, range.start + 19))
            return TimestampText.nanoseconds("\(second).000Z") ?? 0
        }
    }

    /// Lends the event's JSON.
    func withEvent<Result>(_ body: (RawSpan) -> Result) -> Result {
        line.withSpan { body($0.extracting(event.start..<event.end)) }
    }
}

extension ByteBuffer {
    /// Writes a line that ``RefusedEvent`` reads.
    mutating func append(
        refused event: RawSpan, by sink: String, status: Int, reason: String, commit: UInt64?, timestamp: String
    ) {
        append(string: "{\"@timestamp\":\"\(timestamp)\",\"sink\":\(JSONQuoting.quoted(sink)),")
        append(string: "\"status\":\(status),\"reason\":\(JSONQuoting.quoted(reason)),")
        if let commit { append(string: "\"commit\":\(commit),") }
        append("\"event\":")
        append(event, 0, event.byteCount)
        append("}\n")
    }
}
