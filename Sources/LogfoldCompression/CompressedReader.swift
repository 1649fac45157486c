/// Decompresses a stream that comes in pieces of any size.
///
/// Give the compressed bytes and room, until all are consumed **and** the room was not filled: only then does nothing
/// wait inside. At the end of the input call ``finish()``, which knows whether the stream was complete. Bytes that
/// could be decoded are always handed out before the error that follows them; after an error every call repeats it.
package protocol CompressedReader: AnyObject {
    /// Decodes as much as there is input or room for.
    func read(
        _ compressed: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> DecompressionProgress
    /// Says that no more input follows.
    func finish() throws(CompressionError)
    /// How many compressed bytes the complete members or frames have so far: where a file whose end is torn may be cut.
    var completeLength: Int64 { get }
}

/// How far a call has come.
package struct DecompressionProgress: Sendable, Equatable {
    /// How many of the compressed bytes are done with.
    package var consumed: Int
    /// How many bytes of the room are filled.
    package var produced: Int

    /// So many bytes taken and given.
    package init(consumed: Int, produced: Int) {
        self.consumed = consumed
        self.produced = produced
    }
}

/// Why bytes could not be compressed or decompressed; offsets count the compressed bytes of the file from 0.
package enum CompressionError: Error, Equatable, CustomStringConvertible {
    /// The input ended inside the stream.
    case truncated(offset: Int64)
    /// The stream that begins at `start` cannot be decoded beyond the offset; the library's word for it.
    case corrupt(offset: Int64, reason: String)
    /// Something that is no further stream follows the last complete one.
    case trailingBytes(offset: Int64)
    /// The stream asks for more memory than is granted to it.
    case windowTooLarge(offset: Int64)
    /// There is no memory for the library's context, or no such level.
    case noContext
    /// The library could not compress; its word for it.
    case cannotCompress(String)

    /// A sentence without capital and full stop.
    package var description: String {
        switch self {
        case .truncated(let offset): "the compressed data end in the middle, at byte \(offset)"
        case .corrupt(let offset, let reason): "the compressed data are damaged near byte \(offset): \(reason)"
        case .trailingBytes(let offset): "bytes that are not compressed data follow at byte \(offset)"
        case .windowTooLarge(let offset):
            "the compressed data at byte \(offset) need a window of more than 128 MiB to be read"
        case .noContext: "there is no memory for compression, or no such level"
        case .cannotCompress(let reason): "the data cannot be compressed: \(reason)"
        }
    }
}
