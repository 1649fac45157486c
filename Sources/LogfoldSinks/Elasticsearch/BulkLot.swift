import LogfoldCore
import LogfoldParsing

/// The events that a bulk sink has taken and not yet seen safe: the text of a `_bulk` request as it is sent, with the
/// place of each event in it. The events are spliced in as they are.
struct BulkLot: ~Copyable {
    /// An event with its action line.
    struct Item {
        /// Where its action line begins.
        var start: Int
        /// Where the event's JSON begins.
        var event: Int
        /// Behind the event's newline.
        var end: Int
        /// What is settled with it: its own number in the spool, and those before it that are not the sink's.
        var numbers: Range<UInt64>
        /// Whether nothing has to be done for it any more.
        var isDone = false
        /// Whether an earlier request may have stored it, because its answer did not come.
        var mayBeStored = false
    }

    private(set) var text = ByteBuffer()
    private(set) var items: [Item] = []
    /// How many items are not done.
    private(set) var openCount = 0
    /// The index of all events, where there is no other: then their action lines leave it to the address of a request.
    let index: String?
    private var filler: TemplateFiller
    private var finder: EventIDFinder?
    /// What an action line says of the index at hand.
    private var action: [UInt8] = []

    /// Longest `_id` that servers take; an event with a longer id goes without.
    static let longestID = 512

    /// An empty lot for the index of a template, with `event.id` as `_id` if wanted.
    init(index: EventTemplate, usesEventID: Bool) {
        self.index = index.constant.map(IndexName.fitted)
        filler = TemplateFiller(index)
        finder = usesEventID ? EventIDFinder() : nil
    }

    /// Takes events for as long as they make no more than a request; the first one of a lot in any case.
    mutating func fill(_ lines: RawSpan, _ events: inout RoutedEvents, upTo request: (bytes: Int, events: Int)) {
        while let entry = events.next, !isWhole(with: Int(entry.length), request) {
            append(lines, entry.line, time: entry.time, id: entry.id, numbers: events.take())
        }
    }

    /// Whether an event of so many bytes more would make it too large for a request.
    private func isWhole(with bytes: Int, _ request: (bytes: Int, events: Int)) -> Bool {
        guard let last = items.last else { return false }
        // Its action line will be about as long as the last one.
        let next = bytes + last.event - last.start
        return items.count >= request.events || text.count + next > request.bytes
    }

    /// Takes the event in `range` of `lines`, which happened at `time`; the range has its newline. `id` is as in
    /// ``Batch/Entry/id``.
    mutating func append(
        _ lines: RawSpan, _ range: ByteRange, time: Int64, id: UInt32 = 0, numbers: Range<UInt64>
    ) {
        if index == nil, filler.move(to: lines, range, time: time) {
            action = Array("\"_index\":\"\(IndexName.fitted(filler.text(IndexName.cleaned)))\"".utf8)
        }
        let start = text.count
        text.append("{\"create\":{")
        action.withSpan { text.append($0, 0, $0.byteCount) }
        if let id = finder?.find(lines, range, noted: id), id.count <= Self.longestID {
            text.append(action.isEmpty ? "\"_id\":\"" : ",\"_id\":\"")
            text.append(lines, id)
            text.append("\"}}\n")
        } else {
            text.append("}}\n")
        }
        items.append(Item(start: start, event: text.count, end: text.count + range.count, numbers: numbers))
        text.append(lines, range)
        openCount += 1
    }

    /// Nothing more has to be done for these items, which were not done; what is settled with them is added.
    mutating func finish(_ numbers: ArraySlice<Int>, settling settled: inout EventNumbers) {
        for number in numbers {
            items[number].isDone = true
            settled.append(items[number].numbers)
        }
        openCount -= numbers.count
    }

    /// A request with these items has had no answer that tells what became of it.
    mutating func noteUnknown(_ numbers: some Sequence<Int>) {
        for number in numbers { items[number].mayBeStored = true }
    }

    /// The numbers of the items that are not done.
    var open: [Int] { items.indices.filter { !items[$0].isDone } }

    /// How many of these items, from the front, make a request of so many bytes at the most; one at least.
    func prefixCount(_ numbers: ArraySlice<Int>, bytes limit: Int, events: Int) -> Int {
        var (count, bytes) = (0, 0)
        for number in numbers {
            bytes += items[number].end - items[number].start
            guard count == 0 || (bytes <= limit && count < events) else { break }
            count += 1
        }
        return count
    }

    /// Bytes of a request with these items.
    func byteCount(_ numbers: ArraySlice<Int>) -> Int {
        numbers.reduce(0) { $0 + items[$1].end - items[$1].start }
    }

    /// Lends the text of a request with these items, in their order.
    func withBody<Result, Failure: Error>(
        _ numbers: ArraySlice<Int>, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let first = numbers.first, let last = numbers.last else { return try body(RawSpan()) }
        if last - first == numbers.count - 1 {
            // Side by side: as nearly always.
            let range = items[first].start..<items[last].end
            return try text.withSpan { (span) throws(Failure) in try body(span.extracting(range)) }
        }
        var gathered = ByteBuffer(capacity: byteCount(numbers))
        text.withSpan { span in
            for number in numbers { gathered.append(span, items[number].start, items[number].end) }
        }
        return try gathered.withSpan(body)
    }

    /// Lends an item's event without its newline.
    func withEvent(_ number: Int, _ body: (RawSpan) -> Void) {
        let item = items[number]
        text.withSpan { body($0.extracting(item.event..<item.end - 1)) }
    }

    /// Forgets all items.
    mutating func removeAll() {
        text.removeAll(keepingRoom: Self.keptCapacity)
        items.removeAll(keepingCapacity: true)
        openCount = 0
    }

    /// Room that is kept while little is sent.
    private static let keptCapacity = 512 << 10
}
