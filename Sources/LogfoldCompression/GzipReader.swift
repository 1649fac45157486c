import CZlib

/// Reads gzip: one member after the other, zeros behind the last (as tapes and block devices pad) left out.
@safe
package final class GzipReader: CompressedReader {
    private enum State {
        /// Before a member's first byte.
        case betweenMembers
        /// In a member that began at this offset.
        case member(start: Int64)
        /// Behind the last member.
        case padding
        /// Nothing more can be read.
        case failed(CompressionError)
    }

    // zlib keeps a pointer to its stream, so that must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var state = State.betweenMembers
    private var offset: Int64 = 0
    /// Offset behind the last complete member; padding does not count.
    package private(set) var completeLength: Int64 = 0

    /// A reader before the first byte.
    package init() throws(CompressionError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15 is the largest window; 16 more asks for gzip's header instead of zlib's.
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        guard unsafe inflateInit2_(stream, 15 + 16, zlibVersion(), size) == Z_OK else {
            unsafe stream.deallocate()
            throw .noContext
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Decompresses the next bytes; see ``CompressedReader``.
    package func read(
        _ compressed: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> DecompressionProgress {
        var progress = DecompressionProgress(consumed: 0, produced: 0)
        while true {
            switch state {
            case .failed(let error):
                if progress.produced == 0 { throw error }
                return progress
            case .betweenMembers:
                guard progress.consumed < compressed.count else { return progress }
                unsafe beginMember(compressed[progress.consumed])
            case .padding:
                guard progress.consumed < compressed.count else { return progress }
                if unsafe compressed[progress.consumed] == 0 {
                    progress.consumed += 1
                    offset += 1
                } else {
                    state = .failed(.trailingBytes(offset: offset))
                }
            case .member(let start):
                let step = unsafe inflate(
                    UnsafeRawBufferPointer(rebasing: compressed[progress.consumed...]),
                    into: UnsafeMutableRawBufferPointer(rebasing: output[progress.produced...]), start: start)
                progress.consumed += step.consumed
                progress.produced += step.produced
                if case .member = state { return progress }
            }
        }
    }

    private func beginMember(_ byte: UInt8) {
        if byte == 0x1F || offset == 0 {
            state = .member(start: offset)
            unsafe _ = inflateReset(stream)
        } else {
            state = byte == 0 ? .padding : .failed(.trailingBytes(offset: offset))
        }
    }

    /// Inflates until input or room is used up or the member ends.
    private func inflate(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, start: Int64
    ) -> DecompressionProgress {
        var progress = DecompressionProgress(consumed: 0, produced: 0)
        while true {
            // zlib counts in 32 bits; it does not write through the pointer to its input.
            let inputCount = min(input.count - progress.consumed, 1 << 30)
            let outputCount = min(output.count - progress.produced, 1 << 30)
            unsafe stream.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
                .advanced(by: progress.consumed).assumingMemoryBound(to: Bytef.self)
            unsafe stream.pointee.avail_in = UInt32(inputCount)
            unsafe stream.pointee.next_out = output.baseAddress?
                .advanced(by: progress.produced).assumingMemoryBound(to: Bytef.self)
            unsafe stream.pointee.avail_out = UInt32(outputCount)
            let result = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
            let consumed = unsafe inputCount - Int(stream.pointee.avail_in)
            let produced = unsafe outputCount - Int(stream.pointee.avail_out)
            progress.consumed += consumed
            progress.produced += produced
            offset += Int64(consumed)
            note(result, start: start)
            guard result == Z_OK, consumed + produced > 0 else { return progress }
        }
    }

    private func note(_ result: Int32, start: Int64) {
        switch result {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            state = .betweenMembers
            completeLength = offset
        case Z_MEM_ERROR: state = .failed(.noContext)
        default:
            let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "it needs a dictionary"
            // A byte that only looks like the beginning of a member: its second one is wrong.
            let isForeign = start > 0 && offset - start <= 2
            state = .failed(isForeign ? .trailingBytes(offset: start) : .corrupt(offset: offset, reason: reason))
        }
    }

    /// Says that no byte will come; throws if the stream is not complete.
    package func finish() throws(CompressionError) {
        switch state {
        case .betweenMembers where offset > 0: break
        case .padding: break
        case .betweenMembers, .member: throw .truncated(offset: offset)
        case .failed(let error): throw error
        }
    }
}
