import LogfoldParsing

/// Events of about one request, as its elements: of one lane and for one project.
final class MonascaLot {
    /// An event.
    struct Item {
        /// Where its element begins, and the comma behind it.
        var start: Int
        var end: Int
        /// Where the event's own members begin in the element.
        var members: Int
        /// The event as it came, where its element is not the whole of it.
        var original: [UInt8]?
        /// The numbers that are settled with it: its own, and those before it that are not the sink's.
        var numbers: Range<UInt64>
        /// Whether nothing has to be done for it any more.
        var isDone = false
        /// Whether an earlier request may have brought it, because its answer did not come.
        var mayBeThere = false
    }

    /// Whose events they are, and the project that they are written for.
    private(set) var address: Address
    /// When its first event came, by the monotonic clock.
    private(set) var since: Int64
    private(set) var items: [Item] = []
    /// How many items are not done.
    private(set) var openCount = 0
    /// Whether sending has failed before all of it was safe.
    private(set) var isRepeated = false
    private var text = ByteBuffer()
    private var originalBytes = 0

    /// Where the events of a lot go.
    struct Address: Hashable {
        /// Sources are spread over lanes; in each only one request is in flight.
        var lane: Int
        /// The project that is written for; nil for the token's own.
        var tenant: String?
    }

    /// An empty lot.
    init(_ address: Address, since: Int64) {
        self.address = address
        self.since = since
    }

    /// Forgets all items, and keeps the room that they had.
    func reset(_ address: Address, since time: Int64) {
        self.address = address
        since = time
        text.removeAll()
        items.removeAll(keepingCapacity: true)
        (openCount, originalBytes, isRepeated) = (0, 0, false)
    }

    /// Bytes of memory that it has for its events.
    var byteCount: Int { text.count + originalBytes }

    /// Whether an element of so many bytes more would make it too large for a request.
    func isWhole(with bytes: Int, _ request: (bytes: Int, events: Int)) -> Bool {
        !items.isEmpty && (items.count >= request.events || text.count + bytes > request.bytes)
    }

    /// Takes an event as the element that was made of it; `original` is what it was, where that was changed.
    func append(_ element: RawSpan, members: Int, original: [UInt8]?, numbers: Range<UInt64>) {
        let start = text.count
        text.append(element, 0, element.byteCount)
        items.append(
            Item(
                start: start, end: text.count, members: start + members, original: original, numbers: numbers))
        text.append(",")
        originalBytes += original?.count ?? 0
        openCount += 1
    }

    /// Nothing more has to be done for an item.
    func finish(_ number: Int) {
        guard !items[number].isDone else { return }
        items[number].isDone = true
        openCount -= 1
    }

    /// A request with these items has had no answer that tells what became of it.
    func noteUnknown(_ numbers: ArraySlice<Int>) {
        for number in numbers { items[number].mayBeThere = true }
    }

    /// What is open of it is sent once more.
    func noteRepeated() { isRepeated = true }

    /// The numbers of the items that are not done.
    var open: [Int] { items.indices.filter { !items[$0].isDone } }

    /// How many of these items, from the front, have so many bytes at the most with the commas between; one at least.
    func prefixCount(_ numbers: ArraySlice<Int>, bytes limit: Int, events: Int) -> Int {
        var (count, bytes) = (0, 0)
        for number in numbers {
            bytes += items[number].end - items[number].start + 1
            guard count == 0 || (bytes - 1 <= limit && count < events) else { break }
            count += 1
        }
        return count
    }

    /// The body of a request with these items behind `opening`.
    func body(_ numbers: ArraySlice<Int>, opening: [UInt8]) -> [UInt8] {
        let length = numbers.reduce(0) { $0 + items[$1].end - items[$1].start + 1 }
        var body: [UInt8] = []
        body.reserveCapacity(opening.count + length + 2)
        body += opening
        text.withSpan { span in
            for run in runs(numbers) {
                unsafe span.extracting(items[run.first].start..<items[run.last].end + 1).withUnsafeBytes {
                    unsafe body.append(contentsOf: $0)
                }
            }
        }
        // Not the comma behind the last one.
        if !numbers.isEmpty { body.removeLast() }
        body += Array("]}".utf8)
        return body
    }

    /// Items that lie side by side.
    private func runs(_ numbers: ArraySlice<Int>) -> [(first: Int, last: Int)] {
        var runs: [(first: Int, last: Int)] = []
        for number in numbers {
            if let last = runs.last, last.last + 1 == number {
                runs[runs.count - 1].last = number
            } else {
                runs.append((number, number))
            }
        }
        return runs
    }

    /// An item's event as it came, without its newline.
    func event(_ number: Int) -> [UInt8] {
        let item = items[number]
        if let original = item.original { return original }
        var event = ByteBuffer(capacity: item.end - item.members + 1)
        event.append("{")
        text.withSpan { event.append($0, item.members, item.end) }
        return event.withSpan { unsafe $0.withUnsafeBytes { unsafe Array($0) } }
    }
}
