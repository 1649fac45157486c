package import LogfoldIO
import Synchronization

/// Real files whose calls a test decides about one by one: let through, failed, half done.
package final class ScriptedFileSystem: FileSystem {
    /// A call that is about to be made.
    package struct Call: Sendable {
        /// Counts all calls from 1 on.
        package var number: Int
        /// What it does.
        package var operation: FileSystemError.Operation
        /// To which file.
        package var path: String
    }

    /// What becomes of a call.
    package enum Answer: Sendable {
        /// It is made.
        case made
        /// It fails and does nothing; a close fails and closes.
        case failed(Int32)
        /// A write writes half of its bytes and fails; any other call fails.
        case halfDone(Int32)
        /// So many bytes are free; for any other call, it is made.
        case free(Int64)
    }

    private let base = PosixFileSystem()
    private let count = Mutex(0)
    /// How much of a file was brought to the disk, by its inode.
    private let safe = Mutex<[UInt64: Int64]>([:])
    private let script: Mutex<@Sendable (Call) -> Answer>
    private let inodes: InodeTable?

    /// Files that answer as the script says, with inodes by a table where there is one.
    package init(inodes: InodeTable? = nil, _ script: @escaping @Sendable (Call) -> Answer = { _ in .made }) {
        self.script = Mutex(script)
        self.inodes = inodes
    }

    /// How many calls there were.
    package var calls: Int { count.withLock { $0 } }

    /// Goes on by another script.
    package func follow(_ script: @escaping @Sendable (Call) -> Answer) { self.script.withLock { $0 = script } }

    /// From the call of this number on nothing happens any more, as if the process had been killed in the middle of it.
    package static func stopping(at number: Int, inodes: InodeTable? = nil) -> ScriptedFileSystem {
        ScriptedFileSystem(inodes: inodes) { call in
            if call.number < number { return .made }
            return call.number == number ? .halfDone(5) : .failed(5)
        }
    }

    private func answer(_ operation: FileSystemError.Operation, _ path: String) -> Answer {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return script.withLock { $0 }(Call(number: number, operation: operation, path: path))
    }

    private func ask(_ operation: FileSystemError.Operation, _ path: String) throws(FileSystemError) {
        switch answer(operation, path) {
        case .made, .free: break
        case .failed(let code), .halfDone(let code):
            throw FileSystemError(code: code, operation: operation, path: path)
        }
    }

    package func open(_ path: String, for purpose: OpenPurpose) throws(FileSystemError) -> FileDescriptor {
        try ask(.open, path)
        return try base.open(path, for: purpose)
    }

    package func read(
        _ file: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer
    ) throws(FileSystemError) -> Int {
        try ask(.read, file.name)
        return try base.read(file, into: buffer)
    }

    package func read(
        _ file: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        try ask(.read, file.name)
        return try base.read(file, into: buffer, at: offset)
    }

    package func write(_ file: FileDescriptor, _ bytes: UnsafeRawBufferPointer) throws(FileSystemError) -> Int {
        switch answer(.write, file.name) {
        case .made, .free: return try base.write(file, bytes)
        case .failed(let code): throw FileSystemError(code: code, operation: .write, path: file.name)
        case .halfDone(let code):
            _ = try base.write(file, .init(rebasing: bytes.prefix((bytes.count + 1) / 2)))
            throw FileSystemError(code: code, operation: .write, path: file.name)
        }
    }

    package func close(_ file: FileDescriptor) throws(FileSystemError) {
        try base.close(file)
        try ask(.close, file.name)
    }

    package func status(of file: FileDescriptor) throws(FileSystemError) -> FileStatus {
        try ask(.status, file.name)
        return numbered(try base.status(of: file))
    }

    package func status(at path: String) throws(FileSystemError) -> FileStatus {
        try ask(.status, path)
        return numbered(try base.status(at: path))
    }

    private func numbered(_ status: FileStatus) -> FileStatus {
        var status = status
        if let inodes { status.inode = inodes.number(of: status.inode) }
        return status
    }

    package func isReadable(_ path: String) -> Bool { base.isReadable(path) }

    package func names(inDirectory path: String) throws(FileSystemError) -> [String] {
        try ask(.list, path)
        return try base.names(inDirectory: path)
    }

    package func target(ofLink path: String) throws(FileSystemError) -> String {
        try ask(.readLink, path)
        return try base.target(ofLink: path)
    }

    package func wait(
        for readiness: Readiness, of file: FileDescriptor, milliseconds: Int32?
    ) throws(FileSystemError) -> Bool {
        try ask(.wait, file.name)
        return try base.wait(for: readiness, of: file, milliseconds: milliseconds)
    }

    package func isTerminal(_ file: FileDescriptor) -> Bool { base.isTerminal(file) }

    package func truncate(_ file: FileDescriptor, to length: Int64) throws(FileSystemError) {
        try ask(.truncate, file.name)
        try base.truncate(file, to: length)
    }

    package func synchronize(_ file: FileDescriptor) throws(FileSystemError) {
        try ask(.synchronize, file.name)
        // Nothing of a test has to outlive the machine, so it is only noted.
        let status = try base.status(of: file)
        safe.withLock { $0[status.inode] = status.size }
    }

    /// What a failure of the power may leave of a file: as many bytes as were brought to the disk.
    package func losePower(over path: String) throws(FileSystemError) {
        let file = try OpenFile(path, for: .appending, in: base)
        let status = try file.status()
        let length = safe.withLock { $0[status.inode] ?? 0 }
        if length < status.size { try file.truncate(to: length) }
    }

    package func rename(_ path: String, to newPath: String) throws(FileSystemError) {
        try ask(.rename, path)
        let replaced = try? base.status(at: newPath)
        try base.rename(path, to: newPath)
        if let replaced { inodes?.free(replaced.inode) }
    }

    package func remove(_ path: String) throws(FileSystemError) {
        try ask(.remove, path)
        let removed = try? base.status(at: path)
        try base.remove(path)
        if let removed { inodes?.free(removed.inode) }
    }

    package func makeDirectory(_ path: String, mode: UInt32) throws(FileSystemError) {
        try ask(.makeDirectory, path)
        try base.makeDirectory(path, mode: mode)
    }

    package func setMode(_ file: FileDescriptor, _ mode: UInt32) throws(FileSystemError) {
        try ask(.setOwner, file.name)
        try base.setMode(file, mode)
    }

    package func setOwner(_ file: FileDescriptor, user: UInt32?, group: UInt32?) throws(FileSystemError) {
        try ask(.setOwner, file.name)
        try base.setOwner(file, user: user, group: group)
    }

    package func lock(_ file: FileDescriptor) throws(FileSystemError) -> Bool {
        try ask(.lock, file.name)
        return try base.lock(file)
    }

    package func unlock(_ file: FileDescriptor) { base.unlock(file) }

    package func freeBytes(at path: String) throws(FileSystemError) -> Int64 {
        switch answer(.freeBytes, path) {
        case .made: return try base.freeBytes(at: path)
        case .free(let bytes): return bytes
        case .failed(let code), .halfDone(let code):
            throw FileSystemError(code: code, operation: .freeBytes, path: path)
        }
    }
}
