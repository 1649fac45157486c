import LogfoldIO
import LogfoldParsing

/// The events that a sink to Logstash has taken and not yet seen safe: each as it is sent, with a newline behind it.
///
///     {"@metadata":{"beat":"logfold","type":"_doc","version":"1.0.0","_id":"8f2c…"},"@timestamp":…}
///
/// `@metadata` is what Beats set; Logstash's pipelines see it and its outputs do not send it. The rest is the event's JSON,
/// spliced in as it is.
struct EventLot: ~Copyable {
    private struct Item {
        /// Behind the event's newline; it begins where the one before it ends.
        var end: Int
        /// Whether the server has acknowledged it.
        var isDone = false
    }

    private var text = ByteBuffer()
    private var items: [Item] = []
    private var finder: EventIDFinder?
    /// What stands in front of an event, up to the id.
    private let front: [UInt8]

    /// An empty lot, with `event.id` as `@metadata._id` if wanted.
    init(beat: String, version: String, usesEventID: Bool) {
        let names = "\"beat\":\(JSONQuoting.quoted(beat)),\"type\":\"_doc\",\"version\":\(JSONQuoting.quoted(version))"
        front = Array("{\"@metadata\":{\(names)".utf8)
        finder = usesEventID ? EventIDFinder() : nil
    }

    /// How many events there are.
    var count: Int { items.count }

    /// How many bytes they have.
    var byteCount: Int { text.count }

    /// Takes the event in `range` of `lines`, a JSON object with its newline. `id` is as in ``Batch/Entry/id``.
    mutating func append(_ lines: RawSpan, _ range: ByteRange, id: UInt32 = 0) {
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
        items.append(Item(end: text.count))
    }

    /// These events are safe.
    mutating func finish(_ numbers: Range<Int>) {
        for number in numbers { items[number].isDone = true }
    }

    /// The events that are not safe, as runs of their numbers.
    var open: [Range<Int>] {
        var runs: [Range<Int>] = []
        for number in items.indices where !items[number].isDone {
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
        let fitting = numbers.prefix(events).prefix { items[$0].end - start <= limit }
        return max(fitting.count, min(1, numbers.count))
    }

    /// Where an event's JSON lies in the text, with its newline.
    func place(_ number: Int) -> ByteRange {
        ByteRange(number == 0 ? 0 : items[number - 1].end, items[number].end)
    }

    /// Lends the text of all events.
    func withText<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try text.withSpan(body)
    }

    /// Forgets all events.
    mutating func removeAll() {
        text.removeAll(keepingRoom: Self.keptCapacity)
        items.removeAll(keepingCapacity: true)
    }

    /// Room that is kept between commits while little is sent.
    private static let keptCapacity = 8 << 20
}
