import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldPipeline
import LogfoldSinks
import LogfoldTransport

/// The file sink as the pipeline sees it.
struct FileOutput: SinkOptions {
    /// Nil where the section is wrong: then nothing is made of it.
    private let options: FileSinkOptions?

    /// Reads its section.
    init(_ section: ConfigSection) { options = FileSinkOptions(section) }

    var type: String { "file" }
    var needsOriginal: Bool { options?.needsOriginal ?? false }
    var memoryBound: Int { options?.memoryBound ?? 0 }
    var warnings: [String] { [] }
    var claims: [String] { options.map { [$0.path.text] } ?? [] }

    func make(_ context: SinkContext, restoring state: [UInt8]) throws(SinkFailure) -> any Sink {
        guard let options else { throw SinkFailure("the sink is not configured") }
        return try makeFileSink(
            options, name: context.name, fileSystem: context.files, clock: context.clock,
            journal: "\(context.dataDirectory)/\(FileSink.journalName(of: context.name))", restoring: state,
            report: context.report)
    }
}

/// The console sink as the pipeline sees it.
struct ConsoleOutput: SinkOptions {
    private let options: ConsoleSinkOptions
    /// Called when nobody reads what is written any more: then it is let go, and not tried again.
    var readerHasGone: (@Sendable () -> Void)?

    /// Reads its section.
    init(_ section: ConfigSection) { options = ConsoleSinkOptions(section) }

    var type: String { "console" }
    var needsOriginal: Bool { options.needsOriginal }
    var memoryBound: Int { options.memoryBound }
    var warnings: [String] { [] }

    func make(_ context: SinkContext, restoring state: [UInt8]) throws(SinkFailure) -> any Sink {
        ConsoleSink(
            options, name: context.name, fileSystem: context.files, clock: context.clock, readerHasGone: readerHasGone)
    }
}

/// The sink to Elasticsearch and OpenSearch as the pipeline sees it.
struct ElasticsearchOutput: SinkOptions {
    private let flavour: ElasticsearchOptions.Flavour
    /// Nil where the section is wrong: then nothing is made of it.
    let options: ElasticsearchOptions?

    /// Reads its section.
    init(_ section: ConfigSection, _ flavour: ElasticsearchOptions.Flavour, _ files: any FileSystem) {
        self.flavour = flavour
        options = ElasticsearchOptions(section, flavour, files)
    }

    var type: String { flavour.rawValue }
    var needsOriginal: Bool { false }
    var memoryBound: Int { options?.memoryBound ?? 0 }
    var warnings: [String] { options?.warnings ?? [] }

    func make(_ context: SinkContext, restoring state: [UInt8]) throws(SinkFailure) -> any Sink {
        guard let options else { throw SinkFailure("the sink is not configured") }
        let transport = try CurlTransport.ready(options.transport, clock: context.clock)
        return try makeElasticsearchSink(
            options, name: context.name, transport: transport, fileSystem: context.files, clock: context.clock,
            dataDirectory: context.dataDirectory, restoring: state, report: context.report)
    }
}

/// The sink to Monasca as the pipeline sees it.
struct MonascaOutput: SinkOptions {
    /// Nil where the section is wrong: then nothing is made of it.
    private let options: MonascaOptions?

    /// Reads its section.
    init(_ section: ConfigSection, _ files: any FileSystem) { options = MonascaOptions(section, files) }

    var type: String { "monasca" }
    var needsOriginal: Bool { false }
    var memoryBound: Int { options?.memoryBound ?? 0 }
    var warnings: [String] { options?.warnings ?? [] }

    func make(_ context: SinkContext, restoring state: [UInt8]) throws(SinkFailure) -> any Sink {
        guard let options else { throw SinkFailure("the sink is not configured") }
        return try makeMonascaSink(
            options, name: context.name, transport: try .ready(options.transport, clock: context.clock),
            keystone: try .ready(options.keystone.transport, clock: context.clock), fileSystem: context.files,
            clock: context.clock, dataDirectory: context.dataDirectory, restoring: state, report: context.report)
    }
}

extension SinkContext {
    /// What a sink has to say goes to the agent's own log, under the sink's name.
    var report: SinkReport {
        let (diagnostics, name) = (diagnostics, name)
        return { message, fields in diagnostics.warning(message, [("sink", name)] + fields) }
    }
}

extension HTTPTransport where Self == CurlTransport {
    /// A transport by these settings, under the program's own name.
    static func ready(_ settings: TransportSettings, clock: any Clock) throws(SinkFailure) -> CurlTransport {
        var settings = settings
        settings.userAgent = "logfold/\(Version.current)"
        guard let transport = CurlTransport(settings, clock: clock) else {
            throw SinkFailure("libcurl cannot be made ready")
        }
        return transport
    }
}

/// The sink to Logstash as the pipeline sees it.
struct LogstashOutput: SinkOptions {
    /// Nil where the section is wrong: then nothing is made of it.
    private let options: LogstashOptions?

    /// Reads its section.
    init(_ section: ConfigSection, _ files: any FileSystem) { options = LogstashOptions(section, files) }

    var type: String { "logstash" }
    var needsOriginal: Bool { false }
    var memoryBound: Int { options?.memoryBound ?? 0 }
    var warnings: [String] { options?.warnings ?? [] }

    func make(_ context: SinkContext, restoring state: [UInt8]) throws(SinkFailure) -> any Sink {
        guard let options else { throw SinkFailure("the sink is not configured") }
        guard
            let transport = CurlStreams(options.transport, isEncrypted: options.isEncrypted, clock: context.clock)
        else { throw SinkFailure("libcurl cannot be made ready") }
        return try makeLogstashSink(
            options, name: context.name, version: Version.current, transport: transport, clock: context.clock,
            restoring: state, report: context.report)
    }
}
