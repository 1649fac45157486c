package import LogfoldConfig
import LogfoldCore
package import LogfoldIO
package import LogfoldParsing
package import LogfoldSpool

/// The whole configuration of an agent, checked.
package struct AgentConfiguration {
    /// An input with its name.
    package struct NamedInput {
        /// Its key under `inputs:`.
        package var name: String
        /// What it is to do.
        package var options: any InputOptions
        /// Where that is written.
        package var section: ConfigSection
    }

    /// A sink with its name and what goes to it.
    package struct NamedSink {
        /// Its key under `sinks:`.
        package var name: String
        /// What it is to do.
        package var options: any SinkOptions
        /// Which events it takes.
        package var takes: RouteOptions
        /// What happens to its oldest events when the spool is full; nil where the spool's own setting counts.
        package var whenFull: WhenFull?
        /// Whether a new sink gets what is in the spool already.
        package var startsAtOldest = false
        /// Where that is written.
        package var section: ConfigSection
    }

    /// `data_dir` if nothing is said.
    package static let defaultDataDirectory = "/var/lib/logfold"
    /// Checkpoints, ledger, spool.
    package var dataDirectory = Self.defaultDataDirectory
    /// The zone of times that name none.
    package var timezone = "local"
    /// What open folds of all sources may hold together.
    package var foldMemory = 8 << 20
    /// Where events wait for sinks, and how many of them may.
    package var spool = SpoolSettings()
    /// How long a graceful stop may take.
    package var shutdownTimeout = Duration.seconds(10)
    /// Where `/metrics` is served; nil for nowhere.
    package var metricsAddress: SocketAddress? = ControlServer.defaultAddress
    /// The inputs in their order.
    package var inputs: [NamedInput] = []
    /// The transforms in their order.
    package var transforms: [RoutePlan.Transform] = []
    /// The sinks in their order: the first has route bit 0.
    package var sinks: [NamedSink] = []

}

// MARK: - Reading it

extension AgentConfiguration {
    /// Reads a configuration; everything that is wrong is noted in the document that is returned, which has the preset
    /// under it. `zones` finds time zones.
    package static func read(
        _ written: Configuration, _ registry: ComponentRegistry, zones: TimeZoneFiles
    ) -> (AgentConfiguration, Configuration) {
        let document = withPreset(written, registry)
        return (AgentConfiguration(document.root, registry, zones: zones), document)
    }

    private static func withPreset(_ written: Configuration, _ registry: ComponentRegistry) -> Configuration {
        guard let name = written.root.text("preset") else { return written }
        guard let preset = registry.presets.first(where: { $0.name == name }) else {
            let names = registry.presets.map(\.name)
            written.root.problem(
                "there is no preset \(written.root.shown("preset")); \(Spelling.wayOut(for: name, among: names))",
                at: "preset")
            return written
        }
        guard let text = preset.text else {
            written.root.problem(preset.refusal ?? "this preset cannot be had", at: "preset")
            return written
        }
        return written.over(preset: Array(text.utf8), file: "preset \(name)")
    }

    private init(_ root: ConfigSection, _ registry: ComponentRegistry, zones: TimeZoneFiles) {
        dataDirectory = root.text("data_dir", default: dataDirectory)
        timezone = root.text("timezone", default: timezone)
        noteZone(root, zones)
        foldMemory = root.size("fold_memory", in: 1 << 20...1 << 32, default: foldMemory)
        shutdownTimeout = root.duration(
            "shutdown_timeout", in: .zero...(.seconds(3_600)), default: shutdownTimeout)
        if let section = root.section("spool") { spool = SpoolSettings(section) }
        readMetrics(root)
        _ = root.has("preset")
        readInputs(root, registry)
        transforms = TransformOptions(root, inputs: inputs.map(\.name)).steps
        readSinks(root, registry)
        root.finish()
    }

    private func noteZone(_ root: ConfigSection, _ zones: TimeZoneFiles) {
        do throws(TimeZoneLookupError) {
            _ = try zones.rules(named: timezone)
        } catch {
            root.problem(error.description, at: "timezone")
        }
    }

