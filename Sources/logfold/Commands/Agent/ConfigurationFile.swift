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

    /// The `data_dir` that `--data-dir` says, or else the configuration of `--config`, or nobody. What is wrong with
    /// the configuration is said: the directory may be another one than was meant.
    static func dataDirectory(_ arguments: ParsedArguments, in files: any FileSystem) throws(UsageError) -> String {
        if let path = arguments.text("data-dir") { return path }
        let path = arguments.text("config") ?? ""
        let isNamed = arguments.values["config"] != nil
        guard isNamed || files.isReadable(path) else { return AgentConfiguration.defaultDataDirectory }
        let (configuration, document) = read(path, in: files)
        if document.root.keys.isEmpty, let problem = document.problems.first {
            throw UsageError(kind: .invalidValue, message: "\(problem)", command: arguments.command.name)
        }
        _ = CheckCommand.say(document.problems)
        return configuration.dataDirectory
    }

    /// What a configuration sees of the world: variables, and the files that secrets are in.
    static func environment(
        in files: any FileSystem, variable: @escaping @Sendable (String) -> String? = { environmentVariable($0) }
    ) -> ConfigEnvironment {
        ConfigEnvironment(
            variable: variable,
            readFile: { path throws(ConfigFileError) in
                do throws(FileSystemError) {
                    return try OpenFile(path, in: files).readAll(limit: ConfigEnvironment.largestFile + 1)
                } catch {
                    throw ConfigFileError(reason: error.reason)
                }
            })
    }
}
