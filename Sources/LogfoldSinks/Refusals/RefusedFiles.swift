package import LogfoldCore
package import LogfoldIO

/// The files of refused events, for who looks at them from outside of a sink.
package enum RefusedFiles {
    /// What a sink holds; nothing is changed.
    package static func held(
        of sink: String, inDirectory directory: String, _ files: any FileSystem
    ) throws(FileSystemError) -> HeldSummary {
        try HeldJournal(sink: sink, inDirectory: directory, maxBytes: .max, files: files).summary
    }

    /// Gives up what a sink holds. Nobody else may work in the directory.
    package static func forgetHeld(
        of sink: String, inDirectory directory: String, _ files: any FileSystem
    ) throws(FileSystemError) {
        let path = HeldJournal.path(of: sink, inDirectory: directory)
        if try files.statusIfPresent(at: path) != nil { try files.remove(path) }
    }
}
