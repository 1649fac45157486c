package import LogfoldCore

/// How far one sink has got: with every source, and in what it writes to.
package struct SinkPositions: Sendable, Equatable {
    /// Name of the sink in the configuration.
    package var name: String
    /// The sink's own state, as of these checkpoints.
    package var state: [UInt8] = []
    /// Events that it has taken over all its life.
    package var delivered: UInt64 = 0
    /// Events that were lost for it over all its life, by cause.
    package var dropped: [String: UInt64] = [:]
    /// Events that were left out for it over all its life.
    package var filtered: UInt64 = 0
    /// What became of what was read of each input, up to its places.
    package var read: [String: InputCounts] = [:]
    /// Its place in every source, by the source's key.
    package var checkpoints: [UInt64: SourceCheckpoint] = [:]
    /// Events behind its place that it has done with as well, by the source's key.
    package var ahead: [UInt64: [EventSpan]] = [:]

    /// So many events ahead of its places are saved for a sink: what is settled beyond them comes again after a crash.
    static let mostAhead = 4096

    /// Its place in a source, with all that is not to be sent to it again.
    func reached(_ key: UInt64) -> SourceCheckpoint? {
        guard var checkpoint = checkpoints[key] else { return nil }
        checkpoint.position.left += ahead[key] ?? []
        return checkpoint
    }

    /// Events that were put in for it and that it has done with.
    var settled: UInt64 { dropped.values.reduce(delivered, +) }

    /// A sink that has got nothing yet.
    package init(name: String) { self.name = name }

    /// Takes a step of its own.
    mutating func take(_ step: SinkStep) {
        state = step.state
        delivered = step.delivered
        dropped = step.dropped
        filtered = step.filtered
        read.merge(step.read) { _, later in later }
        for (key, events) in step.ahead { ahead[key, default: []] += events }
        for checkpoint in step.checkpoints {
            checkpoints[checkpoint.key] = checkpoint
            guard let events = ahead[checkpoint.key] else { continue }
            let left = events.filter { !checkpoint.position.covers($0) }
            ahead[checkpoint.key] = left.isEmpty ? nil : left
        }
        for key in step.forgotten {
            checkpoints[key] = nil
            ahead[key] = nil
        }
    }
}

/// All that outlives the process where the spool is in memory.
package struct SavedPositions: Sendable, Equatable {
    /// Every sink that ever was in the configuration, also one that is not now.
    package var sinks: [SinkPositions] = []
    /// The number that the next new source gets.
    package var nextKey: UInt64 = 1

    /// Nothing.
    package init() {}
}

// MARK: - Taking up reading again

extension SavedPositions {
    /// The sources to go on with, for sinks with these route bits: each from the lowest position of all.
    ///
    /// A sink that was never seen before begins where the farthest of the others is: what they have delivered is not
    /// sent again.
    package mutating func restore(_ routes: [(name: String, route: UInt64)]) -> [RestoredSource] {
        for (name, _) in routes where !sinks.contains(where: { $0.name == name }) {
            var fresh = SinkPositions(name: name)
            for other in sinks {
                fresh.checkpoints.merge(other.checkpoints) { $0.isBehind($1) ? $1 : $0 }
                fresh.read.merge(other.read) { $0.bytesPassed < $1.bytesPassed ? $1 : $0 }
            }
            sinks.append(fresh)
        }
        let present = routes.compactMap { each in
            sinks.first { $0.name == each.name }.map { (route: each.route, positions: $0) }
        }
        let keys = Set(present.flatMap(\.positions.checkpoints.keys)).sorted()
        return keys.map { key in Self.restore(key, present) }
    }

    /// What became of what was read of each input, up to where reading is taken up for these sinks.
    func read(for names: [String]) -> [String: InputCounts] {
        let present = sinks.filter { names.contains($0.name) }.map(\.read)
        var read: [String: InputCounts] = [:]
        for input in Set(present.flatMap(\.keys)) {
            read[input] = present.map { $0[input] ?? InputCounts() }.min { $0.bytesPassed < $1.bytesPassed }
        }
        return read
    }

    private static func restore(
        _ key: UInt64, _ sinks: [(route: UInt64, positions: SinkPositions)]
    ) -> RestoredSource {
        var lowest: SourceCheckpoint?
        var delivered: [(routes: UInt64, position: SourcePosition)] = []
        for sink in sinks {
            // Every sink knows every source from its first position on; see MemorySpool.introduce.
            guard let own = sink.positions.checkpoints[key], let reached = sink.positions.reached(key) else { continue }
            if lowest.map({ own.isBehind($0) }) ?? true { lowest = own }
            if let at = delivered.firstIndex(where: { $0.position == reached.position }) {
                delivered[at].routes |= sink.route
            } else {
                delivered.append((sink.route, reached.position))
            }
        }
        let checkpoint = lowest ?? SourceCheckpoint(key: key, input: "", position: SourcePosition(), place: [])
        return RestoredSource(
            checkpoint: checkpoint, resume: ResumePoint(position: checkpoint.position, delivered: delivered))
    }
}

extension SourceCheckpoint {
    /// Whether less of the source was delivered at this checkpoint than at another.
    fileprivate func isBehind(_ other: SourceCheckpoint) -> Bool {
        let (own, its) = (position, other.position)
        return own.offset != its.offset ? own.offset < its.offset : own.left.count < its.left.count
    }
}

extension InputCounts {
    /// Bytes of the input up to here, whatever became of them.
    fileprivate var bytesPassed: Int64 { inEvents.bytes &+ leftOut.bytes &+ lostBytes }
}
