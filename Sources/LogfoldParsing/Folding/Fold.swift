import LogfoldCore

/// Puts the lines of a source together into events, by owner (`Docs/rules.md`, *Folding*).
///
/// Pure: what it decides depends on the lines and their order only; the clock comes in by ``expire(now:)``. Lines
/// arrive classified; the fold knows neither formats nor JSON.
struct Fold: ~Copyable {
    var table = EventTable()
    var streams: [StreamFolds] = [StreamFolds()]
    let options: FoldOptions
    let timeout: Int64
    /// Lines that look like another process's and wait for what follows them (`Docs/rules.md`, *Folding*).
    var held = HeldLines()
    /// Heads of events that were cut, for the events that continue them.
    var carried = CarriedHeads()
    /// Blocks of text without a head.
    var plain = PlainBlocks()
    /// Keys of the folds that a clock or a budget ended last, and where they began: lines of theirs that still come are
    /// late.
    var ended: [(fold: EndedFold, begin: Int)] = []

    init(options: FoldOptions) {
        self.options = options
        timeout = options.timeout.nanoseconds
    }

    /// Takes one line. The span must be padded.
    @inline(__always)
    mutating func accept(_ bytes: RawSpan, _ line: InputLine, _ head: Head, _ format: FormatID) {
        if held.isEmpty {
            if head.kind != .text, isSuspect(bytes, line, head) {
                hold(bytes, line, head, format)
            } else {
                take(bytes, line, head, format)
            }
        } else {
            weigh(bytes, line, head, format)
        }
    }

    /// Takes a line that is not in doubt.
    @inline(__always)
    mutating func take(_ bytes: RawSpan, _ line: InputLine, _ head: Head, _ format: FormatID) {
        switch head.kind {
        case .head: takeHead(bytes, line, head, format)
        case .traceback: takeTraceback(bytes, line, head, format)
        case .text: takeText(bytes, line)
        }
    }

    // MARK: - Heads

    /// A head ends its process's fold and begins its own.
    @inline(__always)
    mutating func takeHead(
        _ bytes: RawSpan, _ line: InputLine, _ head: Head, _ format: FormatID, _ rule: FoldRule = .beginsRecord
    ) {
        let event = streams[line.stream].takeHead(
            Event(head: head, format: format, line: line, lineMark: table.nextLine), pid: bytes.pidKey(head.pid),
            timeout: timeout, &table)
        if let trace = table.trace {
            trace.take(bytes, line, to: event, format, rule == .wholeRecord ? .record : .head, rule)
        }
    }

    /// A whole record in one line: nothing continues it.
    mutating func takeRecord(_ bytes: RawSpan, _ line: InputLine, _ head: Head, _ format: FormatID) {
        settle(bytes, asText: false)
        takeHead(bytes, line, head, format, .wholeRecord)
        streams[line.stream].endFolds(
            of: bytes.pidKey(head.pid), because: .recordComplete, at: line.reach, &table)
    }

    /// Begins a record of which the transport knows all lines.
    mutating func beginRecord(_ bytes: RawSpan, _ line: InputLine, _ head: Head, _ format: FormatID) {
        settle(bytes, asText: false)
        if head.kind == .head {
            takeHead(bytes, line, head, format)
        } else {
            beginPlain(bytes, line, isRecord: true)
        }
    }

    /// A further line of such a record, whatever it looks like.
    mutating func continueRecord(_ bytes: RawSpan, _ line: InputLine, _ head: Head) {
        guard let last = streams[line.stream].lastTaker, let position = streams[line.stream].position(of: last) else {
            return takeText(bytes, line)
        }
        let isOwn = head.kind == .traceback && owner(bytes, line, head)?.position == position
        attach(
            bytes, line, payload: isOwn ? head.payload : line.start, isTraceback: isOwn, to: last, position,
            .insideRecord)
    }

    /// Ends such a record.
    mutating func endRecord(_ stream: Int, at offset: Int) {
        guard let last = streams[stream].lastTaker, let position = streams[stream].position(of: last) else { return }
        streams[stream].end(position, because: .recordComplete, at: offset, &table)
    }

    /// Makes room for one more stream.
    mutating func addStream() {
        streams.append(StreamFolds())
        table.addStream()
        let count = streams.count
        streams[count - 1].maxKnownPids = Swift.max(StreamFolds.sharedPids / count, 16)
        guard count & (count - 1) == 0 else { return }
        for at in streams.indices { streams[at].maxKnownPids = StreamFolds.sharedPids / count }
    }

    // MARK: - Traceback lines

    mutating func takeTraceback(_ bytes: RawSpan, _ line: InputLine, _ head: Head, _ format: FormatID) {
        guard let owner = owner(bytes, line, head) else {
            takeOrphan(bytes, line, head, format)
            return
        }
        attach(bytes, line, payload: head.payload, isTraceback: true, to: owner.event, owner.position, .ownTraceback)
    }

