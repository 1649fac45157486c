package import LogfoldCore

/// A step of what is saved, small enough to be written down at once.
package enum PositionChange: Sendable, Equatable {
    /// A sink has acknowledged deliveries, or has lost them: its state, the events delivered and lost after them, and what
    /// they have moved.
    case advanced(
        sink: String, state: [UInt8], delivered: UInt64, dropped: [String: UInt64] = [:],
        checkpoints: [SourceCheckpoint], forgotten: [UInt64])
    /// A source begins: every sink that does not know it gets its first position.
    case introduced(SourceCheckpoint)
}

extension SavedPositions {
    /// Takes a step.
    mutating func apply(_ change: PositionChange) {
        switch change {
        case .advanced(let name, let state, let delivered, let dropped, let checkpoints, let forgotten):
            guard let at = sinks.firstIndex(where: { $0.name == name }) else { return }
            sinks[at].state = state
            sinks[at].delivered = delivered
            sinks[at].dropped = dropped
            for checkpoint in checkpoints { sinks[at].checkpoints[checkpoint.key] = checkpoint }
            for key in forgotten { sinks[at].checkpoints[key] = nil }
            for checkpoint in checkpoints { nextKey = Swift.max(nextKey, checkpoint.key + 1) }
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
    /// Its bytes.
    func encode(_ encoder: inout StateEncoder) {
        switch self {
        case .advanced(let sink, let state, let delivered, let dropped, let checkpoints, let forgotten):
            encoder.append(UInt64(3))
            encoder.append(sink)
            encoder.append(state)
            encoder.append(delivered)
            encoder.append(counts: dropped)
            encoder.append(each: checkpoints) { $0.append($1) }
            encoder.append(each: forgotten) { $0.append($1) }
        case .introduced(let checkpoint):
            encoder.append(UInt64(2))
            encoder.append(checkpoint)
        }
    }

    /// What the bytes say.
    init(from decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        let kind = try decoder.number()
        switch kind {
        // The first version knew of nothing lost.
        case 1, 3:
            self = .advanced(
                sink: try decoder.string(), state: try decoder.text(), delivered: try decoder.number(),
                dropped: kind == 1 ? [:] : try decoder.counts(),
                checkpoints: try decoder.list { (decoder) throws(StateDecoder.Damaged) in
                    try SourceCheckpoint(from: &decoder)
                },
                forgotten: try decoder.list { (decoder) throws(StateDecoder.Damaged) in try decoder.number() })
        case 2: self = .introduced(try SourceCheckpoint(from: &decoder))
        default: throw StateDecoder.Damaged()
        }
    }
}

extension StateEncoder {
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
