/// The events that have not left yet, in the order of their first lines, with their further lines.
///
/// Events and lines are known by numbers that only grow; the arrays hold a window of them. So a fold can name its
/// event while events before it leave.
struct EventTable {
    private var events: ContiguousArray<Event> = []
    private var lines: ContiguousArray<FoldedLine> = []
    /// Position in `events` of the oldest event that has not left.
    private var front = 0
    /// Number of the first event in `events`, and of the first line in `lines`.
    private var eventBase = 0
    private var lineBase: UInt32 = 1
    /// Where decisions are recorded, if they are.
    var trace: DecisionTrace?
    /// Events that were closed while later ones had begun: a reading that is taken up between the two has to know.
    private(set) var closings: [Closing] = []
    /// The time of each stream after the events that are forgotten; ``StreamFolds/noTime`` where none had a head.
    private var timesBefore = [StreamFolds.noTime]
    /// Whether an event may have begun before one that stands before it here: a transport had split its first line.
    var isDisordered = false

    /// When an event was closed, by offsets in the source.
    struct Closing {
        /// Where it began.
        var begin: Int
        /// Behind the line that closed it. Where a clock or a budget did, that was not before the next byte.
        var until: Int
        var stream: Int32
    }

    /// Whether every event has left.
    var isEmpty: Bool { front == events.count }
    /// How many events have not left.
    var count: Int { events.count - front }
    /// Number of the oldest event that has not left.
    var first: Int { eventBase + front }
    /// Number that the next event gets.
    var end: Int { eventBase + events.count }
    /// Number that the next line gets.
    var nextLine: UInt32 { lineBase &+ UInt32(lines.count) }

    /// The event of a number that has not left.
    subscript(_ number: Int) -> Event {
        // Borrowed, not copied: an event is long.
        @inline(__always) _read { yield events[number - eventBase] }
        @inline(__always) _modify { yield &events[number - eventBase] }
    }

    /// The line of a number.
    @inline(__always)
    func line(_ number: UInt32) -> FoldedLine { lines[Int(number &- lineBase)] }

    /// Adds an event behind all others and returns its number.
    @inline(__always)
    mutating func append(_ event: Event) -> Int {
        events.append(event)
        return eventBase + events.count - 1
    }

    /// Offset in the source of the event behind the oldest one; the highest number where there is none.
    @inline(__always)
    var secondOffset: Int { front + 1 < events.count ? events[front + 1].offset : .max }

    /// No further line goes to an event, from the line on that reaches up to `offset` in the source.
    @inline(__always)
    mutating func close(_ number: Int, because reason: EventEnding, at offset: Int) {
        events[number - eventBase].isOpen = false
        // Nothing has begun behind the newest event: no reading is taken up between its beginning and its end.
        if number != end - 1 { noteClosing(number, offset) }
        if let trace { trace.end(number, reason) }
    }

    private mutating func noteClosing(_ number: Int, _ offset: Int) {
        let place = number - eventBase
        closings.append(Closing(begin: events[place].offset, until: offset, stream: events[place].stream))
    }

    /// Whether any closing is remembered.
    var hasClosings: Bool { !closings.isEmpty }

    /// Forgets which events were closed up to an offset.
    mutating func forgetClosings(before offset: Int) {
        if !closings.isEmpty { closings.removeAll { $0.until <= offset } }
    }

    /// How many lines came since the oldest event that has not left.
    private var retainedLines: Int { isEmpty ? 0 : Int(nextLine &- events[front].lineMark) }
    /// How many events have not left, and lines that came since the oldest of them.
    var retainedCount: Int { count + retainedLines }
    /// How many bytes they hold here.
    var weight: Int { count * MemoryLayout<Event>.stride + retainedLines * MemoryLayout<FoldedLine>.stride }

    /// As ``weight``, but with what is not forgotten yet: never less, and quicker to tell.
    @inline(__always)
    var heldWeight: Int {
        events.count * MemoryLayout<Event>.stride + lines.count * MemoryLayout<FoldedLine>.stride
    }

    /// Whether the head of an event that has not left is kept elsewhere.
    var hasCarriedHeads: Bool { events[front...].contains { $0.carriedHead >= 0 } }

    /// Adds a further line to an event.
    mutating func append(_ line: FoldedLine, to number: Int) {
        // 0 is no line's number, also when the numbers begin again.
        if nextLine == 0 { lines.append(line) }
        let added = nextLine
        lines.append(line)
        let position = number - eventBase
        if events[position].lastLine == 0 {
            events[position].firstLine = added
        } else {
            lines[Int(events[position].lastLine &- lineBase)].next = added
        }
        events[position].lastLine = added
        events[position].lineCount += 1
    }

