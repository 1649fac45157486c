package import LogfoldCore

/// Why a zone's rules could not be found.
package enum TimeZoneLookupError: Error, Equatable, CustomStringConvertible {
    /// There is no file of this name; names that are like it, and whether any zones are installed.
    case noSuchZone(String, suggestions: [String], hasDatabase: Bool)
    /// The name leads out of the directory of zones.
    case unusableName(String)
    /// A name like `UTC+2`, which rules and readers take for opposite things.
    case doubtfulSign(String)
    /// The host's zone is a link to a file that does not exist.
    case danglingLocalFile(String, target: String)
    /// The file is there and cannot be read.
    case unreadable(FileSystemError)
    /// The file at this path is no zone file.
    case badFile(String, TimeZoneError)

    /// A sentence without capital and full stop that says what to do.
    package var description: String {
        switch self {
        case .noSuchZone(let name, _, hasDatabase: false):
            "no zone file for '\(name)': no time zones are installed; install the tzdata package"
        case .noSuchZone(let name, let suggestions, _) where suggestions.isEmpty:
            "no zone file for '\(name)'; give a name such as 'Europe/Paris', 'UTC', 'local' or '+02:00', "
                + "or install the tzdata package that knows it"
        case .noSuchZone(let name, let suggestions, _):
            "no zone file for '\(name)'; did you mean \(Self.list(suggestions))? "
                + "If not, install the tzdata package that knows it"
        case .unusableName(let name):
            "'\(name)' is not the name of a time zone; give one such as 'Europe/Paris', 'UTC', 'local' or '+02:00'"
        case .doubtfulSign(let name):
            "'\(name)' is west of Greenwich to the TZ variable and east of it to most readers; "
                + "write the offset alone, such as '+02:00' for Paris in summer"
        case .danglingLocalFile(let path, let target):
            "'\(path)' points to '\(target)', which does not exist; install the tzdata package"
        case .unreadable(let error):
            error.description
        case .badFile(let path, let error):
            "'\(path)': \(error)"
        }
    }

    private static func list(_ names: [String]) -> String {
        let quoted = names.map { "'\($0)'" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }
}
