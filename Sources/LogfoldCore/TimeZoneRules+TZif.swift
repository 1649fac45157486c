// The TZif format (RFC 9636), versions 1 to 4. All numbers are big-endian.
//
//     header: "TZif", version, 15 unused bytes, six counts of 4 bytes: isut, isstd, leap, time, type, char
//     data:   time × transition (4 bytes in version 1, else 8), time × index of a type,
//             type × (offset: 4 bytes, daylight flag, index of an abbreviation), char bytes of abbreviations,
//             leap × (occurrence: 4 or 8 bytes, correction: 4 bytes), isstd bytes, isut bytes
//
// From version 2 on the header and data come twice, first with 4-byte times for old readers, and then a footer follows:
// a newline, the rule for later times as the TZ variable writes it, or nothing, and a newline.

extension TimeZoneRules {
    /// A zone from the bytes of a compiled zone file (TZif, RFC 9636), of version 1 to 4.
    ///
    /// Files that count leap seconds (`right/…`) give the same times as those that do not.
    public init(tzif bytes: [UInt8], name: String = "") throws(TimeZoneError) {
        var reader = ZoneFileReader(bytes)
        var header = try reader.header()
        let isWide = header.version >= UInt8(ascii: "2")
        if isWide {
            try reader.skip(header.dataLength(timeSize: 4))
            header = try reader.header()
        }
        let table = try reader.table(header, timeSize: isWide ? 8 : 4)
        let footer = isWide ? try reader.footer() : ""
        self.init(
            name: name, transitions: table.transitions, offsets: table.offsets,
            tail: footer.isEmpty ? nil : try RecurringRule(posix: footer))
    }
}

private struct ZoneFileReader {
    struct Header {
        var version: UInt8
        var utCount, standardCount, leapCount, timeCount, typeCount, charCount: Int

        func dataLength(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + charCount + leapCount * (timeSize + 4) + standardCount
                + utCount
        }
    }

    struct Leap {
        var occurrence: Int64
        var correction: Int64
    }

    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) throws(TimeZoneError) {
        guard count <= bytes.count - at else { throw .truncated }
        at += count
    }

    private mutating func integer(size: Int) throws(TimeZoneError) -> Int64 {
        let start = at
        try skip(size)
        var value: Int64 = bytes[start] >= 0x80 ? -1 : 0
        for offset in start..<at { value = value << 8 | Int64(bytes[offset]) }
        return value
    }

    private mutating func count() throws(TimeZoneError) -> Int { Int(try integer(size: 4) & 0xFFFF_FFFF) }

    mutating func header() throws(TimeZoneError) -> Header {
        guard bytes[at...].starts(with: "TZif".utf8) else { throw .notZoneFile }
        let start = at
        try skip(20)
        let header = Header(
            version: bytes[start + 4], utCount: try count(), standardCount: try count(), leapCount: try count(),
            timeCount: try count(), typeCount: try count(), charCount: try count())
        guard (1...256).contains(header.typeCount) else { throw .corrupt("it has no offsets") }
        // Real files have less than 300 changes and 30 leap seconds.
        guard header.timeCount <= 10_000, header.leapCount <= 1000 else { throw .corrupt("it has too many changes") }
        return header
    }

    /// The transitions and offsets of a data block, those left out that change nothing.
    mutating func table(
        _ header: Header, timeSize: Int
    ) throws(TimeZoneError) -> (transitions: [Int64], offsets: [Int32]) {
        // Checked as a whole before anything is made, so that no count of a damaged file asks for memory.
        guard header.dataLength(timeSize: timeSize) <= bytes.count - at else { throw .truncated }
        var times: [Int64] = []
        for _ in 0..<header.timeCount { times.append(try integer(size: timeSize)) }
        var types: [Int] = []
        for _ in 0..<header.timeCount { types.append(Int(try integer(size: 1) & 0xFF)) }
        let typeOffsets = try typeOffsets(header.typeCount)
        guard types.allSatisfy({ $0 < typeOffsets.count }) else { throw .corrupt("a change names no offset") }
        try skip(header.charCount)
        let leaps = try leaps(header.leapCount, timeSize: timeSize)
        try skip(header.standardCount + header.utCount)

        var transitions: [Int64] = []
        var offsets = [typeOffsets[0]]
        for (time, type) in zip(times, types) {
            let correction = leaps.last { $0.occurrence <= time }?.correction ?? 0
            let (utc, overflow) = time.subtractingReportingOverflow(correction)
            let bounded = TimeZoneRules.bounded(overflow ? time : utc)
            if let last = transitions.last, bounded < last { throw .corrupt("its changes are not in order") }
            guard typeOffsets[type] != offsets[offsets.count - 1] else { continue }
            if bounded == transitions.last {
                // Both lay before all that can be counted: the later one is what remains.
                offsets[offsets.count - 1] = typeOffsets[type]
            } else {
                transitions.append(bounded)
                offsets.append(typeOffsets[type])
            }
        }
        return (transitions, offsets)
    }

    private mutating func typeOffsets(_ count: Int) throws(TimeZoneError) -> [Int32] {
        var offsets: [Int32] = []
        for _ in 0..<count {
            let offset = try integer(size: 4)
            guard abs(offset) <= Int64(TimeZoneRules.widestOffset) else {
                throw .corrupt("an offset is more than 26 hours")
            }
            offsets.append(Int32(offset))
            try skip(2)
        }
        return offsets
    }

    private mutating func leaps(_ count: Int, timeSize: Int) throws(TimeZoneError) -> [Leap] {
        var leaps: [Leap] = []
        for _ in 0..<count {
            leaps.append(Leap(occurrence: try integer(size: timeSize), correction: try integer(size: 4)))
        }
        return leaps
    }

    mutating func footer() throws(TimeZoneError) -> String {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\n"),
            let end = bytes[(at + 1)...].firstIndex(of: UInt8(ascii: "\n"))
        else { throw .truncated }
        return String(decoding: bytes[(at + 1)..<end], as: UTF8.self)
    }
}
