import CDeflate
import CIsal
import Glibc

/// Compresses whole batches by DEFLATE, each to one complete stream, with one context for all of them.
///
/// Level 1 is ISA-L's, which takes less than half of the time of libdeflate's level 1 and makes JSON lines 5 % larger; the
/// others are libdeflate's. See `Docs/decisions/0011-isa-l.md`.
@safe
package final class DeflateCompressor {
    /// What stands around the compressed bytes.
    package enum Container: Sendable {
        /// A gzip member (RFC 1952): files and HTTP bodies.
        case gzip
        /// A zlib stream (RFC 1950): frames of Lumberjack.
        case zlib
    }

    /// The context of a library.
    @unsafe private enum Context {
        case isal(UnsafeMutableRawPointer)
        case deflate(OpaquePointer)
    }

    private let context: Context
    private let container: Container

    /// Level 1 is fast, 6 small; 1 to 12 exist.
    package init(_ container: Container, level: Int32 = 1) throws(CompressionError) {
        if level == 1 {
            guard let context = unsafe logfold_isal_new() else { throw .noContext }
            unsafe self.context = .isal(context)
        } else {
            guard let context = unsafe libdeflate_alloc_compressor(level) else { throw .noContext }
            unsafe self.context = .deflate(context)
        }
        self.container = container
    }

    deinit {
        switch unsafe context {
        case .isal(let context): unsafe free(context)
        case .deflate(let context): unsafe libdeflate_free_compressor(context)
        }
    }

    /// The bytes as one complete stream, with so many zeros in front of it for the caller to fill.
    package func compress(_ bytes: RawSpan, behind front: Int = 0) throws(CompressionError) -> [UInt8] {
        let bound = front + self.bound(bytes.byteCount)
        let stream = unsafe [UInt8](unsafeUninitializedCapacity: bound) { room, count in
            unsafe room[..<front].initialize(repeating: 0)
            let written = unsafe bytes.withUnsafeBytes { raw in
                unsafe compress(
                    raw, to: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(room)[front...]))
            }
            // 0 is its word for a lack of room; the shortest stream has 8 bytes.
            count = written == 0 ? 0 : front + written
        }
        guard !stream.isEmpty else { throw .cannotCompress("the bound was too small") }
        return stream
    }

    private func bound(_ count: Int) -> Int {
        switch (unsafe context, container) {
        // It has no function for that. Random bytes grow by 2 %, the least input by the container.
        case (.isal, _): count + count / 16 + 1_024
        case (.deflate(let context), .gzip): unsafe libdeflate_gzip_compress_bound(context, count)
        case (.deflate(let context), .zlib): unsafe libdeflate_zlib_compress_bound(context, count)
        }
    }

    private func compress(_ bytes: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer) -> Int {
        switch (unsafe context, container) {
        case (.isal(let context), _):
            unsafe logfold_isal_compress(
                context, container == .gzip ? 1 : 0, bytes.baseAddress, bytes.count, room.baseAddress, room.count)
        case (.deflate(let context), .gzip):
            unsafe libdeflate_gzip_compress(context, bytes.baseAddress, bytes.count, room.baseAddress, room.count)
        case (.deflate(let context), .zlib):
            unsafe libdeflate_zlib_compress(context, bytes.baseAddress, bytes.count, room.baseAddress, room.count)
        }
    }
}
