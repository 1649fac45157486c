import Glibc
import LogfoldCompression
import LogfoldIO

/// What a step of reading has come to.
enum ReadStep: Equatable {
    /// Bytes, which lie here in the buffer.
    case bytes(Range<Int>)
    /// There is no more at the moment.
    case end
    /// The compressed stream ends in its middle: it is still being written, or was cut.
    case unfinished
    /// The compressed stream cannot be read on.
    case damaged(CompressionError)
    /// What was read before is not there any more: the file was cut or written anew.
    case changed
}

/// Reads the bytes of an open file that others write, and notices with each read when they are not the same file's any
/// more: what lies before the offset is read again and compared.
final class ContentReader {
    /// How many bytes before the offset are compared.
    private static let tailLength = FileMark.longest
    private static let chunk = 1 << 16

    let file: OpenFile
    let id: FileID
    /// How far the file was read, in bytes on the disk.
    private(set) var position: Int64 = 0
    /// How far it was read in bytes of the log: the same, unless it is compressed.
    private(set) var offset: Int64 = 0
    /// The last bytes on the disk before the position.
    private var raw: [UInt8] = []
    /// The last bytes of a compressed log before the offset.
    private var decoded: [UInt8] = []
    private var decoder: (any CompressedReader)?
    private var isDetected = false
    /// Set when no more bytes will come: then the few that there are are text.
    var mustBePlain = false
    private var compressed: [UInt8] = []
    private var taken = 0
    private var isDecodedFull = false
    /// What an earlier reading has found farther on, until this one has come as far.
    private var ahead: FileMark?

    /// Reads a file from its beginning.
    init(_ file: OpenFile, id: FileID) {
        self.file = file
        self.id = id
    }

    /// Reads a file that is not compressed from an offset on. If it was read farther before, and this is where that
    /// ended, it has changed as soon as that is not there any more.
    init(
        _ file: OpenFile, id: FileID, at offset: Int64, expecting mark: FileMark? = nil
    ) throws(FileSystemError) {
        self.file = file
        self.id = id
        position = offset
        self.offset = offset
        isDetected = offset > 0
        ahead = mark
        raw = try Self.bytes(of: file, before: offset, count: Self.tailLength)
    }

    /// Up to `count` bytes before an offset; fewer where the file is shorter.
    static func bytes(of file: OpenFile, before offset: Int64, count: Int) throws(FileSystemError) -> [UInt8] {
        let wanted = Int(min(offset, Int64(count)))
        var bytes = [UInt8](repeating: 0, count: wanted)
        let got = try fill(&bytes, 0..<wanted, of: file, at: offset - Int64(wanted), atLeast: wanted).count
        bytes.removeLast(wanted - got)
        return bytes
    }

    /// Whether the file is compressed, as far as its bytes have shown.
    private(set) var isCompressed = false
    /// Whether it holds what decompressing takes: a window of up to 8 MiB, and more for `zstd --long`.
    var isUnpacking: Bool { decoder != nil }
    /// The last bytes before the offset.
    var tail: [UInt8] { isCompressed ? decoded : raw }

    /// Reads the next bytes, `limit` of them at most, but four where it is the first time; the buffer has room for that and 1 KiB more.
    func read(into buffer: inout [UInt8], limit: Int) throws(FileSystemError) -> ReadStep {
        if decoder != nil { return try readDecoded(into: &buffer, limit: limit) }
        // Fewer bytes would not show whether it is compressed.
        let step = try readRaw(into: &buffer, limit: isDetected ? limit : max(limit, CompressionKind.detectionLength))
        guard case .bytes(let range) = step, !isDetected else {
            if case .bytes(let range) = step { offset += Int64(range.count) }
            return step
        }
        return try detect(&buffer, range, limit: limit)
    }

    /// Whether what was read is still there; for a compressed file, what was read of it last.
    func isUnchanged() throws(FileSystemError) -> Bool {
        guard try Self.bytes(of: file, before: position, count: raw.count) == raw else { return false }
        return try isAsExpectedAhead()
    }

    private func isAsExpectedAhead() throws(FileSystemError) -> Bool {
        guard let mark = ahead else { return true }
        guard mark.offset > position else {
            ahead = nil
            return true
        }
        return mark.fits(try Self.bytes(of: file, before: mark.offset, count: mark.length))
    }

    /// Reads on from the position, comparing what was read before.
    private func readRaw(into buffer: inout [UInt8], limit: Int) throws(FileSystemError) -> ReadStep {
        let before = raw.count
        let room = min(buffer.count, before + limit)
        let read = try Self.fill(&buffer, 0..<room, of: file, at: position - Int64(before), atLeast: before + 1)
        let got = read.count
        // Between two calls the file may have been cut and written anew.
        if read.calls > 1, got > before, try Self.bytes(of: file, before: position, count: before) != raw {
            return .changed
        }
        // After the read: so what was read came before whatever may have happened.
        guard got >= before, Self.begins(buffer, with: raw), try isAsExpectedAhead() else { return .changed }
        guard got > before else { return .end }
        position += Int64(got - before)
        raw = Array(buffer[max(0, got - Self.tailLength)..<got])
        return .bytes(before..<got)
    }

