/// The open folds of one stream and the log's own time in it (`Docs/rules.md`, *Folding*).
///
/// A stream has one clock. A process writes one record at a time, so it has at most one open fold; the fold ends at
/// that process's next head, or when the clock has moved on.
struct StreamFolds {
    /// A fold that may still get lines.
    struct Open {
        /// The process, by ``RawSpan/pidKey(_:)``.
        var pid: UInt64
        /// Number of the event.
        var event: Int
        /// The stream's time at the fold's last line, or the lowest since: nanoseconds.
        var reference: Int64
        /// Number of the head that was the first to lie `fold.timeout` behind the reference.
        var overdueSince: UInt32 = 0
    }

    /// The first line that looked like one of an unseen process with another clock.
    struct Suspect {
        /// Its time, nanoseconds.
        var time: Int64
        /// Its offset in the source.
        var offset: Int
    }

    /// Text without a head has no process.
    static let plainText = UInt64.max
    /// How many processes the streams of a source remember together.
    static let sharedPids = 65_536
    /// More open folds than any node has workers: beyond it the oldest ends.
    static let maxOpen = 1_024

    private(set) var open: [Open] = []
    /// The event that took the last line; it may have ended since.
    var lastTaker: Int?
    /// The time of the latest accepted head, nanoseconds; nil before the first with a time.
    private(set) var time: Int64?
    /// Processes that had a head here, and the offset of the first.
    private(set) var knownPids: [UInt64: Int] = [:]
    /// So many processes are remembered: all streams of a source share the room.
    var maxKnownPids = sharedPids
    /// Whether the head at hand is of a process that has an open fold, and so is known already.
    private var isKnown = false
    /// Where the fold of a process was last, by a hash of its pid.
    private var likelyPositions = [UInt16](repeating: 0, count: 128)
    /// How many open folds have no process.
    private var ownerless = 0
    /// Not above the lowest reference of the open folds.
    private var earliest = Int64.max
    private var heads: UInt32 = 1
    /// When a process with another clock was first suspected: its first line's own time.
    var suspects: [UInt64: Suspect] = [:]
    /// For each fold that was open where this reading was taken up, the offset behind the line that ends it. No line
    /// goes to such a fold: else the reading would have begun with its event.
    var endsOfOthers: [Int] = []

    /// Stands for no time.
    static let noTime = Int64.min

    /// A head: it ends the fold of its process, moves the clock and opens a fold. Returns the event's number.
    mutating func takeHead(_ event: Event, pid: UInt64, timeout: Int64, _ table: inout EventTable) -> Int {
        endFolds(of: pid, at: event.reach, &table)
        if event.head.time.kind != .absent {
            advance(to: event.head.time.nanoseconds, timeout: timeout, at: event.reach, &table)
        }
        let number = table.append(event)
        begin(number, pid: pid, &table)
        return number
    }

    /// Ends the folds that a head of `pid` ends: its own, and those whose process is not known.
    @inline(__always)
    mutating func endFolds(
        of pid: UInt64, because reason: EventEnding = .nextHead, at offset: Int, _ table: inout EventTable
    ) {
        if ownerless == 0 {
            // A process has one open fold at the most.
            let position = position(ofProcess: pid)
            isKnown = position != nil
            if let position { end(position, because: reason, at: offset, &table) }
        } else {
            endFoldsOfAny(pid, because: reason, at: offset, &table)
        }
    }

    private mutating func endFoldsOfAny(
        _ pid: UInt64, because reason: EventEnding, at offset: Int, _ table: inout EventTable
    ) {
        isKnown = false
        while let position = open.firstIndex(where: { $0.pid == pid || Self.isOwnerless($0.pid) }) {
            if open[position].pid == pid { isKnown = true }
            end(position, because: reason, at: offset, &table)
        }
    }

    @inline(__always)
    private func position(ofProcess pid: UInt64) -> Int? {
        let likely = Int(likelyPositions[Self.slot(pid)])
        if likely < open.count, open[likely].pid == pid { return likely }
        return open.firstIndex { $0.pid == pid }
    }

    @inline(__always)
    private static func slot(_ pid: UInt64) -> Int { Int(truncatingIfNeeded: (pid &* 0x9e37_79b9_7f4a_7c15) >> 57) }

    /// Whether a fold ends with any head, because its process is not known.
    @inline(__always)
    private static func isOwnerless(_ pid: UInt64) -> Bool { pid == 0 || pid == plainText }

    /// Opens the fold of an event.
    @inline(__always)
    mutating func begin(_ event: Int, pid: UInt64, _ table: inout EventTable) {
        if open.count == Self.maxOpen {
            // The order of the array is not that of the events.
            let oldest = open.indices.min { open[$0].event < open[$1].event } ?? 0
            end(oldest, because: .tooManyOpen, at: table[event].reach, &table)
        }
        let reference = time ?? Int64.max
        likelyPositions[Self.slot(pid)] = UInt16(truncatingIfNeeded: open.count)
        open.append(Open(pid: pid, event: event, reference: reference))
        if Self.isOwnerless(pid) { ownerless += 1 }
        earliest = Swift.min(earliest, reference)
        lastTaker = event
        if pid != Self.plainText, !isKnown { know(pid, since: table[event].offset) }
    }

