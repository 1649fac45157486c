import Glibc

/// The real files.
package struct PosixFileSystem: FileSystem {
    /// The one there is.
    package init() {}

    /// open(2), closed on exec.
    package func open(_ path: String, for purpose: OpenPurpose) throws(FileSystemError) -> FileDescriptor {
        let access: Int32 =
            switch purpose {
            case .reading: O_RDONLY
            case .readingAtOnce: O_RDONLY | O_NONBLOCK
            case .replacing: O_WRONLY | O_CREAT | O_TRUNC
            case .appending: O_WRONLY | O_CREAT | O_APPEND
            case .creating: O_WRONLY | O_CREAT | O_EXCL | O_APPEND
            case .overwriting: O_WRONLY
            case .directory: O_RDONLY | O_DIRECTORY
            }
        var mode = mode_t(0o666)
        if case .creating(let asked) = purpose { mode = mode_t(asked) }
        // A log path may name a terminal; it must not become ours. The umask cuts the mode.
        let number = unsafe Glibc.open(path, access | O_CLOEXEC | O_NOCTTY, mode)
        guard number >= 0 else { throw .last(.open, path) }
        if case .overwriting(let offset) = purpose, lseek(number, off_t(offset), SEEK_SET) < 0 {
            defer { _ = Glibc.close(number) }
            throw .last(.open, path)
        }
        return FileDescriptor(number, name: path)
    }

    /// read(2), once.
    package func read(
        _ file: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer
    ) throws(FileSystemError) -> Int {
        let count = unsafe Glibc.read(file.number, buffer.baseAddress, buffer.count)
        guard count >= 0 else { throw .last(.read, file.name) }
        return count
    }

    /// pread(2), once.
    package func read(
        _ file: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(FileSystemError) -> Int {
        let count = unsafe Glibc.pread(file.number, buffer.baseAddress, buffer.count, off_t(offset))
        guard count >= 0 else { throw .last(.read, file.name) }
        return count
    }

    /// write(2), once.
    package func write(_ file: FileDescriptor, _ bytes: UnsafeRawBufferPointer) throws(FileSystemError) -> Int {
        let count = unsafe Glibc.write(file.number, bytes.baseAddress, bytes.count)
        guard count >= 0 else { throw .last(.write, file.name) }
        return count
    }

    /// close(2).
    package func close(_ file: FileDescriptor) throws(FileSystemError) {
        // After EINTR Linux has closed the descriptor too; closing it again would hit another thread's file.
        guard Glibc.close(file.number) == 0 || errno == EINTR else { throw .last(.close, file.name) }
    }

    /// fstat(2).
    package func status(of file: FileDescriptor) throws(FileSystemError) -> FileStatus {
        var raw = stat()
        guard unsafe fstat(file.number, &raw) == 0 else { throw .last(.status, file.name) }
        return FileStatus(raw)
    }

    /// stat(2), which follows links.
    package func status(at path: String) throws(FileSystemError) -> FileStatus {
        var raw = stat()
        guard unsafe stat(path, &raw) == 0 else { throw .last(.status, path) }
        return FileStatus(raw)
    }

    /// access(2) with `R_OK`.
    package func isReadable(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

    /// The names that readdir(3) gives, without `.` and `..`.
    package func names(inDirectory path: String) throws(FileSystemError) -> [String] {
        guard let directory = unsafe opendir(path) else { throw .last(.list, path) }
        defer { unsafe _ = closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(directory) else { break }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe String(cString: UnsafeRawPointer(tuple).assumingMemoryBound(to: CChar.self))
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .last(.list, path) }
        return names
    }

    /// readlink(2).
    package func target(ofLink path: String) throws(FileSystemError) -> String {
        let longest = Int(PATH_MAX)
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: longest + 1)
        defer { unsafe text.deallocate() }
        unsafe text.initialize(repeating: 0, count: longest + 1)
        guard unsafe readlink(path, text, longest) >= 0 else { throw .last(.readLink, path) }
        return unsafe String(cString: text)
    }

    /// poll(2), once.
    package func wait(
        for readiness: Readiness, of file: FileDescriptor, milliseconds: Int32?
    ) throws(FileSystemError) -> Bool {
        let events = Int16(readiness == .input ? POLLIN : POLLOUT)
        var entry = pollfd(fd: file.number, events: events, revents: 0)
        let ready = unsafe poll(&entry, 1, milliseconds.map { max($0, 0) } ?? -1)
        guard ready >= 0 else { throw .last(.wait, file.name) }
        return ready > 0
    }

    /// isatty(3).
    package func isTerminal(_ file: FileDescriptor) -> Bool { isatty(file.number) == 1 }

    /// ftruncate(2).
    package func truncate(_ file: FileDescriptor, to length: Int64) throws(FileSystemError) {
        guard ftruncate(file.number, off_t(length)) == 0 else { throw .last(.truncate, file.name) }
    }

    /// fsync(2).
    package func synchronize(_ file: FileDescriptor) throws(FileSystemError) {
        guard fsync(file.number) == 0 else { throw .last(.synchronize, file.name) }
    }

    /// rename(2).
    package func rename(_ path: String, to newPath: String) throws(FileSystemError) {
        guard unsafe Glibc.rename(path, newPath) == 0 else { throw .last(.rename, path) }
    }

    /// unlink(2).
    package func remove(_ path: String) throws(FileSystemError) {
        guard unsafe unlink(path) == 0 else { throw .last(.remove, path) }
    }

    /// mkdir(2).
    package func makeDirectory(_ path: String, mode: UInt32) throws(FileSystemError) {
        guard unsafe mkdir(path, mode_t(mode)) == 0 else { throw .last(.makeDirectory, path) }
    }

    /// fchmod(2).
    package func setMode(_ file: FileDescriptor, _ mode: UInt32) throws(FileSystemError) {
        guard fchmod(file.number, mode_t(mode)) == 0 else { throw .last(.setOwner, file.name) }
    }

    /// fchown(2).
    package func setOwner(_ file: FileDescriptor, user: UInt32?, group: UInt32?) throws(FileSystemError) {
        let asItIs = uid_t.max
        guard fchown(file.number, user ?? asItIs, group ?? asItIs) == 0 else { throw .last(.setOwner, file.name) }
    }

    /// flock(2), without waiting.
    package func lock(_ file: FileDescriptor) throws(FileSystemError) -> Bool {
        if flock(file.number, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw .last(.lock, file.name) }
        return false
    }

    /// flock(2).
    package func unlock(_ file: FileDescriptor) { _ = flock(file.number, LOCK_UN) }

    /// statvfs(3): what is free for users other than root.
    package func freeBytes(at path: String) throws(FileSystemError) -> Int64 {
        var raw = statvfs()
        guard unsafe statvfs(path, &raw) == 0 else { throw .last(.freeBytes, path) }
        return Int64(clamping: UInt64(raw.f_bavail).multipliedReportingOverflow(by: UInt64(raw.f_frsize)).partialValue)
    }
}

extension FileStatus {
    fileprivate init(_ raw: stat) {
        let kind: Kind =
            switch raw.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFIFO: .pipe
            case S_IFCHR: .characterDevice
            case S_IFSOCK: .socket
            default: .other
            }
        let (seconds, overflow) = Int64(raw.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        let modified = overflow ? (raw.st_mtim.tv_sec < 0 ? .min : .max) : seconds &+ Int64(raw.st_mtim.tv_nsec)
        self.init(
            kind: kind, size: Int64(raw.st_size), modified: modified, device: UInt64(raw.st_dev),
            inode: UInt64(raw.st_ino))
    }
}

/// Lets a write to a closed pipe fail with an error, instead of ending the process without a word.
package func ignoreBrokenPipeSignal() {
    _ = signal(SIGPIPE, SIG_IGN)
}

/// The value of an environment variable, or nil where it is not set.
package func environmentVariable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}
