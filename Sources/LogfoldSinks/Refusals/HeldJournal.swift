import LogfoldCore
import LogfoldIO
import LogfoldParsing

/// Events that a server refuses for a reason that may pass: `data_dir/held/<sink>.jsonl`.
///
/// Lines of a ``RefusedEvent`` each, counted from 0, and between them lines that say what has become of those before:
///
///     {"settled":[[0,17],[19,19]],"dead":[[18,18]]}
///
/// A line `{"dead_lettered":3}` stands in front where the file was written anew without what was settled; it is negative
/// where more dead letters were delivered after all. Whatever is done is on the disk before the call returns. Held events
/// of a commit that a crash has undone are taken back, since they are delivered again.
final class HeldJournal {
    /// An event that is held.
    private struct Item {
        var start: Int64
        /// Bytes of its line without the newline; 0 where it is settled.
        var length: Int32
        /// Its place in ``reasons``.
        var reason: Int32
        /// When it was refused first, by the wall clock.
        var since: Int64
    }

    /// An event that is to be tried again.
    struct Held {
        /// Its number in the file.
        var number: Int
        /// When it was refused first, by the wall clock.
        var since: Int64
        var event: RefusedEvent
    }

    private let sink: String
    private let files: any FileSystem
    private let path: String
    private let maxBytes: Int64
    private var items: [Item] = []
    private var pending = ByteBuffer()
    private var added: [Item] = []
    private var size: Int64 = 0
    private var reasons: [(text: String, events: UInt64)] = []
    /// The number of the item that is tried next.
    private var turn = 0
    /// How many events are held, without those that wait for ``save()``, and their bytes.
    private(set) var count = 0
    private(set) var bytes: Int64 = 0
    /// How many were held and have become dead letters, in all the life of the file, without those letters that were
    /// delivered after all.
    private(set) var deadLettered: Int64 = 0
    /// The highest commit of an event that is held.
    private(set) var lastCommit: UInt64 = 0
    /// Lines of the file that could not be read.
    private(set) var damaged = 0

    /// Different reasons that are counted each by itself.
    private static let mostReasons = 32

    /// The held events of a sink, as an earlier run has left them; nothing is changed.
    init(
        sink: String, inDirectory directory: String, maxBytes: Int, files: any FileSystem
    ) throws(FileSystemError) {
        self.sink = sink
        self.files = files
        self.maxBytes = Int64(maxBytes)
        path = Self.path(of: sink, inDirectory: directory)
        _ = try read(after: nil)
    }

    /// The same, to go on with: what a crash has cut is taken off, and events with a commit after this one are taken back.
    init(
        sink: String, inDirectory directory: String, maxBytes: Int, files: any FileSystem, after commit: UInt64?
    ) throws(FileSystemError) {
        self.sink = sink
        self.files = files
        self.maxBytes = Int64(maxBytes)
        path = Self.path(of: sink, inDirectory: directory)
        let undone = try read(after: commit)
        if let end = try files.statusIfPresent(at: path)?.size, end > size {
            try OpenFile(path, for: .appending, in: files).truncate(to: size)
        }
        try settle(delivered: undone, dead: [])
    }

    /// Where the held events of a sink lie.
    static func path(of sink: String, inDirectory directory: String) -> String {
        "\(directory)/held/\(PercentEncoding.encoded(sink)).jsonl"
    }

    /// How many events wait for ``save()``.
    var unsaved: Int { added.count }
}

// MARK: - Holding

extension HeldJournal {
    /// Takes an event, its JSON without a newline, with the reason; `now` in nanoseconds since 1970 UTC.
    func append(_ event: RawSpan, status: Int, reason: String, commit: UInt64, now: Int64) {
        let start = pending.count
        pending.append(
            refused: event, by: sink, status: status, reason: reason, commit: commit,
            timestamp: TimestampText.rfc3339(now))
        added.append(
            Item(
                start: Int64(start), length: Int32(pending.count - start - 1), reason: place(of: "\(status) \(reason)"),
                since: now))
        lastCommit = max(lastCommit, commit)
    }

