/// Encoded events, and what a sink needs to know of each without reading its JSON: all that leaves an engine.
///
/// Immutable once made; one reference serves every sink. The bytes are JSON lines, each ended by a newline.
@safe
public final class Batch: @unchecked Sendable {  // Nothing changes after `init`; the memory is freed by the last owner.
    private let memory: Memory
    /// The batch whose memory it is; nil where it is our own.
    private let owner: Batch?
    /// How many bytes the JSON lines have together.
    public let byteCount: Int
    /// One entry for each event, in order.
    public let entries: [Entry]
    /// For each source with events here: where its reading can be taken up once these are safe.
    package let positions: [(source: UInt32, position: SourcePosition)]
    /// For each route of the plan, how many events were left out for it since the plan was given, as of these positions.
    package let filtered: [Int]

    /// Where the lines lie.
    @unsafe private enum Memory {
        case allocated(UnsafeMutableRawPointer)
        /// At the end of these bytes.
        case end([UInt8])
    }

    /// What the batch knows of one event.
    public struct Entry: Sendable {
        /// Offset of the event's JSON line.
        public var start: UInt32
        /// Length of that line with its newline.
        public var length: UInt32
        /// The event's time, nanoseconds since 1970 UTC.
        public var time: Int64
        /// Number of the source, as the engine was told.
        public var source: UInt32
        /// The event's level.
        public var severity: Severity
        /// Offset in the source of the event's first physical byte.
        public var offset: Int64
        /// How many physical bytes of the source are in the event; over all events they add up to the input.
        public var rawLength: Int64
        /// How many physical lines were folded into the event.
        public var lineCount: UInt32
        /// Offset in the line of the text of `event.id`, which has ``idLength`` digits; 0 where nobody has noted it, which
        /// does not mean that there is none.
        package var id: UInt32 = 0
        /// A bit for each sink that the event goes to.
        package var routes: UInt64 = .max

        /// Digits of an `event.id` as engines make it.
        package static let idLength = 32

        /// An entry with all its facts.
        public init(
            start: UInt32, length: UInt32, time: Int64, source: UInt32, severity: Severity, offset: Int64,
            rawLength: Int64, lineCount: UInt32
        ) {
            self.start = start
            self.length = length
            self.time = time
            self.source = source
            self.severity = severity
            self.offset = offset
            self.rawLength = rawLength
            self.lineCount = lineCount
        }
    }

    /// A batch that takes over the memory its lines were encoded in: no copy is made.
    ///
    /// `memory` has to come from `UnsafeMutableRawPointer.allocate` and must not be used by anyone else.
    package init(
        adopting memory: UnsafeMutableRawPointer, byteCount: Int, entries: [Entry],
        positions: [(source: UInt32, position: SourcePosition)] = [], filtered: [Int] = []
    ) {
        unsafe self.memory = .allocated(memory)
        owner = nil
        self.byteCount = byteCount
        self.entries = entries
        self.positions = positions
        self.filtered = filtered
    }

    /// A batch whose lines are the last bytes of others, which it keeps: no copy is made.
    package init(endOf bytes: [UInt8], byteCount: Int, entries: [Entry]) {
        precondition(0...bytes.count ~= byteCount)
        unsafe memory = .end(bytes)
        owner = nil
        self.byteCount = byteCount
        self.entries = entries
        positions = []
        filtered = []
    }

    /// The lines of another batch, with entries that say something else of them.
    package init(lines other: Batch, entries: [Entry]) {
        unsafe memory = other.memory
        owner = other
        byteCount = other.byteCount
        self.entries = entries
        positions = other.positions
        filtered = other.filtered
    }

    deinit {
        if owner == nil, case .allocated(let base) = unsafe memory { unsafe base.deallocate() }
    }

    /// Lends the JSON lines, one event each, in order.
    public func withLines<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch unsafe memory {
        case .allocated(let base): try body(unsafe RawSpan(_unsafeStart: base, byteCount: byteCount))
        case .end(let bytes): try body(unsafe bytes.span.bytes.extracting(last: byteCount))
        }
    }
}
