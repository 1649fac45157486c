import CLinux
import Glibc

/// Tells of changes in directories, by inotify(7): a name that comes, goes or is written to.
package final class Inotify: Sendable {
    /// What has happened to a name.
    package struct Change: OptionSet, Sendable {
        /// The bits of inotify(7).
        package let rawValue: UInt32

        /// What these bits of inotify(7) say.
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Bytes were written, or the length was set.
        package static let content = Change(rawValue: UInt32(IN_MODIFY))
        /// It is there now, or is there no more.
        package static let name = Change(
            rawValue: UInt32(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE))
        /// Owner, mode or the number of links have changed.
        package static let attributes = Change(rawValue: UInt32(IN_ATTRIB))
        /// It is a directory.
        package static let directory = Change(rawValue: UInt32(IN_ISDIR))
        /// The watched directory itself has gone: nothing more will be told of it.
        package static let watchGone = Change(
            rawValue: UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT) | UInt32(IN_IGNORED))
        /// More has happened than was kept: anything may have changed.
        package static let overflow = Change(rawValue: UInt32(IN_Q_OVERFLOW))
    }

    /// One change.
    package struct Event: Sendable {
        /// Number of the watch; -1 for ``Change/overflow``.
        package var watch: Int32
        /// What has happened.
        package var change: Change
        /// The name in the watched directory; empty where it is the directory itself.
        package var name: String
    }

    /// Readable when there are events.
    package let descriptor: FileDescriptor

    /// One that watches nothing yet. Fails where the user's instances are used up.
    package init() throws(FileSystemError) {
        let number = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard number >= 0 else { throw .last(.watch, "inotify") }
        descriptor = FileDescriptor(number, name: "inotify")
    }

    deinit { _ = Glibc.close(descriptor.number) }

    /// Watches a directory, and returns the number of the watch: of one directory always the same, by whatever path.
    /// Writing to its files is told only where `contents` says so.
    package func watch(_ directory: String, contents: Bool) throws(FileSystemError) -> Int32 {
        var changes: Change = [.name, .attributes]
        if contents { changes.insert(.content) }
        let mask = changes.rawValue | UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
        let watch = unsafe inotify_add_watch(descriptor.number, directory, mask)
        guard watch >= 0 else { throw .last(.watch, directory) }
        return watch
    }

    /// Watches a directory no more.
    package func unwatch(_ watch: Int32) { inotify_rm_watch(descriptor.number, watch) }

    /// Whether there are events; does not wait.
    package var hasEvents: Bool {
        var entry = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) > 0
    }

    /// What has happened since the last call; does not wait.
    package func events() throws(FileSystemError) -> [Event] {
        var events: [Event] = []
        while let bytes = try read() {
            Self.append(&events, from: bytes)
            // What did not fill the buffer was everything.
            if bytes.count < Self.bufferSize / 2 { break }
        }
        return events
    }

    private static let bufferSize = 1 << 16

    /// Reads as many events as there are and fit; nil where there are none.
    private func read() throws(FileSystemError) -> [UInt8]? {
        let result: Result<[UInt8]?, FileSystemError> = unsafe withUnsafeTemporaryAllocation(
            byteCount: Self.bufferSize, alignment: 8
        ) { buffer in
            while true {
                let count = unsafe Glibc.read(descriptor.number, buffer.baseAddress, buffer.count)
                if count >= 0 { return unsafe .success(Array(buffer[..<count])) }
                if errno == EAGAIN { return .success(nil) }
                if errno != EINTR { return .failure(.last(.read, descriptor.name)) }
            }
        }
        return try result.get()
    }

    /// The layout of inotify_event: watch, mask, cookie, length, and then a name filled up with zeros.
    private static func append(_ events: inout [Event], from bytes: [UInt8]) {
        func word(_ at: Int) -> UInt32 {
            UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
        }
        var at = bytes.startIndex
        while at + 16 <= bytes.endIndex {
            let end = min(at + 16 + Int(word(at + 12)), bytes.endIndex)
            let name = bytes[(at + 16)..<end].prefix { $0 != 0 }
            let event = Event(
                watch: Int32(bitPattern: word(at)), change: Change(rawValue: word(at + 4)),
                name: String(decoding: name, as: UTF8.self))
            events.append(event)
            at = end
        }
    }
}

/// Whether a path lies on a file system whose changes other machines make, which inotify knows nothing of: NFS, CIFS,
/// SMB, Ceph, AFS, GlusterFS and others over FUSE, 9P. False where nobody knows.
package func isOnNetworkFileSystem(_ path: String) -> Bool {
    var raw = CLinux.statfs()
    guard unsafe statfs(path, &raw) == 0 else { return false }
    // Magic numbers of statfs(2).
    let remote: Set<UInt32> = [
        0x6969, 0xFF53_4D42, 0xFE53_4D42, 0x517B, 0x00C3_6400, 0x5346_414F, 0x6B41_4653, 0x6573_5546, 0x0102_1997,
        0x7461_636F, 0x0131_11A8, 0x4750_4653, 0x0BD0_0BD0,
    ]
    return remote.contains(UInt32(truncatingIfNeeded: raw.f_type))
}
