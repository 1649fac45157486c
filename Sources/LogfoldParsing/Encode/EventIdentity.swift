import LogfoldCore

/// Gives the events of one source their ids (`Docs/rules.md`, *Event id*): the same whenever and however often the
/// same bytes are read, from a file, its renamed or its compressed copy; never the same for two hosts, paths or
/// generations.
struct EventIdentity {
    private let source: SipHash128<SipHash13>
    private let counter: UInt32
    /// Hash of the source's first line and the counter of those that had the same.
    private(set) var generation: UInt64 = 0
    private var lastOffset = -1
    private var ordinal: UInt64 = 0

    /// The ids of a source on a host.
    init(_ facts: SourceFacts.Identity) {
        // Any fixed key will do; it must never change, since ids are compared over versions.
        var hash = SipHash128<SipHash13>(key0: 0x6c6f_6766_6f6c_6421, key1: 0x6576_656e_742e_6964)
        hash.addField(facts.host)
        hash.addField(facts.logicalPath)
        source = hash
        counter = facts.generation
    }

    /// Begins the hash of a first line, for the generation after `counter` others that began with the same.
    static func firstLineHash(counter: UInt32) -> SipHash128<SipHash24> {
        SipHash128(key0: 1, key1: 2 | UInt64(counter) << 8)
    }

    /// The source's first line tells one generation of a path from the next.
    mutating func begin(firstLine bytes: RawSpan, _ line: ByteRange) {
        var hash = Self.firstLineHash(counter: counter)
        hash.add(bytes, line)
        generation = hash.finished().0
    }

    /// Goes on with a generation that is known.
    mutating func begin(generation: UInt64) { self.generation = generation }

    /// The id of an event that begins at `offset` of its source: of its place, its raw length and the bytes of its
    /// first line.
    mutating func id(_ event: Event, at offset: Int, _ arena: RawSpan) -> (UInt64, UInt64) {
        ordinal = offset == lastOffset ? ordinal + 1 : 0
        lastOffset = offset
        var hash = source
        hash.add(generation)
        hash.add(UInt64(truncatingIfNeeded: offset))
        hash.add(UInt64(truncatingIfNeeded: event.rawLength))
        hash.add(ordinal)
        hash.add(arena, ByteRange(Int(event.start), Int(event.end)))
        return hash.finished()
    }
}
