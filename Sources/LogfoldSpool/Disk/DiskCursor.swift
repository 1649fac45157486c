/// Where a sink is in the disk spool: what is durable of it, and what it was handed in this run.
struct DiskCursor {
    /// What outlives the process, but for the spans of what is in flight.
    private(set) var stored: StoredCursor
    /// The sink while it is in the configuration.
    var sink: SpoolSink?
    /// Sequence of the next event to hand out, and the end of what was handed out: what lies between is damaged.
    private(set) var next: UInt64
    private var reached: UInt64
    /// Of the events below `reached`, how many were routed to it when they were written.
    private var reachedPassed: UInt64
    /// What was handed out and is not settled, in order.
    private(set) var inFlight: [InFlight] = []
    private var handed = 0
    /// When the sink has taken a record last, by the monotonic clock.
    private(set) var takenAt: Int64?
    /// Whether the sink is to give back what it has taken, because that is about to be dropped.
    var mustYield = false
    /// What is to blame for what it loses now, where it is not the room alone.
    var lossCause: String?

    /// A record, or several of which only the first has events, that a sink has.
    struct InFlight {
        let index: Int
        /// Sequence of the first event in the bits, and where the cursor is when all is settled.
        let first: UInt64
        var to: UInt64
        /// Events that go to the sink, and those of them that it has not acknowledged.
        let taken: EventBits
        var open: EventBits
        /// How many were to go to the sink when the record was written.
        var expected: UInt64
        /// Of the events before it that are damaged, how many were the sink's.
        var lost: UInt64
        var passed: UInt64
    }

    /// What a record holds for a sink.
    struct Selection {
        var sequence: UInt64
        var taken: EventBits
        /// How many events were routed to the sink before it when it was written; nil where it was not known then.
        var before: UInt64?
        /// How many of its events were.
        var expected: UInt64

        var end: UInt64 { sequence + UInt64(taken.size) }
    }

    /// A cursor that begins behind what is settled.
    init(_ stored: StoredCursor) {
        self.stored = stored
        next = stored.position
        reached = stored.position
        reachedPassed = stored.passed
    }

    /// The most spans that are saved: what is settled beyond them comes again after a crash.
    static let mostSpans = 256
    /// The cause of what a damaged spool has lost.
    static let damage = "spool_damaged"
    /// The cause of what a full spool has lost.
    static let full = "spool_full"
}

// MARK: - Handing out

extension DiskCursor {
    /// Everything that is not settled is handed out anew, to this sink.
    mutating func restart(_ sink: SpoolSink?) {
        stored = snapshot
        self.sink = sink
        if let sink { stored.digest = sink.digest }
        inFlight = []
        takenAt = nil
        next = stored.position
        reached = next
        reachedPassed = stored.passed
        mustYield = false
    }

    /// Nothing can be read before this sequence.
    mutating func skipDamage(to sequence: UInt64) { next = Swift.max(next, sequence) }

    /// Hands a record out; returns the number of the item and the events that the sink is to get, or nil where none of
    /// them is for it.
    mutating func hand(_ record: Selection, at now: Int64) -> (index: Int, events: EventBits)? {
        takenAt = now
        var taken = record.taken
        var open = record.taken
        if record.sequence < reached {
            let below = 0..<Int(reached - record.sequence)
            _ = taken.clear(below)
            _ = open.clear(below)
        }
        for span in stored.spans where span.to > record.sequence && span.from < record.end {
            _ = open.clear(span.from..<span.to, from: record.sequence)
        }
        let gap = record.sequence > reached ? record.sequence - reached : 0
        let missing = record.before.map { $0 > reachedPassed ? $0 - reachedPassed : 0 } ?? gap
        let lost = Swift.min(gap, missing)
        let passed = (record.before ?? reachedPassed) + record.expected
        next = record.end
        reached = record.end
        reachedPassed = passed
        if taken.isEmpty, !inFlight.isEmpty {
            let last = inFlight.count - 1
            inFlight[last].to = record.end
            inFlight[last].passed = passed
            inFlight[last].expected += record.expected
            inFlight[last].lost += lost
            return nil
        }
        handed += 1
        inFlight.append(
            InFlight(
                index: handed, first: record.sequence, to: record.end, taken: taken, open: open,
                expected: record.expected, lost: lost, passed: passed))
        popSettled()
        return open.isEmpty ? nil : (handed, open)
    }
}

// MARK: - Settling

extension DiskCursor {
    /// The sink has everything up to and with an item; false where it has nothing of the kind.
    mutating func acknowledge(through index: Int, state: [UInt8]) -> Bool {
        guard inFlight.contains(where: { $0.index <= index }) else { return false }
        for at in inFlight.indices where inFlight[at].index <= index {
            stored.delivered += UInt64(inFlight[at].open.clear(0..<inFlight[at].open.size))
        }
        stored.state = state
        mustYield = false
        popSettled()
        return true
    }

