import LogfoldCore
import LogfoldIO

/// Reads a file of lines piece by piece, so that what is read does not grow with the file.
struct LineFile {
    private let file: OpenFile
    private var buffer: [UInt8] = []
    /// Where in the file the buffer begins, and where in the buffer the next line does.
    private var base: Int64
    private var at = 0
    private var isAtEnd = false

    /// Begins at an offset, which is that of a line.
    init(_ file: OpenFile, from offset: Int64 = 0) {
        self.file = file
        base = offset
    }

    /// Where the next line begins: behind all that was read.
    var offset: Int64 { base + Int64(at) }

    /// The next line without its newline; nil at the end. What follows the last newline is torn, and no line.
    mutating func next() throws(FileSystemError) -> [UInt8]? {
        var looked = at
        while true {
            if let end = buffer[looked...].firstIndex(of: 0x0A) {
                defer { at = end + 1 }
                return Array(buffer[at..<end])
            }
            guard !isAtEnd else { return nil }
            base += Int64(at)
            buffer.removeSubrange(..<at)
            at = 0
            looked = buffer.count
            let end = base + Int64(buffer.count)
            let piece = try file.bytes(from: end, to: end + 1 << 18)
            isAtEnd = piece.isEmpty
            buffer += piece
        }
    }
}
