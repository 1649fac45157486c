package import LogfoldCore
package import LogfoldIO
import LogfoldParsing

/// Sends dead letters once more, by a sink that is made for it, and removes from their file what was delivered.
///
/// What the sink refuses again lands in a folder of its own, `dead-letters/retry`, and is put back with the new reason.
/// The file is replaced at the end, whole: whatever happens before, all letters are still there.
package struct DeadLetterRetry: ~Copyable {
    /// What came of it.
    package struct Result: Sendable, Equatable {
        /// Letters that were delivered.
        package var delivered = 0
        /// Letters that are still there.
        package var left = 0
        /// Why not all were tried; nil where they were.
        package var failure: String?
    }

    private let sink: String
    private let directory: String
    private let files: any FileSystem
    private let path: String
    private let folder: String
    private var result = Result()
    /// What the file will hold.
    private var kept = ByteBuffer()
    /// How many refused events of each file were put back.
    private var putBack: [String: Int] = [:]
    /// Whether every letter was read: what the file will hold is not all before.
    private var hasReadAll = false

    /// A retry for a sink; nobody else may work in the directory.
    package init(of sink: String, inDirectory directory: String, _ files: any FileSystem) {
        self.sink = sink
        self.directory = directory
        self.files = files
        path = DeadLetterFile.path(of: sink, inDirectory: directory)
        folder = "\(directory)/dead-letters/retry"
    }

    /// Letters that are sent together, and bytes of them.
    private static let mostAtOnce = (letters: 1_000, bytes: 2 << 20)

    /// Does it; `make` makes the sink with a folder for what it refuses. Nil where there is no file.
    package mutating func run(
        _ make: (_ folder: String) throws(SinkFailure) -> any Sink
    ) throws(FileSystemError) -> Result? {
        guard try files.statusIfPresent(at: path) != nil else { return nil }
        try removeRefused()
        do throws(SinkFailure) {
            let sink = try make(folder)
            try send(by: sink)
            sink.close()
        } catch {
            result.failure = error.description
        }
        if hasReadAll, result.delivered > 0 || !putBack.isEmpty { try replace() }
        try removeRefused()
        return result
    }

    private mutating func send(by sink: any Sink) throws(SinkFailure) {
        var lines = try failing { () throws(FileSystemError) in LineFile(try OpenFile(path, in: files)) }
        while true {
            var letters: [RefusedEvent] = []
            var bytes = 0
            while letters.count < Self.mostAtOnce.letters, bytes < Self.mostAtOnce.bytes,
                let line = try failing({ () throws(FileSystemError) in try lines.next() })
            {
                bytes += line.count
                if let letter = RefusedEvent(line) { letters.append(letter) } else { keep(line) }
            }
            guard !letters.isEmpty else {
                hasReadAll = true
                return
            }
            if result.failure == nil {
                sink.take(Self.batch(of: letters), route: .max)
                do throws(SinkFailure) {
                    if sink.deadline != nil { try sink.commit() }
                    try settle(letters)
                    continue
                } catch {
                    result.failure = error.description
                }
            }
            for letter in letters { keep(letter.line) }
        }
    }

    /// Puts back what was refused again.
    private mutating func settle(_ letters: [RefusedEvent]) throws(SinkFailure) {
        let refused = try failing { () throws(FileSystemError) in try takeRefused() }
        for event in refused {
            event.withEvent {
                kept.append(
                    refused: $0, by: sink, status: event.status, reason: event.reason, commit: nil,
                    timestamp: event.timestamp)
            }
        }
        result.left += refused.count
        result.delivered += letters.count - refused.count
    }

    private mutating func keep(_ line: [UInt8]) {
        line.withSpan { kept.append($0, 0, $0.byteCount) }
        kept.append(0x0A)
        result.left += 1
    }

    private static func batch(of letters: [RefusedEvent]) -> Batch {
        var lines = ByteBuffer()
        let entries = letters.map { letter in
            let start = lines.count
            letter.withEvent { lines.append($0, 0, $0.byteCount) }
            lines.append(0x0A)
            return Batch.Entry(
                start: UInt32(start), length: UInt32(lines.count - start), time: letter.time, source: 0,
                severity: .info, offset: 0, rawLength: 1, lineCount: 1)
        }
        return lines.takeBatch(entries)
    }
}

// MARK: - Files

extension DeadLetterRetry {
    /// What the sink has refused since the last call, for good and for now.
    private mutating func takeRefused() throws(FileSystemError) -> [RefusedEvent] {
        var refused: [RefusedEvent] = []
        for path in refusedPaths where try files.statusIfPresent(at: path) != nil {
            var lines = LineFile(try OpenFile(path, in: files))
            var events: [RefusedEvent] = []
            while let line = try lines.next() { if let event = RefusedEvent(line) { events.append(event) } }
            refused += events.dropFirst(putBack[path] ?? 0)
            putBack[path] = events.count
        }
        return refused
    }

    private var refusedPaths: [String] {
        [DeadLetterFile.path(of: sink, inDirectory: folder), HeldJournal.path(of: sink, inDirectory: folder)]
    }

    private func removeRefused() throws(FileSystemError) {
        for path in refusedPaths where try files.statusIfPresent(at: path) != nil { try files.remove(path) }
    }

    /// Replaces the file, and takes what was delivered out of the sink's ledger of dead letters.
    private func replace() throws(FileSystemError) {
        if kept.count == 0 {
            try files.remove(path)
            try files.synchronizeDirectory(of: path)
        } else {
            try files.replace(path, mode: RefusedFiles.mode) { (file) throws(FileSystemError) in
                try kept.withSpan { (span) throws(FileSystemError) in try file.write(span) }
            }
        }
        guard result.delivered > 0 else { return }
        try HeldJournal(sink: sink, inDirectory: directory, maxBytes: .max, files: files).noteRevived(result.delivered)
    }
}
