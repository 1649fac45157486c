import LogfoldCompression
import LogfoldTestSupport
import Testing

/// What a reader gave, and how it ended.
struct Outcome: Equatable {
    var bytes: [UInt8] = []
    var error: CompressionError?
}

/// Decompresses in pieces of `chunk` bytes into room for `room`.
func decompress(_ bytes: [UInt8], with reader: any CompressedReader, chunk: Int, room: Int) -> Outcome {
    var outcome = Outcome()
    var at = 0
    var output = [UInt8](repeating: 0, count: room)
    do throws(CompressionError) {
        while at < bytes.count {
            let end = min(at + chunk, bytes.count)
            while true {
                let (progress, failure) = step(Array(bytes[at..<end]), reader, &output)
                if let failure { throw failure }
                at += progress.consumed
                outcome.bytes += output[..<progress.produced]
                if at == end && progress.produced < room { break }
            }
        }
        try reader.finish()
    } catch {
        outcome.error = error
    }
    return outcome
}

private func step(
    _ input: [UInt8], _ reader: any CompressedReader, _ output: inout [UInt8]
) -> (DecompressionProgress, CompressionError?) {
    input.withUnsafeBytes { input in
        output.withUnsafeMutableBytes { output in
            do throws(CompressionError) {
                return (try reader.read(input, into: output), nil)
            } catch {
                return (DecompressionProgress(consumed: 0, produced: 0), error)
            }
        }
    }
}

enum Codec: String, CaseIterable {
    case gzip, zstd

    func reader() throws -> any CompressedReader {
        switch self {
        case .gzip: try GzipReader()
        case .zstd: try ZstdReader()
        }
    }

    func compress(_ text: String, level: Int32 = 1) throws -> [UInt8] {
        let bytes = Array(text.utf8)
        return switch self {
        case .gzip: try DeflateCompressor(.gzip, level: level).compress(bytes.span.bytes)
        case .zstd: try ZstdCompressor(level: level).compress(bytes.span.bytes)
        }
    }
}

/// Text that is repetitive like a log, and different on every line.
func logText(lines: Int) -> String {
    (0..<lines).map { "2026-11-23 10:00:00.\($0 % 1000) INFO nova.compute [req-\($0 &* 2_654_435_761)] line \($0)\n" }
        .joined()
}

@Suite("Compression")
struct CompressionTests {
    @Test(
        "what was compressed is read back in chunks and room of any size", arguments: Codec.allCases, [1, 6] as [Int32])
    func roundTrip(codec: Codec, level: Int32) throws {
        for text in ["", "x", "one line\n", logText(lines: 5000)] {
            let compressed = try codec.compress(text, level: level)
            for (chunk, room) in [(1, 7), (7, 1000), (1000, 1), (4096, 65536), (1 << 20, 1 << 20)] {
                let outcome = decompress(compressed, with: try codec.reader(), chunk: chunk, room: room)
                #expect(outcome == Outcome(bytes: Array(text.utf8)), "chunk \(chunk), room \(room)")
            }
        }
    }

    @Test("a context is used for many batches", arguments: Codec.allCases)
    func reuse(codec: Codec) throws {
        let gzip = try DeflateCompressor(.gzip)
        let zstd = try ZstdCompressor()
        for lines in [1, 100, 1] {
            let bytes = Array(logText(lines: lines).utf8)
            let compressed = codec == .gzip ? try gzip.compress(bytes.span.bytes) : try zstd.compress(bytes.span.bytes)
            let outcome = decompress(compressed, with: try codec.reader(), chunk: 100, room: 100)
            #expect(outcome == Outcome(bytes: bytes))
        }
    }

    @Test("zlib streams are whole, and room in front is left as asked for", arguments: [0, 12])
    func zlib(front: Int) throws {
        let zlib = try DeflateCompressor(.zlib)
        for text in ["", "x", logText(lines: 5000)] {
            let bytes = Array(text.utf8)
            let stream = try zlib.compress(bytes.span.bytes, behind: front)
            #expect(stream.prefix(front).allSatisfy { $0 == 0 })
            #expect(try ZlibStream.holds(bytes, in: Array(stream.dropFirst(front))))
        }
    }

    @Test("what does not get smaller is whole all the same", arguments: [1, 6] as [Int32])
    func incompressible(level: Int32) throws {
        let gzip = try DeflateCompressor(.gzip, level: level)
        let zlib = try DeflateCompressor(.zlib, level: level)
        var random = SplitMix64(seed: 7)
        for count in [1, 2, 100, 65_535, 65_536, 1 << 20] {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let outcome = decompress(
                try gzip.compress(bytes.span.bytes), with: try GzipReader(), chunk: 1 << 20, room: 1 << 20)
            #expect(outcome == Outcome(bytes: bytes))
            #expect(try ZlibStream.holds(bytes, in: try zlib.compress(bytes.span.bytes)))
        }
    }

    @Test("a level that does not exist is refused")
    func levels() {
        #expect(throws: CompressionError.noContext) { try DeflateCompressor(.gzip, level: 99) }
        #expect(throws: CompressionError.noContext) { try ZstdCompressor(level: 0) }
    }

    @Test("members and frames behind one another are one stream", arguments: Codec.allCases)
    func concatenated(codec: Codec) throws {
        let compressed = try codec.compress("one\n") + codec.compress("") + codec.compress("two\n")
        for chunk in [1, 5, 1000] {
            let outcome = decompress(compressed, with: try codec.reader(), chunk: chunk, room: 3)
            #expect(outcome == Outcome(bytes: Array("one\ntwo\n".utf8)))
        }
    }

