/// The forms an event can be written in (`-o`, a sink's `shape:`); `Docs/schema.md` has a column for each.
package enum Shape: String, CaseIterable, Sendable {
    /// The event as it is: one JSON line by ECS names.
    case ecs
    /// One OTLP/JSON `LogRecord` a line.
    case otel
    /// JSON with the field names of kolla-ansible's Fluentd.
    case kolla
    /// Text for people.
    case pretty
    /// The lines of the log again.
    case raw
}

/// Writes events in one shape, as a view over their JSON: so what comes from an engine, a spool or a file is treated
/// alike.
package struct ShapeWriter: ~Copyable {
    /// The shape.
    package let shape: Shape
    /// Whether ``Shape/pretty`` uses terminal colours.
    package let colours: Bool
    /// How many events ``Shape/raw`` had to rebuild because they have no `event.original`.
    package private(set) var rebuilt = 0

    private var event = EventView()
    private var text = ByteBuffer(capacity: 4_096)

    /// A writer of this shape.
    package init(_ shape: Shape, colours: Bool = false) {
        self.shape = shape
        self.colours = colours
    }

    /// Writes the event in `range`, a JSON line with or without its newline, and ends what it wrote with a newline.
    ///
    /// False where the line is no event: nothing is written then.
    package mutating func write(_ line: RawSpan, _ range: ByteRange, into output: inout ByteBuffer) -> Bool {
        guard event.read(line, range) else { return false }
        switch shape {
        case .ecs: ECSShape.write(line, range, into: &output)
        case .otel: OTelShape.write(event, line, into: &output)
        case .kolla: KollaShape.write(event, line, into: &output)
        case .pretty: PrettyShape(colours: colours).write(event, line, &text, into: &output)
        case .raw: if !RawShape.write(event, line, &text, into: &output) { rebuilt += 1 }
        }
        return true
    }
}

/// The event itself, checked to be one.
enum ECSShape {
    static func write(_ line: RawSpan, _ range: ByteRange, into output: inout ByteBuffer) {
        output.append(line, range)
        if line[range.end - 1] != 0x0A { output.append(0x0A) }
    }
}

/// A JSON object that is being written member by member.
struct JSONMembers {
    private var isFirst = true

    /// Begins the object.
    init(into output: inout ByteBuffer) { output.append("{") }

    /// Appends a comma where one is due, the key and its colon.
    mutating func key(_ name: StaticString, into output: inout ByteBuffer) {
        output.append(isFirst ? "\"" : ",\"")
        isFirst = false
        output.append(name)
        output.append("\":")
    }

    /// Appends a key with text that is escaped already.
    mutating func string(_ name: StaticString, _ line: RawSpan, _ range: ByteRange, into output: inout ByteBuffer) {
        key(name, into: &output)
        output.append("\"")
        output.append(line, range)
        output.append("\"")
    }

    /// Ends the object and the line.
    func end(into output: inout ByteBuffer) { output.append("}\n") }
}
