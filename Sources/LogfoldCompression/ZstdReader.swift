import CZstd

/// Reads Zstandard: one frame after the other, skippable frames left out, with a window of 128 MiB at most.
@safe
package final class ZstdReader: CompressedReader {
    /// The window of `zstd --long`, the largest that the `zstd` program reads unasked.
    private static let largestWindowLog: Int32 = 27

    private let context: OpaquePointer
    private var failure: CompressionError?
    private var offset: Int64 = 0
    private var frameStart: Int64 = 0
    /// Offset behind the last complete frame.
    package var completeLength: Int64 { frameStart }
    /// How many bytes the library wants next; 0 between frames.
    private var wanted = 0

    /// A reader before the first byte.
    package init() throws(CompressionError) {
        guard let context = unsafe ZSTD_createDCtx() else { throw .noContext }
        unsafe self.context = context
        unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.largestWindowLog)
    }

    deinit { unsafe ZSTD_freeDCtx(context) }

    /// Decompresses the next bytes; see ``CompressedReader``.
    package func read(
        _ compressed: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> DecompressionProgress {
        var progress = DecompressionProgress(consumed: 0, produced: 0)
        while failure == nil {
            let step = unsafe decode(
                UnsafeRawBufferPointer(rebasing: compressed[progress.consumed...]),
                into: UnsafeMutableRawBufferPointer(rebasing: output[progress.produced...]))
            progress.consumed += step.consumed
            progress.produced += step.produced
            if step.consumed + step.produced == 0 { break }
        }
        if let failure, progress.produced == 0 { throw failure }
        return progress
    }

    /// One call of the library, with no more input than it wants.
    ///
    /// That is one block. Given more, it would throw away the blocks that it has decoded in a call when a later one
    /// turns out to be damaged.
    private func decode(
        _ compressed: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer
    ) -> DecompressionProgress {
        guard unsafe wanted > 0 || !compressed.isEmpty else { return DecompressionProgress(consumed: 0, produced: 0) }
        let shortestHeader = 5
        let count = min(compressed.count, wanted > 0 ? wanted : shortestHeader)
        var input = unsafe ZSTD_inBuffer(src: compressed.baseAddress, size: count, pos: 0)
        var output = unsafe ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
        let result = unsafe ZSTD_decompressStream(context, &output, &input)
        offset += unsafe Int64(input.pos)
        if ZSTD_isError(result) != 0 {
            failure = error(result)
        } else {
            wanted = result
            if wanted == 0 { frameStart = offset }
        }
        return unsafe DecompressionProgress(consumed: input.pos, produced: output.pos)
    }

    private func error(_ result: Int) -> CompressionError {
        // The library returns its code negated. The numbers are part of its stable interface (zstd_errors.h).
        switch 0 &- result {
        case 10 where frameStart > 0: .trailingBytes(offset: frameStart)  // The prefix is unknown.
        case 16: .windowTooLarge(offset: frameStart)
        case 64: .noContext  // An allocation failed.
        default: .corrupt(offset: offset, reason: zstdErrorName(result))
        }
    }

    /// Says that no byte will come; throws if the stream is not complete.
    package func finish() throws(CompressionError) {
        if let failure { throw failure }
        guard offset > 0, wanted == 0 else { throw .truncated(offset: offset) }
    }
}

/// The library's words for an error that it has returned.
func zstdErrorName(_ result: Int) -> String {
    guard let name = unsafe ZSTD_getErrorName(result) else { return "unknown error" }
    return unsafe String(cString: name).lowercased()
}
