import LogfoldIO
import LogfoldParsing

/// One file of a file sink: what waits for it, and what is known of it.
final class OutputFile {
    let path: String
    /// Events that were taken, in their shape.
    var pending = ByteBuffer()
    /// How many bytes of ``pending`` are in the file.
    var written = 0
    /// Where the events in ``pending`` end, where a newline does not tell.
    var ends: [Int] = []

    /// What the file is known to hold; nil as long as nothing is known of what lies at the path.
    var extent: FileExtent?
    /// The file while it is open.
    var file: OpenFile?
    /// Whether a failed write may have left bytes behind ``extent``.
    var mayBeTorn = false

    /// What was written since it was last known to be safe, and the extent before it. It is kept because a failed
    /// fsync or close says that some of it may be lost and not what: the kernel then calls the pages clean, so a second
    /// fsync would succeed and prove nothing. All of it is written again instead, over what is there and by a file opened
    /// anew: it may be acknowledged, so the file must not be without it for a moment.
    var kept = ByteBuffer()
    var keptExtent: FileExtent?
    /// Whether ``kept`` has to be written again.
    var mustRewrite = false
    /// When the first byte of ``kept`` was written, by the monotonic clock.
    var keptSince: Int64?

    /// Counts up with every use of any file.
    var lastUse: UInt64 = 0

    init(path: String) { self.path = path }

    /// Whether something waits to be written.
    var isWaiting: Bool { written < pending.count || mustRewrite }
    /// Bytes that wait to be written.
    var waitingBytes: Int { pending.count - written + (mustRewrite ? kept.count : 0) }

    /// Notes that ``kept`` may be lost.
    func beginRewriting() {
        if kept.count > 0 { mustRewrite = true }
    }

    /// Notes that everything in the file is as safe as it gets.
    func forgetKept() {
        kept.removeAll()
        keptExtent = nil
        keptSince = nil
        mustRewrite = false
    }

    /// Notes that everything that was taken is in the file; the buffers are kept where the next commit needs them.
    func forgetPending(keepingCapacity: Bool) {
        written = 0
        ends.removeAll(keepingCapacity: keepingCapacity)
        pending.removeAll()
        let limit = keepingCapacity ? FileSinkOptions.keptCapacity : 0
        if pending.capacity > limit { pending = ByteBuffer() }
        if kept.count == 0, kept.capacity > limit { kept = ByteBuffer() }
    }
}

extension OutputFile {
    /// Where the next piece ends: behind the last event that ends within `limit` bytes, or behind the first one where
    /// that alone is longer.
    func endOfPiece(limit: Int) -> Int {
        let last = min(pending.count, written + max(limit, 1))
        if !ends.isEmpty { return ends.endOfPiece(after: written, within: last) }
        return Self.endOfLines(pending, written, last)
    }

    private static func endOfLines(_ pending: borrowing ByteBuffer, _ start: Int, _ last: Int) -> Int {
        pending.withSpan { span in
            if last == span.byteCount { return last }
            if let newline = span.lastIndex(of: 0x0A, from: start, to: last) { return newline + 1 }
            return min(span.index(of: 0x0A, from: last, to: span.byteCount) + 1, span.byteCount)
        }
    }
}

extension [Int] {
    /// The last of these ascending offsets that is above `start` and not above `last`; else the first above `start`.
    fileprivate func endOfPiece(after start: Int, within last: Int) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] <= last { low = middle + 1 } else { high = middle }
        }
        if low > 0, self[low - 1] > start { return self[low - 1] }
        return low < count ? self[low] : last
    }
}
