import LogfoldCore

/// Records what an engine decides about each line of one source, and why. Off unless `explain` asks for it.
///
/// A class, so that fold and layers write to the one that the caller reads. It grows until ``takeEntries()`` empties
/// it.
package final class DecisionTrace {
    /// One thing that was decided, in the order of the decisions.
    package enum Entry: Sendable {
        /// A line went to an event. A line that is taken back has a second entry, which replaces the first.
        case line(LineDecision)
        /// An event takes no further line.
        case end(event: Int, EventEnding)
    }

    /// So much of a line's text is kept.
    package static let excerptBytes = 256

    /// What a line that is taken now has to do with lines in doubt.
    var doubt: LineDecision.Doubt?
    /// The names of the layers of the latest lines, by the number of their facts.
    private var layers: [(facts: Int32, names: [UInt8])] = []
    private var entries: [Entry] = []
    /// Parts that wait for the rest of their line, and parts of complete lines by the offset of the first.
    private var held: [Part] = []
    private var joined: [Int: [Part]] = [:]

    private struct Part {
        var offset: Int
        var length: Int
        var key: UInt64
    }

    /// An empty trace, for one source.
    package init() {}

    /// What was decided since the last call.
    package func takeEntries() -> [Entry] {
        defer { entries.removeAll(keepingCapacity: true) }
        return entries
    }
}

// MARK: - Lines and events

extension DecisionTrace {
    /// A line went to an event.
    func take(
        _ bytes: RawSpan, _ line: InputLine, to event: Int, _ format: FormatID, _ role: LineDecision.Role,
        _ rule: FoldRule, movedFrom: Int? = nil
    ) {
        let parts = line.length > 0 ? joined.removeValue(forKey: line.offset) : nil
        var decision = LineDecision(
            offset: line.offset, length: parts?[0].length ?? line.length, physicalLines: line.physicalLines,
            event: event, movedFrom: movedFrom, format: format, layers: names(ofFacts: line.facts), role: role,
            rule: rule, doubt: doubt,
            text: Self.excerpt(bytes, line))
        entries.append(.line(decision))
        decision.physicalLines = 0
        decision.role = .part
        decision.rule = .partJoined
        decision.text = []
        for part in parts?.dropFirst() ?? [] {
            decision.offset = part.offset
            decision.length = part.length
            entries.append(.line(decision))
        }
    }

    /// An event takes no further line.
    func end(_ event: Int, _ reason: EventEnding) { entries.append(.end(event: event, reason)) }

    private static func excerpt(_ bytes: RawSpan, _ line: InputLine) -> [UInt8] {
        let end = Swift.min(line.end, line.start + excerptBytes)
        return (line.start..<Swift.max(line.start, end)).map { bytes[$0] }
    }
}

// MARK: - Layers

extension DecisionTrace {
    /// More than the lines that can be held back.
    private static let rememberedLayers = 4 * HeldLines.maxLines

    /// The names of the layers, each followed by `/`, of a text whose facts have this number.
    func note(_ names: [UInt8], ofFacts number: Int32) {
        guard number >= 0 else { return }
        if layers.count == Self.rememberedLayers { layers.removeFirst(Self.rememberedLayers / 2) }
        layers.append((number, names))
    }

    private func names(ofFacts number: Int32) -> [UInt8] {
        layers.last { $0.facts == number }?.names ?? []
    }
}

// MARK: - Lines that a transport has split

extension DecisionTrace {
    /// A part waits for the rest of its line.
    func hold(offset: Int, length: Int, key: UInt64) {
        held.append(Part(offset: offset, length: length, key: key))
    }

    /// A line is complete; `last` is its last part, nil when that has not come.
    func deliver(_ facts: LayerFacts, last: (offset: Int, length: Int)?) {
        guard facts.offset != last?.offset, let first = held.first(where: { $0.offset == facts.offset }) else {
            return
        }
        var parts = held.filter { $0.key == first.key }
        held.removeAll { $0.key == first.key }
        if let last { parts.append(Part(offset: last.offset, length: last.length, key: first.key)) }
        joined[facts.offset] = parts
    }
}
