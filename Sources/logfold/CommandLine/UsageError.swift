/// A command line that cannot be obeyed. The message names the option, the value and the way out.
struct UsageError: Error, Equatable, Sendable {
    /// What is wrong, for code that must tell the cases apart.
    enum Kind: Sendable {
        case unknownOption, missingValue, unexpectedValue, invalidValue, missingArgument, unexpectedArgument
    }

    /// What is wrong.
    let kind: Kind
    /// A sentence for a person, without the program's name and without a full stop.
    let message: String
    /// The command whose help shows the way out.
    let command: CommandName

    /// A value that an option does not take, for checks that the table cannot make, such as a zone that does not exist.
    ///
    /// - Parameters:
    ///   - reason: why, and what would be right: `there is no such zone; give a name such as Europe/Paris`.
    static func invalid(_ value: String, for option: String, of command: CommandName, because reason: String) -> Self {
        UsageError(
            kind: .invalidValue, message: "the value '\(value)' is invalid for '--\(option)': \(reason)",
            command: command)
    }
}
