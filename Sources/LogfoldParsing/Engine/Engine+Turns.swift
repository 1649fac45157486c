package import LogfoldCore

// How a program of many sources drives the engine: it takes bytes turn by turn, and asks for batches.

extension Engine {
    /// Takes the next bytes of a source, as ``push(_:source:at:_:)`` does, but hands out full batches only.
    package mutating func take(
        _ bytes: RawSpan, source: UInt32, at offset: Int, _ emit: (Batch) throws -> Void
    ) rethrows {
        if sources[source] == nil { open(source: source) }
        guard let box = sources[source] else { return }
        deadlines.remove(source)
        begin(box, Swift.min(bytes.byteCount, Self.pieceBytes))
        var at = 0
        while at < bytes.byteCount {
            let end = Swift.min(at + Self.pieceBytes, bytes.byteCount)
            box.state.append(bytes.extracting(at..<end), at: offset + at)
            try advance(box, emit)
            at = end
        }
    }

    /// Bytes are taken in pieces that stay in the cache between being copied, parsed and encoded.
    private static let pieceBytes = 256 << 10

    /// Everything there is of a source was read at `now`, nanoseconds of a clock that only grows: its folds end that
    /// have been silent for long enough, as by ``expire(source:now:_:)``, but only full batches are handed out.
    package mutating func reachedEnd(source: UInt32, now: Int64, _ emit: (Batch) throws -> Void) rethrows {
        guard let box = sources[source] else { return }
        box.state.decide(isLast: false)
        try advance(box, emit)
        box.state.expire(now: now)
        try advance(box, emit)
        box.state.rest()
        deadlines.set(source, box.state.nextDeadline)
    }

    /// Ends a source as ``finish(source:_:)`` does, but hands out full batches only.
    package mutating func end(source: UInt32, _ emit: (Batch) throws -> Void) rethrows {
        guard let box = sources.removeValue(forKey: source) else { return }
        deadlines.remove(source)
        box.state.decide(isLast: true)
        try advance(box, emit)
        box.state.finish()
        try advance(box, emit)
        budget.update(box, to: 0)
        if current === box { current = nil }
    }

    /// Forgets a source without ending it: somebody else goes on with it, from its position.
    package mutating func drop(source: UInt32) {
        guard let box = sources.removeValue(forKey: source) else { return }
        deadlines.remove(source)
        budget.update(box, to: 0)
        moved.removeAll { $0 === box }
        if current === box { current = nil }
    }

    /// Whether events were made since the last batch.
    package var hasEvents: Bool { writer.count > 0 }

    /// Bytes that open folds and what waits behind them hold, of all sources.
    package var heldBytes: Int { budget.held }

    /// Events that are not complete, or wait behind such, of all sources.
    package var openEvents: Int {
        sources.values.reduce(0) { $0 + $1.state.fold.table.end - $1.state.fold.table.first }
    }

    /// Hands out the events that were made since the last batch; nothing if there are none.
    package mutating func flush(_ emit: (Batch) throws -> Void) rethrows {
        guard writer.count > 0 else { return }
        if let batch = writer.takeBatch(takePositions()) { try emit(batch) }
    }

    /// When a fold of any source has been silent for long enough, by the clock of ``reachedEnd(source:now:_:)``; nil if
    /// none waits. A source whose end was not reached since it took bytes has no deadline.
    package var nextDeadline: Int64? { mutating get { deadlines.earliest } }

    /// The sources whose deadline has come: each is to be read again and then, if nothing came, to be told so by
    /// ``reachedEnd(source:now:_:)``.
    package func dueSources(at now: Int64) -> [UInt32] { deadlines.due(at: now) }

    /// Takes all lines that are there and writes all events that may leave; full batches are handed out.
    mutating func advance(_ box: SourceBox, _ emit: (Batch) throws -> Void) rethrows {
        box.state.room = budget.room(of: box)
        var progress = SourceState.Progress.full
        while progress != .done {
            let before = writer.count
            progress = box.state.advance(&writer)
            note(box, hasWritten: writer.count > before)
            switch progress {
            case .done: break
            case .full: try flush(emit)
            case .short: try relieve(box, emit)
            }
        }
        budget.update(box, to: box.state.retained)
        if writer.isFull { try flush(emit) }
    }

    /// Makes the buffers of a source large for its turn, and those of the source before it small again.
    private mutating func begin(_ box: SourceBox, _ count: Int) {
        guard current !== box else { return }
        current?.state.giveRoom(to: &workspace)
        current = box
        box.state.takeRoom(from: &workspace, for: count)
    }
}
