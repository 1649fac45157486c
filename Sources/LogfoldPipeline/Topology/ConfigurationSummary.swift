import LogfoldCore
package import LogfoldIO
import LogfoldParsing

/// What a configuration will do, for `logfold check`: what is read, where it goes, and how much memory that takes.
package enum ConfigurationSummary {
    /// The text, several lines.
    package static func text(of configuration: AgentConfiguration, in files: any FileSystem) -> String {
        var lines: [String] = []
        for input in configuration.inputs {
            lines.append("input \(input.name): \(input.options.claims.map(short).joined(separator: " "))")
            lines += input.options.preview(files).map { "    \($0)" }
        }
        for transform in configuration.transforms { lines.append("transform \(transform.name)") }
        for sink in configuration.sinks {
            let inputs = sink.takes.inputs.isEmpty ? "" : " from \(sink.takes.inputs.joined(separator: ", "))"
            let condition = sink.takes.condition == nil ? "" : ", events that fulfil its condition"
            lines.append("sink \(sink.name): \(sink.options.type)\(inputs)\(condition)")
            lines += sink.options.warnings.map { "    warning: \($0)" }
        }
        lines += spool(of: configuration, files)
        lines += memory(of: configuration)
        return lines.joined(separator: "\n") + "\n"
    }

    /// A preset's pattern names every daemon; `logfold check --show` has it whole.
    private static func short(_ claim: String) -> String { claim.count > 80 ? claim.prefix(79) + "…" : claim }

    /// The worst case, part by part: budgets that are full at the same time.
    private static func memory(of configuration: AgentConfiguration) -> [String] {
        let sinks = configuration.sinks.map(\.options.memoryBound).reduce(0, +)
        let inputs = configuration.inputs.map(\.options.memoryBound).reduce(0, +)
        let parts = [
            ("program and libraries", programBytes), ("open folds", configuration.foldMemory),
            ("reading and encoding", readingBytes), ("compressed logs", inputs),
            ("spool", configuration.spool.memoryBound + overshoot),
            ("sinks", sinks + catchingUp(configuration)),
        ]
        let total = parts.map(\.1).reduce(0, +)
        let list = parts.map { "\($0.0) \(Units.text(bytes: rounded($0.1)))" }.joined(separator: ", ")
        return ["memory: at most \(Units.text(bytes: rounded(total))): \(list)"]
    }

    /// Sinks that are behind read a record at a time, and hold it beside its bytes as they lay on the disk.
    private static func catchingUp(_ configuration: AgentConfiguration) -> Int {
        configuration.spool.type == .disk ? configuration.sinks.count * (4 << 20) : 0
    }

    /// Resident before anything is read, with room for what the C library keeps.
    private static let programBytes = 14 << 20
    /// The arena of the source at hand, a batch being encoded, and the longest event with its copies.
    private static let readingBytes = 12 << 20
    /// A turn that has begun is ended, also when the spool becomes full in it.
    private static let overshoot = 4 << 20

    private static func rounded(_ bytes: Int) -> Int { ((bytes + (1 << 20) - 1) >> 20) << 20 }
}
