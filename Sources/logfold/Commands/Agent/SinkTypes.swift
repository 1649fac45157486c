import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldPipeline
import LogfoldSinks

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
        let diagnostics = context.diagnostics
        return try makeFileSink(
            options, name: context.name, fileSystem: context.files, clock: context.clock,
            journal: "\(context.dataDirectory)/\(FileSink.journalName(of: context.name))", restoring: state
        ) { message, fields in diagnostics.warning(message, [("sink", context.name)] + fields) }
    }
}

/// The console sink as the pipeline sees it.
struct ConsoleOutput: SinkOptions {
    private let options: ConsoleSinkOptions

    /// Reads its section.
    init(_ section: ConfigSection) { options = ConsoleSinkOptions(section) }

    var type: String { "console" }
    var needsOriginal: Bool { options.needsOriginal }
    var memoryBound: Int { options.memoryBound }
    var warnings: [String] { [] }

    func make(_ context: SinkContext, restoring state: [UInt8]) throws(SinkFailure) -> any Sink {
        ConsoleSink(options, name: context.name, fileSystem: context.files, clock: context.clock)
    }
}
