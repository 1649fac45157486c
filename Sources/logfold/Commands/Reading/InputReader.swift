import LogfoldCompression
import LogfoldIO
import LogfoldParsing

/// Why a source could not be read to its end.
enum InputError: Error {
    /// A system call failed.
    case file(FileSystemError)
    /// It is compressed and cannot be decompressed.
    case compression(CompressionError)
    /// It is a directory.
    case directory

    /// Whether there is no such file.
    var isNotFound: Bool { if case .file(let error) = self { error.isNotFound } else { false } }

    /// The reason, without the file's name.
    var reason: String {
        switch self {
        case .file(let error): error.reason
        case .compression(let error): error.description
        case .directory: "it is a directory; name a file in it"
        }
    }
}

/// Reads the bytes of a log, whatever it is compressed with: the first bytes tell.
struct InputReader {
    private let file: OpenFile
    private var decompressor: (any CompressedReader)?
    /// Bytes as they lie in a compressed file, and how many of them were taken.
    private var compressed: [UInt8] = []
    private var taken = 0
    private var isDetected = false
    /// Whether the last piece filled its buffer, so that the decompressor may hold more.
    private var isDecodedFull = false
    private var isAtEnd = false
    /// How many bytes of the file itself were read.
    private(set) var position = 0

    private static let chunk = 1 << 18

    /// A reader of an open file.
    init(_ file: OpenFile) { self.file = file }

    /// Whether bytes can be had without reading the file: then it need not be waited for.
    var hasBuffered: Bool { taken < compressed.count || isDecodedFull }

    /// Reads the next bytes into `buffer` and returns how many; 0 at the end. What could be decompressed comes before
    /// an error.
    mutating func read(into buffer: inout [UInt8]) throws(InputError) -> Int {
        if !isDetected { try detect() }
        guard let decompressor else {
            if hasBuffered { return takeBuffered(&buffer) }
            return try fill(&buffer)
        }
        while true {
            if !hasBuffered, !isAtEnd { try refill() }
            let progress = try Self.decompress(compressed, from: taken, decompressor, &buffer)
            taken += progress.consumed
            isDecodedFull = progress.produced == buffer.count
            if progress.produced > 0 { return progress.produced }
            if !hasBuffered, isAtEnd {
                do throws(CompressionError) { try decompressor.finish() } catch { throw .compression(error) }
                return 0
            }
        }
    }

    /// The first bytes show how the file is compressed. No compressed file has a newline among them, so that a short
    /// live line is not held back.
    private mutating func detect() throws(InputError) {
        isDetected = true
        compressed = [UInt8](repeating: 0, count: Self.chunk)
        var count = 0
        while count < CompressionKind.detectionLength, !isAtEnd, !compressed[..<count].contains(0x0A) {
            var more = [UInt8](repeating: 0, count: Self.chunk - count)
            let added = try fill(&more)
            compressed.replaceSubrange(count..<count + added, with: more[..<added])
            count += added
            isAtEnd = added == 0
        }
        compressed.removeLast(compressed.count - count)
        let kind = compressed.withSpan { CompressionKind.detect($0) }
        do throws(CompressionError) { decompressor = try kind.makeReader() } catch { throw .compression(error) }
    }

    private mutating func takeBuffered(_ buffer: inout [UInt8]) -> Int {
        let count = Swift.min(compressed.count - taken, buffer.count)
        buffer.replaceSubrange(0..<count, with: compressed[taken..<taken + count])
        taken += count
        if !hasBuffered { compressed = [] }
        return count
    }

    private mutating func refill() throws(InputError) {
        if compressed.count < Self.chunk { compressed = [UInt8](repeating: 0, count: Self.chunk) }
        var fresh = compressed
        compressed = []
        let count = try fill(&fresh)
        fresh.removeLast(fresh.count - count)
        compressed = fresh
        taken = 0
        isAtEnd = count == 0
    }

    private mutating func fill(_ buffer: inout [UInt8]) throws(InputError) -> Int {
        let result = unsafe buffer.withUnsafeMutableBytes { room in
            Result { () throws(FileSystemError) in unsafe try file.read(into: room) }
        }
        switch result {
        case .success(let count):
            position += count
            return count
        case .failure(let error): throw .file(error)
        }
    }

    private static func decompress(
        _ bytes: [UInt8], from start: Int, _ decompressor: any CompressedReader, _ buffer: inout [UInt8]
    ) throws(InputError) -> DecompressionProgress {
        let result = unsafe buffer.withUnsafeMutableBytes { room in
            unsafe bytes.withUnsafeBytes { raw in
                Result { () throws(CompressionError) in
                    unsafe try decompressor.read(UnsafeRawBufferPointer(rebasing: raw[start...]), into: room)
                }
            }
        }
        do throws(CompressionError) { return try result.get() } catch { throw .compression(error) }
    }
}
