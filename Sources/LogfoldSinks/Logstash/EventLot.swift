import LogfoldIO
import LogfoldParsing

/// Events of about one window: each as it is sent, with a newline behind it.
///
///     {"@metadata":{"beat":"logfold","type":"_doc","version":"1.0.0","_id":"8f2c…"},"@timestamp":…}
///
/// `@metadata` is what Beats set; Logstash's pipelines see it and its outputs do not send it. The rest is the event's JSON,
/// spliced in as it is.
///
/// The events are numbered over all lots of a sink.
final class EventLot {
    private struct Item {
        /// Behind the event's newline; it begins where the one before it ends.
        var end: Int
        /// The numbers in the spool that are settled with it: its own, and those before it that are not the sink's.
        var settled: Range<UInt64>
        /// Whether the server has acknowledged it.
        var isDone = false
    }

    private var text = ByteBuffer()
    private var items: [Item] = []
    /// The number of its first event.
    private var base = 0
    /// When its first event came, by the monotonic clock.
    private(set) var since: Int64 = 0
    /// How many events are not safe.
    private(set) var openCount = 0
    /// Whether sending has failed before all of it was safe.
    private(set) var isRepeated = false
    private var finder: EventIDFinder?
    /// What stands in front of an event, up to the id.
    private let front: [UInt8]

    /// An empty lot, with `event.id` as `@metadata._id` if wanted.
    init(beat: String, version: String, usesEventID: Bool) {
        let names = "\"beat\":\(JSONQuoting.quoted(beat)),\"type\":\"_doc\",\"version\":\(JSONQuoting.quoted(version))"
        front = Array("{\"@metadata\":{\(names)".utf8)
        finder = usesEventID ? EventIDFinder() : nil
    }

    /// Forgets all events, and keeps the room that they had; the next one has this number.
    func reset(base number: Int, since time: Int64) {
        text.removeAll(keepingRoom: Self.keptCapacity)
        items.removeAll(keepingCapacity: true)
        (base, since, openCount, isRepeated) = (number, time, 0, false)
    }

    /// The numbers of its events.
    var events: Range<Int> { base..<base + items.count }

    /// How many bytes they have.
    var byteCount: Int { text.count }

    /// Whether an event of so many bytes more would make it too large for a window.
    func isWhole(with bytes: Int, _ window: (bytes: Int, events: Int)) -> Bool {
        // It gets about as much in front as the others have.
        !items.isEmpty
            && (items.count >= window.events || text.count + front.count + Self.idLength + bytes > window.bytes)
    }

    /// Takes the event in `range` of `lines`, a JSON object with its newline. `id` is as in ``Batch/Entry/id``.
    func append(_ lines: RawSpan, _ range: ByteRange, id: UInt32 = 0, settled: Range<UInt64> = 0..<0) {
        front.withSpan { text.append($0, 0, $0.byteCount) }
        if let id = finder?.find(lines, range, noted: id) {
            text.append(",\"_id\":\"")
            text.append(lines, id)
            text.append("\"")
        }
        text.append("}")
        let behindBrace = range.start + 1
        if lines[behindBrace] != UInt8(ascii: "}") { text.append(",") }
        text.append(lines, behindBrace, range.end)
        items.append(Item(end: text.count, settled: settled))
        openCount += 1
    }

    /// These events are safe.
    func finish(_ numbers: Range<Int>) {
        for number in numbers where !items[number - base].isDone {
            items[number - base].isDone = true
            openCount -= 1
        }
    }

    /// What is open of it is sent once more.
    func noteRepeated() { isRepeated = true }

    /// The numbers in the spool that are settled with an event.
    func settled(with number: Int) -> Range<UInt64> { items[number - base].settled }

    /// The events that are not safe, as runs of their numbers.
    var open: [Range<Int>] {
        var runs: [Range<Int>] = []
        for number in events where !items[number - base].isDone {
            if let last = runs.last, last.upperBound == number {
                runs[runs.count - 1] = last.lowerBound..<number + 1
            } else {
                runs.append(number..<number + 1)
            }
        }
        return runs
    }

    /// How many of these events, from the front, have so many bytes together at the most; one at least.
    func prefixCount(_ numbers: Range<Int>, bytes limit: Int, events: Int) -> Int {
        let start = place(numbers.lowerBound).start
        let fitting = numbers.prefix(events).prefix { items[$0 - base].end - start <= limit }
        return max(fitting.count, min(1, numbers.count))
    }

    /// Where an event's JSON lies in the text, with its newline.
    func place(_ number: Int) -> ByteRange {
        ByteRange(number == base ? 0 : items[number - base - 1].end, items[number - base].end)
    }

    /// Lends the text of all events.
    func withText<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try text.withSpan(body)
    }

    /// Room that is kept while little is sent.
    private static let keptCapacity = 4 << 20
    /// Bytes of an id with its name.
    private static let idLength = 42
}
