import LogfoldCore

/// Says for each line of a source which format it is in and what its head holds.
///
/// The choice is sticky where formats could be confused: devstack's heads without time and pid look like much ordinary
/// text, so they are taken only in a source that has shown no dated head, or that writes many of them in a row.
struct Recognizer {
    /// What a line is.
    enum Line {
        /// A head, a traceback line or text of a record that may have further lines.
        case part(FormatID)
        /// A whole record.
        case record(FormatID)
    }

    private let format: EngineOptions.Format
    private var custom: CustomFormat?
    private var oslo = OsloText()
    private var json = OsloJSONParser()
    private var timestamps = TimestampReader()
    /// Whether the source is logfold's own output: said, or shown by its first line.
    private(set) var isOwnOutput: Bool
    private var fields = CustomFields()
    private var isFirstLine = true
    /// What was seen in each stream.
    private var streams = [Style()]
    private var past = Past<(stream: Int, style: Style)>()

    /// Which heads a stream has.
    struct Style: Equatable {
        /// Whether heads without time and pid are taken, and whether there were any.
        var takesWeakHeads = true
        var hasWeakHeads = false
        /// How many heads of the other kind came in a row.
        var run = 0
    }

    /// How many heads of the other kind in a row show that a source has changed its format.
    static let runForChange = 8

    init(_ options: EngineOptions) {
        format = options.format
        custom = options.customFormat
        isOwnOutput = options.format == .logfold
    }

    /// Reads one line. The span must be padded.
    @inline(__always)
    mutating func read(_ bytes: RawSpan, _ line: InputLine, _ head: inout Head) -> Line {
        head.kind = .text
        if format == .auto, line.start < line.end, bytes[line.start] &- 0x30 < 10, custom == nil {
            isFirstLine = false
            if oslo.read(bytes, line.start, line.end, allowingWeak: false, &head) {
                if streams[line.stream].takesWeakHeads { noteDatedHead(head, line) }
                return .part(.oslo)
            }
            head.kind = .text
            return .part(.text)
        }
        return readOther(bytes, line, &head)
    }

    private mutating func readOther(_ bytes: RawSpan, _ line: InputLine, _ head: inout Head) -> Line {
        defer { isFirstLine = false }
        guard format != .text, line.start < line.end else { return .part(.text) }
        if bytes[line.start] == UInt8(ascii: "{") { return readJSON(bytes, line, &head) }
        guard format == .auto || format == .oslo else { return .part(.text) }
        if let custom, custom.match(bytes, line.start, line.end, &head, &fields) { return .part(.custom) }
        if oslo.read(bytes, line.start, line.end, allowingWeak: true, &head) {
            if head.time.kind != .absent {
                if streams[line.stream].takesWeakHeads { noteDatedHead(head, line) }
                return .part(.oslo)
            }
            // `(logger): TRACE: …` is no text of any other kind.
            if bytes[line.start] == UInt8(ascii: "(") || takesWeak(head, line) { return .part(.oslo) }
        }
        head.kind = .text
        return .part(.text)
    }

    @inline(never)
    private mutating func noteDatedHead(_ head: Head, _ line: InputLine) {
        let before = streams[line.stream]
        streams[line.stream].noteDatedHead(head)
        if streams[line.stream] != before { past.note((line.stream, before), before: line.offset) }
    }

    private mutating func takesWeak(_ head: Head, _ line: InputLine) -> Bool {
        let before = streams[line.stream]
        let isTaken = streams[line.stream].takesWeak(head)
        if streams[line.stream] != before { past.note((line.stream, before), before: line.offset) }
        return isTaken
    }

    /// Whether a text is a record, or a traceback line, with a time of its own: then it has no header in front.
    mutating func isDatedHead(_ bytes: RawSpan, _ text: ByteRange) -> Bool {
        guard format == .auto || format == .oslo, !text.isEmpty else { return format != .auto }
        var head = Head()
        if let custom { return custom.match(bytes, text.start, text.end, &head, &fields) }
        return oslo.read(bytes, text.start, text.end, allowingWeak: false, &head)
    }

