import LogfoldConfig
import LogfoldIO
import LogfoldPipeline

/// A configuration as the commands of the agent read it.
enum ConfigurationFile {
    /// Reads and checks a configuration; its problems come with it, in the order of the text.
    static func read(_ path: String, in files: any FileSystem) -> (AgentConfiguration, Configuration) {
        let document = Configuration.read(path: path, environment: environment(in: files))
        return AgentConfiguration.read(
            document, Components.registry(files), zones: TimeZoneFiles(fileSystem: files))
    }

    /// The `data_dir` that `--data-dir` says, or else the configuration of `--config`, or nobody.
    static func dataDirectory(_ arguments: ParsedArguments, in files: any FileSystem) -> String {
        if let path = arguments.text("data-dir") { return path }
        let path = arguments.text("config") ?? ""
        guard files.isReadable(path) else { return AgentConfiguration.defaultDataDirectory }
        return read(path, in: files).0.dataDirectory
    }

    /// What a configuration sees of the world: variables, and the files that secrets are in.
    static func environment(
        in files: any FileSystem, variable: @escaping @Sendable (String) -> String? = { environmentVariable($0) }
    ) -> ConfigEnvironment {
        ConfigEnvironment(
            variable: variable, readFile: { path throws(ConfigFileError) in try content(path, files) })
    }

    private static func content(_ path: String, _ files: any FileSystem) throws(ConfigFileError) -> [UInt8] {
        do throws(FileSystemError) {
            return try OpenFile(path, in: files).readAll(limit: ConfigEnvironment.largestFile + 1)
        } catch {
            throw ConfigFileError(reason: error.reason)
        }
    }
}
