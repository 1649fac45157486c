extension AgentStatus {
    /// The whole run in a few fields, for the last line of the agent's own log.
    package var summary: [(String, String)] {
        func sum(_ counts: [UInt64]) -> String { "\(counts.reduce(0, &+))" }
        var fields = [
            ("uptime", HumanText.duration(time &- started)), ("read_bytes", sum(inputs.map(\.bytes))),
            ("events", sum(inputs.map(\.events))),
        ]
        for sink in sinks {
            fields.append(("delivered_\(sink.name)", "\(sink.delivered)"))
            for (name, count) in [("waiting", sink.waiting), ("dropped", sink.droppedTotal)] where count > 0 {
                fields.append(("\(name)_\(sink.name)", "\(count)"))
            }
        }
        let lost = inputs.map(\.lostBytes).reduce(0, &+)
        return lost > 0 ? fields + [("lost_bytes", "\(lost)")] : fields
    }
}
