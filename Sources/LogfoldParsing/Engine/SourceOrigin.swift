import LogfoldCore

/// The file, or stream, that events of a source come from: a source that goes on in another file has several.
///
/// Inside the engine the files of such a source lie behind each other: an offset there is *virtual*, and ``base`` is
/// what makes it one of the file.
struct SourceOrigin {
    let number: UInt32
    let facts: SourceFacts
    /// Virtual offset of the file's first byte, and of the first one of the file that follows it.
    let base: Int
    var end = Int.max
    /// What its stamps without year lie before, UTC nanoseconds; 0 for now.
    let referenceTime: Int64
    /// The ids of its events, where they are asked for.
    var identity: EventIdentity?
    /// Which of its events have been delivered, if it is read again.
    var covered: CoveredEvents?
    /// What became of what was read of it.
    var counts = SourceCounts()
    /// What was known at its end, once another file follows.
    var final: SourceSnapshot.Reading?
    /// Its first bytes go into the generation until the first line has ended.
    var firstLine: FirstLine?

    init(number: UInt32, facts: SourceFacts, base: Int, referenceTime: Int64, resume: ResumePoint?) {
        self.number = number
        self.facts = facts
        self.base = base
        self.referenceTime = referenceTime
        identity = facts.identity.map { EventIdentity($0) }
        covered = resume.flatMap { CoveredEvents($0) }
    }

    /// From the next bytes on, the first line is read into the generation.
    mutating func beginFirstLine() {
        if let counter = facts.identity?.generation { firstLine = FirstLine(counter: counter) }
    }

    /// Whether an event that begins at this virtual offset is of this file.
    @inline(__always)
    func holds(_ offset: Int) -> Bool { offset >= base && offset < end }

    /// The place of an event in the file.
    func span(_ offset: Int, _ length: Int) -> EventSpan {
        EventSpan(offset: Int64(offset - base), length: Int64(length))
    }

    /// The sinks that have not got an event yet, as route bits; nil if it has left for all of them before.
    mutating func missingRoutes(_ event: Event) -> UInt64? {
        let place = span(event.offset, event.rawLength)
        let routes = covered?.missing(place)
        if covered?.isSpent == true { covered = nil }
        return routes
    }
}

/// The first line of a file that follows another, while its bytes come in.
struct FirstLine {
    private var hash: SipHash128<SipHash24>
    private var count = 0

    init(counter: UInt32) { hash = EventIdentity.firstLineHash(counter: counter) }

    /// Takes the next bytes; the hash once the line is complete, or so long that a sample of it is enough.
    mutating func add(_ bytes: RawSpan) -> UInt64? {
        let limit = Swift.min(bytes.byteCount, SourceState.sampleBytes - count)
        let end = bytes.index(of: 0x0a, from: 0, to: limit)
        hash.add(bytes, ByteRange(0, end))
        count += end
        return end < limit || count == SourceState.sampleBytes ? finished() : nil
    }

    /// The hash of what has come.
    func finished() -> UInt64 { hash.finished().0 }
}
