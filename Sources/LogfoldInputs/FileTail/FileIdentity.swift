import LogfoldIO
import LogfoldParsing

/// By what a file is known while it is open: nothing else has this number then.
struct FileID: Sendable, Hashable {
    var device: UInt64
    var inode: UInt64

    init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    init(_ status: FileStatus) { self.init(device: status.device, inode: status.inode) }
}

/// What a file was when it was last looked at.
struct FileStamp: Sendable, Equatable {
    var id: FileID
    /// Length on the disk.
    var size: Int64
    /// Time of the last change, nanoseconds since 1970 UTC.
    var modified: Int64

    init(id: FileID, size: Int64, modified: Int64) {
        self.id = id
        self.size = size
        self.modified = modified
    }

    init(_ status: FileStatus) { self.init(id: FileID(status), size: status.size, modified: status.modified) }
}

/// By what a file is known when it is looked for again, at its front: its first line, or as much of it as counts.
struct FileHead: Sendable, Equatable {
    /// So many bytes count at most.
    static let longest = 1024

    var length: Int
    var hash: UInt64

    init(length: Int, hash: UInt64) {
        self.length = length
        self.hash = hash
    }

    /// The head of a file that begins so, or nil while its first line is not complete and short.
    init?(of front: [UInt8]) {
        let counted = front.prefix(Self.longest)
        if let newline = counted.firstIndex(of: 0x0A) {
            self.init(whole: counted[...newline])
        } else if counted.count == Self.longest {
            self.init(whole: counted)
        } else {
            return nil
        }
    }

    /// These bytes as a head: a file of which no more will come.
    init(whole bytes: ArraySlice<UInt8>) {
        self.init(length: bytes.count, hash: fingerprint(bytes))
    }

    /// Whether a file that begins so has this head.
    func fits(_ front: [UInt8]) -> Bool {
        front.count >= length && fingerprint(front[..<length]) == self.hash
    }
}

/// By what a file is known when it is looked for again, where it was read to: the bytes before an offset.
struct FileMark: Sendable, Equatable {
    /// So many bytes count at most.
    static let longest = 1024

    var offset: Int64
    /// How many bytes before the offset the hash is of.
    var length: Int
    var hash: UInt64

    init(offset: Int64, length: Int, hash: UInt64) {
        self.offset = offset
        self.length = length
        self.hash = hash
    }

    /// The mark behind these bytes, which end at an offset.
    init(at offset: Int64, behind bytes: [UInt8]) {
        let counted = bytes.suffix(Self.longest)
        self.init(offset: offset, length: counted.count, hash: fingerprint(counted))
    }

    /// Whether the bytes that end at the offset are the ones that were there.
    func fits(_ bytes: [UInt8]) -> Bool {
        bytes.count >= length && fingerprint(bytes.suffix(length)) == hash
    }
}

private func fingerprint(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    unsafe bytes.withUnsafeBytes { contentHash(unsafe RawSpan(_unsafeBytes: $0)) }
}
