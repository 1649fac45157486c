package import LogfoldCore
package import LogfoldIO

/// The files of refused events, for who looks at them from outside of a sink.
package enum RefusedFiles {
    /// Modes of the files and their directories: others may not read what stands in logs.
    static let mode: UInt32 = 0o640
    static let directoryMode: UInt32 = 0o750

    /// What a sink holds; nothing is changed.
    package static func held(
        of sink: String, inDirectory directory: String, _ files: any FileSystem
    ) throws(FileSystemError) -> HeldSummary {
        try HeldJournal(sink: sink, inDirectory: directory, maxBytes: .max, files: files).summary
    }

    /// Gives up what a sink holds. Nobody else may work in the directory.
    package static func forgetHeld(
        of sink: String, inDirectory directory: String, _ files: any FileSystem
    ) throws(FileSystemError) {
        let path = HeldJournal.path(of: sink, inDirectory: directory)
        if try files.statusIfPresent(at: path) != nil { try files.remove(path) }
    }

    /// The names of the sinks that have a file of dead letters, in order.
    package static func sinksWithLetters(
        inDirectory directory: String, _ files: any FileSystem
    ) throws(FileSystemError) -> [String] {
        let folder = "\(directory)/dead-letters"
        guard try files.statusIfPresent(at: folder) != nil else { return [] }
        return try files.list(folder).filter { $0.hasSuffix(".jsonl") }
            .compactMap { PercentEncoding.decoded(String($0.dropLast(6))) }.sorted()
    }

    /// What the file of a sink's dead letters holds; nil where there is none.
    package static func letters(
        of sink: String, inDirectory directory: String, _ files: any FileSystem
    ) throws(FileSystemError) -> LetterSummary? {
        let path = DeadLetterFile.path(of: sink, inDirectory: directory)
        guard let size = try files.statusIfPresent(at: path)?.size else { return nil }
        var summary = LetterSummary(sink: sink, path: path, bytes: size)
        var lines = LineFile(try OpenFile(path, in: files))
        while let line = try lines.next() { summary.add(RefusedEvent(line)) }
        return summary
    }
}

/// What a file of dead letters holds.
package struct LetterSummary: Sendable, Equatable {
    /// The sink that they were for, and where they lie.
    package let sink: String
    package let path: String
    /// Bytes of the file.
    package let bytes: Int64
    /// How many there are, and lines that are none.
    package private(set) var count = 0
    package private(set) var unreadable = 0
    /// When the first and the last of them came, as it stands there.
    package private(set) var oldest: String?
    package private(set) var newest: String?
    private var counts: [String: Int] = [:]

    init(sink: String, path: String, bytes: Int64) {
        self.sink = sink
        self.path = path
        self.bytes = bytes
    }

    fileprivate mutating func add(_ letter: RefusedEvent?) {
        guard let letter else {
            unreadable += 1
            return
        }
        count += 1
        oldest = oldest ?? letter.timestamp
        newest = letter.timestamp
        // The reason up to what is different in each: the server tells the value behind a colon.
        let words = letter.reason.split(separator: ":", maxSplits: 1).first ?? ""
        counts["\(letter.status) \(words)", default: 0] += 1
    }

    /// Why, with how many of each, the most frequent first.
    package var reasons: [(text: String, count: Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }
}