    /// Whether the line that was taken last is a further line of this event.
    func isLastTaken(_ number: Int) -> Bool {
        let last = events[number - eventBase].lastLine
        return last != 0 && last &+ 1 == nextLine && (number == end - 1 || events[end - 1 - eventBase].lineMark <= last)
    }

    /// Takes the last further line of an event away again and returns it; nil if it has none.
    mutating func removeLastLine(of number: Int) -> FoldedLine? {
        let position = number - eventBase
        let last = events[position].lastLine
        guard last != 0 else { return nil }
        var before: UInt32 = 0
        var at = events[position].firstLine
        while at != last {
            before = at
            at = line(at).next
        }
        if before == 0 {
            events[position].firstLine = 0
        } else {
            lines[Int(before &- lineBase)].next = 0
        }
        events[position].lastLine = before
        events[position].lineCount -= 1
        return line(last)
    }

    /// Lets the oldest event leave.
    @inline(__always)
    mutating func removeFirst() { front += 1 }

    /// The time of a stream before the oldest event that has not left: that of the last head before it.
    func timeBefore(_ stream: Int) -> Int64 {
        for event in events[..<front].reversed() where event.movesClock && Int(event.stream) == stream {
            return event.head.time.nanoseconds
        }
        return timesBefore[stream]
    }

    /// Makes room for one more stream.
    mutating func addStream() { timesBefore.append(StreamFolds.noTime) }

    /// Goes on with the time of a stream.
    mutating func resume(_ stream: Int, at time: Int64) { timesBefore[stream] = time }

    private mutating func keepTimes() {
        if timesBefore.count == 1 { return timesBefore[0] = timeBefore(0) }
        for event in events[..<front] where event.movesClock {
            timesBefore[Int(event.stream)] = event.head.time.nanoseconds
        }
    }

    /// Forgets events that have left, and lines that only they had.
    mutating func compact() {
        keepTimes()
        if front == events.count {
            eventBase += events.count
            lineBase = nextLine
            events.removeAll(keepingCapacity: true)
            lines.removeAll(keepingCapacity: true)
            isDisordered = false
        } else {
            let keepFrom = events[front].lineMark
            lines.removeFirst(Int(keepFrom &- lineBase))
            lineBase = keepFrom
            events.removeFirst(front)
            eventBase += front
        }
        front = 0
    }

    /// The arena's bytes moved `distance` towards its start: so do all offsets.
    mutating func relocate(_ distance: UInt32) {
        for at in front..<events.count { events[at].relocate(distance) }
        for at in lines.indices {
            // Lines of events that have left may lie below the distance: they are not read again.
            lines[at].start &-= distance
            lines[at].payload &-= distance
            lines[at].end &-= distance
        }
    }
}

extension EventTable {
    /// Room for many events and lines.
    struct Storage {
        var events: ContiguousArray<Event> = []
        var lines: ContiguousArray<FoldedLine> = []
    }

    /// How many events there is room for.
    var capacity: Int { events.capacity }

    /// Few events need no more room than that.
    private static let smallCount = 64

    /// Gives large room away that little is in.
    mutating func giveRoom(to storage: inout Storage) {
        Self.giveRoom(of: &events, to: &storage.events)
        Self.giveRoom(of: &lines, to: &storage.lines)
    }

    private static func giveRoom<Element>(
        of array: inout ContiguousArray<Element>, to storage: inout ContiguousArray<Element>
    ) {
        guard array.capacity > smallCount, array.count <= array.capacity / 4 else { return }
        // Made from the elements one by one: made from the array, it would share its room.
        var few: ContiguousArray<Element> = []
        few.reserveCapacity(array.count)
        for element in array { few.append(element) }
        swap(&array, &storage)
        swap(&array, &few)
        storage.removeAll(keepingCapacity: true)
    }

    /// Takes large room.
    mutating func takeRoom(from storage: inout Storage) {
        storage.events.append(contentsOf: events)
        events = storage.events
        storage.events = []
        storage.lines.append(contentsOf: lines)
        lines = storage.lines
        storage.lines = []
    }
}

extension Event {
    /// Whether it began with a head whose time the stream took over.
    fileprivate var movesClock: Bool { head.kind == .head && head.time.kind != .absent && carriedHead < 0 }

    fileprivate mutating func relocate(_ distance: UInt32) {
        region &-= distance
        start &-= distance
        end &-= distance
        guard carriedHead < 0 else { return }
        head.relocate(distance)
    }
}

extension Head {
    /// The bytes it was read from moved `distance` towards the start.
    mutating func relocate(_ distance: UInt32) {
        pid = pid.moved(down: distance)
        levelText = levelText.moved(down: distance)
        logger = logger.moved(down: distance)
        context = context.moved(down: distance)
        instance = instance.moved(down: distance)
        payload -= Int(distance)
    }
}