    /// Brings what waits to the disk. After an error the call can be made again.
    func save() throws(SinkFailure) {
        guard !added.isEmpty else { return }
        // Where nothing is held, there is room for whatever one answer has refused.
        guard count == 0 || bytes + Int64(pending.count) <= maxBytes else {
            throw SinkFailure(
                "the events that are held in '\(path)' are at their bound of \(Units.text(bytes: Int(maxBytes))); see"
                    + " 'logfold status' for why they are refused, or raise held.max_bytes")
        }
        do throws(FileSystemError) {
            let start = try pending.withSpan { (span) throws(FileSystemError) in try write(span) }
            for var item in added {
                item.start += start
                note(item)
            }
        } catch {
            throw SinkFailure("events that are refused for now cannot be held: \(error)")
        }
        pending = ByteBuffer()
        added = []
    }

    /// Writes lines behind all others and brings them to the disk; returns where they begin.
    private func write(_ lines: RawSpan) throws(FileSystemError) -> Int64 {
        try files.makeDirectories(parentDirectory(of: path), mode: RefusedFiles.directoryMode)
        let file = try OpenFile(path, for: .appending, in: files)
        if size == 0 { try files.setMode(file.descriptor, RefusedFiles.mode) }
        do throws(FileSystemError) {
            try file.write(lines)
            try file.synchronize()
        } catch {
            // What fsync has failed on must be written again.
            try? file.truncate(to: size)
            throw error
        }
        try file.close()
        if size == 0 { try files.synchronizeDirectory(of: path) }
        defer { size += Int64(lines.byteCount) }
        return size
    }

    private func note(_ item: Item) {
        items.append(item)
        reasons[Int(item.reason)].events += 1
        count += 1
        bytes += Int64(item.length) + 1
    }

    private func place(of reason: String) -> Int32 {
        if let at = reasons.firstIndex(where: { $0.text == reason }) { return Int32(at) }
        guard reasons.count < Self.mostReasons else { return place(of: reasons[Self.mostReasons - 1].text) }
        reasons.append((reasons.count < Self.mostReasons - 1 ? reason : "other reasons", 0))
        return Int32(reasons.count - 1)
    }
}

// MARK: - Trying again

extension HeldJournal {
    /// The events whose turn it is, up to so many bytes and events; one at least where any is held.
    func next(bytes limit: Int, events: Int) throws(FileSystemError) -> [Held] {
        guard count > 0 else { return [] }
        var chosen: [Held] = []
        var total = 0
        let file = try OpenFile(path, in: files)
        for step in 0..<items.count {
            let number = (turn + step) % items.count
            let item = items[number]
            guard item.length > 0 else { continue }
            total += Int(item.length)
            guard chosen.isEmpty || (total <= limit && chosen.count < events) else { break }
            let line = try file.bytes(from: item.start, to: item.start + Int64(item.length))
            if let event = RefusedEvent(line) { chosen.append(Held(number: number, since: item.since, event: event)) }
        }
        turn = (chosen.last?.number ?? -1) + 1
        return chosen
    }

    /// The held events with these numbers are delivered, or have become dead letters.
    func settle(delivered: [Int], dead: [Int]) throws(FileSystemError) {
        guard !delivered.isEmpty || !dead.isEmpty else { return }
        let line = "{\"settled\":\(Self.ranges(delivered)),\"dead\":\(Self.ranges(dead))}\n"
        _ = try Array(line.utf8).withSpan { (span) throws(FileSystemError) in try write(span) }
        for number in delivered + dead { forget(number) }
        deadLettered += Int64(dead.count)
        // The file is not to keep much more than what is held, and nothing where nothing is.
        if count == 0 || size > 2 * bytes + 1 << 20 { try rewrite() }
    }

