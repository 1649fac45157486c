import Glibc
package import LogfoldIO
import Synchronization

/// Real files whose calls fail as a test says: short reads and writes, interruptions, errors at a certain call.
package final class FaultyFileSystem: FileSystem {
    /// What goes wrong.
    package struct Faults: Sendable {
        /// Reads and writes move at most this many bytes.
        package var largestTransfer = Int.max
        /// Every so many calls of an operation are interrupted by a signal first; 0 for none.
        package var interruptEvery = 0
        /// Errors: which operation, at its how-manyeth call from 1 on, with which `errno`.
        package var errors: [(operation: FileSystemError.Operation, call: Int, code: Int32)] = []
        /// What others do at the same time: called before each call.
        package var meanwhile: @Sendable () -> Void = {}

        /// Nothing goes wrong.
        package init() {}
    }

    private let faults: Faults
    private let base = PosixFileSystem()
    private let state = Mutex<[FileSystemError.Operation: Int]>([:])

    /// The real files with these faults.
    package init(_ faults: Faults) { self.faults = faults }

    /// How often an operation has been called, interrupted calls included.
    package func calls(of operation: FileSystemError.Operation) -> Int {
        state.withLock { $0[operation] ?? 0 }
    }

    private func count(_ operation: FileSystemError.Operation, _ path: String) throws(FileSystemError) {
        faults.meanwhile()
        let call = state.withLock { calls in
            calls[operation, default: 0] += 1
            return calls[operation] ?? 0
        }
        if faults.interruptEvery > 0, call % faults.interruptEvery == 0 {
            throw FileSystemError(code: EINTR, operation: operation, path: path)
        }
        for error in faults.errors where error.operation == operation && error.call == call {
            throw FileSystemError(code: error.code, operation: operation, path: path)
        }
    }

    package func open(_ path: String, for purpose: OpenPurpose) throws(FileSystemError) -> FileDescriptor {
        try count(.open, path)
        return try base.open(path, for: purpose)
    }

    package func read(
        _ file: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer
    ) throws(FileSystemError) -> Int {
        try count(.read, file.name)
        return try base.read(file, into: .init(rebasing: buffer.prefix(faults.largestTransfer)))
    }

    package func read(
        _ file: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        try count(.read, file.name)
        return try base.read(file, into: .init(rebasing: buffer.prefix(faults.largestTransfer)), at: offset)
    }

    package func write(_ file: FileDescriptor, _ bytes: UnsafeRawBufferPointer) throws(FileSystemError) -> Int {
        try count(.write, file.name)
        return try base.write(file, .init(rebasing: bytes.prefix(faults.largestTransfer)))
    }

    package func close(_ file: FileDescriptor) throws(FileSystemError) {
        // The descriptor is gone also where the close fails.
        try base.close(file)
        try count(.close, file.name)
    }

    package func status(of file: FileDescriptor) throws(FileSystemError) -> FileStatus {
        try count(.status, file.name)
        return try base.status(of: file)
    }

    package func status(at path: String) throws(FileSystemError) -> FileStatus {
        try count(.status, path)
        return try base.status(at: path)
    }

    package func isReadable(_ path: String) -> Bool { base.isReadable(path) }

    package func names(inDirectory path: String) throws(FileSystemError) -> [String] {
        try count(.list, path)
        return try base.names(inDirectory: path)
    }

    package func target(ofLink path: String) throws(FileSystemError) -> String {
        try count(.readLink, path)
        return try base.target(ofLink: path)
    }

    package func wait(
        for readiness: Readiness, of file: FileDescriptor, milliseconds: Int32?
    ) throws(FileSystemError) -> Bool {
        try count(.wait, file.name)
        return try base.wait(for: readiness, of: file, milliseconds: milliseconds)
    }

    package func isTerminal(_ file: FileDescriptor) -> Bool { base.isTerminal(file) }

    package func truncate(_ file: FileDescriptor, to length: Int64) throws(FileSystemError) {
        try count(.truncate, file.name)
        try base.truncate(file, to: length)
    }

    package func synchronize(_ file: FileDescriptor) throws(FileSystemError) {
        try count(.synchronize, file.name)
        try base.synchronize(file)
    }

    package func rename(_ path: String, to newPath: String) throws(FileSystemError) {
        try count(.rename, path)
        try base.rename(path, to: newPath)
    }

    package func remove(_ path: String) throws(FileSystemError) {
        try count(.remove, path)
        try base.remove(path)
    }

    package func makeDirectory(_ path: String, mode: UInt32) throws(FileSystemError) {
        try count(.makeDirectory, path)
        try base.makeDirectory(path, mode: mode)
    }

    package func setMode(_ file: FileDescriptor, _ mode: UInt32) throws(FileSystemError) {
        try count(.setOwner, file.name)
        try base.setMode(file, mode)
    }

    package func setOwner(_ file: FileDescriptor, user: UInt32?, group: UInt32?) throws(FileSystemError) {
        try count(.setOwner, file.name)
        try base.setOwner(file, user: user, group: group)
    }

    package func lock(_ file: FileDescriptor) throws(FileSystemError) -> Bool {
        try count(.lock, file.name)
        return try base.lock(file)
    }

    package func unlock(_ file: FileDescriptor) { base.unlock(file) }

    package func freeBytes(at path: String) throws(FileSystemError) -> Int64 {
        try count(.freeBytes, path)
        return try base.freeBytes(at: path)
    }
}
