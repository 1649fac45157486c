import Glibc

/// The bytes to be measured, in pieces of 1 MiB: of a file, so that memory does not grow with it, or of a made log.
struct Input {
    private static let pieceSize = 1 << 20

    private let file: Int32?
    private let made: [UInt8]
    private var piece: [UInt8]
    /// How many bytes in all.
    let count: Int
    /// Offset of the current piece.
    private(set) var offset = 0
    /// Length of the current piece.
    private(set) var pieceCount = 0

    /// The file at `path`, or a log that is made.
    init(path: String?, megabytes: Int) {
        piece = Array(repeating: 0, count: Self.pieceSize)
        if let path {
            let descriptor = open(path, O_RDONLY)
            file = descriptor
            made = []
            count = descriptor < 0 ? 0 : Int(lseek(descriptor, 0, SEEK_END))
        } else {
            file = nil
            made = SyntheticLog(size: megabytes * 1_000_000).bytes
            count = made.count
        }
    }

    /// Whether there is something to read.
    var isReadable: Bool { count > 0 }

    /// Back to before the first piece.
    mutating func rewind() {
        (offset, pieceCount) = (0, 0)
        if let file { lseek(file, 0, SEEK_SET) }
    }

    /// Goes on to the next piece; false at the end.
    mutating func next() -> Bool {
        offset += pieceCount
        if let file {
            pieceCount = max(0, piece.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) })
        } else {
            pieceCount = min(Self.pieceSize, made.count - offset)
        }
        return pieceCount > 0
    }

    /// Lends the current piece.
    func withPiece(_ body: (RawSpan) -> Void) {
        let (bytes, start) = file == nil ? (made, offset) : (piece, 0)
        body(bytes.span.bytes.extracting(start..<start + pieceCount))
    }
}