    /// Whether a line that is no record as it stands has a transport, or a header with a record behind it: then the
    /// source has changed, or its first lines were no record.
    @inline(__always)
    mutating func showsLayer(_ bytes: RawSpan, _ line: InputLine) -> Bool {
        guard line.end - line.start > 20 else { return false }
        let first = bytes[line.start]
        let mayShow =
            first &- 0x30 < 10 || first == UInt8(ascii: "<") || first == UInt8(ascii: "{")
            || first == UInt8(ascii: "_") || first == UInt8(ascii: "[")
            || bytes[line.start + 3] == UInt8(ascii: " ") && first &- 0x41 < 19
        return mayShow && hasLayer(bytes, ByteRange(line.start, line.end))
    }

    private mutating func hasLayer(_ bytes: RawSpan, _ line: ByteRange) -> Bool {
        guard format == .auto || format == .oslo else { return false }
        if LayerDetector.transport(of: bytes, line: line) != .none { return true }
        let kind = LayerDetector.header(of: bytes, line: line)
        guard kind != .none, let fields = HeaderLayer.fields(bytes, line, kind) else { return false }
        return isDatedHead(bytes, fields.payload)
    }

    private mutating func readJSON(_ bytes: RawSpan, _ line: InputLine, _ head: inout Head) -> Line {
        let looksOwn = bytes.has("{\"@timestamp\":\"", at: line.start, limit: line.end)
        if isFirstLine, format == .auto, looksOwn { isOwnOutput = true }
        if isOwnOutput, looksOwn, timestamps.read(bytes, line.start + 15, line.end, &head.time) != nil,
            Self.isObject(bytes, ByteRange(line.start, line.end))
        {
            head.kind = .head
            head.clearText()
            return .record(.logfold)
        }
        guard format == .auto || format == .osloJSON, OsloJSONParser.looksLike(bytes, line.start, line.end),
            json.head(bytes, line.start, line.end, &head)
        else {
            head.kind = .text
            return .part(.text)
        }
        head.kind = .head
        return .record(.osloJSON)
    }
}

extension Recognizer.Style {
    /// A dated head: one is enough where there was no weak one, since a message may quote records of other formats.
    mutating func noteDatedHead(_ head: Head) {
        guard head.kind == .head else { return }
        run += 1
        if hasWeakHeads, run < Recognizer.runForChange { return }
        takesWeakHeads = false
        hasWeakHeads = false
        run = 0
    }

    /// Whether a head without time and pid is taken for one.
    mutating func takesWeak(_ head: Head) -> Bool {
        guard head.kind == .head else { return takesWeakHeads }
        if takesWeakHeads {
            hasWeakHeads = true
            run = 0
            return true
        }
        run += 1
        guard run >= Recognizer.runForChange else { return false }
        takesWeakHeads = true
        hasWeakHeads = true
        run = 0
        return true
    }
}

extension Recognizer {
    /// Makes room for one more stream.
    mutating func addStream() { streams.append(Style()) }

    /// Which heads a stream had before the line at `offset` in the source.
    func style(of stream: Int, at offset: Int) -> Style {
        past.value(at: offset) { $0.stream == stream }?.style ?? streams[stream]
    }

    /// Whether anything is remembered of what was.
    var hasPast: Bool { !past.isEmpty }

    /// Forgets what was before lines that begin before `offset`.
    mutating func forget(before offset: Int) { past.forget(before: offset) }

    /// Goes on as another reading left off.
    mutating func resume(_ reading: SourceSnapshot.Reading) {
        isFirstLine = reading.framing.isFirst
        if format == .auto { isOwnOutput = reading.isOwnOutput }
        streams = reading.streams.map(\.style)
    }

    /// Whether a line is one whole JSON object.
    private static func isObject(_ bytes: RawSpan, _ line: ByteRange) -> Bool {
        var reader = JSONReader(line)
        return reader.skipValue(bytes) && reader.next(bytes) == .end
    }
}

extension Head {
    /// Forgets what the text of another line said.
    mutating func clearText() {
        pid = .none
        levelText = .none
        logger = .none
        context = .none
        instance = .none
    }
}
