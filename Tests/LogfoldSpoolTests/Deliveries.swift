import LogfoldCore
import LogfoldSpool

/// A batch of events without text: routes are all that the spool looks at.
func batch(routes: [UInt64]) -> Batch {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: routes.count * 10, alignment: 16)
    var entries: [Batch.Entry] = []
    for (at, route) in routes.enumerated() {
        var entry = Batch.Entry(
            start: UInt32(at * 10), length: 10, time: 0, source: 1, severity: .info, offset: Int64(at), rawLength: 1,
            lineCount: 1)
        entry.routes = route
        entries.append(entry)
    }
    return Batch(adopting: memory, byteCount: routes.count * 10, entries: entries)
}

/// A checkpoint at this offset.
func checkpoint(_ key: UInt64, _ offset: Int64, left: [EventSpan] = []) -> SourceCheckpoint {
    SourceCheckpoint(
        key: key, input: "logs", position: SourcePosition(offset: offset, left: left, state: [7]), place: [1, 2])
}

/// Events on these routes that bring a source to an offset.
func delivery(_ key: UInt64, to offset: Int64, routes: [UInt64] = [.max]) -> Delivery {
    Delivery(batch: batch(routes: routes), checkpoints: [checkpoint(key, offset)])
}
