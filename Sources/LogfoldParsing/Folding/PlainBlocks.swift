/// Text that no format took: which lines of it make one event.
///
/// Python prints tracebacks, warnings and failures of logging itself to stderr without a head; oslo.reports prints its
/// Guru Meditation Report there. Each is one event. A line that continues nothing is an event of its own.
struct PlainBlocks {
    private var blocks: [Int: Block] = [:]

    private enum Block {
        /// A grammar of lines.
        case python(PlainBlock)
        /// A Guru Meditation Report: it has no end mark.
        case guru
        /// One line; only blank lines belong to it.
        case line
    }

    /// Whether a bare line continues the event `last` of its stream.
    mutating func joins(
        _ bytes: RawSpan, _ line: InputLine, _ last: Int, _ stream: Int, _ table: inout EventTable
    ) -> Bool {
        if line.start == line.end { return true }
        if Self.beginsOwnEvent(bytes, line) { return false }
        if isGuruTitle(bytes, line), endsWithRuler(bytes, table[last], table) {
            return isOnlyRuler(last, stream, table)
        }
        guard table[last].isPlain else { return !isBehindTraceback(bytes, line, table[last]) }
        switch blocks[stream] {
        case .guru: return true
        case .python(var block):
            let joins = block.continues(bytes, line.start, line.end)
            blocks[stream] = .python(block)
            return joins
        case .line, nil: return false
        }
    }

    /// Remembers what the event is that begins with this line.
    mutating func begin(_ bytes: RawSpan, _ line: InputLine, _ stream: Int) {
        var block = PlainBlock()
        blocks[stream] = block.begins(bytes, line.start, line.end) ? .python(block) : .line
    }

    /// Whether the event of a stream's text is known to have further lines.
    func isUnfinished(_ stream: Int) -> Bool {
        switch blocks[stream] {
        case .guru: true
        case .python(let block): !block.isComplete
        case .line, nil: false
        }
    }

    /// The rule by which a line began what the stream's last event is.
    func beginning(of stream: Int) -> FoldRule {
        guard case .python(let block) = blocks[stream] else { return .beginsText }
        return switch block.kind {
        case .traceback: .beginsTraceback
        case .warning: .beginsWarning
        case .loggingFailure: .beginsLoggingFailure
        }
    }

    /// The rule by which `line` continued it.
    func continuation(of stream: Int, _ line: InputLine) -> FoldRule {
        switch blocks[stream] {
        case .guru: .continuesReport
        case .python(let block) where !block.isComplete || line.start < line.end:
            switch block.kind {
            case .traceback: .continuesTraceback
            case .warning: .continuesWarning
            case .loggingFailure: .continuesLoggingFailure
            }
        case .python, .line, nil: .blankBehindText
        }
    }

    /// Whether the record's traceback has ended, by the line that has nothing but its prefix (R7): what
    /// comes without a prefix then is another one's, but for the stack that `stack_info` asks for.
    private func isBehindTraceback(_ bytes: RawSpan, _ line: InputLine, _ last: Event) -> Bool {
        last.sawTracebackEnd && TracebackLine.classify(bytes, line.start, line.end) != .stackInfoHeader
    }

    /// A logging failure, what Python prints of an exception that nobody can catch or when it dies, and what uWSGI prints
    /// of requests and of workers that die, are no text of the record before them.
    private static func beginsOwnEvent(_ bytes: RawSpan, _ line: InputLine) -> Bool {
        func has(_ text: StaticString) -> Bool { bytes.has(text, at: line.start, limit: line.end) }
        return switch bytes[line.start] {
        case UInt8(ascii: "-"): has("--- Logging error ---")
        case UInt8(ascii: "["): has("[pid: ") && isRequest(bytes, line)
        case UInt8(ascii: "!"): has("!!! uWSGI ")
        case UInt8(ascii: "D"): has("DAMN ! worker ")
        case UInt8(ascii: "E"): has("Exception ignored in: ")
        case UInt8(ascii: "F"): has("Fatal Python error: ")
        case UInt8(ascii: "R"): has("Respawned uWSGI worker ")
        default: false
        }
    }

    private static func isRequest(_ bytes: RawSpan, _ line: InputLine) -> Bool {
        bytes.firstIndex(of: "|app: ", from: line.start, to: Swift.min(line.end, line.start + 32)) != nil
    }

    // MARK: - Guru Meditation Report

    private func isGuruTitle(_ bytes: RawSpan, _ line: InputLine) -> Bool {
        bytes.has("==== ", at: line.start, limit: line.end)
            && bytes.firstIndex(of: "Guru Meditation", from: line.start, to: line.end) != nil
    }

    private static func isRuler(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        end - start == 72 && (start..<end).allSatisfy { bytes[$0] == UInt8(ascii: "=") }
    }

    private func endsWithRuler(_ bytes: RawSpan, _ event: Event, _ table: EventTable) -> Bool {
        guard event.lastLine != 0 else { return Self.isRuler(bytes, Int(event.start), Int(event.end)) }
        let line = table.line(event.lastLine)
        return Self.isRuler(bytes, Int(line.start), Int(line.end))
    }

    /// Whether the event before the title is the ruler alone: then the report has begun with it.
    private mutating func isOnlyRuler(_ last: Int, _ stream: Int, _ table: EventTable) -> Bool {
        guard table[last].isPlain, table[last].lineCount == 0 else { return false }
        blocks[stream] = .guru
        return true
    }

    /// The ruler above a report's title went to the open record: takes it back, so that the report begins with it.
    /// Not where an event of another stream has begun between the two: events are in the order of their first lines.
    mutating func takeBackRuler(
        _ bytes: RawSpan, _ line: InputLine, _ last: Int?, _ table: inout EventTable
    ) -> InputLine? {
        guard isGuruTitle(bytes, line), let last, last >= table.first, table.isLastTaken(last),
            endsWithRuler(bytes, table[last], table), let ruler = table.removeLastLine(of: last)
        else { return nil }
        let reach = table[last].reach
        table[last].reach = ruler.offset
        table[last].rawLength -= Int(ruler.rawLength)
        table[last].physicalLines -= Int32(ruler.physicalLines)
        table[last].textSize -= Int(ruler.end - ruler.start) + 1
        blocks[line.stream] = .guru
        return InputLine(
            region: Int(ruler.start), start: Int(ruler.start), end: Int(ruler.end),
            offset: ruler.offset, length: Int(ruler.rawLength), reach: reach, physicalLines: Int(ruler.physicalLines),
            stream: line.stream, facts: line.facts)
    }
}
