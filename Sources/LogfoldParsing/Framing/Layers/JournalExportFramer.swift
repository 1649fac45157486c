/// Cuts a stream of bytes into the entries of the Journal Export Format.
///
/// Like the search for newlines it works on a window of bytes that begins with the first byte not yet cut off, and
/// grows or moves between calls; it remembers how far it has looked, so no byte is judged twice, and the extents do not
/// depend on how the bytes arrived. Empty lines before an entry belong to it. An entry beyond the limit is cut there,
/// and the rest of it follows in extents of its own. Garbage is passed over line by line up to the next empty line.
package struct JournalExportFramer {
    /// A whole entry, or a piece of one that is too long.
    package struct Extent: Equatable, Sendable {
        /// Offset behind its last byte.
        package let end: Int
        /// It begins inside an entry: to be handed to ``Transport/unwrapRest(_:_:offset:length:into:)``.
        package let isRest: Bool
        /// It ends inside an entry: what is made of it is flagged `truncated`.
        package let isCut: Bool
    }

    private let limit: Int
    /// Where the search goes on, and where the line it is in began, from the start of the window.
    private var position = 0
    private var lineStart = 0
    private var hasContent = false
    private var isRest = false

    /// A framer for entries of up to `limit` bytes.
    package init(limit: Int = 4 << 20) { self.limit = min(max(limit, 1), 1 << 30) }

    /// The next extent of the window `start..<end`, which begins at `start`; nil if more bytes are needed.
    package mutating func next(_ bytes: RawSpan, from start: Int, to end: Int) -> Extent? {
        let reach = min(end, start + limit)
        while start + position < reach {
            let newline = bytes.index(of: 0x0A, from: start + position, to: reach)
            guard newline < reach else {
                position = reach - start
                break
            }
            if newline == start + lineStart, hasContent {
                return finished(at: newline + 1)
            }
            guard let following = behindLine(bytes, start, newline, reach) else { break }
            position = following - start
        }
        return end - start >= limit ? cut(at: start + limit) : nil
    }

    /// Begins inside an entry of which nothing is known: what follows is the rest of it, up to its end.
    mutating func resumeInside() {
        lineStart = -1
        hasContent = true
        isRest = true
    }

    /// What is left of the window at the end of the input, as an extent; nil if that is nothing.
    package mutating func finish(from start: Int, to end: Int) -> Extent? {
        start < end ? finished(at: end) : nil
    }

    /// Offset behind the line that ends at `newline` and the value that may follow; nil if its size is not there yet.
    private mutating func behindLine(_ bytes: RawSpan, _ start: Int, _ newline: Int, _ reach: Int) -> Int? {
        var following = newline + 1
        if lineStart >= 0, newline > start + lineStart {
            let line = ByteRange(start + lineStart, newline)
            if JournalExport.isName(bytes, line) {
                guard reach - newline >= 9 else {
                    position = newline - start
                    return nil
                }
                if let size = JournalExport.valueSize(bytes, line: line, limit: reach) {
                    following = newline + 10 + size
                }
            }
            hasContent = true
        } else if lineStart < 0 {
            hasContent = true
        }
        lineStart = following - start
        return following
    }

    private mutating func finished(at end: Int) -> Extent {
        defer { self = JournalExportFramer(limit: limit) }
        return Extent(end: end, isRest: isRest, isCut: false)
    }

    /// Ends the extent inside the entry; what is known about the value that reaches over the cut stays known.
    private mutating func cut(at end: Int) -> Extent {
        defer {
            position = max(position - limit, 0)
            lineStart -= limit
            isRest = true
            hasContent = true
        }
        return Extent(end: end, isRest: isRest, isCut: true)
    }
}