    /// The sink has these events, whatever lies before them.
    mutating func acknowledge(events: [Range<UInt64>], state: [UInt8]) -> Bool {
        var count = 0
        for range in events {
            for at in inFlight.indices where range.overlaps(inFlight[at].first..<inFlight[at].to) {
                count += inFlight[at].open.clear(range, from: inFlight[at].first)
            }
        }
        guard count > 0 else { return false }
        stored.delivered += UInt64(count)
        stored.state = state
        mustYield = false
        popSettled()
        return true
    }

    private mutating func popSettled() {
        while let first = inFlight.first, first.open.isEmpty {
            inFlight.removeFirst()
            stored.position = first.to
            stored.passed = first.passed
            stored.born += Int64(first.expected) - Int64(first.taken.count)
            if first.lost > 0 { stored.dropped[Self.damage, default: 0] += first.lost }
        }
        stored.cutSpans()
    }

    /// The sink has a state before it has acknowledged anything.
    mutating func note(state: [UInt8]) -> Bool {
        guard stored.state != state else { return false }
        stored.state = state
        return true
    }

    /// Everything below a sequence is lost for the sink, which has nothing of it in flight; returns how many events.
    mutating func drop(below sequence: UInt64, routed: UInt64) -> UInt64 {
        let lost = needed(below: sequence, routed: routed)
        stored.position = sequence
        stored.droppedThrough = sequence
        stored.passed = Swift.max(stored.passed, routed)
        stored.cutSpans()
        if lost > 0 { stored.dropped[lossCause ?? Self.full, default: 0] += lost }
        if reached < sequence {
            next = Swift.max(next, sequence)
            reached = sequence
            reachedPassed = stored.passed
        }
        return lost
    }

    /// How many events below a sequence the sink still needs, when so many were routed to it below that.
    func needed(below sequence: UInt64, routed: UInt64) -> UInt64 {
        guard stored.position < sequence, routed > stored.passed else { return 0 }
        let done = stored.spans.reduce(UInt64(0)) { $1.to <= sequence ? $0 + $1.events : $0 }
        let left = routed - stored.passed
        return left > done ? left - done : 0
    }

    /// Whether something of it is in flight below a sequence.
    func hasInFlight(below sequence: UInt64) -> Bool {
        inFlight.first != nil && stored.position < sequence
    }
}

// MARK: - Telling

extension DiskCursor {
    /// What outlives the process now.
    var snapshot: StoredCursor {
        var stored = stored
        guard let last = inFlight.last else { return stored }
        let later = stored.spans.filter { $0.from >= last.to }
        let spans = inFlight.flatMap(\.settledSpans) + later
        stored.spans = Array(spans.prefix(Self.mostSpans))
        // What comes again is delivered again.
        stored.delivered -= spans.dropFirst(Self.mostSpans).reduce(0) { $0 + $1.events }
        stored.cutSpans()
        return stored
    }

    /// How many events were put in for the sink in all its life, when so many were routed to it: what it has delivered,
    /// lost and waits for must add up to it.
    func taken(routed: UInt64) -> UInt64 {
        let adjusted = inFlight.reduce(Int64(clamping: routed) - stored.born) {
            $0 + Int64($1.taken.count) - Int64($1.expected)
        }
        return UInt64(Swift.max(adjusted, 0))
    }

    /// How many events wait for the sink, when so many were routed to it in all.
    func waiting(routed: UInt64) -> UInt64 {
        var waiting = Int64(clamping: routed) - Int64(clamping: stored.passed)
        for item in inFlight { waiting += Int64(item.open.count) - Int64(item.expected) }
        let reached = reached
        for span in stored.spans where span.from >= reached { waiting -= Int64(span.events) }
        return UInt64(Swift.max(waiting, 0))
    }
}

extension StoredCursor {
    /// Leaves of the spans what lies above the position.
    fileprivate mutating func cutSpans() {
        let position = position
        spans.removeAll { $0.to <= position }
        if let first = spans.first, first.from < position { spans[0].from = position }
    }
}

extension DiskCursor.InFlight {
    /// Runs of events without an open one, of which the sink has acknowledged some.
    fileprivate var settledSpans: [StoredCursor.Span] {
        var spans: [StoredCursor.Span] = []
        var from: Int?
        var events: UInt64 = 0
        for at in 0...taken.size {
            if at < taken.size, !open[at] {
                from = from ?? at
                if taken[at] { events += 1 }
                continue
            }
            if let start = from, events > 0 {
                spans.append(.init(from: first + UInt64(start), to: first + UInt64(at), events: events))
            }
            (from, events) = (nil, 0)
        }
        return spans
    }
}
