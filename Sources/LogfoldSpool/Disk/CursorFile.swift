import LogfoldCompression
import LogfoldCore
import LogfoldIO

/// How far a sink is, as it outlives the process.
package struct StoredCursor: Sendable, Equatable {
    /// Events that are settled above the position, and how many of them were the sink's.
    package struct Span: Sendable, Equatable {
        package var from: UInt64
        package var to: UInt64
        package var events: UInt64
    }

    /// Name of the sink.
    package var name: String
    /// All events below are settled: delivered, or lost and counted.
    package var position: UInt64 = 0
    /// Settled above it, in order, without overlap.
    package var spans: [Span] = []
    /// The sink's own state, as of its last acknowledgement.
    package var state: [UInt8] = []
    /// Digest of the `inputs` and `condition` that it had last.
    package var digest: [UInt8] = []
    /// Events that it has delivered over all its life.
    package var delivered: UInt64 = 0
    /// Events that were lost for it, by cause.
    package var dropped: [String: UInt64] = [:]
    /// Of the events below the position, how many were routed to it when they were written.
    package var passed: UInt64 = 0
    /// What the count of events routed to it stood at when it had got nothing, so that the two differ by what was put in
    /// for it. It moves where the sink decides otherwise than was routed.
    package var born: Int64 = 0
    /// Up to here it was moved by losses: that it is past something does not say that it has delivered it.
    package var droppedThrough: UInt64 = 0

    /// A cursor at the very start.
    package init(name: String) { self.name = name }
}

/// The cursors' file: `LFCUR`, two zeros, a version, CRC-32 of the rest, the cursors by StateEncoder. It is replaced
/// whole, by write, fsync, rename and fsync of the folder.
package enum CursorFile {
    private static let magic: [UInt8] = Array("LFCUR".utf8) + [0, 0]
    private static let version: UInt8 = 1

    static func encode(_ cursors: [StoredCursor]) -> [UInt8] {
        var encoder = StateEncoder()
        encoder.append(each: cursors.sorted { $0.name < $1.name }) { encoder, cursor in
            encoder.append(cursor.name)
            encoder.append(cursor.position)
            encoder.append(each: cursor.spans) { encoder, span in
                encoder.append(span.from)
                encoder.append(span.to)
                encoder.append(span.events)
            }
            encoder.append(cursor.state)
            encoder.append(cursor.digest)
            encoder.append(cursor.delivered)
            encoder.append(counts: cursor.dropped)
            encoder.append(cursor.passed)
            encoder.append(signed: cursor.born)
            encoder.append(cursor.droppedThrough)
        }
        let sum = Checksum.crc32(encoder.bytes)
        let sumBytes = (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32($0 * 8)) }
        return magic + [version] + sumBytes + encoder.bytes
    }

    /// Replaces the file in a folder; when this returns it is on the disk, if it has to be.
    static func replace(
        in folder: String, _ cursors: [StoredCursor], _ files: any FileSystem, isDurable: Bool = true
    ) throws(FileSystemError) {
        try files.replace("\(folder)/cursors", isDurable: isDurable) { (file) throws(FileSystemError) in
            try file.write(encode(cursors))
        }
    }

    package static func decode(_ bytes: [UInt8]) throws(SavedFileProblem) -> [StoredCursor] {
        guard bytes.count > 12, Array(bytes[..<7]) == magic else { throw .foreign("cursors' file") }
        guard bytes[7] == version else { throw .version(bytes[7]) }
        let sum = bytes[8..<12].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard Checksum.crc32(Array(bytes[12...])) == sum else { throw .damaged }
        var decoder = StateDecoder(bytes[12...])
        do throws(StateDecoder.Damaged) {
            let cursors = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
                try StoredCursor(from: &decoder)
            }
            guard decoder.isAtEnd else { throw StateDecoder.Damaged() }
            return cursors
        } catch {
            throw .damaged
        }
    }
}

extension StoredCursor {
    fileprivate init(from decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        name = try decoder.string()
        position = try decoder.number()
        spans = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
            Span(from: try decoder.number(), to: try decoder.number(), events: try decoder.number())
        }
        state = try decoder.text()
        digest = try decoder.text()
        delivered = try decoder.number()
        dropped = try decoder.counts()
        passed = try decoder.number()
        born = try decoder.signed()
        droppedThrough = try decoder.number()
        var least = position
        for span in spans {
            guard span.from >= least, span.to > span.from else { throw StateDecoder.Damaged() }
            least = span.to
        }
    }
}
