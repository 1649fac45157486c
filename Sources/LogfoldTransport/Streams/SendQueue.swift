/// Bytes that wait to be sent, in the pieces in which that is tried.
///
/// A piece that could not be sent is tried again with the very same bytes at the very same place in memory, whatever was
/// put behind it meanwhile. OpenSSL demands that of a write that would have blocked (SSL_write(3)): an encrypted record of
/// them may be half on its way.
struct SendQueue {
    private var chunks: [[UInt8]] = []
    /// How much of the first chunk has been sent.
    private var offset = 0

    /// Bytes of a piece: those of a TLS record, so that after each there is time to read.
    static let pieceLength = 16 << 10

    /// Whether nothing waits.
    var isEmpty: Bool { chunks.isEmpty }

    /// Puts bytes behind the others. They are kept as they are and never moved.
    mutating func append(_ bytes: [UInt8]) {
        if !bytes.isEmpty { chunks.append(bytes) }
    }

    /// Tries piece by piece until all are sent or one is not; the answer is whether any byte was.
    ///
    /// `attempt` says how many bytes of the piece were sent; nil where none can be now.
    mutating func drain(_ attempt: (UnsafeRawBufferPointer) -> Int?) -> Bool {
        var hasMoved = false
        while let chunk = chunks.first {
            let end = min(offset + Self.pieceLength, chunk.count)
            let sent = unsafe chunk.withUnsafeBytes { bytes in
                unsafe attempt(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
            }
            guard let sent else { break }
            hasMoved = true
            offset += sent
            if offset == chunk.count {
                chunks.removeFirst()
                offset = 0
            }
        }
        return hasMoved
    }
}
