import LogfoldIO

/// A log that a command was told to read, open: a file, or standard input where its path is `-`.
struct LogFile {
    /// What is read.
    let file: OpenFile
    /// What it is.
    let status: FileStatus

    /// Opens a log; a directory is none.
    init(_ path: String, in files: any FileSystem) throws(InputError) {
        do throws(FileSystemError) {
            file = path == "-" ? OpenFile(standard: .standardInput, in: files) : try OpenFile(path, in: files)
            status = try file.status()
        } catch {
            throw .file(error)
        }
        guard status.kind != .directory else { throw .directory }
    }

    /// A log as messages call it.
    static func name(of path: String) -> String { path == "-" ? "standard input" : path }
}
