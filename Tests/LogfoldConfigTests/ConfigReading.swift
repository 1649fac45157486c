import LogfoldConfig

/// Reads a text as the file `a.yaml`, with these variables and files around it.
func read(
    _ yaml: String, variables: [String: String] = [:], files: [String: String] = [:]
) -> Configuration {
    read(Array(yaml.utf8), variables: variables, files: files)
}

/// Reads bytes as the file `a.yaml`.
func read(
    _ bytes: [UInt8], variables: [String: String] = [:], files: [String: String] = [:]
) -> Configuration {
    Configuration.read(bytes, file: "a.yaml", environment: .fake(variables, files))
}

extension ConfigEnvironment {
    /// Variables and files out of tables.
    static func fake(_ variables: [String: String], _ files: [String: String]) -> ConfigEnvironment {
        ConfigEnvironment(variable: { variables[$0] }) { path throws(ConfigFileError) in
            guard let text = files[path] else { throw ConfigFileError(reason: "No such file or directory") }
            return Array(text.utf8)
        }
    }
}

extension Configuration {
    /// The problems without the file's name, which is the same in all: `3:5: text`.
    var lines: [String] { problems.map { "\($0.line):\($0.column): \($0.text)" } }
}