    private static func begins(_ buffer: [UInt8], with bytes: [UInt8]) -> Bool {
        unsafe buffer.withUnsafeBytes { left in
            unsafe bytes.withUnsafeBytes { right in
                guard let left = left.baseAddress, let base = right.baseAddress else {
                    return unsafe right.isEmpty
                }
                return unsafe memcmp(left, base, right.count) == 0
            }
        }
    }

    /// Reads until there are `atLeast` bytes or no more; a call may always give fewer than it was asked for. Returns how
    /// many there are, and in how many calls they came.
    private static func fill(
        _ buffer: inout [UInt8], _ range: Range<Int>, of file: OpenFile, at offset: Int64, atLeast: Int
    ) throws(FileSystemError) -> (count: Int, calls: Int) {
        var (got, calls) = (0, 0)
        while got < min(atLeast, range.count) {
            let result = unsafe buffer.withUnsafeMutableBytes { bytes in
                Result { () throws(FileSystemError) in
                    let room = unsafe UnsafeMutableRawBufferPointer(
                        rebasing: bytes[(range.lowerBound + got)..<range.upperBound])
                    return unsafe try file.read(into: room, at: offset + Int64(got))
                }
            }
            let count = try result.get()
            calls += 1
            if count == 0 { break }
            got += count
        }
        return (got, calls)
    }
}

// Compressed files.
extension ContentReader {
    /// The first bytes show how the file is compressed. Fewer bytes than that takes wait for more, if they could begin
    /// so.
    private func detect(_ buffer: inout [UInt8], _ range: Range<Int>, limit: Int) throws(FileSystemError) -> ReadStep {
        let first = Array(buffer[range].prefix(CompressionKind.detectionLength))
        if first.count < CompressionKind.detectionLength, !mustBePlain, Self.couldBeCompressed(first) {
            rewind()
            return .end
        }
        isDetected = true
        let kind = unsafe first.withUnsafeBytes { CompressionKind.detect(unsafe RawSpan(_unsafeBytes: $0)) }
        do throws(CompressionError) { decoder = try kind.makeReader() } catch { return .damaged(error) }
        isCompressed = decoder != nil
        guard isCompressed else {
            offset += Int64(range.count)
            return .bytes(range)
        }
        rewind()
        return try readDecoded(into: &buffer, limit: limit)
    }

    private static func couldBeCompressed(_ first: [UInt8]) -> Bool {
        let magics: [[UInt8]] = [[0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD], [0x2A, 0x4D, 0x18]]
        return magics[..<2].contains { $0.starts(with: first) }
            || first.first.map { $0 >> 4 == 5 } == true && magics[2].starts(with: first.dropFirst())
    }

    private func rewind() {
        position = 0
        raw = []
    }

    /// Begins again at the first byte, and holds nothing meanwhile.
    func putAway() {
        rewind()
        offset = 0
        decoded = []
        decoder = nil
        isDetected = false
        compressed = []
        taken = 0
        isDecodedFull = false
    }

    private func readDecoded(into buffer: inout [UInt8], limit: Int) throws(FileSystemError) -> ReadStep {
        guard let decoder else { return .end }
        while true {
            if taken < compressed.count || isDecodedFull {
                let room = min(buffer.count, limit)
                let result = decode(decoder, into: &buffer, room)
                switch result {
                case .success(let progress):
                    taken += progress.consumed
                    isDecodedFull = progress.produced == room
                    guard progress.produced > 0 else { continue }
                    offset += Int64(progress.produced)
                    decoded = Self.tail(decoded, buffer[..<progress.produced])
                    return .bytes(0..<progress.produced)
                case .failure(let error): return .damaged(error)
                }
            }
            var fresh = [UInt8](repeating: 0, count: Self.tailLength + Self.chunk)
            switch try readRaw(into: &fresh, limit: Self.chunk) {
            case .bytes(let range):
                compressed = Array(fresh[range])
                taken = 0
            case .end:
                compressed = []
                taken = 0
                do throws(CompressionError) { try decoder.finish() } catch {
                    if case .truncated = error { return .unfinished }
                    return .damaged(error)
                }
                return .end
            case let other: return other
            }
        }
    }

    private static func tail(_ before: [UInt8], _ fresh: ArraySlice<UInt8>) -> [UInt8] {
        if fresh.count >= tailLength { return Array(fresh.suffix(tailLength)) }
        return before.suffix(tailLength - fresh.count) + fresh
    }

    private func decode(
        _ decoder: any CompressedReader, into buffer: inout [UInt8], _ room: Int
    ) -> Result<DecompressionProgress, CompressionError> {
        unsafe buffer.withUnsafeMutableBytes { output in
            unsafe compressed.withUnsafeBytes { input in
                Result { () throws(CompressionError) in
                    unsafe try decoder.read(
                        UnsafeRawBufferPointer(rebasing: input[taken...]),
                        into: UnsafeMutableRawBufferPointer(rebasing: output[..<room]))
                }
            }
        }
    }
}
