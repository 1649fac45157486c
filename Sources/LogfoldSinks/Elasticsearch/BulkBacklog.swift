import LogfoldCore
import LogfoldParsing

/// The events of a batch that go to one sink, as lots take one after the other.
struct RoutedEvents {
    private let entries: [Batch.Entry]
    private let route: UInt64
    private let first: UInt64
    private var at = 0
    /// The number up to which everything is settled with what was taken.
    private var settled: UInt64

    /// Those with this route bit. The first event of the batch has this number in the spool.
    init(_ entries: [Batch.Entry], route: UInt64, first: UInt64) {
        self.entries = entries
        self.route = route
        self.first = first
        settled = first
        skipOthers()
    }

    /// The event that comes next; nil behind the last one.
    var next: Batch.Entry? { at < entries.count ? entries[at] : nil }

    /// Goes behind it, and returns the numbers that are settled with it: its own, and those before it that are not the
    /// sink's.
    mutating func take() -> Range<UInt64> {
        let numbers = settled..<first + UInt64(at) + 1
        settled = numbers.upperBound
        at += 1
        skipOthers()
        return numbers
    }

    private mutating func skipOthers() {
        while at < entries.count, entries[at].routes & route == 0 { at += 1 }
    }
}

/// Events of about one request, shared by those who send and settle them.
final class NumberedLot {
    var events: BulkLot
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
        since = time
        isRepeated = false
    }
}

/// What a bulk sink has taken and not yet seen safe: lots of a request each, so that a slow request holds no more than
/// its own.
struct BulkBacklog {
    private let options: ElasticsearchOptions
    /// Lots that take no more events, in order; and the one that takes the next.
    private(set) var whole: [NumberedLot] = []
    private(set) var filling: NumberedLot?
    /// Those that are settled, for the next events: new memory costs the kernel more than the bytes cost us.
    private var spare: [NumberedLot] = []

    /// Nothing was taken.
    init(_ options: ElasticsearchOptions) { self.options = options }

    /// Takes events, in new lots where a request has so many bytes at the most and the last lot has no room for them.
    /// Returns the lots that are whole now.
    mutating func append(
        _ lines: RawSpan, _ events: inout RoutedEvents, now: Int64, requestBytes: Int
    ) -> [NumberedLot] {
        var sealed: [NumberedLot] = []
        while events.next != nil {
            let lot = filling ?? next(now)
            lot.events.fill(lines, &events, upTo: (requestBytes, options.requestEvents))
            if events.next != nil, let lot = seal() { sealed.append(lot) }
        }
        return sealed
    }

    private mutating func next(_ now: Int64) -> NumberedLot {
        let lot = spare.popLast() ?? NumberedLot(options, since: now)
        lot.reset(since: now)
        filling = lot
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
            if spare.count < options.requestsInFlight { spare.append(lot) }
            return true
        }
    }

    /// Bytes of all lots.
    var byteCount: Int { whole.reduce(filling?.events.text.count ?? 0) { $0 + $1.events.text.count } }
}
