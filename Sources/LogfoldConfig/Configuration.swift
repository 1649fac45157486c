/// A configuration file that was read: its sections, and every problem that was found in it.
package final class Configuration {
    /// The whole file as a section; empty where the file cannot be read.
    package let root: ConfigSection
    private let noted: ConfigProblems

    /// The problems so far, in the order of the text. Where the file cannot be read they say why, and nothing else.
    package var problems: [ConfigProblem] { noted.sorted }

    private init(root: ConfigSection, problems: ConfigProblems) {
        self.root = root
        noted = problems
    }

    /// Reads a file by the environment's means. Blocking.
    package static func read(path: String, environment: ConfigEnvironment) -> Configuration {
        do throws(ConfigFileError) {
            return read(try environment.readFile(path), file: path, environment: environment)
        } catch {
            let problems = ConfigProblems()
            problems.close("the configuration cannot be read: \(error.reason)", at: .start(of: path))
            return Configuration(entries: [], path, problems, environment)
        }
    }

    /// Reads the bytes of a file; `file` is its name in problems.
    package static func read(_ bytes: [UInt8], file: String, environment: ConfigEnvironment) -> Configuration {
        let problems = ConfigProblems()
        return Configuration(entries: entries(bytes, file, problems), file, problems, environment)
    }

    private convenience init(
        entries: [YAMLEntry], _ file: String, _ problems: ConfigProblems, _ environment: ConfigEnvironment
    ) {
        let root = ConfigSection(
            name: "", path: "", position: .start(of: file), entries: entries, asked: AskedKeys(),
            context: ConfigContext(problems: problems, environment: environment))
        self.init(root: root, problems: problems)
    }

    /// The configuration with other keys in its place.
    convenience init(_ configuration: Configuration, entries: [YAMLEntry]) {
        self.init(
            entries: entries, configuration.root.position.file, configuration.noted,
            configuration.root.context.environment)
    }

    /// The keys of a preset; its problems are noted with this file's.
    func readPreset(_ bytes: [UInt8], _ file: String) -> [YAMLEntry] { Self.entries(bytes, file, noted) }

    private static func entries(_ bytes: [UInt8], _ file: String, _ problems: ConfigProblems) -> [YAMLEntry] {
        guard bytes.count <= ConfigEnvironment.largestFile else {
            problems.close(
                "the file is longer than \(ConfigEnvironment.largestFile) bytes; is it a configuration?",
                at: .start(of: file))
            return []
        }
        do throws(YAMLSyntaxError) {
            guard let node = try YAMLDocument.read(bytes, file: file, problems: problems), !node.isNull else {
                problems.close("the file has no settings; it needs inputs or a preset, and sinks", at: .start(of: file))
                return []
            }
            guard case .mapping(let entries) = node.content else {
                problems.close("the file is \(node.kindName); write keys with values: 'sinks:' …", at: node.position)
                return []
            }
            return entries
        } catch {
            let position = ConfigPosition(file: file, line: error.mark.line + 1, column: error.mark.column + 1)
            problems.close(error.text, at: position)
            return []
        }
    }
}

extension ConfigPosition {
    /// The beginning of a file.
    static func start(of file: String) -> ConfigPosition { ConfigPosition(file: file, line: 1, column: 1) }
}
