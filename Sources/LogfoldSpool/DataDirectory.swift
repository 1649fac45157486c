import LogfoldCompression
package import LogfoldIO

/// `data_dir`: what the agent keeps between its runs. One process at a time has it.
package struct DataDirectory: Sendable {
    /// Its path.
    package let path: String
    private let files: any FileSystem
    private let lock: OpenFile

    /// Why a directory cannot be used.
    package enum Refusal: Error, CustomStringConvertible {
        /// Another agent works in it.
        case locked(String)
        /// A system call failed.
        case file(FileSystemError)

        /// A sentence without capital and full stop.
        package var description: String {
            switch self {
            case .locked(let path):
                "another logfold works in data_dir '\(path)'; stop it, or give this one a data_dir of its own"
            case .file(let error): "\(error); data_dir must be a directory that this user can write to"
            }
        }
    }

    /// Makes the directory where there is none, and takes its lock.
    package init(_ path: String, in files: any FileSystem) throws(Refusal) {
        self.path = path
        self.files = files
        let isOurs: Bool
        do throws(FileSystemError) {
            try files.makeDirectories(path, mode: 0o750)
            lock = try OpenFile("\(path)/lock", for: .appending, in: files)
            isOurs = try files.lock(lock.descriptor)
        } catch {
            throw .file(error)
        }
        guard isOurs else { throw .locked(path) }
    }

    private var positionsPath: String { "\(path)/positions" }

    /// What an earlier run has saved, nil where there was none; a file that cannot be used is set aside, with the
    /// reason as a sentence.
    package func readPositions() throws(FileSystemError) -> (positions: SavedPositions?, problem: String?) {
        let bytes: [UInt8]
        do throws(FileSystemError) {
            bytes = try OpenFile(positionsPath, in: files).readAll(limit: 1 << 30)
        } catch {
            if error.isNotFound { return (nil, nil) }
            throw error
        }
        do throws(SavedPositions.Problem) {
            return (try SavedPositions(decoding: bytes, checksum: Checksum.crc32), nil)
        } catch {
            let aside = "\(positionsPath).unusable"
            try files.rename(positionsPath, to: aside)
            return (nil, "cannot use '\(positionsPath)': \(error); it now lies at '\(aside)'")
        }
    }

    /// Replaces what was saved: when this returns it is on the disk.
    package func write(_ positions: SavedPositions) throws(FileSystemError) {
        let fresh = "\(positionsPath).new"
        let file = try OpenFile(fresh, for: .replacing, in: files)
        let bytes = positions.encoded(checksum: Checksum.crc32)
        try file.write(bytes)
        try file.synchronize()
        try file.close()
        try files.rename(fresh, to: positionsPath)
        let folder = try OpenFile(path, for: .directory, in: files)
        try folder.synchronize()
        try folder.close()
    }
}
