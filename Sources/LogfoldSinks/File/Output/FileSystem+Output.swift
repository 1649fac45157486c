import LogfoldCore
import LogfoldIO

extension FileSystem {
    /// What lies at a path, or nil where nothing does.
    func statusIfPresent(at path: String) throws(FileSystemError) -> FileStatus? {
        do throws(FileSystemError) {
            return try status(at: path)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    /// Waits until the names in a path's directory are on the disk.
    func synchronizeDirectory(of path: String) throws(FileSystemError) {
        let directory = try OpenFile(parentDirectory(of: path), for: .directory, in: self)
        try directory.synchronize()
    }
}

/// The directory of an absolute path.
func parentDirectory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
    return String(path[..<slash])
}

extension SinkFailure {
    /// The sentence of a failed call.
    init(_ error: FileSystemError) { self.init(error.description) }
}

/// Makes calls on files whose failure is the sink's.
func failing<Value>(_ calls: () throws(FileSystemError) -> Value) throws(SinkFailure) -> Value {
    do throws(FileSystemError) {
        return try calls()
    } catch {
        throw SinkFailure(error)
    }
}

extension OpenFile {
    /// The bytes between two offsets, as far as the file has them.
    func bytes(from start: Int64, to end: Int64) throws(FileSystemError) -> [UInt8] {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(max(end - start, 0)), alignment: 1)
        defer { unsafe room.deallocate() }
        var count = 0
        while count < room.count {
            let got = try unsafe read(
                into: UnsafeMutableRawBufferPointer(rebasing: room[count...]), at: start + Int64(count))
            if got == 0 { break }
            count += got
        }
        return unsafe Array(room[..<count])
    }
}
