import LogfoldIO

/// The real files, for tests that replace a call or two.
protocol FileSystemWrapper: FileSystem {
    var base: PosixFileSystem { get }
}

extension FileSystemWrapper {
    func open(_ path: String, for purpose: OpenPurpose) throws(FileSystemError) -> FileDescriptor {
        try base.open(path, for: purpose)
    }
    func read(_ file: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) -> Int {
        try base.read(file, into: buffer)
    }
    func read(
        _ file: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int { try base.read(file, into: buffer, at: offset) }
    func write(_ file: FileDescriptor, _ bytes: UnsafeRawBufferPointer) throws(FileSystemError) -> Int {
        try base.write(file, bytes)
    }
    func close(_ file: FileDescriptor) throws(FileSystemError) { try base.close(file) }
    func status(of file: FileDescriptor) throws(FileSystemError) -> FileStatus { try base.status(of: file) }
    func status(at path: String) throws(FileSystemError) -> FileStatus { try base.status(at: path) }
    func isReadable(_ path: String) -> Bool { base.isReadable(path) }
    func names(inDirectory path: String) throws(FileSystemError) -> [String] { try base.names(inDirectory: path) }
    func target(ofLink path: String) throws(FileSystemError) -> String { try base.target(ofLink: path) }
    func wait(
        for readiness: Readiness, of file: FileDescriptor, milliseconds: Int32?
    ) throws(FileSystemError) -> Bool { try base.wait(for: readiness, of: file, milliseconds: milliseconds) }
    func isTerminal(_ file: FileDescriptor) -> Bool { base.isTerminal(file) }
    func truncate(_ file: FileDescriptor, to length: Int64) throws(FileSystemError) {
        try base.truncate(file, to: length)
    }
    func synchronize(_ file: FileDescriptor) throws(FileSystemError) { try base.synchronize(file) }
    func rename(_ path: String, to newPath: String) throws(FileSystemError) { try base.rename(path, to: newPath) }
    func remove(_ path: String) throws(FileSystemError) { try base.remove(path) }
    func makeDirectory(_ path: String, mode: UInt32) throws(FileSystemError) {
        try base.makeDirectory(path, mode: mode)
    }
    func setMode(_ file: FileDescriptor, _ mode: UInt32) throws(FileSystemError) { try base.setMode(file, mode) }
    func setOwner(_ file: FileDescriptor, user: UInt32?, group: UInt32?) throws(FileSystemError) {
        try base.setOwner(file, user: user, group: group)
    }
    func lock(_ file: FileDescriptor) throws(FileSystemError) -> Bool { try base.lock(file) }
    func unlock(_ file: FileDescriptor) { base.unlock(file) }
    func freeBytes(at path: String) throws(FileSystemError) -> Int64 { try base.freeBytes(at: path) }
}