    /// A head of this time was accepted: the clock moves, and folds that two heads in a row left behind end.
    @inline(__always)
    mutating func advance(to now: Int64, timeout: Int64, at offset: Int, _ table: inout EventTable) {
        if let before = time, now < before { stepBack(to: now) }
        time = now
        heads &+= 1
        if earliest < .max, now >= earliest &+ timeout { endOverdue(now, timeout, offset, &table) }
    }

    /// After a step back the count starts again from the lower time.
    private mutating func stepBack(to now: Int64) {
        for at in open.indices { open[at].reference = Swift.min(open[at].reference, now) }
        earliest = Swift.min(earliest, now)
    }

    private mutating func endOverdue(_ now: Int64, _ timeout: Int64, _ offset: Int, _ table: inout EventTable) {
        var lowest = Int64.max
        var at = 0
        while at < open.count {
            if open[at].reference < .max, now >= open[at].reference &+ timeout {
                if open[at].overdueSince == heads &- 1 {
                    table.close(open[at].event, because: .logTime, at: offset)
                    remove(at)
                    continue
                }
                open[at].overdueSince = heads
            }
            lowest = Swift.min(lowest, open[at].reference)
            at += 1
        }
        earliest = lowest
    }

    /// A fold took a line: its count starts again.
    @inline(__always)
    mutating func touch(_ position: Int) {
        open[position].reference = time ?? .max
        open[position].overdueSince = 0
        lastTaker = open[position].event
    }

    /// Position of the fold of this event, or nil when it has ended.
    @inline(__always)
    func position(of event: Int) -> Int? {
        var at = open.count
        while at > 0 {
            at -= 1
            if open[at].event == event { return at }
        }
        return nil
    }

    /// The fold whose pid, logger and time equal those of a traceback line, as far as both print them (R7): rather the
    /// one that took the last line.
    ///
    /// It changes nothing, but what an array's element lends to a method that may is not copied.
    mutating func owner(
        _ bytes: RawSpan, _ head: Head, pid: UInt64, _ table: borrowing EventTable, _ carried: borrowing CarriedHeads
    ) -> (position: Int, event: Int)? {
        var found: (position: Int, event: Int)?
        var at = open.count
        while at > 0 {
            at -= 1
            let fold = open[at]
            guard Self.owns(bytes, fold, pid, head, table, carried) else { continue }
            if fold.event == lastTaker { return (at, fold.event) }
            found = found ?? (at, fold.event)
        }
        return found
    }

    @inline(__always)
    private static func owns(
        _ bytes: RawSpan, _ fold: Open, _ pid: UInt64, _ head: Head, _ table: borrowing EventTable,
        _ carried: borrowing CarriedHeads
    ) -> Bool {
        guard fold.pid == pid || (fold.pid == 0 || pid == 0) && fold.pid != plainText else { return false }
        let event = table[fold.event]
        guard event.format != .text else { return false }
        if event.head.time.kind != .absent, head.time.kind != .absent, event.head.time != head.time { return false }
        return carried.loggerEquals(event, head.logger, bytes)
    }

    /// Lets a fold go on with another event.
    mutating func replace(_ position: Int, with event: Int) {
        open[position].event = event
        lastTaker = event
    }

    /// Ends one fold by its position.
    mutating func end(_ position: Int, because reason: EventEnding, at offset: Int, _ table: inout EventTable) {
        table.close(open[position].event, because: reason, at: offset)
        remove(position)
    }

    /// Ends every fold.
    mutating func endAll(at offset: Int, _ table: inout EventTable) {
        for fold in open { table.close(fold.event, because: .endOfInput, at: offset) }
        open.removeAll(keepingCapacity: true)
        ownerless = 0
        earliest = .max
    }

    @inline(__always)
    private mutating func remove(_ position: Int) {
        if Self.isOwnerless(open[position].pid) { ownerless -= 1 }
        let last = open.removeLast()
        if position < open.count {
            open[position] = last
            likelyPositions[Self.slot(last.pid)] = UInt16(truncatingIfNeeded: position)
        }
    }
}

extension StreamFolds {
    /// A process had its first head here, at `offset` in the source.
    private mutating func know(_ pid: UInt64, since offset: Int) {
        guard knownPids[pid] == nil else { return }
        if knownPids.count >= maxKnownPids { knownPids.removeAll(keepingCapacity: true) }
        knownPids[pid] = offset
    }

    /// Goes on as another reading left off at `offset` in the source.
    mutating func resume(_ stream: SourceSnapshot.Stream, at offset: Int) {
        time = stream.time == Self.noTime ? nil : stream.time
        for (age, pid) in stream.pids.enumerated() { knownPids[pid] = .min + age }
        for suspect in stream.suspects { suspects[suspect.pid] = Suspect(time: suspect.time, offset: .min) }
        endsOfOthers = stream.endsOfOthers.map { offset + $0 }
    }

    /// Whether other folds are open for the line that reaches up to `offset` in the source, beside the one that gets it.
    func hasOthers(at offset: Int) -> Bool { endsOfOthers.contains { $0 > offset } }
}

extension RawSpan {
    /// A number that stands for a process id: its digits packed into a word; 0 where none is printed. The span must
    /// be padded.
    @inline(__always)
    func pidKey(_ digits: ByteRange) -> UInt64 {
        let count = digits.count
        if count == 0 { return 0 }
        let word = u64(digits.start)
        if count < 8 { return word & (1 << UInt64(count * 8) &- 1) }
        return count == 8 ? word : word &+ (u64(digits.end - 8) &* 0x9e37_79b9_7f4a_7c15)
    }
}