    /// The open fold whose pid, logger and time equal those of a traceback line, as far as both print them (R7).
    mutating func owner(_ bytes: RawSpan, _ line: InputLine, _ head: Head) -> (position: Int, event: Int)? {
        streams[line.stream].owner(bytes, head, pid: bytes.pidKey(head.pid), table, carried)
    }

    /// A traceback line without an open fold: the rest of a record that has left, or a head of a format that prints
    /// no bracket.
    private mutating func takeOrphan(_ bytes: RawSpan, _ line: InputLine, _ head: Head, _ format: FormatID) {
        // Without time and pid the line proves nothing by itself.
        if head.time.kind == .absent, head.pid.isEmpty {
            takeText(bytes, line)
            return
        }
        var own = head
        let text = TracebackLine.classify(bytes, head.payload, line.end)
        // TRACE is what older releases print in front of tracebacks; a record of that level has its bracket.
        if text == .other || text == .typeLine, head.level != .trace, !isLate(bytes, head) {
            own.kind = .head
            takeHead(bytes, line, own, format, .headWithoutBracket)
            return
        }
        let pid = bytes.pidKey(head.pid)
        streams[line.stream].endFolds(of: pid, at: line.reach, &table)
        var event = Event(head: own, format: format, line: line, lineMark: table.nextLine)
        event.flags.insert(.late)
        event.sawTraceback = true
        event.isHeadOnly = true
        event.end = UInt32(truncatingIfNeeded: head.payload)
        let number = table.append(event)
        streams[line.stream].begin(number, pid: pid, &table)
        table.append(FoldedLine(line, payload: head.payload, isTraceback: true), to: number)
        if let trace = table.trace { trace.take(bytes, line, to: number, format, .traceback, .lateTraceback) }
    }

    /// Whether a fold with the same key was ended by a clock or a budget, not by its process.
    private func isLate(_ bytes: RawSpan, _ head: Head) -> Bool {
        ended.contains { $0.fold == EndedFold(bytes, head) }
    }

    // MARK: - Text

    /// A bare line goes to the fold that took the line before it, if that is still open; else it is text of its own.
    mutating func takeText(_ bytes: RawSpan, _ line: InputLine) {
        let stream = line.stream
        let last = streams[stream].lastTaker
        if let last, let position = streams[stream].position(of: last),
            plain.joins(bytes, line, last, stream, &table)
        {
            let isShared =
                streams[stream].open.count > 1
                || !streams[stream].endsOfOthers.isEmpty && streams[stream].hasOthers(at: line.reach)
            let isAssumed = isShared && !table[last].isPlain
            if isAssumed { table[last].flags.insert(.continuationAssumed) }
            let rule: FoldRule =
                if isAssumed { .continuationAssumed } else if table[last].isPlain {
                    plain.continuation(of: stream, line)
                } else { .continuesLastTaker }
            attach(bytes, line, payload: line.start, isTraceback: false, to: last, position, rule)
            return
        }
        beginPlain(bytes, line)
    }

    /// Begins an event of text that no format took.
    private mutating func beginPlain(_ bytes: RawSpan, _ line: InputLine, isRecord: Bool = false) {
        let stream = line.stream
        let last = streams[stream].lastTaker
        if let ruler = plain.takeBackRuler(bytes, line, last, &table) {
            endPlain(line)
            var event = Event(head: Head(), format: .text, line: ruler, lineMark: table.nextLine)
            event.isPlain = true
            let number = table.append(event)
            streams[stream].begin(number, pid: StreamFolds.plainText, &table)
            table.trace?.take(bytes, ruler, to: number, .text, .text, .rulerTakenBack, movedFrom: last)
            if let position = streams[stream].position(of: number) {
                attach(
                    bytes, line, payload: line.start, isTraceback: false, to: number, position, .continuesReport)
            }
            return
        }
        endPlain(line)
        var event = Event(head: Head(), format: .text, line: line, lineMark: table.nextLine)
        event.isPlain = true
        let number = table.append(event)
        streams[stream].begin(number, pid: StreamFolds.plainText, &table)
        plain.begin(bytes, line, stream)
        guard let trace = table.trace else { return }
        let rule = isRecord ? FoldRule.beginsTextRecord : plain.beginning(of: stream)
        trace.take(bytes, line, to: number, .text, line.start == line.end ? .blank : .text, rule)
    }

    private mutating func endPlain(_ line: InputLine) {
        let stream = line.stream
        for position in streams[stream].open.indices.reversed()
        where streams[stream].open[position].pid == StreamFolds.plainText {
            streams[stream].end(position, because: .nextText, at: line.reach, &table)
        }
    }

    // MARK: - Adding a line

