import LogfoldParsing

extension Preset {
    /// The preset as a configuration that lies under the operator's own; nil where it cannot be had yet, see
    /// ``refusal``.
    package var configuration: String? {
        guard units.isEmpty else { return nil }
        return "inputs:\n" + inputs.map(\.configuration).joined()
    }

    /// Why the preset cannot be had, with the way out; nil where it can.
    package var refusal: String? {
        guard !units.isEmpty else { return nil }
        let options = units.map { "-u '\($0)'" }.joined(separator: " ")
        return "the preset '\(name)' reads the journal, which this version of the agent does not; "
            + "until it does, use the filter: journalctl --all -f -o json \(options) | logfold"
    }
}

extension PresetInput {
    fileprivate var configuration: String {
        var lines = ["  \(name):", "    type: file", "    include:"]
        lines += include.map { "      - \"\($0)\"" }
        if !exclude.isEmpty {
            lines.append("    exclude:")
            lines += exclude.map { "      - \"\($0)\"" }
        }
        lines.append("    format: \(format.rawValue)")
        return lines.map { $0 + "\n" }.joined()
    }
}
