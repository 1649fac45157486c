import LogfoldCompression
import LogfoldCore
import LogfoldIO

/// Files that came to a sink after its last commit, so that a crash can be undone (see `FileSinkState.swift`).
///
/// A file of records, each with its length in front and its CRC-32 behind. What follows a damaged record is torn and
/// left out: the file that it was to name had got no byte yet.
final class OpeningJournal {
    /// A file that came to the sink.
    struct Opening: Equatable {
        /// The commit at which it came.
        var epoch: UInt64
        /// The file, with the length that it had.
        var record: FileRecord
        /// Whether the sink made it then: what was noted of its inode before is of a file that had gone.
        var isMade = false
    }

    /// Records that are kept: only those since the last saved positions are needed, and these are saved within seconds.
    static let limit = 16_384
    /// Longest journal that is read.
    private static let longest = 64 << 20

    private let path: String
    private let files: any FileSystem
    private let isSynchronized: Bool
    private var file: OpenFile?
    private var length: Int64 = 0
    private var records: [[UInt8]] = []

    /// The journal at a path, in a directory that exists.
    init(_ path: String, in files: any FileSystem, isSynchronized: Bool) {
        self.path = path
        self.files = files
        self.isSynchronized = isSynchronized
    }

    /// What an earlier run has written, in its order.
    func read() throws(FileSystemError) -> [Opening] {
        let bytes: [UInt8]
        do throws(FileSystemError) {
            bytes = try OpenFile(path, in: files).readAll(limit: Self.longest)
        } catch {
            if error.isNotFound { return [] }
            throw error
        }
        var openings: [Opening] = []
        var decoder = StateDecoder(bytes)
        while !decoder.isAtEnd, let opening = try? Self.opening(&decoder) { openings.append(opening) }
        return openings
    }

    private static func opening(_ decoder: inout StateDecoder) throws(StateDecoder.Damaged) -> Opening {
        let payload = try decoder.text()
        guard try decoder.number() == UInt64(Checksum.crc32(payload)) else { throw StateDecoder.Damaged() }
        var inner = StateDecoder(payload)
        let (epoch, record) = (try inner.number(), try FileRecord(decoding: &inner))
        return Opening(epoch: epoch, record: record, isMade: try inner.flag())
    }

    /// Forgets everything but these openings: what the others said is done.
    func reset(keeping openings: [Opening]) throws(FileSystemError) {
        records = openings.map(Self.encoded)
        try rewrite()
    }

    /// Notes a file; when this returns, its first byte may be written.
    func append(_ opening: Opening) throws(FileSystemError) {
        let isThere = try files.statusIfPresent(at: path) != nil
        let bytes = Self.encoded(opening)
        records.append(bytes)
        if records.count > Self.limit {
            records.removeFirst(records.count / 2)
            try rewrite()
        } else if isThere {
            try write(bytes)
        } else {
            // Somebody has removed data_dir: what was noted so far is noted again.
            do throws(FileSystemError) {
                try rewrite()
            } catch {
                records.removeLast()
                throw error
            }
        }
    }

    private static func encoded(_ opening: Opening) -> [UInt8] {
        var payload = StateEncoder()
        payload.append(opening.epoch)
        opening.record.encode(into: &payload)
        payload.append(opening.isMade)
        var framed = StateEncoder()
        framed.append(payload.bytes)
        framed.append(UInt64(Checksum.crc32(payload.bytes)))
        return framed.bytes
    }

    private func write(_ bytes: [UInt8]) throws(FileSystemError) {
        do throws(FileSystemError) {
            let file = try opened()
            try file.write(bytes)
            if isSynchronized { try file.synchronize() }
            length += Int64(bytes.count)
        } catch {
            // A record in pieces would hide all that follow it.
            try? file?.truncate(to: length)
            file = nil
            records.removeLast()
            throw error
        }
    }

    private func opened() throws(FileSystemError) -> OpenFile {
        if let file { return file }
        let file = try OpenFile(path, for: .appending, in: files)
        if try file.status().size > length { try file.truncate(to: length) }
        self.file = file
        return file
    }

    /// Writes the file anew, in one step for whoever reads it after a crash.
    private func rewrite() throws(FileSystemError) {
        let all = records.flatMap { $0 }
        try files.replace(path, isDurable: isSynchronized) { (file) throws(FileSystemError) in try file.write(all) }
        file = nil
        length = Int64(all.count)
    }
}
