package import LogfoldCore

/// A step of what is saved, small enough to be written down at once.
package enum PositionChange: Sendable, Equatable {
    /// A sink has acknowledged deliveries, or has lost them.
    case advanced(SinkStep)
    /// A source begins: every sink that does not know it gets its first position.
    case introduced(SourceCheckpoint)
}

/// How a sink stands after it has acknowledged deliveries or has lost them, and what these have moved.
package struct SinkStep: Sendable, Equatable {
    /// Its name.
    package var sink: String
    /// Its own state, and what it has done with over all its life.
    package var state: [UInt8] = []
    package var delivered: UInt64 = 0
    package var dropped: [String: UInt64] = [:]
    package var filtered: UInt64 = 0
    /// What was read up to its new places, of the inputs of which that is more.
    package var read: [String: InputCounts] = [:]
    /// Its new places in sources, and sources that need no place any more.
    package var checkpoints: [SourceCheckpoint] = []
    package var forgotten: [UInt64] = []
    /// Events that it has done with before others in front of them, by the keys of their sources.
    package var ahead: [UInt64: [EventSpan]] = [:]

    /// A sink that stands as before, with these counts and this state.
    init(_ positions: SinkPositions) {
        sink = positions.name
        state = positions.state
        delivered = positions.delivered
        dropped = positions.dropped
        filtered = positions.filtered
    }
}

extension SavedPositions {
    /// Takes a step.
    mutating func apply(_ change: PositionChange) {
        switch change {
        case .advanced(let step):
            guard let at = sinks.firstIndex(where: { $0.name == step.sink }) else { return }
            sinks[at].take(step)
            for checkpoint in step.checkpoints { nextKey = Swift.max(nextKey, checkpoint.key + 1) }
        case .introduced(let checkpoint):
            for at in sinks.indices where sinks[at].checkpoints[checkpoint.key] == nil {
                sinks[at].checkpoints[checkpoint.key] = checkpoint
            }
            nextKey = Swift.max(nextKey, checkpoint.key + 1)
        }
    }
}

// MARK: - Coding

extension PositionChange {
    /// What a payload begins with. In the first version of a step nothing was lost, in the first two nothing left out or
    /// ahead.
    private enum Kind {
        static let first: UInt64 = 1, withDropped: UInt64 = 3, advanced: UInt64 = 4
        static let introduced: UInt64 = 2
    }

    /// Its bytes.
    func encode(_ encoder: inout StateEncoder) {
        switch self {
        case .advanced(let step):
            encoder.append(Kind.advanced)
            encoder.append(step.sink)
            encoder.append(step.state)
            encoder.append(step.delivered)
            encoder.append(counts: step.dropped)
            encoder.append(step.filtered)
            encoder.append(inputs: step.read)
            encoder.append(ahead: step.ahead)
            encoder.append(each: step.checkpoints) { $0.append($1) }
            encoder.append(each: step.forgotten) { $0.append($1) }
        case .introduced(let checkpoint):
            encoder.append(Kind.introduced)
            encoder.append(checkpoint)
        }
    }

    /// What the bytes say.
    init(from decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        let kind = try decoder.number()
        switch kind {
        case Kind.first, Kind.withDropped, Kind.advanced:
            var step = SinkStep(SinkPositions(name: try decoder.string()))
            step.state = try decoder.text()
            step.delivered = try decoder.number()
            if kind != Kind.first { step.dropped = try decoder.counts() }
            if kind == Kind.advanced {
                step.filtered = try decoder.number()
                step.read = try decoder.inputs()
                step.ahead = try decoder.ahead()
            }
            step.checkpoints = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
                try SourceCheckpoint(from: &decoder)
            }
            step.forgotten = try decoder.list { (decoder) throws(StateDecoder.Damaged) in try decoder.number() }
            self = .advanced(step)
        case Kind.introduced: self = .introduced(try SourceCheckpoint(from: &decoder))
        default: throw StateDecoder.Damaged()
        }
    }
}

extension StateEncoder {
    /// Events ahead of places, each relative to the one before: there may be many.
    mutating func append(ahead: [UInt64: [EventSpan]]) {
        append(each: ahead.sorted { $0.key < $1.key }) { encoder, source in
            encoder.append(source.key)
            var end: Int64 = 0
            encoder.append(each: source.value) { encoder, event in
                encoder.append(signed: event.offset &- end)
                encoder.append(signed: event.length)
                end = event.offset &+ event.length
            }
        }
    }

    /// A checkpoint.
    mutating func append(_ checkpoint: SourceCheckpoint) {
        append(checkpoint.key)
        append(checkpoint.input)
        append(signed: checkpoint.position.offset)
        append(each: checkpoint.position.left) { encoder, span in
            encoder.append(signed: span.offset)
            encoder.append(signed: span.length)
        }
        append(checkpoint.position.state)
        append(checkpoint.place)
    }
}

extension StateDecoder {
    /// Events ahead of places.
    mutating func ahead() throws(Damaged) -> [UInt64: [EventSpan]] {
        let sources = try list { (decoder) throws(Damaged) in
            let key = try decoder.number()
            var end: Int64 = 0
            let events = try decoder.list { (decoder) throws(Damaged) in
                let event = EventSpan(offset: end &+ (try decoder.signed()), length: try decoder.signed())
                end = event.offset &+ event.length
                return event
            }
            return (key, events)
        }
        return Dictionary(sources) { first, _ in first }
    }
}

extension SourceCheckpoint {
    /// Reads a checkpoint.
    init(from decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        let key = try decoder.number()
        let input = try decoder.string()
        let offset = try decoder.signed()
        let left = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
            EventSpan(offset: try decoder.signed(), length: try decoder.signed())
        }
        let state = try decoder.text()
        self.init(
            key: key, input: input, position: SourcePosition(offset: offset, left: left, state: state),
            place: try decoder.text())
    }
}
