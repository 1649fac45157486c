import LogfoldParsing
import LogfoldSpool

extension AgentConfiguration {
    /// The sinks as the spool knows them.
    func spoolSinks(_ routes: RouteTable) -> [SpoolSink] {
        sinks.compactMap { sink in routes[sink.name].map { spoolSink(sink, route: $0) } }
    }

    /// A sink as the spool knows it.
    func spoolSink(_ sink: NamedSink, route: UInt64) -> SpoolSink {
        let takes = sink.takes
        return SpoolSink(
            name: sink.name, route: route, digest: takes.digest, whenFull: sink.whenFull ?? spool.whenFull,
            startsAtOldest: sink.startsAtOldest
        ) { RouteJudge(takes).decision }
    }
}

/// Decides on the JSON of an event whether it goes to a sink, as the engine did when it made the event.
private final class RouteJudge {
    private let inputs: [String]
    private var evaluator: ConditionEvaluator?

    init(_ takes: RouteOptions) {
        inputs = takes.inputs
        evaluator = takes.condition.map { ConditionEvaluator([$0]) }
    }

    var decision: RouteDecision { { [self] line, input in takes(line, from: input) } }

    private func takes(_ line: RawSpan, from input: String) -> Bool {
        guard inputs.isEmpty || inputs.contains(input) else { return false }
        guard evaluator != nil else { return true }
        evaluator?.begin()
        return evaluator?.holds(0, line, ByteRange(0, line.byteCount)) ?? true
    }
}

extension RouteOptions {
    /// Tells whether two sinks take the same events: FNV-1a, 64 bits, of inputs and condition.
    fileprivate var digest: [UInt8] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let texts = inputs.sorted() + [condition?.description ?? ""]
        for text in texts {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            // Where one ends: no byte of a text is this one.
            hash = (hash ^ 0xFF) &* 0x100_0000_01b3
        }
        return (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64($0 * 8)) }
    }
}
