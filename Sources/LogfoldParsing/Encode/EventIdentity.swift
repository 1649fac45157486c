import LogfoldCore

/// Gives the events of one source their ids (DESIGN section 4, *Event id*): the same whenever and however often the
/// same bytes are read, from a file, its renamed or its compressed copy; never the same for two hosts, paths or
/// generations.
struct EventIdentity {
    private let source: SipHash128
    private var generation: UInt64 = 0
    private var lastOffset = -1
    private var ordinal: UInt64 = 0

    /// The ids of a source on this host, by its logical path: the path without rotation and compression suffixes.
    init(host: [UInt8], logicalPath: [UInt8]) {
        // Any fixed key will do; it must never change, since ids are compared over versions.
        var hash = SipHash128(key0: 0x6c6f_6766_6f6c_6421, key1: 0x6576_656e_742e_6964)
        hash.add(host)
        hash.add(logicalPath)
        source = hash
    }

    /// The source's first line tells one generation of a path from the next.
    mutating func begin(firstLine bytes: RawSpan, _ line: ByteRange) {
        var hash = SipHash128(key0: 1, key1: 2)
        hash.add(bytes, line)
        generation = hash.finished().0
    }

    /// The id of an event: of its place, its raw length and the bytes of its first line.
    mutating func id(_ event: Event, _ arena: RawSpan) -> (UInt64, UInt64) {
        ordinal = event.offset == lastOffset ? ordinal + 1 : 0
        lastOffset = event.offset
        var hash = source
        hash.add(generation)
        hash.add(UInt64(truncatingIfNeeded: event.offset))
        hash.add(UInt64(truncatingIfNeeded: event.rawLength))
        hash.add(ordinal)
        hash.add(arena, ByteRange(Int(event.start), Int(event.end)))
        return hash.finished()
    }
}
