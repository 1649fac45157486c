// Files and their directories as crashes leave them.

extension FileSystem {
    /// Puts a file with what `write` puts into it in the place of another, or of none: whoever looks, also after a
    /// crash, sees the one or the other.
    ///
    /// It is written beside `path`, with `.new` at the end. With `isDurable` it is on the disk when this returns. `mode`
    /// is set whatever the process's mask says.
    package func replace(
        _ path: String, mode: UInt32? = nil, isDurable: Bool = true,
        _ write: (OpenFile) throws(FileSystemError) -> Void
    ) throws(FileSystemError) {
        let fresh = "\(path).new"
        let file = try OpenFile(fresh, for: .replacing, in: self)
        if let mode { try setMode(file.descriptor, mode) }
        try write(file)
        if isDurable { try file.synchronize() }
        try file.close()
        try rename(fresh, to: path)
        if isDurable { try synchronizeDirectory(of: path) }
    }

    /// Waits until the names in a path's directory are on the disk.
    package func synchronizeDirectory(of path: String) throws(FileSystemError) {
        try synchronize(directory: parentDirectory(of: path))
    }

    /// Waits until the names in a directory are on the disk.
    package func synchronize(directory path: String) throws(FileSystemError) {
        let directory = try OpenFile(path, for: .directory, in: self)
        try directory.synchronize()
        try directory.close()
    }

    /// What lies at a path, or nil where nothing does.
    package func statusIfPresent(at path: String) throws(FileSystemError) -> FileStatus? {
        do throws(FileSystemError) {
            return try look(at: path)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }
}

/// The directory of a path: of one without a slash `.`.
package func parentDirectory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash > path.startIndex ? String(path[..<slash]) : "/"
}