    /// Adds a line to an open event, or continues the event in a new one when it is full.
    @inline(__always)
    mutating func attach(
        _ bytes: RawSpan, _ line: InputLine, payload: Int, isTraceback: Bool, to number: Int, _ position: Int,
        _ rule: FoldRule
    ) {
        var target = number
        if isFull(bytes, number, line) { target = continueEvent(bytes, number, line, position) }
        table.append(FoldedLine(line, payload: payload, isTraceback: isTraceback), to: target)
        table[target].noteLine(line, isTraceback: isTraceback, isEmpty: payload >= line.end)
        streams[line.stream].touch(position)
        guard let trace = table.trace else { return }
        let role: LineDecision.Role = isTraceback ? .traceback : line.start == line.end ? .blank : .text
        trace.take(bytes, line, to: target, table[target].format, role, target == number ? rule : .limitContinued)
    }

    /// Whether an event has no room for a line. Sizes are counted as escaped; as long as even the worst case fits,
    /// nobody counts.
    @inline(__always)
    private mutating func isFull(_ bytes: RawSpan, _ number: Int, _ line: InputLine) -> Bool {
        if Int(table[number].lineCount) + (table[number].isHeadOnly ? 0 : 1) >= options.maxLines { return true }
        let size = table[number].textSize + line.end - line.start + 1
        return size * 6 > options.maxBytes && isFullAsEscaped(bytes, number, line)
    }

    private mutating func isFullAsEscaped(_ bytes: RawSpan, _ number: Int, _ line: InputLine) -> Bool {
        if table[number].escapedSize < 0 { table[number].escapedSize = escapedSize(bytes, table[number]) }
        let added = Int32(truncatingIfNeeded: bytes.escapedLength(line.start, line.end) + 2)
        if Int(table[number].escapedSize) + Int(added) > options.maxBytes { return true }
        table[number].escapedSize += added
        return false
    }

    private func escapedSize(_ bytes: RawSpan, _ event: Event) -> Int32 {
        var size = bytes.escapedLength(Int(event.start), Int(event.end))
        var number = event.firstLine
        while number != 0 {
            let line = table.line(number)
            size += bytes.escapedLength(Int(line.start), Int(line.end)) + 2
            number = line.next
        }
        return Int32(clamping: size)
    }

    /// Takes the rest of a line that was cut: a further event with the same head, unless a clock or a budget has ended
    /// its fold.
    mutating func takeRest(_ bytes: RawSpan, _ line: InputLine) {
        settle(bytes, asText: false)
        guard let last = streams[line.stream].lastTaker, let position = streams[line.stream].position(of: last) else {
            var rest = line
            rest.flags.insert(.continued)
            return beginPlain(bytes, rest)
        }
        let number = continueEvent(bytes, last, line, position)
        table.append(FoldedLine(line, payload: line.start, isTraceback: false), to: number)
        table[number].noteLine(line, isTraceback: false, isEmpty: false)
    }

    /// Ends a full event and begins the one that goes on with its head.
    private mutating func continueEvent(
        _ bytes: RawSpan, _ full: Int, _ line: InputLine, _ position: Int
    ) -> Int {
        var event = Event(head: table[full].head, format: table[full].format, line: line, lineMark: table.nextLine)
        carried.carry(bytes, from: table[full], to: &event)
        event.isHeadOnly = true
        event.end = event.start
        event.rawLength = 0
        event.physicalLines = 0
        event.textSize = 0
        event.isPlain = table[full].isPlain
        event.sawTraceback = table[full].sawTraceback
        event.flags = table[full].flags.intersection(.continuationAssumed).union(.continued)
        table[full].flags.insert(.truncated)
        table.close(full, because: .limit, at: line.reach)
        let number = table.append(event)
        streams[line.stream].replace(position, with: number)
        return number
    }

    /// Ends everything: no line will come.
    mutating func finish(_ bytes: RawSpan, at offset: Int) {
        settle(bytes, asText: false)
        for stream in streams.indices { streams[stream].endAll(at: offset, &table) }
    }
}

extension Event {
    /// An event that begins with this line.
    init(head: Head, format: FormatID, line: InputLine, lineMark: UInt32) {
        self.head = head
        self.format = format
        region = UInt32(truncatingIfNeeded: line.region)
        start = UInt32(truncatingIfNeeded: line.start)
        end = UInt32(truncatingIfNeeded: line.end)
        self.lineMark = lineMark
        offset = line.offset
        reach = line.reach
        rawLength = line.length
        physicalLines = Int32(truncatingIfNeeded: line.physicalLines)
        textSize = line.end - line.start
        facts = line.facts
        stream = Int32(truncatingIfNeeded: line.stream)
        flags = line.flags
    }

    /// Counts a further line.
    @inline(__always)
    mutating func noteLine(_ line: InputLine, isTraceback: Bool, isEmpty: Bool) {
        reach = line.reach
        rawLength += line.length
        physicalLines += Int32(truncatingIfNeeded: line.physicalLines)
        textSize += line.end - line.start + 1
        flags.formUnion(line.flags)
        sawTraceback = sawTraceback || isTraceback
        sawTracebackEnd = isEmpty && (isTraceback || sawTracebackEnd)
        quietSince = 0
    }
}
