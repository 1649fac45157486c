import LogfoldCore

/// The events of a source that have left although a reading may have to be taken up before their end: lines of theirs
/// lie behind the beginning of events that have not left, or they were judged together with those.
struct LeftEvents {
    /// One of them, by virtual offsets.
    struct Entry {
        /// Where it begins, and where the event begins that it continues.
        var begin: Int
        var from: Int
        /// Behind its last byte.
        var reach: Int
        var rawLength: Int
        var stream: Int
        /// The time of its stream before it began.
        var timeBefore: Int64
        /// The clock of the source before it left.
        var clock: SourceContext.Times
    }

    private(set) var entries: [Entry] = []
    /// Behind the last byte of all that is remembered; 0 where that is nothing.
    private(set) var reach = 0
    /// More than that are not remembered: then a position may lie inside an event that has left, and what was behind
    /// it there comes again as an event of its own.
    static let maxCount = 1_024

    /// Lines that were judged together: reading is not taken up inside.
    private var judged: [Range<Int>] = []

    /// Whether nothing is remembered.
    @inline(__always)
    var isEmpty: Bool { reach == 0 }

    /// Lines were judged together; nothing that begins with them has left.
    mutating func add(judged lines: [Range<Int>]) {
        judged += lines
        reach = lines.reduce(reach) { Swift.max($0, $1.upperBound) }
    }

    /// Remembers an event that leaves; says from which offset on events are remembered if the oldest had to go.
    mutating func add(_ entry: Entry) -> Int? {
        entries.append(entry)
        reach = Swift.max(reach, entry.reach)
        guard entries.count > Self.maxCount else { return nil }
        entries.removeFirst(Self.maxCount / 2)
        let oldest = entries[0].begin
        for at in entries.indices { entries[at].from = Swift.max(entries[at].from, oldest) }
        return oldest
    }

    /// The latest offset up to `offset` that lies inside none of the events, nor of lines that were judged together.
    func outside(_ offset: Int) -> Int {
        var result = offset
        var isLower = true
        while isLower {
            isLower = false
            for entry in entries.reversed() where entry.from < result && entry.reach > result {
                result = entry.from
                isLower = true
            }
            for lines in judged where lines.lowerBound < result && lines.upperBound > result {
                result = lines.lowerBound
                isLower = true
            }
        }
        return result
    }

    /// Forgets events that begin before `offset`.
    mutating func forget(before offset: Int) {
        guard !isEmpty else { return }
        entries.removeAll { $0.begin < offset }
        judged.removeAll { $0.lowerBound < offset }
        if entries.isEmpty, judged.isEmpty { reach = 0 }
    }

    /// Forgets all.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        judged.removeAll()
        reach = 0
    }
}
