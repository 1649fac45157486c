package import LogfoldConfig
package import LogfoldCore
package import LogfoldIO
package import LogfoldParsing

/// The types of inputs and sinks that a configuration can name: made once, in the program, from the list there.
package struct ComponentRegistry: Sendable {
    /// By the word after `type:`.
    package var inputs: [InputType]
    /// By the word after `type:`.
    package var sinks: [SinkType]
    /// Types of sinks that this build does not have, each with the reason.
    package var missing: [String: String]
    /// By the word after `preset:`; each gives inputs.
    package var presets: [PresetType]

    /// A registry of these types.
    package init(
        inputs: [InputType], sinks: [SinkType], missing: [String: String] = [:], presets: [PresetType]
    ) {
        self.inputs = inputs
        self.sinks = sinks
        self.missing = missing
        self.presets = presets
    }
}

/// A type of input.
package struct InputType: Sendable {
    /// The word after `type:`.
    package var name: String
    /// Reads its options from a section, with the zone where that names none; what is wrong is noted there.
    package var read: @Sendable (ConfigSection, _ timezone: String) -> any InputOptions

    /// A type.
    package init(_ name: String, read: @escaping @Sendable (ConfigSection, String) -> any InputOptions) {
        self.name = name
        self.read = read
    }
}

/// A deployment whose inputs need not be written down.
package struct PresetType: Sendable {
    /// The word after `preset:`.
    package var name: String
    /// What it says, as a configuration of its own that lies under the operator's; nil where it cannot be had yet.
    package var text: String?
    /// Why there is no ``text``, with the way out; nil where there is.
    package var refusal: String?

    /// A preset.
    package init(_ name: String, text: String?, refusal: String? = nil) {
        self.name = name
        self.text = text
        self.refusal = refusal
    }
}

/// A type of sink.
package struct SinkType: Sendable {
    /// The word after `type:`.
    package var name: String
    /// Reads its options from a section; what is wrong is noted there.
    package var read: @Sendable (ConfigSection) -> any SinkOptions

    /// A type.
    package init(_ name: String, read: @escaping @Sendable (ConfigSection) -> any SinkOptions) {
        self.name = name
        self.read = read
    }
}

/// The options of an input, checked.
package protocol InputOptions: Sendable {
    /// How its bytes are read: format, zone, limits.
    var engine: EngineOptions { get }
    /// `service.name`, where it is the same for all its sources.
    var service: String? { get }
    /// Static `labels` and `tags` of every event.
    var fields: AddedFields { get }
    /// Bytes of memory that it holds at the most beside what all inputs share.
    var memoryBound: Int { get }
    /// The files or streams that it takes, as patterns: no two inputs may take the same.
    var claims: [String] { get }
    /// Whether it takes another's claim too, be it by another pattern.
    func takes(_ claim: String) -> Bool
    /// What it would read now, a line each, for `logfold check`.
    func preview(_ files: any FileSystem) -> [String]
    /// Makes the input.
    func make(_ context: InputContext) -> any Input
}

/// What an input is made with.
package struct InputContext: Sendable {
    /// Its name in the configuration.
    package var name: String
    /// What an earlier run left of it.
    package var restored: [RestoredSource]
    /// Whether this `data_dir` has never seen the input.
    package var isFirstRun: Bool
    /// The files that it may read and write.
    package var files: any FileSystem
    /// What time it is, for it and its tests.
    package var clock: any Clock
    /// The agent's own log.
    package var diagnostics: Diagnostics

    /// A context.
    package init(
        name: String, restored: [RestoredSource], isFirstRun: Bool, files: any FileSystem, clock: any Clock,
        diagnostics: Diagnostics
    ) {
        self.name = name
        self.restored = restored
        self.isFirstRun = isFirstRun
        self.files = files
        self.clock = clock
        self.diagnostics = diagnostics
    }
}

/// The options of a sink, checked.
package protocol SinkOptions: Sendable {
    /// The word after `type:`.
    var type: String { get }
    /// Whether it needs `event.original` in the events.
    var needsOriginal: Bool { get }
    /// Bytes of memory that it holds at the most.
    var memoryBound: Int { get }
    /// What an operator should know before it runs, a sentence each.
    var warnings: [String] { get }
    /// What it writes to and nobody else may: no two sinks may have the same.
    var claims: [String] { get }
    /// Makes the sink with the state of its last commit.
    func make(_ context: SinkContext, restoring state: [UInt8]) throws(SinkFailure) -> any Sink
}

extension SinkOptions {
    /// Most sinks can share what they write to.
    package var claims: [String] { [] }
}

/// What a sink is made with.
package struct SinkContext: Sendable {
    /// Its name in the configuration.
    package var name: String
    /// Where it may keep files of its own, by names that begin with its name.
    package var dataDirectory: String
    /// The files that it may read and write.
    package var files: any FileSystem
    /// What time it is, for it and its tests.
    package var clock: any Clock
    /// The agent's own log.
    package var diagnostics: Diagnostics

    /// A context.
    package init(
        name: String, dataDirectory: String, files: any FileSystem, clock: any Clock, diagnostics: Diagnostics
    ) {
        self.name = name
        self.dataDirectory = dataDirectory
        self.files = files
        self.clock = clock
        self.diagnostics = diagnostics
    }
}