    @Test("a stream cut anywhere gives a beginning of its text, then says where it ends", arguments: Codec.allCases)
    func truncated(codec: Codec) throws {
        let text = Array(logText(lines: 20).utf8)
        let compressed = try codec.compress(logText(lines: 20))
        for length in 0..<compressed.count {
            let outcome = decompress(Array(compressed[..<length]), with: try codec.reader(), chunk: 64, room: 64)
            #expect(outcome.error == .truncated(offset: Int64(length)))
            #expect(text.starts(with: outcome.bytes))
        }
    }

    @Test("what can be decoded of a cut stream comes out", arguments: Codec.allCases)
    func truncatedLate(codec: Codec) throws {
        let text = logText(lines: 20_000)
        let compressed = try codec.compress(text)
        let cut = Array(compressed.dropLast(20))
        let outcome = decompress(cut, with: try codec.reader(), chunk: 1 << 20, room: 1 << 16)
        #expect(outcome.error == .truncated(offset: Int64(cut.count)))
        #expect(outcome.bytes.count > text.utf8.count - 140_000)
        #expect(Array(text.utf8).starts(with: outcome.bytes))
    }

    @Test("what stands before a damaged place comes out", arguments: Codec.allCases)
    func damagedLate(codec: Codec) throws {
        let text = logText(lines: 20_000)
        var compressed = try codec.compress(text)
        for at in (compressed.count - 200)..<(compressed.count - 100) { compressed[at] = 0xFF }
        let outcome = decompress(compressed, with: try codec.reader(), chunk: 1 << 20, room: 1 << 22)
        #expect(outcome.error != nil)
        #expect(outcome.bytes.count > text.utf8.count - 300_000)
    }

    @Test("any byte changed in any way is an error or the same text, never a crash", arguments: Codec.allCases)
    func damaged(codec: Codec) throws {
        let text = Array(logText(lines: 4).utf8)
        let compressed = try codec.compress(logText(lines: 4))
        for at in compressed.indices {
            for value in UInt8.min...UInt8.max where value != compressed[at] {
                var damaged = compressed
                damaged[at] = value
                let outcome = decompress(damaged, with: try codec.reader(), chunk: 50, room: 4096)
                #expect(outcome.error != nil || outcome.bytes == text || outcome.bytes.isEmpty, "byte \(at)")
            }
        }
    }

    @Test(
        "bytes behind the stream are an error that names their offset",
        arguments: [
            (Codec.gzip, [UInt8(0)], false), (.gzip, [UInt8](repeating: 0, count: 512), false),
            (.gzip, Array("garbage".utf8), true), (.gzip, [0x1F, 0x41, 0x42], true),
            (.zstd, Array("garbage".utf8), true),
        ])
    func trailing(codec: Codec, tail: [UInt8], isError: Bool) throws {
        let compressed = try codec.compress("text\n")
        for chunk in [1, 1000] {
            let outcome = decompress(compressed + tail, with: try codec.reader(), chunk: chunk, room: 100)
            #expect(outcome.bytes == Array("text\n".utf8))
            #expect(outcome.error == (isError ? .trailingBytes(offset: Int64(compressed.count)) : nil))
        }
    }

    @Test("something behind the zeros is an error, where it stands")
    func afterPadding() throws {
        let compressed = try Codec.gzip.compress("text\n")
        let outcome = decompress(compressed + [0, 0, 0, 7], with: try GzipReader(), chunk: 1000, room: 100)
        #expect(outcome.error == .trailingBytes(offset: Int64(compressed.count) + 3))
    }

    @Test("skippable frames are left out")
    func skippable() throws {
        let skippable: [UInt8] = [0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
        let compressed = try skippable + Codec.zstd.compress("text\n") + skippable
        for chunk in [1, 1000] {
            let outcome = decompress(compressed, with: try ZstdReader(), chunk: chunk, room: 100)
            #expect(outcome == Outcome(bytes: Array("text\n".utf8)))
        }
    }

    @Test("a frame that asks for more than 128 MiB is refused")
    func window() throws {
        // Window descriptor 0x90: exponent 18, 2 to the 28th bytes; then an empty last block.
        let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x90, 0x01, 0x00, 0x00]
        let outcome = decompress(frame, with: try ZstdReader(), chunk: 100, room: 100)
        #expect(outcome == Outcome(error: .windowTooLarge(offset: 0)))
    }

    @Test(
        "a file's first bytes tell how it is compressed",
        arguments: [
            ([], .none), ([0x1F], .none), ([0x1F, 0x8B], .gzip), ([0x1F, 0x8B, 8, 0], .gzip),
            ([0x28, 0xB5, 0x2F, 0xFD], .zstd), ([0x28, 0xB5, 0x2F], .none), ([0x50, 0x2A, 0x4D, 0x18], .zstd),
            ([0x5F, 0x2A, 0x4D, 0x18], .zstd), ([0x60, 0x2A, 0x4D, 0x18], .none), (Array("2026".utf8), .none),
        ] as [([UInt8], CompressionKind)])
    func detection(bytes: [UInt8], kind: CompressionKind) throws {
        #expect(CompressionKind.detect(bytes.span.bytes) == kind)
        #expect(try (kind.makeReader() == nil) == (kind == .none))
    }
}
