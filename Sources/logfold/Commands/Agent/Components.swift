import LogfoldIO
import LogfoldInputs
import LogfoldPipeline
import LogfoldSinks

/// Every type of input, sink and preset that a configuration can name: the one list.
enum Components {
    /// The list.
    static func registry(_ files: any FileSystem) -> ComponentRegistry {
        ComponentRegistry(
            inputs: [InputType("file") { FileInput($0, timezone: $1, files) }],
            sinks: [
                SinkType("file") { FileOutput($0) },
                SinkType("console") { ConsoleOutput($0) },
                SinkType("elasticsearch") { ElasticsearchOutput($0, .elasticsearch, files) },
                SinkType("opensearch") { ElasticsearchOutput($0, .opensearch, files) },
                SinkType("logstash") { LogstashOutput($0, files) },
                SinkType("monasca") { MonascaOutput($0, files) },
            ] + testSinks,
            missing: testSinks.isEmpty ? ["test": "it is in builds for tests only (package trait TestSinks)"] : [:],
            presets: Preset.all.map { PresetType($0.name, text: $0.configuration, refusal: $0.refusal) })
    }

    /// What only tests may name.
    private static var testSinks: [SinkType] {
        #if TestSinks
            [SinkType("test") { TestOutput($0) }]
        #else
            []
        #endif
    }
}
