import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldInputs
import LogfoldParsing
import LogfoldPipeline

/// The file input as the pipeline sees it.
struct FileInput: InputOptions {
    private let options: FileTailOptions
    private let reading: LogReadingOptions
    let fields: AddedFields

    /// Reads its section.
    init(_ section: ConfigSection, timezone: String, _ files: any FileSystem) {
        options = FileTailOptions(section)
        reading = LogReadingOptions(section, timeZone: timezone, in: files)
        fields = AddedFields(labelsAndTags: section)
    }

    var engine: EngineOptions { reading.engine }
    var service: String? { reading.service }
    var memoryBound: Int { FileTail.unpackingBytes }
    var claims: [String] { options.include.map(\.text) }

    /// A pattern is tried as if it were a path: it finds itself, and whoever names all that it can name.
    func takes(_ claim: String) -> Bool { options.takes(claim) }

    func preview(_ files: any FileSystem) -> [String] { FileTail.preview(options, files) }

    func make(_ context: InputContext) -> any Input {
        let diagnostics = context.diagnostics
        return FileTail(
            name: context.name, options: options, restored: context.restored, isFirstRun: context.isFirstRun,
            fileSystem: context.files, clock: context.clock,
            say: { diagnostics.warning($0, [("input", context.name)]) })
    }
}
