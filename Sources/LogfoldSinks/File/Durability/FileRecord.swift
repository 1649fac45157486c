import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldParsing

/// Which file it is, whatever it is called.
struct FileIdentity: Hashable {
    let device: UInt64
    let inode: UInt64

    init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    init(_ status: FileStatus) { self.init(device: status.device, inode: status.inode) }
}

/// The last bytes of a file, by which it is known again: an inode may have been given to another file.
struct LastBytes: Equatable {
    /// How many bytes are looked at.
    static let length = 64

    private(set) var bytes: [UInt8] = []

    init(_ bytes: [UInt8] = []) { self.bytes = bytes.suffix(Self.length) }

    /// Goes on with what was appended to the file.
    mutating func append(_ appended: RawSpan) {
        let count = min(appended.byteCount, Self.length)
        bytes.removeFirst(max(0, bytes.count + count - Self.length))
        for offset in appended.byteCount - count..<appended.byteCount { bytes.append(appended[offset]) }
    }

    var checksum: UInt32 { Checksum.crc32(bytes) }
}

/// How far a file is written, and since when: all that changes while it grows.
struct FileExtent: Equatable {
    var identity: FileIdentity
    var length: Int64
    /// When it was begun, by the wall clock: its age is counted from here.
    var since: Int64
    var tail = LastBytes()

    /// What was appended.
    mutating func advance(_ bytes: RawSpan) {
        length += Int64(bytes.byteCount)
        tail.append(bytes)
    }
}

/// A file as it is written down in the state and in the journal.
struct FileRecord: Equatable {
    var path: String
    var identity: FileIdentity
    var length: Int64
    var since: Int64
    /// CRC-32 of the last ``LastBytes/length`` bytes, or of all where there are fewer.
    var tail: UInt32

    init(_ path: String, _ extent: FileExtent) {
        self.path = path
        identity = extent.identity
        length = extent.length
        since = extent.since
        tail = extent.tail.checksum
    }

    init(decoding decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        path = try decoder.string()
        identity = FileIdentity(device: try decoder.number(), inode: try decoder.number())
        length = try decoder.signed()
        since = try decoder.signed()
        tail = UInt32(truncatingIfNeeded: try decoder.number())
        guard length >= 0, path.hasPrefix("/") else { throw StateDecoder.Damaged() }
    }

    func encode(into encoder: inout StateEncoder) {
        encoder.append(path)
        encoder.append(identity.device)
        encoder.append(identity.inode)
        encoder.append(signed: length)
        encoder.append(signed: since)
        encoder.append(UInt64(tail))
    }
}
