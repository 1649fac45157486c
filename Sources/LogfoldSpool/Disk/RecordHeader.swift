import LogfoldCompression

// The file format of the disk spool, version 3.
//
//     data_dir/spool/segment-<16 hex digits>.log   the log, cut into segments whose numbers count up
//     data_dir/spool/cursors                       how far each sink is; see CursorFile.swift
//
// A segment is a row of records. A record begins at a multiple of 8 bytes from the start of the file:
//
//     offset  size
//          0     8  magic: 9E 'L' 'F' 'S' 'P' 00 0D 0A. JSON lines never hold it: they are UTF-8 and escape controls
//          8     1  format version
//          9     1  kind: 1 start of a segment, 2 delivery
//         10     1  flags: bit 0, the body is one zstd frame
//         11     1  zero
//         12     4  number of events
//         16     8  sequence of the first event: events are numbered through the life of data_dir, and no number is
//                   given twice. A record without events has the number of the next event
//         24     8  wall time of writing, nanoseconds since 1970 UTC
//         32     8  number of the segment: a block of another file is not taken for one of this
//         40     4  length of the body as it lies here
//         44     4  length of the body decompressed
//         48     4  CRC-32 of the body as it lies here
//         52     8  zero
//         60     4  CRC-32 of the 60 bytes before
//         64        body, then zeros up to a multiple of 8
//
// The body: length of its head (4 bytes), length of its lines (4), the head, zeros, the lines as its last bytes. Numbers
// above are little-endian; the head is written by StateEncoder:
//
//     delivery: sources (key, input, path), routes (sink, digest, events routed to it before), checkpoints, forgotten
//     keys, the counts that it changes, entries (see RecordBody.swift; in version 1 without the places of their ids)
//     start: next key, checkpoints of all sources, what sinks had beyond them when the spool began, events routed to
//     each sink so far, all counts
//
// Counts are totals over all runs, behind the record: events left out for sinks, what was read of inputs. Versions 1 and 2
// have none: they begin at nothing then.
//
// So every record can be understood without any other, and the newest segment is enough to go on. When an fsync has
// failed, what came after the last good one is written once more to a new segment: in a segment, only the records
// before the first sequence of the next segment count.

/// The fixed part of a record, with all that is needed to find its end.
package struct RecordHeader: Equatable {
    /// What a record holds.
    package enum Kind: UInt8 {
        /// All positions and counters, at the start of a segment.
        case start = 1
        /// Events and the positions they make safe, or positions only.
        case delivery = 2
    }

    /// Bytes of a header.
    package static let size = 64
    /// The version that is written; those before it are read.
    package static let version: UInt8 = 3
    /// No body is longer; what says so is damaged.
    static let longestBody = 256 << 20
    static let magic: UInt64 = 0x0A0D_0050_5346_4C9E

    package var version = Self.version
    package var kind: Kind
    package var isCompressed = false
    package var count: UInt32
    package var sequence: UInt64
    package var time: Int64
    package var segment: UInt64
    package var storedLength: UInt32
    package var length: UInt32
    package var bodyChecksum: UInt32

    /// The sequence behind its last event.
    package var end: UInt64 { sequence &+ UInt64(count) }
    /// Bytes from this record to the next.
    package var stride: Int64 { Self.stride(ofBody: Int64(storedLength)) }

    static func stride(ofBody length: Int64) -> Int64 { (Int64(size) + length + 7) & ~7 }
}

extension RecordHeader {
    /// Its bytes.
    var bytes: [UInt8] {
        var words: [UInt64] = []
        words.append(Self.magic)
        let flags: UInt64 = isCompressed ? 1 : 0
        words.append(
            UInt64(version) | UInt64(kind.rawValue) << 8 | flags << 16 | UInt64(count) << 32)
        words.append(sequence)
        words.append(UInt64(bitPattern: time))
        words.append(segment)
        words.append(UInt64(storedLength) | UInt64(length) << 32)
        words.append(UInt64(bodyChecksum))
        var bytes = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) } }
        bytes += [0, 0, 0, 0]
        let sum = Checksum.crc32(bytes)
        return bytes + (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32($0 * 8)) }
    }

    /// Why bytes are no header of ours.
    enum Refusal: Error, Equatable {
        /// They do not begin as one, or are not those that were written.
        case damaged
        /// A later logfold has written it.
        case version(UInt8)
    }

    /// Reads the header that lies at `offset`.
    init(_ bytes: [UInt8], at offset: Int = 0) throws(Refusal) {
        guard offset >= 0, bytes.count - offset >= Self.size, Self.word(bytes, offset) == Self.magic else {
            throw .damaged
        }
        let last = Self.word(bytes, offset + 56)
        guard Checksum.crc32(Array(bytes[offset..<offset + 60])) == UInt32(truncatingIfNeeded: last >> 32) else {
            throw .damaged
        }
        let facts = Self.word(bytes, offset + 8)
        version = UInt8(truncatingIfNeeded: facts)
        guard version > 0 else { throw .damaged }
        guard version <= Self.version else { throw .version(version) }
        guard let kind = Kind(rawValue: UInt8(truncatingIfNeeded: facts >> 8)), facts >> 16 & 0xFFFF < 2 else {
            throw .damaged
        }
        self.kind = kind
        isCompressed = facts >> 16 & 1 == 1
        count = UInt32(truncatingIfNeeded: facts >> 32)
        sequence = Self.word(bytes, offset + 16)
        time = Int64(bitPattern: Self.word(bytes, offset + 24))
        segment = Self.word(bytes, offset + 32)
        let lengths = Self.word(bytes, offset + 40)
        storedLength = UInt32(truncatingIfNeeded: lengths)
        length = UInt32(truncatingIfNeeded: lengths >> 32)
        bodyChecksum = UInt32(truncatingIfNeeded: Self.word(bytes, offset + 48))
        guard storedLength <= Self.longestBody, length <= Self.longestBody,
            !sequence.addingReportingOverflow(UInt64(count)).overflow
        else { throw .damaged }
    }

    static func word(_ bytes: [UInt8], _ at: Int) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(bytes[at + $1]) << UInt64($1 * 8) }
    }
}
