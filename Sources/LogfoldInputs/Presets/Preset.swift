package import LogfoldParsing

/// A kind of deployment whose logs are known, so that its inputs need not be written down: what `preset:` names.
///
/// Which daemon writes a file is told by its path for all of them (``ServicePath``).
package struct Preset: Sendable {
    /// The word after `preset:`.
    package let name: String
    /// Files that are read.
    package let inputs: [PresetInput]
    /// Units of the journal that are read, as patterns; empty where all logs are files.
    package let units: [String]

    /// All presets, in the order in which they are named to a person.
    package static let all: [Preset] = [.kolla, .debian, .rdo, .tripleo, .devstack, .osa]

    /// A deployment that logs to files.
    init(_ name: String, inputs: [PresetInput]) {
        self.name = name
        self.inputs = inputs
        units = []
    }

    /// A deployment that logs to the journal.
    init(_ name: String, units: [String]) {
        self.name = name
        inputs = []
        self.units = units
    }
}

/// An input of type `file` that a preset stands for.
package struct PresetInput: Sendable, Equatable {
    /// Its key under `inputs:`.
    package let name: String
    /// Patterns of the files that it reads.
    package let include: [String]
    /// Patterns of those among them that it leaves out.
    package let exclude: [String]
    /// The format of the files.
    package let format: EngineOptions.Format

    /// What the services of OpenStack write, and Apache where their output may be among its own: recognised line by
    /// line.
    static func openStack(_ include: [String], except exclude: [String]) -> PresetInput {
        PresetInput(name: "openstack", include: include, exclude: exclude, format: .auto)
    }

    /// What the daemons beside them write, which has no format here: each line is text.
    static func infrastructure(_ include: [String], except exclude: [String] = []) -> PresetInput {
        PresetInput(name: "infrastructure", include: include, exclude: exclude, format: .text)
    }
}

/// What the presets have in common.
enum PresetPattern {
    /// One pattern for all of these, not one for each: a node has some of them, and a pattern that matches nothing is
    /// reported.
    static func any(of alternatives: [String]) -> String { "{\(alternatives.joined(separator: ","))}" }

    /// The folders of the projects, also `ironic-inspector` beside `ironic`.
    static let projects = any(of: ServicePath.projects.sorted()) + "{,-*}"

    /// The folders of the other daemons.
    static let daemons = any(of: DaemonPath.folders)

    /// Files in a project's folder that are not in oslo.log's formats: request lines of Apache and uWSGI, and dnsmasq.
    static let foreignFiles = ["*-access.log", "*_access.log", "*-uwsgi.log", "dnsmasq.log"]
}
