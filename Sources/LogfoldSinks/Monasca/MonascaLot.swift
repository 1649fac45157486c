import LogfoldParsing

/// The events that a Monasca sink has taken and not yet seen safe, as the elements of requests.
struct MonascaLot: ~Copyable {
    /// An event.
    struct Item {
        /// Where its element begins, and the comma behind it.
        var start: Int
        var end: Int
        /// Where the event's own members begin in the element.
        var members: Int
        /// The project that it is sent for: a number of ``tenants``.
        var tenant: Int
        /// The event as it came, where its element is not the whole of it.
        var original: [UInt8]?
        /// Whether nothing has to be done for it any more.
        var isDone = false
        /// Whether an earlier request may have brought it, because its answer did not come.
        var mayBeThere = false
    }

    private(set) var text = ByteBuffer()
    private(set) var items: [Item] = []
    /// The projects that events are sent for, by their numbers; the first is the token's own.
    private(set) var tenants: [String?]
    private var element: MonascaElement
    private var tenantNumbers: [String: Int] = [:]

    /// Room that is kept between commits while little is sent.
    private static let keptCapacity = 4 << 20

    /// An empty lot.
    init(_ dimensions: [EventDimension], _ tenant: CrossTenant) {
        switch tenant {
        case .none:
            tenants = [nil]
            element = MonascaElement(dimensions, tenant: nil)
        case .project(let id):
            tenants = [id]
            element = MonascaElement(dimensions, tenant: nil)
        case .field(let name):
            tenants = [nil]
            element = MonascaElement(dimensions, tenant: name)
        }
    }

    /// Takes the event in `range` of `lines`; the range has its newline.
    mutating func append(_ lines: RawSpan, _ range: ByteRange) {
        let event = ByteRange(range.start, range.end - 1)
        let start = text.count
        let made = element.append(lines, event, to: &text)
        let end = text.count
        text.append(",")
        var item = Item(start: start, end: end, members: made.members, tenant: tenant(lines, made.tenant))
        if made.isChanged {
            item.original = unsafe lines.extracting(event.start..<event.end).withUnsafeBytes { unsafe Array($0) }
        }
        items.append(item)
    }

    /// The number of a project; what is no id is the token's own project.
    private mutating func tenant(_ lines: RawSpan, _ range: ByteRange) -> Int {
        guard !range.isEmpty, range.count <= 64 else { return 0 }
        let id = lines.string(range)
        guard CrossTenant.isProject(id) else { return 0 }
        if let known = tenantNumbers[id] { return known }
        tenants.append(id)
        tenantNumbers[id] = tenants.count - 1
        return tenants.count - 1
    }

    /// Nothing more has to be done for these items.
    mutating func finish(_ numbers: ArraySlice<Int>) {
        for number in numbers { items[number].isDone = true }
    }

    /// A request with these items has had no answer that tells what became of it.
    mutating func noteUnknown(_ numbers: ArraySlice<Int>) {
        for number in numbers { items[number].mayBeThere = true }
    }

    /// The numbers of the items that are not done, by the project that they are sent for, each in their order.
    var open: [ArraySlice<Int>] {
        var groups: [[Int]] = Array(repeating: [], count: tenants.count)
        for (number, item) in items.enumerated() where !item.isDone { groups[item.tenant].append(number) }
        return groups.filter { !$0.isEmpty }.map { $0[...] }
    }

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
        var body = ByteBuffer(capacity: opening.count + byteCount(numbers) + 16)
        opening.withSpan { body.append($0, 0, $0.byteCount) }
        text.withSpan { span in
            for run in runs(numbers) { body.append(span, items[run.first].start, items[run.last].end + 1) }
        }
        // Not the comma behind the last one.
        if !numbers.isEmpty { body.truncate(to: body.count - 1) }
        body.append("]}")
        return body.withSpan { unsafe $0.withUnsafeBytes { unsafe Array($0) } }
    }

    private func byteCount(_ numbers: ArraySlice<Int>) -> Int {
        numbers.reduce(0) { $0 + items[$1].end - items[$1].start + 1 }
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

    /// Forgets all items.
    mutating func removeAll() {
        text.removeAll(keepingRoom: Self.keptCapacity)
        items.removeAll(keepingCapacity: true)
    }
}
