import LogfoldCore
import LogfoldIO
import LogfoldParsing

/// Events that a server has refused for good, a JSON line each: `data_dir/dead-letters/<sink>.jsonl`.
///
///     {"@timestamp":"…","sink":"elastic","status":400,"reason":"mapper_parsing_exception: …","event":{…}}
///
/// They are on the disk before the sink acknowledges them. Where they cannot be written, or the file is at its bound,
/// the sink holds: a dead letter is never dropped.
final class DeadLetterFile {
    /// Where it lies.
    let path: String
    private let sink: String
    private let files: any FileSystem
    private let maxBytes: Int
    private var pending = ByteBuffer()
    /// How many letters wait for ``commit()``.
    private(set) var count = 0

    /// The file of a sink; nothing is made before there is something to write.
    init(sink: String, inDirectory directory: String, maxBytes: Int, files: any FileSystem) {
        self.sink = sink
        self.files = files
        self.maxBytes = maxBytes
        path = "\(directory)/dead-letters/\(SinkFileName.plain(sink)).jsonl"
    }

    /// Takes an event, its JSON without a newline, with the reason; `now` in nanoseconds since 1970 UTC.
    func append(_ event: RawSpan, status: Int, reason: String, now: Int64) {
        pending.append(
            string: "{\"@timestamp\":\"\(TimestampText.rfc3339(now))\",\"sink\":\(JSONQuoting.quoted(sink)),")
        pending.append(string: "\"status\":\(status),\"reason\":\(JSONQuoting.quoted(reason)),\"event\":")
        pending.append(event, 0, event.byteCount)
        pending.append("}\n")
        count += 1
    }

    /// Writes what waits, and brings it to the disk. After an error the call can be made again.
    func commit() throws(SinkFailure) {
        guard count > 0 else { return }
        let hasRoom: Bool
        do throws(FileSystemError) {
            hasRoom = try write()
        } catch {
            throw SinkFailure("dead letters cannot be written, and are not dropped: \(error)")
        }
        guard hasRoom else {
            throw SinkFailure(
                "the dead letters in '\(path)' are at their bound of \(Units.text(bytes: maxBytes)); look at them and"
                    + " move the file away, or raise dead_letters.max_bytes")
        }
        pending = ByteBuffer()
        count = 0
    }

    /// Returns false where there is no room in the file.
    private func write() throws(FileSystemError) -> Bool {
        // Opened anew each time: whoever has read the letters may have moved the file away.
        try files.makeDirectories(parentDirectory(of: path), mode: 0o750)
        let file = try OpenFile(path, for: .appending, in: files)
        let size = try file.status().size
        guard size + Int64(pending.count) <= Int64(maxBytes) else { return false }
        if size == 0 { try files.setMode(file.descriptor, 0o640) }
        do throws(FileSystemError) {
            if size > 0, try !endsWithNewline(size) { try file.write([0x0A]) }
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
        return true
    }

    /// Whether the last line is whole: a crash may have cut it.
    private func endsWithNewline(_ size: Int64) throws(FileSystemError) -> Bool {
        try OpenFile(path, in: files).bytes(from: size - 1, to: size) == [0x0A]
    }
}