    private func forget(_ number: Int) {
        guard items[number].length > 0 else { return }
        reasons[Int(items[number].reason)].events -= 1
        count -= 1
        bytes -= Int64(items[number].length) + 1
        items[number].length = 0
    }

    /// `[[0,17],[19,19]]` of numbers.
    private static func ranges(_ numbers: [Int]) -> String {
        var ranges: [(from: Int, to: Int)] = []
        for number in numbers.sorted() {
            if let last = ranges.last, last.to + 1 == number {
                ranges[ranges.count - 1].to = number
            } else {
                ranges.append((number, number))
            }
        }
        return "[" + ranges.map { "[\($0.from),\($0.to)]" }.joined(separator: ",") + "]"
    }

    /// So many dead letters, of whatever origin, are delivered after all.
    func noteRevived(_ letters: Int) throws(FileSystemError) {
        deadLettered -= Int64(letters)
        try rewrite()
    }

    /// Writes the file anew with what is still held.
    private func rewrite() throws(FileSystemError) {
        try files.makeDirectories(parentDirectory(of: path), mode: RefusedFiles.directoryMode)
        var kept = items.filter { $0.length > 0 }
        let old = kept.isEmpty ? nil : try OpenFile(path, in: files)
        var length: Int64 = 0
        try files.replace(path, mode: RefusedFiles.mode) { (file) throws(FileSystemError) in
            func put(_ line: [UInt8]) throws(FileSystemError) {
                try file.write(line + [0x0A])
                length += Int64(line.count) + 1
            }
            try put(Array("{\"dead_lettered\":\(deadLettered)}".utf8))
            for at in kept.indices {
                let (start, from) = (length, kept[at].start)
                try put(try old?.bytes(from: from, to: from + Int64(kept[at].length)) ?? [])
                kept[at].start = start
            }
        }
        (items, size, turn) = (kept, length, 0)
    }
}

// MARK: - At the start

extension HeldJournal {
    /// Reads the file; returns the numbers of the events that are held and have a commit after this one.
    private func read(after commit: UInt64?) throws(FileSystemError) -> [Int] {
        guard try files.statusIfPresent(at: path) != nil else { return [] }
        var lines = LineFile(try OpenFile(path, in: files))
        var undone: Set<Int> = []
        var start = lines.offset
        while let line = try lines.next() {
            if let change = HeldChange(line) {
                if let count = change.deadLettered { deadLettered = count }
                for number in change.settled + change.dead where number < items.count { forget(number) }
                // One that was taken back is counted when it is refused again.
                deadLettered += Int64(change.dead.count { !undone.contains($0) })
            } else if let event = RefusedEvent(line) {
                if let mine = event.commit, let commit, mine > commit { undone.insert(items.count) }
                read(event, at: start)
            } else {
                // It has its number all the same.
                damaged += 1
                items.append(Item(start: start, length: 0, reason: 0, since: 0))
            }
            start = lines.offset
        }
        size = start
        return undone.filter { items[$0].length > 0 }.sorted()
    }

    private func read(_ event: RefusedEvent, at start: Int64) {
        note(
            Item(
                start: start, length: Int32(event.line.count), reason: place(of: "\(event.status) \(event.reason)"),
                since: TimestampText.nanoseconds(event.timestamp) ?? 0))
        lastCommit = max(lastCommit, event.commit ?? 0)
    }
}

// MARK: - Telling

extension HeldJournal {
    /// How many events are held and why, without the time of the next try.
    var summary: HeldSummary {
        var summary = HeldSummary()
        summary.events = UInt64(count)
        summary.bytes = bytes
        summary.reasons = reasons.filter { $0.events > 0 }.sorted { $0.events > $1.events }
            .map { HeldSummary.Reason($0.text, events: $0.events) }
        summary.since = items.first { $0.length > 0 }?.since
        return summary
    }
}
