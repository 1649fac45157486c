/// Lines that wait because a head in them may be forged or quoted: text of a message that looks like a record of
/// another process (`Docs/rules.md`, *Folding*: forged heads).
struct HeldLines {
    /// A line with what its format made of it.
    struct Held {
        var line: InputLine
        var head: Head
        var format: FormatID
        /// Whether this line is itself in doubt, or only lies behind one that is.
        var isSuspect: Bool
    }

    var lines: [Held] = []
    /// The stream that is in doubt, and its time before the jump; nil in a stream whose heads have no time.
    var stream = 0
    var timeBefore: Int64?

    /// The jump that makes an unseen process suspect, and the distance of two suspect lines that clears it.
    static let jump: Int64 = 3_600_000_000_000
    static let ownClock: Int64 = 2_000_000_000
    /// A head in this window round the time before the jump shows that the lines between were text.
    static let windowBefore: Int64 = 2_000_000_000
    static let windowAfter: Int64 = 600_000_000_000
    /// The answer has to come within this many lines.
    static let maxLines = 64

    /// Lines that were judged together, by the offset of the first and that behind the last: a reading that is taken up
    /// between would judge otherwise.
    var judged: [Range<Int>] = []

    var isEmpty: Bool { lines.isEmpty }
}

extension HeldLines {
    /// From the first byte of the lines to behind the last.
    fileprivate static func extent(of lines: [Held]) -> Range<Int> {
        let begin = lines.reduce(Int.max) { Swift.min($0, $1.line.offset) }
        return begin..<lines.reduce(begin) { Swift.max($0, $1.line.reach) }
    }
}

extension Fold {
    /// Whether a head or traceback line comes from a process not seen before and from more than an hour ago, or has a
    /// time in a stream whose heads have none. (It changes nothing, but a fold that is only read would be copied.)
    @inline(__always)
    mutating func isSuspect(_ bytes: RawSpan, _ line: InputLine, _ head: Head) -> Bool {
        guard head.time.kind != .absent else { return false }
        if let now = streams[line.stream].time {
            guard head.time.distance(from: now) < -HeldLines.jump else { return false }
            let pid = bytes.pidKey(head.pid)
            return streams[line.stream].knownPids[pid] == nil && hasNoClock(pid, line.stream, head.time)
        }
        guard !streams[line.stream].knownPids.isEmpty else { return false }
        return hasNoClock(bytes.pidKey(head.pid), line.stream, head.time)
    }

    /// Whether a process has not yet shown a clock of its own: suspect lines two seconds apart.
    private func hasNoClock(_ pid: UInt64, _ stream: Int, _ time: LogTime) -> Bool {
        guard let first = streams[stream].suspects[pid] else { return true }
        return time.distance(from: first.time).magnitude < HeldLines.ownClock.magnitude
    }

    /// Begins to hold lines back at a suspect one.
    mutating func hold(_ bytes: RawSpan, _ line: InputLine, _ head: Head, _ format: FormatID) {
        held.stream = line.stream
        held.timeBefore = streams[line.stream].time
        keep(bytes, line, head, format, isSuspect: true)
    }

    private mutating func keep(
        _ bytes: RawSpan, _ line: InputLine, _ head: Head, _ format: FormatID, isSuspect: Bool
    ) {
        if isSuspect {
            if streams[line.stream].suspects.count >= 256 { streams[line.stream].suspects.removeAll() }
            let pid = bytes.pidKey(head.pid)
            if streams[line.stream].suspects[pid] == nil {
                streams[line.stream].suspects[pid] = StreamFolds.Suspect(
                    time: head.time.nanoseconds, offset: line.offset)
            }
        }
        held.lines.append(HeldLines.Held(line: line, head: head, format: format, isSuspect: isSuspect))
        if held.lines.count >= HeldLines.maxLines { settle(bytes, asText: false) }
    }

    /// Judges the held lines by the line that follows them, and takes or holds that.
    mutating func weigh(_ bytes: RawSpan, _ line: InputLine, _ head: Head, _ format: FormatID) {
        if line.stream != held.stream || head.kind == .text {
            keep(bytes, line, head, format, isSuspect: false)
            return
        }
        if isSuspect(bytes, line, head) {
            keep(bytes, line, head, format, isSuspect: true)
            return
        }
        settle(bytes, asText: provesText(bytes, line, head))
        take(bytes, line, head, format)
    }

    private mutating func provesText(_ bytes: RawSpan, _ line: InputLine, _ head: Head) -> Bool {
        if head.kind == .traceback { return owner(bytes, line, head) != nil }
        guard let before = held.timeBefore else { return head.time.kind == .absent }
        guard head.time.kind != .absent else { return false }
        let distance = head.time.distance(from: before)
        return distance >= -HeldLines.windowBefore && distance <= HeldLines.windowAfter
    }

    /// Ends the doubt: the held lines are text of the open event, or what they look like.
    mutating func settle(_ bytes: RawSpan, asText: Bool) {
        guard !held.isEmpty else { return }
        let lines = held.lines
        held.lines.removeAll(keepingCapacity: true)
        if lines.count > 1 { held.judged.append(HeldLines.extent(of: lines)) }
        defer { table.trace?.doubt = nil }
        for each in lines {
            table.trace?.doubt = !each.isSuspect ? .behind : asText ? .forged : .ownClock
            if asText && each.isSuspect {
                takeText(bytes, each.line)
            } else {
                take(bytes, each.line, each.head, each.format)
            }
        }
    }
}

extension LogTime {
    /// Nanoseconds from `other` to this time, cut to 64 bits: a log may hold any two times.
    fileprivate func distance(from other: Int64) -> Int64 {
        let (distance, overflow) = nanoseconds.subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : distance
    }
}
