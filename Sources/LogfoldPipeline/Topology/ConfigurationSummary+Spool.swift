import LogfoldCore
import LogfoldIO
import LogfoldSpool

extension ConfigurationSummary {
    /// Where events wait, and what happens when there is no more room.
    static func spool(of configuration: AgentConfiguration, _ files: any FileSystem) -> [String] {
        let settings = configuration.spool
        switch settings.type {
        case .memory:
            return ["spool: in memory, at most \(Units.text(bytes: settings.memoryBytes))"]
                + whenFull(settings, configuration)
        case .disk:
            return [disk(settings, configuration)] + whenFull(settings, configuration)
                + leftBehind(configuration, files)
        }
    }

    private static func disk(_ settings: SpoolSettings, _ configuration: AgentConfiguration) -> String {
        let folder = DiskSpool.folder(in: configuration.dataDirectory)
        let line = "spool: in \(folder), at most \(Units.text(bytes: Int(settings.disk.maxBytes)))"
        guard settings.disk.minFree > 0 else { return line }
        return line + "; inputs wait while less than \(Units.text(bytes: Int(settings.disk.minFree))) is free there"
    }

    /// Who pays when it is full, a line each.
    private static func whenFull(_ settings: SpoolSettings, _ configuration: AgentConfiguration) -> [String] {
        var lines: [String] = []
        let policies = configuration.sinks.map { ($0.name, $0.whenFull ?? settings.whenFull) }
        let blocking = policies.filter { $0.1 == .block }.map(\.0)
        if !blocking.isEmpty {
            lines.append(
                "    when it is full of what \(names(blocking)) did not get: inputs wait, nobody loses anything")
        }
        for (name, policy) in policies where policy != .block {
            let what =
                policy == .dropOldest
                ? "it loses its oldest events"
                : "it loses its oldest events if another sink has delivered some of that time, else inputs wait"
            let unless = blocking.isEmpty ? "" : ", unless \(names(blocking)) needs them too: then inputs wait"
            lines.append("    when it is full of what \(name) did not get: \(what)\(unless)")
        }
        return lines
    }

    private static func names(_ names: [String]) -> String { names.joined(separator: " or ") }

    /// Sinks that are gone from the configuration and for which events wait.
    private static func leftBehind(_ configuration: AgentConfiguration, _ files: any FileSystem) -> [String] {
        var found = RecoveredSpool()
        guard DiskSpool.exists(in: configuration.dataDirectory, files),
            (try? found.read(
                DiskSpool.folder(in: configuration.dataDirectory), in: files, isRepairing: false)) != nil
        else { return [] }
        let gone = found.waiting.filter { name, events in
            events > 0 && !configuration.sinks.contains { $0.name == name }
        }
        return gone.sorted { $0.key < $1.key }.map { name, events in
            "    warning: \(events) events wait for sink '\(name)', which is not in the configuration; "
                + "'logfold spool forget \(name)' gives them up"
        }
    }
}