    private mutating func readMetrics(_ root: ConfigSection) {
        guard let section = root.section("metrics") else { return }
        let isEnabled = section.flag("enabled", default: true)
        if let text = section.text("listen") {
            do throws(SocketAddress.Problem) {
                metricsAddress = try SocketAddress(text)
            } catch {
                section.problem("\(error)", at: "listen")
            }
        }
        if !isEnabled { metricsAddress = nil }
    }

    private mutating func readInputs(_ root: ConfigSection, _ registry: ComponentRegistry) {
        for section in root.sections("inputs") {
            let names = registry.inputs.map(\.name)
            guard let type = section.component(of: names), let found = registry.inputs.first(where: { $0.name == type })
            else { continue }
            inputs.append(NamedInput(name: section.name, options: found.read(section, timezone), section: section))
        }
        if inputs.isEmpty, !root.has("inputs"), !root.has("preset") {
            root.problem("there is no input; write 'preset: kolla', or an input under 'inputs:'")
        }
        noteDoubleClaims()
    }

    /// Two inputs must not take one file: each event would come twice.
    private func noteDoubleClaims() {
        for (number, input) in inputs.enumerated() {
            for other in inputs[..<number] {
                let shared = input.options.claims.filter(other.options.takes)
                note(shared, of: input, takenBy: other)
                note(
                    other.options.claims.filter { input.options.takes($0) && !shared.contains($0) }, of: input,
                    takenBy: other)
            }
        }
    }

    private func note(_ claims: [String], of input: NamedInput, takenBy other: NamedInput) {
        for claim in claims {
            input.section.problem(
                "inputs '\(other.name)' and '\(input.name)' both take '\(claim)'; name it in one of them only, or "
                    + "'exclude' it from one", at: "include")
        }
    }

    /// Two sinks must not write to one file: each would take the other's lines for a stranger's.
    private func noteDoublePaths() {
        var owners: [String: String] = [:]
        for sink in sinks {
            for claim in sink.options.claims {
                if let owner = owners[claim] {
                    sink.section.problem(
                        "sinks '\(owner)' and '\(sink.name)' both write to '\(claim)'; give each a path of its own",
                        at: "path")
                }
                owners[claim] = sink.name
            }
        }
    }

    private mutating func readSinks(_ root: ConfigSection, _ registry: ComponentRegistry) {
        let sections = root.sections("sinks")
        for section in sections {
            let names = registry.sinks.map(\.name)
            guard let type = section.component(of: names, missing: registry.missing),
                let found = registry.sinks.first(where: { $0.name == type })
            else { continue }
            let takes = RouteOptions(section, inputs: inputs.map(\.name))
            let whenFull = section.whenFull
            let start = section.choice("start_at", default: SinkStart.newest)
            var sink = NamedSink(name: section.name, options: found.read(section), takes: takes, section: section)
            sink.whenFull = whenFull
            sink.startsAtOldest = start == .oldest
            sinks.append(sink)
        }
        noteDoublePaths()
        if sections.isEmpty {
            root.problem("there is no sink; write at least 'sinks: { out: { type: console } }'", at: "sinks")
        }
        if sinks.count > RoutePlan.mostSinks {
            root.problem("there are \(sinks.count) sinks; \(RoutePlan.mostSinks) is the most", at: "sinks")
        }
    }
}

/// Where a sink begins that was never seen before.
private enum SinkStart: String, CaseIterable {
    case newest, oldest
}

extension ConfigSection {
    /// The word after `type:`, if it is one of these.
    fileprivate func component(of names: [String], missing: [String: String] = [:]) -> String? {
        if let type = requiredText("type") {
            if names.contains(type) { return type }
            let reason = missing[type].map { "\($0); there are \(names.joined(separator: ", "))" }
            let wayOut = reason ?? Spelling.wayOut(for: type, among: names)
            problem("there is no type \(shown("type")); \(wayOut)", at: "type")
        }
        takeAll()
        return nil
    }
}
