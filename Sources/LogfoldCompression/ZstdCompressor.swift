import CZstd

/// Compresses whole batches to Zstandard, each to one frame with a checksum, with one context for all of them.
@safe
package final class ZstdCompressor {
    private let context: OpaquePointer

    /// Level 1 is fast, 6 small; 1 to 19 are meant for daily use.
    package init(level: Int32 = 1) throws(CompressionError) {
        guard (1...19).contains(level), let context = unsafe ZSTD_createCCtx() else { throw .noContext }
        unsafe self.context = context
        unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        unsafe ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }

    deinit { unsafe ZSTD_freeCCtx(context) }

    /// The bytes as a complete frame.
    package func compress(_ bytes: RawSpan) throws(CompressionError) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.byteCount)
        guard ZSTD_isError(bound) == 0 else { throw .cannotCompress(zstdErrorName(bound)) }
        var result = 0
        let frame = unsafe [UInt8](unsafeUninitializedCapacity: bound) { room, count in
            result = unsafe bytes.withUnsafeBytes { raw in
                unsafe ZSTD_compress2(context, room.baseAddress, room.count, raw.baseAddress, raw.count)
            }
            count = ZSTD_isError(result) == 0 ? result : 0
        }
        guard ZSTD_isError(result) == 0 else { throw .cannotCompress(zstdErrorName(result)) }
        return frame
    }
}
