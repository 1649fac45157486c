/// What the exit status says; the same for every command.
enum ExitCode: Int32, CaseIterable, Sendable {
    /// All that was asked for was done.
    case done = 0
    /// It ran, but something was dropped, unreadable or failed.
    case incomplete = 1
    /// The command line or a configuration is wrong; nothing was read.
    case usage = 2
    /// There was nothing to work with: no input could be read, `data_dir` is locked, no agent could be reached.
    case nothingToWorkWith = 3

    /// What the man pages say of it.
    var meaning: String {
        switch self {
        case .done: "All that was asked for was done."
        case .incomplete: "It ran, but something was dropped, could not be read or failed."
        case .usage: "The command line or a configuration is wrong. Nothing was read."
        case .nothingToWorkWith:
            "There was nothing to work with: no input could be read, data_dir could not be used, no agent was there."
        }
    }
}
