import LogfoldCompression
import LogfoldCore
import LogfoldIO

/// A record ready to be written: its header and the head of its body, and its lines where they lie.
struct RecordBytes {
    /// Header and head; of a compressed record all of it.
    private(set) var front: [UInt8]
    private let batch: Batch?
    let header: RecordHeader

    /// Puts a record together. `compressor` is used where it makes the record smaller.
    init(
        _ header: RecordHeader, head: [UInt8], lines batch: Batch? = nil, compressor: ZstdCompressor? = nil
    ) {
        var header = header
        let lineBytes = batch?.byteCount ?? 0
        var body = [UInt8](repeating: 0, count: 8)
        Self.store(UInt32(head.count), in: &body, at: 0)
        Self.store(UInt32(lineBytes), in: &body, at: 4)
        body += head
        // The lines come last, so that the record ends at a multiple of 8 without another write.
        body += [UInt8](repeating: 0, count: -(body.count + lineBytes) & 7)
        header.length = UInt32(body.count + lineBytes)
        if let compressor, let packed = Self.packed(body, batch, compressor) {
            header.isCompressed = true
            header.storedLength = UInt32(packed.count)
            header.bodyChecksum = Checksum.crc32(packed)
            front = header.bytes + packed + [UInt8](repeating: 0, count: -packed.count & 7)
            self.batch = nil
        } else {
            header.storedLength = header.length
            header.bodyChecksum = Checksum.crc32(body)
            if let batch { header.bodyChecksum = batch.withLines { Checksum.crc32($0, after: header.bodyChecksum) } }
            front = header.bytes + body
            self.batch = batch
        }
        self.header = header
    }

    /// Bytes of the whole record.
    var count: Int64 { header.stride }

    /// Writes it. After an error nobody knows how much of it is there.
    func write(to file: OpenFile) throws(FileSystemError) {
        try file.write(front)
        try batch?.withLines { (lines) throws(FileSystemError) in try file.write(lines) }
    }

    private static func packed(_ body: [UInt8], _ batch: Batch?, _ compressor: ZstdCompressor) -> [UInt8]? {
        var whole = body
        batch?.withLines { lines in
            unsafe lines.withUnsafeBytes { unsafe whole.append(contentsOf: $0) }
        }
        guard let packed = try? compressor.compress(unsafe whole.span.bytes), packed.count < whole.count else {
            return nil
        }
        return packed
    }

    private static func store(_ number: UInt32, in bytes: inout [UInt8], at offset: Int) {
        for byte in 0..<4 { bytes[offset + byte] = UInt8(truncatingIfNeeded: number >> UInt32(byte * 8)) }
    }
}

/// A record that was read: its checksums are right, nothing else is believed yet.
struct StoredRecord {
    let header: RecordHeader
    /// The body, decompressed.
    private let body: [UInt8]

    /// Takes a body as it lay on the disk; nil where it is not what was written.
    init?(_ header: RecordHeader, stored: [UInt8]) {
        guard stored.count == Int(header.storedLength), Checksum.crc32(stored) == header.bodyChecksum else {
            return nil
        }
        guard let body = header.isCompressed ? Self.unpacked(stored, to: Int(header.length)) : stored,
            body.count == Int(header.length), body.count >= 8
        else { return nil }
        self.header = header
        self.body = body
        guard 8 + headLength + lineBytes <= body.count else { return nil }
    }

    private var headLength: Int { Int(UInt32(truncatingIfNeeded: RecordHeader.word(body, 0))) }
    private var lineBytes: Int { Int(RecordHeader.word(body, 0) >> 32) }
    private var head: ArraySlice<UInt8> { body[8..<8 + headLength] }

    /// What the first record of a segment says; nil where it does not.
    var start: SegmentStart? { header.kind == .start ? try? SegmentStart(from: head, header) : nil }

    /// What a delivery says beside its lines; nil where it does not.
    var delivery: RecordBody? {
        guard header.kind == .delivery else { return nil }
        return try? RecordBody(from: head, lineBytes: lineBytes, header)
    }

    /// The lines, with these entries.
    func batch(_ entries: [Batch.Entry]) -> Batch {
        Batch(endOf: body, byteCount: lineBytes, entries: entries)
    }

    private static func unpacked(_ stored: [UInt8], to length: Int) -> [UInt8]? {
        guard let reader = try? ZstdReader() else { return nil }
        var progress = DecompressionProgress(consumed: 0, produced: 0)
        let body = unsafe [UInt8](unsafeUninitializedCapacity: length) { room, count in
            unsafe stored.withUnsafeBytes { stored in
                if let done = unsafe try? reader.read(stored, into: UnsafeMutableRawBufferPointer(room)) {
                    progress = done
                }
            }
            count = progress.produced
        }
        guard progress.consumed == stored.count, (try? reader.finish()) != nil else { return nil }
        return body
    }
}
