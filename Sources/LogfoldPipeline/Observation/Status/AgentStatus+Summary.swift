import LogfoldCore

extension AgentStatus {
    /// The whole run in a few fields, for the last line of the agent's own log.
    package var summary: [(String, String)] {
        func sum(_ counts: [UInt64]) -> String { "\(counts.reduce(0, &+))" }
        let fields = [
            ("uptime", HumanText.duration(time &- started)), ("read_bytes", sum(inputs.map(\.totals.bytes))),
            ("lines", sum(inputs.map(\.totals.lines))), ("events", sum(inputs.map(\.totals.events))),
        ]
        let more = [
            ("dropped_by_transforms", transforms.map(\.dropped).reduce(0, &+)),
            ("lost_bytes", inputs.map(\.totals.lostBytes).reduce(0, &+)),
        ]
        return fields + more.filter { $0.1 > 0 }.map { ($0.0, "\($0.1)") }
    }
}

extension AgentStatus.Input {
    /// What became of what was read of it, over all runs, for a line of the agent's own log.
    package var summary: [(String, String)] {
        let always = [
            ("bytes", counts.inEvents.bytes), ("lines", counts.inEvents.lines), ("events", counts.inEvents.events),
        ]
        let more = [
            ("left_out_bytes", counts.leftOut.bytes), ("left_out_events", counts.leftOut.events),
            ("lost_bytes", counts.lostBytes), ("losses", counts.losses),
        ].filter { $0.1 != 0 }
        return [("input", name)] + (always + more).map { ($0.0, "\($0.1)") }
    }
}

extension AgentStatus.Sink {
    /// The ledger, for a line of the agent's own log.
    package var summary: [(String, String)] {
        let always = [
            ("emitted", emitted ?? 0), ("delivered", delivered), ("filtered", filtered), ("waiting", waiting),
        ]
        let more = [("dropped", droppedTotal), ("dead_lettered", deadLettered)].filter { $0.1 > 0 }
        return [("sink", name)] + (always + more).map { ($0.0, "\($0.1)") }
    }

    /// By how many events the ledger is out: more than 0 where some are missing, less where some are there twice; 0
    /// where it balances or nobody counts.
    package var imbalance: Int64 {
        guard let emitted else { return 0 }
        let accounted = delivered &+ filtered &+ droppedTotal &+ deadLettered &+ waiting
        return Int64(truncatingIfNeeded: emitted &- accounted)
    }
}
