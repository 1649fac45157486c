/// The system calls on files, one method each: the seam at which tests let them fail.
///
/// The methods do what the call does and no more: a read or write may be short, a signal may interrupt it.
/// ``OpenFile`` is what the rest of logfold uses; it goes on after both.
package protocol FileSystem: Sendable {
    /// Opens a path.
    func open(_ path: String, for purpose: OpenPurpose) throws(FileSystemError) -> FileDescriptor
    /// Reads up to a buffer from the current offset; 0 at the end.
    func read(_ file: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer) throws(FileSystemError) -> Int
    /// Reads up to a buffer from an offset (`pread`), which leaves the current one alone; 0 at the end.
    func read(
        _ file: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int
    /// Writes as much of a buffer as there is room for.
    func write(_ file: FileDescriptor, _ bytes: UnsafeRawBufferPointer) throws(FileSystemError) -> Int
    /// Gives a descriptor back; it is gone even when this fails.
    func close(_ file: FileDescriptor) throws(FileSystemError)
    /// What an open file is.
    func status(of file: FileDescriptor) throws(FileSystemError) -> FileStatus
    /// What lies at a path, symbolic links followed.
    func status(at path: String) throws(FileSystemError) -> FileStatus
    /// Whether this process may read what lies at a path.
    func isReadable(_ path: String) -> Bool
    /// The names in a directory but `.` and `..`, in no order.
    func names(inDirectory path: String) throws(FileSystemError) -> [String]
    /// Where a symbolic link points.
    func target(ofLink path: String) throws(FileSystemError) -> String
    /// Waits until a file can be read or written without waiting, or its other end is closed; false when the time is
    /// over. No time limit without `milliseconds`.
    func wait(
        for readiness: Readiness, of file: FileDescriptor, milliseconds: Int32?
    ) throws(FileSystemError) -> Bool
    /// Whether a person looks at it.
    func isTerminal(_ file: FileDescriptor) -> Bool
    /// Cuts or extends an open file to a length.
    func truncate(_ file: FileDescriptor, to length: Int64) throws(FileSystemError)
    /// Waits until what was written to a file is on the disk (`fsync`). One that failed must not be repeated: the
    /// kernel may have dropped the pages.
    func synchronize(_ file: FileDescriptor) throws(FileSystemError)
    /// Gives a file another name; what had that name is gone.
    func rename(_ path: String, to newPath: String) throws(FileSystemError)
    /// Removes a name of a file.
    func remove(_ path: String) throws(FileSystemError)
    /// Makes a directory, with these permissions less the umask.
    func makeDirectory(_ path: String, mode: UInt32) throws(FileSystemError)
    /// Sets the permissions of an open file.
    func setMode(_ file: FileDescriptor, _ mode: UInt32) throws(FileSystemError)
    /// Gives an open file to a user and a group; nil leaves one as it is.
    func setOwner(_ file: FileDescriptor, user: UInt32?, group: UInt32?) throws(FileSystemError)
    /// Takes the lock of an open file for this process; false if another holds it.
    func lock(_ file: FileDescriptor) throws(FileSystemError) -> Bool
    /// Gives the lock of an open file back. A child that was forked and has not become its program yet holds the
    /// descriptor too, so that to close it would not be enough.
    func unlock(_ file: FileDescriptor)
    /// How many bytes this process may still write to the file system that holds a path.
    func freeBytes(at path: String) throws(FileSystemError) -> Int64
}

extension FileSystem {
    /// Makes a directory and those above it, as far as they are missing.
    package func makeDirectories(_ path: String, mode: UInt32) throws(FileSystemError) {
        do throws(FileSystemError) {
            let status = try status(at: path)
            if status.kind == .directory { return }
        } catch {
            guard error.isNotFound else { throw error }
            if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
                try makeDirectories(String(path[..<slash]), mode: mode)
            }
        }
        do throws(FileSystemError) {
            try makeDirectory(path, mode: mode)
        } catch {
            // Somebody else was quicker.
            guard error.exists, (try? status(at: path))?.kind == .directory else { throw error }
        }
    }
}

/// The number of an open file, and its name for messages.
package struct FileDescriptor: Sendable, Equatable {
    /// The number that system calls take.
    package var number: Int32
    /// The path, or what stands for it in a message.
    package var name: String

    /// A descriptor.
    package init(_ number: Int32, name: String) {
        self.number = number
        self.name = name
    }

    /// Standard input.
    package static let standardInput = FileDescriptor(0, name: "standard input")
    /// Standard output.
    package static let standardOutput = FileDescriptor(1, name: "standard output")
    /// Standard error.
    package static let standardError = FileDescriptor(2, name: "standard error")
}

/// What a file is opened for.
package enum OpenPurpose: Sendable {
    /// Reading; the file exists.
    case reading
    /// Reading, but a pipe that nobody writes to does not hold up the opening.
    case readingAtOnce
    /// Writing from the start; made if it does not exist, emptied if it does.
    case replacing
    /// Writing at the end, whatever others write; made if it does not exist.
    case appending
    /// Writing at the end of a file that must not exist yet; it has these permissions from its first moment on, less
    /// the umask.
    case creating(mode: UInt32)
    /// Writing over what lies from an offset on; the file exists and is not cut.
    case overwriting(from: Int64)
    /// The names in it, and `fsync`: a directory.
    case directory
}

/// What is waited for.
package enum Readiness: Sendable {
    /// There are bytes to read, or the end.
    case input
    /// There is room to write.
    case output
}

/// What a file is: a value, true at the time of asking.
package struct FileStatus: Sendable, Equatable {
    /// The kinds that are told apart.
    package enum Kind: Sendable {
        /// Bytes on a disk: has a size and an end.
        case regular
        /// A directory.
        case directory
        /// A pipe or FIFO.
        case pipe
        /// A terminal, `/dev/null`.
        case characterDevice
        /// A socket.
        case socket
        /// A block device, or what is not known here.
        case other
    }

    /// The kind.
    package var kind: Kind
    /// Length in bytes; 0 for what has none.
    package var size: Int64
    /// Time of the last change of the content, nanoseconds since 1970 UTC.
    package var modified: Int64
    /// The device that holds the file.
    package var device: UInt64
    /// The file's number on that device.
    package var inode: UInt64

    /// A status with all its facts.
    package init(kind: Kind, size: Int64, modified: Int64, device: UInt64, inode: UInt64) {
        self.kind = kind
        self.size = size
        self.modified = modified
        self.device = device
        self.inode = inode
    }
}
