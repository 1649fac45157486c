import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// An event of the engine's output, to be looked at by fields.
struct ShownEvent {
    let json: JSONValue
    let entry: Batch.Entry

    /// The value at a dotted path: text as it is, newlines as `⏎`, arrays in brackets; `-` for nothing.
    subscript(_ path: String) -> String {
        var value: JSONValue? = json
        for part in path.split(separator: ".") {
            if case .array(let elements) = value, let index = Int(part) {
                value = elements.indices.contains(index) ? elements[index] : nil
            } else {
                value = value?[String(part)]
            }
        }
        return value.map(Self.shown) ?? "-"
    }

    private static func shown(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text.replacing("\n", with: "⏎")
        case .number(let text): text
        case .array(let elements): "[" + elements.map(shown).joined(separator: " ") + "]"
        case .bool(let bool): "\(bool)"
        case .null: "null"
        case .object(let members): "{" + members.map { "\($0.key): \(shown($0.value))" }.joined(separator: ", ") + "}"
        }
    }
}

/// An engine that is played by a test: what is written to its one source, and what the clock says.
struct EngineScript: ~Copyable {
    private var engine: Engine
    private var offset = 0
    private(set) var events: [ShownEvent] = []

    init(_ options: EngineOptions = .judged) {
        engine = Engine(options: options)
        engine.open(source: 0)
    }

    /// What the clock said when the test began, milliseconds.
    private static let start: Int64 = 5_000_000

    /// When the engine wants to be asked again, milliseconds since the test began; 0 for at once.
    var deadline: Int64? { engine.nextDeadline(source: 0).map { max($0 / 1_000_000 - Self.start, 0) } }
    var counts: EventCounts { engine.counts }

    /// Writes bytes, and returns the events that left.
    @discardableResult mutating func write(_ bytes: [UInt8]) -> [ShownEvent] {
        let before = events.count
        var new: [ShownEvent] = []
        engine.push(bytes.span.bytes, source: 0, at: offset) { new += $0.shown }
        offset += bytes.count
        events += new
        return Array(events[before...])
    }

    @discardableResult mutating func write(_ text: String) -> [ShownEvent] { write(Array(text.utf8)) }

    /// Nothing more can be read at this time, milliseconds since the test began.
    @discardableResult mutating func quiet(at milliseconds: Int64) -> [ShownEvent] {
        var new: [ShownEvent] = []
        engine.expire(source: 0, now: (Self.start + milliseconds) * 1_000_000) { new += $0.shown }
        events += new
        return new
    }

    @discardableResult mutating func finish() -> [ShownEvent] {
        var new: [ShownEvent] = []
        engine.finish(source: 0) { new += $0.shown }
        events += new
        return new
    }
}

extension Batch {
    /// The events, each of which has to be one line of JSON.
    fileprivate var shown: [ShownEvent] {
        withLines { (bytes: RawSpan) in
            entries.map { entry in
                let line = (Int(entry.start)..<Int(entry.start + entry.length)).map { bytes[$0] }
                let json = JSONValue(line)
                #expect(json != nil && line.last == 0x0a, "no line of JSON: \(String(decoding: line, as: UTF8.self))")
                return ShownEvent(json: json ?? .null, entry: entry)
            }
        }
    }
}

/// All events of bytes, which have to be all in them, in the order of their first lines.
func events(of bytes: [UInt8], _ options: EngineOptions = .judged) -> [ShownEvent] {
    var script = EngineScript(options)
    script.write(bytes)
    script.finish()
    let events = script.events
    #expect(events.reduce(0) { $0 + Int($1.entry.rawLength) } == bytes.count, "bytes are missing or counted twice")
    let offsets = events.map(\.entry.offset)
    #expect(offsets == offsets.sorted(), "events are out of order")
    return events
}

func events(of text: String, _ options: EngineOptions = .judged) -> [ShownEvent] {
    events(of: Array(text.utf8), options)
}

/// A line for each event, with the values of `fields`.
func shown(_ text: String, _ fields: [String], _ options: EngineOptions = .judged) -> String {
    events(of: text, options).shown(fields)
}

extension [ShownEvent] {
    func shown(_ fields: [String]) -> String {
        map { event in fields.map { event[$0] }.joined(separator: " | ") }.joined(separator: "\n")
    }

    /// The messages.
    var messages: [String] { map { $0["message"] } }
}

/// The default options with some of them changed.
func options(_ change: (inout EngineOptions) -> Void) -> EngineOptions {
    var options = EngineOptions.judged
    change(&options)
    return options
}

/// A context of Zed and later.
let context = "[None req-cf402d0e-decf-4f00-aa55-0552c08067cc u1 p1 - - default default]"
