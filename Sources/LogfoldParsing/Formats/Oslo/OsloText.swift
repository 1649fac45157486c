import LogfoldCore

/// oslo.log's text records in every default layout from Bexar to today (`Docs/rules.md`, *Layouts by release*),
/// devstack's and the isotime form: one tolerant reader instead of one per release, because the parts come in the same
/// order in all of them.
///
///     [TIME ] [HOST TAG[PID]: | PID ] LEVEL LOGGER [CONTEXT] [instance: X] MESSAGE
///     [TIME ] [HOST TAG[PID]: | PID ] ERROR|TRACE LOGGER [instance: X] TRACEBACK LINE
///
/// What is absent is not compared. A head without time and pid (devstack under systemd) is *weak*: much text looks
/// like it, so the caller says whether it may be taken. Colours have to be gone already (R12).
package struct OsloText {
    private var timestamps = TimestampReader()

    /// A reader that has seen nothing.
    package init() {}

    /// Reads the line `start..<end` and fills `head`; false when it is no oslo line. The span must be padded.
    @inline(__always)
    package mutating func read(
        _ bytes: RawSpan, _ start: Int, _ end: Int, allowingWeak: Bool, _ head: inout Head
    ) -> Bool {
        let first = bytes[start]
        if first &- 0x30 < 10 {
            guard let at = timestamps.read(bytes, start, end, &head.time), at < end,
                bytes[at] == UInt8(ascii: " ")
            else { return false }
            return Self.readOrigin(bytes, at + 1, end, &head)
        }
        return readRare(bytes, first, start, end, allowingWeak: allowingWeak, &head)
    }

    /// The pid, or host and tag with the pid, then the rest.
    @inline(__always)
    private static func readOrigin(_ bytes: RawSpan, _ start: Int, _ end: Int, _ head: inout Head) -> Bool {
        let at = bytes.endOfDigits(start, end)
        if at > start {
            guard at < end, bytes[at] == UInt8(ascii: " "), at - start <= 10 else { return false }
            head.pid = ByteRange(start, at)
            return readLevel(bytes, at + 1, end, hasTime: true, &head)
        }
        head.pid = .none
        if readLevel(bytes, start, end, hasTime: true, &head) { return true }
        return head.time.kind == .utc && readTagged(bytes, start, end, &head)
    }

    /// `HOST TAG[PID]: LEVEL …` behind an RFC 3339 time: oslo.log's isotime form.
    private static func readTagged(_ bytes: RawSpan, _ start: Int, _ end: Int, _ head: inout Head) -> Bool {
        let hostEnd = bytes.index(of: UInt8(ascii: " "), from: start, to: end)
        guard hostEnd < end, hostEnd > start else { return false }
        let open = bytes.index(of: UInt8(ascii: "["), from: hostEnd, to: end)
        var at = open + 1
        while at < end, bytes[at] &- 0x30 < 10 { at += 1 }
        guard open < end, at > open + 1, at - open <= 11, bytes.has("]: ", at: at, limit: end) else { return false }
        head.pid = ByteRange(open + 1, at)
        return readLevel(bytes, at + 3, end, hasTime: true, &head)
    }

    /// The level's word and what follows it.
    @inline(__always)
    private static func readLevel(
        _ bytes: RawSpan, _ start: Int, _ end: Int, hasTime: Bool, _ head: inout Head
    ) -> Bool {
        var levelAt = start
        // Until Grizzly `%(levelname)8s` padded on the left.
        while levelAt < end, bytes[levelAt] == UInt8(ascii: " "), levelAt - start < 8 { levelAt &+= 1 }
        guard let level = LevelWord.read(bytes, levelAt, end) else { return false }
        var at = levelAt &+ level.length
        guard at < end, bytes[at] == UInt8(ascii: " ") else { return false }
        head.level = level.severity
        head.levelText = ByteRange(levelAt, at)
        // isotime pads the word on the right (R9).
        repeat { at &+= 1 } while at < end && bytes[at] == UInt8(ascii: " ")
        let isPrefixWord = level.severity == .error || level.severity == .trace
        return readLogger(bytes, at, end, isPrefixWord: isPrefixWord, hasTime: hasTime, &head)
    }

    /// The logger, then what tells a head from a traceback line: the bracket of the request (R1, R7).
    @inline(__always)
    private static func readLogger(
        _ bytes: RawSpan, _ start: Int, _ end: Int, isPrefixWord: Bool, hasTime: Bool, _ head: inout Head
    ) -> Bool {
        guard start < end else { return false }
        if bytes[start] == UInt8(ascii: "[") { return readBracketedLogger(bytes, start, end, &head) }
        let loggerEnd = bytes.index(of: UInt8(ascii: " "), from: start, to: end)
        head.logger = ByteRange(start, loggerEnd)
        head.context = .none
        head.instance = .none
        head.payload = Swift.min(loggerEnd + 1, end)
        guard loggerEnd + 1 < end, bytes[loggerEnd + 1] == UInt8(ascii: "[") else {
            return readWithoutBracket(bytes, end, isPrefixWord: isPrefixWord, hasTime: hasTime, &head)
        }
        return readBracket(bytes, loggerEnd + 1, end, isPrefixWord: isPrefixWord, hasTime: hasTime, &head)
    }

    /// `[…]` behind the logger: the request's context, or an instance.
    @inline(__always)
    private static func readBracket(
        _ bytes: RawSpan, _ open: Int, _ end: Int, isPrefixWord: Bool, hasTime: Bool, _ head: inout Head
    ) -> Bool {
        if readInstance(bytes, open, end, &head) {
            head.kind = isPrefixWord ? .traceback : .head
            return hasTime || isPrefixWord
        }
        let close = bytes.index(of: UInt8(ascii: "]"), from: open, to: end)
        guard close < end, hasTime && !isPrefixWord || isRequestBracket(bytes, open, end) else {
            return readWithoutBracket(bytes, end, isPrefixWord: isPrefixWord, hasTime: hasTime, &head)
        }
        head.kind = .head
        let isEmpty = close == open + 2 && bytes[open + 1] == UInt8(ascii: "-")
        head.context = isEmpty ? .none : ByteRange(open + 1, close)
        head.payload = close + 1 < end && bytes[close + 1] == UInt8(ascii: " ") ? close + 2 : close + 1
        _ = readInstance(bytes, head.payload, end, &head)
        return true
    }

    /// A line without the request's bracket is a traceback line where the word allows it (R7); else a head of a format
    /// without context, if the logger looks like one.
    private static func readWithoutBracket(
        _ bytes: RawSpan, _ end: Int, isPrefixWord: Bool, hasTime: Bool, _ head: inout Head
    ) -> Bool {
        // The word and the time are proof enough of a traceback line.
        guard isPrefixWord && hasTime || isName(bytes, head.logger) else { return false }
        head.kind = isPrefixWord ? .traceback : .head
        return hasTime || isPrefixWord
    }

    /// `[instance: X] ` at `at` (R8): sets instance and payload.
    @inline(__always)
    private static func readInstance(_ bytes: RawSpan, _ at: Int, _ end: Int, _ head: inout Head) -> Bool {
        guard at < end, bytes[at] == UInt8(ascii: "["), bytes.has("[instance: ", at: at, limit: end) else {
            return false
        }
        let close = bytes.index(of: UInt8(ascii: "]"), from: at, to: end)
        guard close < end else { return false }
        head.instance = ByteRange(at + 11, close)
        head.payload = close + 1 < end && bytes[close + 1] == UInt8(ascii: " ") ? close + 2 : close + 1
        return true
    }

    /// Whether the bracket of an ERROR or TRACE line is a request's: payloads such as `[SQL: …` begin with one too.
    private static func isRequestBracket(_ bytes: RawSpan, _ open: Int, _ end: Int) -> Bool {
        switch bytes[open + 1] {
        case UInt8(ascii: "-"): bytes[open + 2] == UInt8(ascii: "]") || bytes[open + 2] == UInt8(ascii: " ")
        case UInt8(ascii: "r"): bytes.has("[req-", at: open, limit: end)
        case UInt8(ascii: "N"): bytes.has("[None ", at: open, limit: end)
        case UInt8(ascii: " "): true
        default: false
        }
    }

    /// Whether the text could be a logger's name: letters, digits, `_`, `.`, `-`, and a letter first.
    private static func isName(_ bytes: RawSpan, _ name: ByteRange) -> Bool {
        guard !name.isEmpty, bytes.isLetter(name.start) || bytes[name.start] == UInt8(ascii: "_") else { return false }
        for at in name.start..<name.end {
            let byte = bytes[at]
            guard bytes.isLetter(at) || byte &- 0x30 < 10 || byte == 0x5f || byte == 0x2e || byte == 0x2d else {
                return false
            }
        }
        return true
    }

    /// `TIME    LEVEL [logger] message`, glance and keystone before Grizzly.
    private static func readBracketedLogger(
        _ bytes: RawSpan, _ open: Int, _ end: Int, _ head: inout Head
    ) -> Bool {
        let close = bytes.index(of: UInt8(ascii: "]"), from: open, to: end)
        guard close < end, isName(bytes, ByteRange(open + 1, close)) else { return false }
        head.kind = .head
        head.logger = ByteRange(open + 1, close)
        head.context = .none
        head.instance = .none
        head.payload = close + 1 < end && bytes[close + 1] == UInt8(ascii: " ") ? close + 2 : close + 1
        return true
    }

    /// Heads that do not begin with a digit: `(logger): …` and devstack's `LEVEL logger […] …`.
    private mutating func readRare(
        _ bytes: RawSpan, _ first: UInt8, _ start: Int, _ end: Int, allowingWeak: Bool, _ head: inout Head
    ) -> Bool {
        head.time = .absent
        head.pid = .none
        if first == UInt8(ascii: "(") { return readParenthesised(bytes, start, end, &head) }
        // Only words that begin with one of these letters are levels.
        guard allowingWeak, first &- 0x41 < 26 else { return false }
        return Self.readLevel(bytes, start, end, hasTime: false, &head)
    }

    /// Python's `(logger): TIME LEVEL message`, and the traceback lines of Bexar to Diablo, `(logger): TRACE: `.
    private mutating func readParenthesised(
        _ bytes: RawSpan, _ start: Int, _ end: Int, _ head: inout Head
    ) -> Bool {
        let close = bytes.index(of: UInt8(ascii: ")"), from: start, to: end)
        guard Self.isName(bytes, ByteRange(start + 1, close)), bytes.has("): ", at: close, limit: end) else {
            return false
        }
        let logger = ByteRange(start + 1, close)
        head.context = .none
        head.instance = .none
        var at = close + 3
        if bytes.has("TRACE: ", at: at, limit: end) || bytes.has("TRACE:", at: at, limit: end) && at + 6 == end {
            head.kind = .traceback
            head.level = .trace
            head.levelText = ByteRange(at, at + 5)
            head.logger = logger
            head.payload = Swift.min(at + 7, end)
            return true
        }
        guard let behindTime = timestamps.read(bytes, at, end, &head.time), behindTime < end,
            bytes[behindTime] == UInt8(ascii: " "),
            let level = LevelWord.read(bytes, behindTime + 1, end)
        else { return false }
        at = behindTime + 1 + level.length
        guard at >= end || bytes[at] == UInt8(ascii: " ") else { return false }
        head.kind = .head
        head.level = level.severity
        head.levelText = ByteRange(behindTime + 1, at)
        head.logger = logger
        head.payload = Swift.min(at + 1, end)
        return true
    }
}

extension RawSpan {
    /// Whether an ASCII letter stands at `at`.
    @inline(__always)
    package func isLetter(_ at: Int) -> Bool { (self[at] | 0x20) &- 0x61 < 26 }

    /// Offset of the first byte in `from..<to` that is no digit, or `to`. The span must be padded.
    @inline(__always)
    func endOfDigits(_ from: Int, _ to: Int) -> Int {
        var at = from
        while at < to {
            let digits = u64(at) ^ 0x3030_3030_3030_3030
            // A byte's top bit is set where it is ten or more; a carry can only spoil the bytes behind one.
            let others = (digits &+ 0x7676_7676_7676_7676 | digits) & 0x8080_8080_8080_8080
            if others != 0 { return Swift.min(at &+ others.trailingZeroBitCount >> 3, to) }
            at &+= 8
        }
        return to
    }
}
