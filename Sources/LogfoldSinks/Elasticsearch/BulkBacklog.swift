import LogfoldCore
import LogfoldParsing

/// Events of about one request, with their numbers in the spool.
final class NumberedLot {
    var events: BulkLot
    /// For each event the numbers that are settled with it: its own, and those before it that are not the sink's.
    private(set) var numbers: [Range<UInt64>] = []
    /// When its first event came, by the monotonic clock.
    private(set) var since: Int64
    /// Whether a round has ended before all of it was safe.
    fileprivate(set) var isRepeated = false

    /// An empty lot.
    init(_ options: ElasticsearchOptions, since: Int64) {
        events = BulkLot(index: options.index, usesEventID: options.usesEventID)
        self.since = since
    }

    /// Forgets all events, and keeps the room that they had.
    func reset(since time: Int64) {
        events.removeAll()
        numbers.removeAll(keepingCapacity: true)
        since = time
        isRepeated = false
    }

    /// Takes an event.
    func append(_ lines: RawSpan, _ range: ByteRange, time: Int64, id: UInt32 = 0, numbers: Range<UInt64>) {
        events.append(lines, range, time: time, id: id)
        self.numbers.append(numbers)
    }

    /// Whether an event of so many bytes more would make it too large for a request.
    func isWhole(with bytes: Int, _ request: (bytes: Int, events: Int)) -> Bool {
        guard let last = events.items.last else { return false }
        // Its action line will be about as long as the last one.
        let next = bytes + last.event - last.start
        return events.items.count >= request.events || events.text.count + next > request.bytes
    }
}

/// What a bulk sink has taken and not yet seen safe: lots of a request each, so that a slow request holds no more than
/// its own.
struct BulkBacklog {
    private let options: ElasticsearchOptions
    /// Lots that take no more events, in order; and the one that takes the next.
    private(set) var whole: [NumberedLot] = []
    private(set) var filling: NumberedLot?
    /// One that is settled, for the next events.
    private var spare: NumberedLot?

    /// Nothing was taken.
    init(_ options: ElasticsearchOptions) { self.options = options }

    /// Takes an event, in a new lot where a request has so many bytes at the most and the last lot has no room for it.
    /// Returns a lot that is whole now.
    mutating func append(
        _ lines: RawSpan, _ entry: Batch.Entry, numbers: Range<UInt64>, now: Int64, requestBytes: Int
    ) -> NumberedLot? {
        var sealed: NumberedLot?
        if filling?.isWhole(with: Int(entry.length), (requestBytes, options.requestEvents)) == true { sealed = seal() }
        let lot = filling ?? next(now)
        lot.append(lines, entry.line, time: entry.time, id: entry.id, numbers: numbers)
        return sealed
    }

    private mutating func next(_ now: Int64) -> NumberedLot {
        let lot = spare ?? NumberedLot(options, since: now)
        lot.reset(since: now)
        (filling, spare) = (lot, nil)
        return lot
    }

    /// Lets the last lot take no more, and returns it.
    mutating func seal() -> NumberedLot? {
        guard let lot = filling else { return nil }
        whole.append(lot)
        filling = nil
        return lot
    }

    /// A new round of all lots that are whole.
    func repeated() -> BulkRound {
        for lot in whole { lot.isRepeated = true }
        return BulkRound(whole)
    }

    /// Whether there is something left of what an earlier round has not made safe.
    var isRepeating: Bool { whole.contains { $0.isRepeated } }

    /// Forgets the lots of which nothing is left to do.
    mutating func removeSettled() {
        whole.removeAll { lot in
            guard lot.events.openCount == 0 else { return false }
            spare = lot
            return true
        }
    }

    /// Bytes of all lots.
    var byteCount: Int { whole.reduce(filling?.events.text.count ?? 0) { $0 + $1.events.text.count } }
}
