import LogfoldCore

/// One physical line, or one line of decoded text, as the framer hands it to the fold. Offsets into the arena.
package struct InputLine {
    /// Where the arena bytes of this line begin: the layer's facts, if any, then its text.
    package var region: Int
    /// First byte of the text.
    package var start: Int
    /// Behind the last byte of the text; the newline, and the CR where it is stripped, do not belong to it.
    package var end: Int
    /// Offset in the source of the first physical byte.
    package var offset: Int
    /// How many physical bytes this line stands for, line end and layers included.
    package var length: Int
    /// Offset in the source behind the last of them; lines of other events may lie between.
    package var reach: Int
    /// How many physical lines it stands for: 0 for the second and later lines of one decoded payload.
    package var physicalLines = 1
    /// Index of the stream.
    package var stream = 0
    /// Index into the layer facts, -1 without layers.
    package var facts: Int32 = -1
    /// What the framer already knows: invalid bytes replaced, text lost.
    package var flags = EventFlags(rawValue: 0)
}

/// A further line of an event. Lines of one event are linked, since those of others may lie between them.
struct FoldedLine {
    /// First byte of the line in the arena.
    var start: UInt32
    /// First byte behind the prefix of a traceback line; equal to `start` for a bare line.
    var payload: UInt32
    /// Behind the last byte.
    var end: UInt32
    /// Offset in the source, and how many physical bytes and lines it stands for.
    var offset: Int
    var rawLength: UInt32
    var physicalLines: UInt32
    /// Number of the event's next line, 0 for none.
    var next: UInt32 = 0
    /// Whether the line carried the exception prefix (R7).
    var isTraceback: Bool

    init(_ line: InputLine, payload: Int, isTraceback: Bool) {
        start = UInt32(truncatingIfNeeded: line.start)
        self.payload = UInt32(truncatingIfNeeded: payload)
        end = UInt32(truncatingIfNeeded: line.end)
        offset = line.offset
        rawLength = UInt32(truncatingIfNeeded: line.length)
        physicalLines = UInt32(truncatingIfNeeded: line.physicalLines)
        self.isTraceback = isTraceback
    }
}

/// An event while it is folded: where its parts lie in the arena. A flat value; nothing to free.
struct Event {
    /// What the head said; ``Head/Kind/text`` for text that no format took.
    var head: Head
    /// Which format took the head.
    var format: FormatID
    /// Arena bytes of the first line, from the layer's facts to the end of the text.
    var region: UInt32
    var start: UInt32
    var end: UInt32
    /// Numbers of the first and last further line, 0 for none.
    var firstLine: UInt32 = 0
    var lastLine: UInt32 = 0
    /// Number that the next further line of any event had when this event began: lines before it are not its own.
    var lineMark: UInt32
    /// Offset in the source, the offset behind its last physical byte, physical bytes and physical lines.
    var offset: Int
    var reach: Int
    var rawLength: Int
    var physicalLines: Int32
    /// How many further lines, and their text's size.
    var lineCount: Int32 = 0
    var textSize: Int
    /// The size as escaped in JSON, once somebody had to count it.
    var escapedSize: Int32 = -1
    /// Index of the layer facts, -1 for none.
    var facts: Int32
    /// Index into the heads of continued events, -1 for none.
    var carriedHead: Int32 = -1
    var stream: Int32
    var flags: EventFlags
    /// Whether the first line gives the head only, and its text is the first further line: a traceback without its
    /// record, or the rest of an event that was cut.
    var isHeadOnly = false
    /// Whether lines may still come.
    var isOpen = true
    /// Whether traceback lines were seen, and whether the last line was a prefix without text (R7).
    var sawTraceback = false
    var sawTracebackEnd = false
    /// Text without a head: a block of its own, such as a bare traceback.
    var isPlain = false
    /// The wall clock of the first `expire` after its last line, nanoseconds; 0 before that.
    var quietSince: Int64 = 0
}

/// Which format took a line, as `logfold.format` names it.
package enum FormatID: UInt8, Sendable {
    /// No format: text.
    case text
    /// oslo.log text, any release.
    case oslo
    /// oslo.log's JSONFormatter.
    case osloJSON
    /// The operator's own format string.
    case custom
    /// logfold's own output.
    case logfold
    /// A record of the journal with oslo's fields.
    case journal

    /// The name in `logfold.format`.
    package var name: StaticString {
        switch self {
        case .text: "text"
        case .oslo: "oslo"
        case .osloJSON: "oslo_json"
        case .custom: "oslo_config"
        case .logfold: "logfold"
        case .journal: "oslo_journal"
        }
    }
}
