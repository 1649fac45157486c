package import LogfoldCore
import LogfoldParsing

/// Events for a batch, as an engine would hand them out.
package struct EventBatch: ~Copyable {
    private var lines = ByteBuffer()
    private var entries: [Batch.Entry] = []

    /// No events.
    package init() {}

    /// A batch of JSON texts, all of one time and on these routes.
    package static func of(_ events: [String], time: Int64 = 0, routes: UInt64 = .max) -> Batch {
        var batch = EventBatch()
        for event in events { batch.append(event, time: time, routes: routes) }
        return batch.finish()
    }

    /// Adds an event: its JSON without a newline, and where its id lies.
    package mutating func append(
        _ json: String, time: Int64 = 0, routes: UInt64 = .max, id: UInt32 = 0, source: UInt32 = 0
    ) {
        let start = lines.count
        lines.append(string: json)
        lines.append(0x0A)
        var entry = Batch.Entry(
            start: UInt32(start), length: UInt32(lines.count - start), time: time, source: source, severity: .info,
            offset: Int64(entries.count), rawLength: 1, lineCount: 1)
        entry.routes = routes
        entry.id = id
        entries.append(entry)
    }

    /// The batch of all that was added; afterwards there is nothing again.
    package mutating func finish() -> Batch {
        defer { entries = [] }
        return lines.takeBatch(entries)
    }
}
