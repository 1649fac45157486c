import Glibc

/// A system call on a file that failed: which, on what, and why.
package struct FileSystemError: Error, Equatable {
    /// What was tried.
    package enum Operation: String, Sendable {
        /// Opening a path.
        case open
        /// Reading from an open file.
        case read
        /// Writing to an open file.
        case write
        /// Closing an open file.
        case close
        /// Asking for the status of a path or file.
        case status = "look at"
        /// Reading the names in a directory.
        case list
        /// Reading where a symbolic link points.
        case readLink = "follow"
        /// Waiting until a file can be read or written.
        case wait = "wait for"
        /// Setting the length of an open file.
        case truncate = "cut"
        /// Bringing what was written to the disk.
        case synchronize
        /// Giving a file another name.
        case rename
        /// Removing a name.
        case remove
        /// Making a directory.
        case makeDirectory = "make the directory"
        /// Setting permissions or owner.
        case setOwner = "set mode or owner of"
        /// Starting a thread.
        case startThread = "start the thread"
        /// Taking a file's lock.
        case lock
        /// Waiting for changes in a directory.
        case watch
        /// Asking for the room on a file system.
        case freeBytes = "see the free room at"
    }

    /// The `errno` of the call.
    package var code: Int32
    /// What was tried.
    package var operation: Operation
    /// The path, or a name such as `standard output`.
    package var path: String

    /// A failed call.
    package init(code: Int32, operation: Operation, path: String) {
        self.code = code
        self.operation = operation
        self.path = path
    }

    /// The failure that the last call of this thread has left in `errno`.
    static func last(_ operation: Operation, _ path: String) -> FileSystemError {
        FileSystemError(code: errno, operation: operation, path: path)
    }

    /// A signal came first: the call is made again.
    package var isInterruption: Bool { code == EINTR }
    /// The file has no bytes, or no room for them, at the moment.
    package var wouldBlock: Bool { code == EAGAIN || code == EWOULDBLOCK }
    /// Nobody reads any more at the other end.
    package var isBrokenPipe: Bool { code == EPIPE }
    /// There is something of that name already.
    package var exists: Bool { code == EEXIST }
    /// Room, a quota or a limit of the system is used up.
    package var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }
    /// This user may not do it.
    package var isDenied: Bool { code == EACCES || code == EPERM }
    /// Too many files are open, here or in the whole system.
    package var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
    /// There is no such file or directory.
    package var isNotFound: Bool { code == ENOENT || code == ENOTDIR }
}

extension FileSystemError: CustomStringConvertible {
    /// A sentence without capital and full stop: `cannot open '/var/log/x': there is no such file or directory`.
    package var description: String { "cannot \(operation.rawValue) '\(path)': \(reason)" }

    /// The second half of the sentence.
    package var reason: String {
        switch code {
        case ENOENT: "there is no such file or directory"
        case ENOTDIR: "a part of the path is not a directory"
        case EACCES, EPERM: "permission denied to the user of this process"
        case EEXIST: "there is something of that name already"
        case EISDIR: "it is a directory"
        case ENOSPC: "no space is left on the device"
        case EDQUOT: "the disk quota is used up"
        case EROFS: "the file system is mounted read-only"
        case EMFILE: "this process has too many files open (see 'ulimit -n')"
        case ENFILE: "the system has too many files open"
        case ELOOP: "there are too many symbolic links on the way"
        case ENAMETOOLONG: "the name is too long"
        case EPIPE: "nobody reads the other end"
        case EIO: "the device reports an input/output error"
        default: Self.systemText(code)
        }
    }

    private static func systemText(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text).lowercased() + " (error \(code))"
    }
}
