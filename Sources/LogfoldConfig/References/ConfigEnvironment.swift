/// What a configuration sees of the world around it: environment variables and the files of secrets.
package struct ConfigEnvironment: Sendable {
    /// The value of an environment variable, nil where it is not set.
    package var variable: @Sendable (String) -> String?
    /// The content of a file. Who gives it bounds what is read: ``largestFile`` bytes and one more are enough.
    package var readFile: @Sendable (String) throws(ConfigFileError) -> [UInt8]

    /// The most bytes that a configuration or the file of a secret may have.
    package static let largestFile = 1 << 20

    /// A view of the world.
    package init(
        variable: @escaping @Sendable (String) -> String?,
        readFile: @escaping @Sendable (String) throws(ConfigFileError) -> [UInt8]
    ) {
        self.variable = variable
        self.readFile = readFile
    }
}

/// Why a file could not be read.
package struct ConfigFileError: Error, Equatable {
    /// The reason in the system's words: `No such file or directory`.
    package let reason: String

    /// A failure with this reason.
    package init(reason: String) { self.reason = reason }
}
