/// Heads of events that were cut at a limit: the events that continue them show the same head fields, but the arena
/// forgets the line the head stood on.
struct CarriedHeads: ~Copyable {
    private var text = ByteBuffer()
    private var ends: [Int] = []
    /// Where the events begin whose heads these are.
    private var origins: [Int] = []

    /// Keeps the head of `full` and lets `event` point to it.
    mutating func carry(_ bytes: RawSpan, from full: Event, to event: inout Event) {
        if full.carriedHead >= 0 {
            event.carriedHead = full.carriedHead
            return
        }
        let start = text.count
        let payload = full.isPlain ? Int(full.start) : Swift.max(full.head.payload, Int(full.start))
        text.append(bytes, Int(full.start), payload)
        ends.append(text.count)
        origins.append(full.offset)
        event.carriedHead = Int32(ends.count - 1)
        event.head.relocate(full.start)
        event.head.shift(up: start)
    }

    /// Appends the head's text, up to where its payload begins, and returns by how much its ranges have to be moved
    /// down to lie in `buffer`.
    func append(_ event: Event, to buffer: inout ByteBuffer) -> Int {
        let index = Int(event.carriedHead)
        let start = index == 0 ? 0 : ends[index - 1]
        let distance = start - buffer.count
        text.withSpan { buffer.append($0, start, ends[index]) }
        return distance
    }

    /// Whether the logger of an event's head equals `logger` in `bytes`.
    @inline(__always)
    func loggerEquals(_ event: Event, _ logger: ByteRange, _ bytes: RawSpan) -> Bool {
        if event.carriedHead < 0 { return bytes.equal(event.head.logger, logger, in: bytes) }
        return text.withSpan { $0.equal(event.head.logger, logger, in: bytes) }
    }

    /// Forgets everything, once no event in the table points here.
    mutating func removeAll() {
        text.removeAll()
        ends.removeAll(keepingCapacity: true)
        origins.removeAll(keepingCapacity: true)
    }

    /// Where an event begins, or the one whose head it shows: it cannot be made without that.
    func origin(of event: Event) -> Int {
        event.carriedHead < 0 ? event.offset : Swift.min(event.offset, origins[Int(event.carriedHead)])
    }

    /// Heads from before `offset` count as if they had been there.
    mutating func forgetOrigins(before offset: Int) {
        for at in origins.indices { origins[at] = Swift.max(origins[at], offset) }
    }

    /// Whether nothing is carried.
    var isEmpty: Bool { ends.isEmpty }
}

extension Head {
    /// Moves all ranges `distance` towards the end.
    mutating func shift(up distance: Int) {
        relocate(UInt32(truncatingIfNeeded: -distance))
    }
}
