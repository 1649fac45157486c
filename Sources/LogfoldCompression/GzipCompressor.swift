import CDeflate

/// Compresses whole batches to gzip, each to one member, with one context for all of them.
@safe
package final class GzipCompressor {
    private let context: OpaquePointer

    /// Level 1 is fast, 6 small; 1 to 12 exist.
    package init(level: Int32 = 1) throws(CompressionError) {
        guard let context = unsafe libdeflate_alloc_compressor(level) else { throw .noContext }
        unsafe self.context = context
    }

    deinit { unsafe libdeflate_free_compressor(context) }

    /// The bytes as a complete gzip member.
    package func compress(_ bytes: RawSpan) throws(CompressionError) -> [UInt8] {
        let bound = unsafe libdeflate_gzip_compress_bound(context, bytes.byteCount)
        let member = unsafe [UInt8](unsafeUninitializedCapacity: bound) { room, count in
            count = unsafe bytes.withUnsafeBytes { raw in
                unsafe libdeflate_gzip_compress(context, raw.baseAddress, raw.count, room.baseAddress, room.count)
            }
        }
        // 0 is its word for a lack of room; the shortest member has 18 bytes.
        guard !member.isEmpty else { throw .cannotCompress("the bound was too small") }
        return member
    }
}
