import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldParsing

/// Events that a server has refused for good, a JSON line each: `data_dir/dead-letters/<sink>.jsonl`.
///
///     {"@timestamp":"…","sink":"elastic","status":400,"reason":"mapper_parsing_exception: …","commit":7,"event":{…}}
///
/// They are on the disk before the sink acknowledges them. Where they cannot be written, or the file is at its bound,
/// the sink holds: a dead letter is never dropped by itself. `commit` is the sink's number for what it acknowledges
/// together; letters of a commit that a crash has undone are taken back, since their events come again.
final class DeadLetterFile {
    /// Where it lies.
    let path: String
    private let sink: String
    private let files: any FileSystem
    private let maxBytes: Int
    private var pending = ByteBuffer()
    /// How many letters wait for ``save()``.
    private(set) var count = 0
    /// Where the file ended when a letter was last written, or when it was opened.
    private(set) var end = End()

    /// How far a file is, with what tells it from one that was begun anew.
    struct End: Equatable {
        /// Bytes of the file.
        var offset: Int64 = 0
        /// CRC-32 of its first 256 bytes, or of all where it has fewer.
        var beginning: UInt32 = 0
    }

    /// The cause under which the spool counts what is lost while the letters hold the sink.
    static let lossCause = "dead_letter_dropped"

    /// The file of a sink; nothing is made before there is something to write.
    init(sink: String, inDirectory directory: String, maxBytes: Int, files: any FileSystem) {
        self.sink = sink
        self.files = files
        self.maxBytes = maxBytes
        path = Self.path(of: sink, inDirectory: directory)
    }

    /// Where the letters of a sink lie.
    static func path(of sink: String, inDirectory directory: String) -> String {
        "\(directory)/dead-letters/\(PercentEncoding.encoded(sink)).jsonl"
    }

    /// Takes an event, its JSON without a newline, with the reason; `now` in nanoseconds since 1970 UTC. Without a
    /// commit the letter is never taken back.
    func append(_ event: RawSpan, status: Int, reason: String, commit: UInt64?, now: Int64) {
        pending.append(
            refused: event, by: sink, status: status, reason: reason, commit: commit,
            timestamp: TimestampText.rfc3339(now))
        count += 1
    }

    /// Forgets the letters that were not saved.
    func withdraw() {
        pending = ByteBuffer()
        count = 0
    }

    /// Writes what waits, and brings it to the disk. After an error the call can be made again.
    func save() throws(SinkFailure) {
        guard count > 0 else { return }
        let hasRoom: Bool
        do throws(FileSystemError) {
            hasRoom = try write()
        } catch {
            throw SinkFailure(
                "dead letters cannot be written, and are not dropped: \(error)", lossCause: Self.lossCause)
        }
        guard hasRoom else {
            throw SinkFailure(
                "the dead letters in '\(path)' are at their bound of \(Units.text(bytes: maxBytes)); look at them and"
                    + " move the file away, or raise dead_letters.max_bytes", lossCause: Self.lossCause)
        }
        withdraw()
    }

    /// Returns false where there is no room in the file.
    private func write() throws(FileSystemError) -> Bool {
        // Opened anew each time: whoever has read the letters may have moved the file away.
        try files.makeDirectories(parentDirectory(of: path), mode: RefusedFiles.directoryMode)
        let file = try OpenFile(path, for: .appending, in: files)
        let size = try file.status().size
        // An empty file takes whatever one answer has refused: else no moving away would ever help.
        guard (size == 0 && maxBytes > 0) || size + Int64(pending.count) <= Int64(maxBytes) else { return false }
        if size == 0 { try files.setMode(file.descriptor, RefusedFiles.mode) }
        let isTorn = try !endsWithNewline(size)
        do throws(FileSystemError) {
            if isTorn { try file.write([0x0A]) }
            try pending.withSpan { (span) throws(FileSystemError) in try file.write(span) }
            try file.synchronize()
        } catch {
            // What is there in part would be there twice after the next try; and what fsync has failed on must be
            // written again.
            try? file.truncate(to: size)
            throw error
        }
        try file.close()
        if size == 0 { try files.synchronizeDirectory(of: path) }
        end = try currentEnd(size + (isTorn ? 1 : 0) + Int64(pending.count))
        return true
    }

    private func currentEnd(_ offset: Int64) throws(FileSystemError) -> End {
        let beginning = try OpenFile(path, in: files).bytes(from: 0, to: min(offset, 256))
        return End(offset: offset, beginning: Checksum.crc32(beginning))
    }

    /// Whether the last line is whole: a crash may have cut it.
    private func endsWithNewline(_ size: Int64) throws(FileSystemError) -> Bool {
        guard size > 0 else { return true }
        return try OpenFile(path, in: files).bytes(from: size - 1, to: size) == [0x0A]
    }
}

// MARK: - After a crash

extension DeadLetterFile {
    /// More than this is not looked at: a second of letters is far less.
    private static let longestTail: Int64 = 64 << 20

    /// Removes the letters at the end that came with a commit after this one, where the file ended at `end`: their
    /// events are delivered again. Of a file that was begun anew since, all letters may be such.
    func takeBack(after commit: UInt64, end: End) throws(FileSystemError) {
        guard let size = try files.statusIfPresent(at: path)?.size else { return }
        let isSame = try end.offset <= size ? currentEnd(end.offset) == end : false
        let start = isSame ? end.offset : 0
        self.end = try currentEnd(size)
        guard start < size, size - start <= Self.longestTail else { return }
        let tail = try OpenFile(path, in: files).bytes(from: start, to: size)
        var keep = 0
        var offset = 0
        for line in tail.split(separator: 0x0A, omittingEmptySubsequences: false) {
            offset += line.count + 1
            guard !line.isEmpty, let letter = RefusedEvent(Array(line)) else { continue }
            if letter.commit.map({ $0 <= commit }) ?? true { keep = offset }
        }
        let length = start + Int64(min(keep, tail.count))
        guard length < size else { return }
        let file = try OpenFile(path, for: .appending, in: files)
        try file.truncate(to: length)
        try file.synchronize()
        self.end = try currentEnd(length)
    }
}
