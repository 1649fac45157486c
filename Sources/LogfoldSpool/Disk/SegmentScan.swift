import LogfoldIO

/// Reads the records of a segment one after the other, and finds the next good one behind bytes that are damaged.
struct SegmentScan {
    /// Number of the segment, as its name says.
    let number: UInt64
    /// Where the next record begins, or is looked for.
    private(set) var offset: Int64 = 0
    /// The end of the last good record.
    private(set) var goodEnd: Int64 = 0
    /// Bytes before ``goodEnd`` that belong to no good record.
    private(set) var damagedBytes: Int64 = 0
    private let file: OpenFile

    /// A record with its place.
    struct Found {
        let record: StoredRecord
        let offset: Int64
    }

    /// Why a segment cannot be read.
    enum Failure: Error, Equatable, CustomStringConvertible {
        /// A system call failed.
        case file(FileSystemError)
        /// A later logfold has written it.
        case version(UInt8, path: String)

        var description: String {
            switch self {
            case .file(let error): error.description
            case .version(let version, let path):
                "'\(path)' is of version \(version), which this logfold does not know; start the one that wrote it"
            }
        }
    }

    /// A scan of the file at `path` from its start.
    init(_ path: String, number: UInt64, in files: any FileSystem) throws(FileSystemError) {
        self.number = number
        file = try OpenFile(path, in: files)
    }

    /// The next good record whose events are not all below `sequence`; nil at the end.
    mutating func next(from sequence: UInt64 = 0) throws(Failure) -> Found? {
        while let header = try nextHeader() {
            if header.end <= sequence, header.count > 0 {
                advance(header)
                continue
            }
            let at = offset
            if let record = StoredRecord(header, stored: try bytes(at + Int64(RecordHeader.size), header.storedLength))
            {
                advance(header)
                return Found(record: record, offset: at)
            }
            // Its end is not believed either: a record may have been written over the rest of a torn one.
            offset += 8
        }
        return nil
    }

    private mutating func advance(_ header: RecordHeader) {
        damagedBytes += offset - goodEnd
        offset += header.stride
        goodEnd = offset
    }

    /// The header at the offset, which is moved to the next good one where there is none.
    private mutating func nextHeader() throws(Failure) -> RecordHeader? {
        let first = try bytes(offset, UInt32(RecordHeader.size))
        if let header = try header(in: first, at: 0) { return header }
        while true {
            let window = try bytes(offset, UInt32(Self.window + RecordHeader.size))
            guard window.count >= RecordHeader.size else { return nil }
            for at in stride(from: 0, through: window.count - RecordHeader.size, by: 8)
            where window[at] == UInt8(truncatingIfNeeded: RecordHeader.magic) {
                if let header = try header(in: window, at: at) {
                    offset += Int64(at)
                    return header
                }
            }
            if window.count < Self.window + RecordHeader.size { return nil }
            offset += Int64(Self.window)
        }
    }

    private static let window = 1 << 18

    private func header(in bytes: [UInt8], at offset: Int) throws(Failure) -> RecordHeader? {
        do throws(RecordHeader.Refusal) {
            let header = try RecordHeader(bytes, at: offset)
            return header.segment == number ? header : nil
        } catch {
            if case .version(let version) = error { throw .version(version, path: file.descriptor.name) }
            return nil
        }
    }

    /// So many bytes from an offset, or as many as there are.
    private func bytes(_ at: Int64, _ count: UInt32) throws(Failure) -> [UInt8] {
        do throws(FileSystemError) {
            // A header may ask for much; memory is only taken for what is there.
            let room = Swift.max(try file.status().size - at, 0)
            return try file.bytes(at: at, count: Swift.min(Int(count), Int(clamping: room)))
        } catch {
            throw .file(error)
        }
    }
}

extension OpenFile {
    /// So many bytes from an offset, or as many as there are.
    fileprivate func bytes(at offset: Int64, count: Int) throws(FileSystemError) -> [UInt8] {
        var failure: FileSystemError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            do throws(FileSystemError) {
                while filled < count {
                    let rest = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(room)[filled...])
                    let got = unsafe try read(into: rest, at: offset + Int64(filled))
                    if got == 0 { break }
                    filled += got
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
