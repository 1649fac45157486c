import LogfoldCompression

/// How a file sink compresses (`compression:`).
package enum OutputCompression: String, CaseIterable, Sendable {
    /// Not at all.
    case none
    /// gzip, a member for each piece.
    case gzip
    /// Zstandard, a frame for each piece.
    case zstd

    /// What the first bytes of such a file show.
    var kind: CompressionKind {
        switch self {
        case .none: .none
        case .gzip: .gzip
        case .zstd: .zstd
        }
    }

    /// The levels that there are; nil where there is nothing to choose.
    package var levels: ClosedRange<Int>? {
        switch self {
        case .none: nil
        case .gzip: 1...12
        case .zstd: 1...19
        }
    }
}

/// Makes complete members of pieces of output.
struct MemberCompressor {
    private enum Codec {
        case none
        case gzip(DeflateCompressor)
        case zstd(ZstdCompressor)
    }

    private let codec: Codec

    /// A compressor, which is used again for every member.
    init(_ compression: OutputCompression, level: Int) throws(CompressionError) {
        codec =
            switch compression {
            case .none: .none
            case .gzip: .gzip(try DeflateCompressor(.gzip, level: Int32(clamping: level)))
            case .zstd: .zstd(try ZstdCompressor(level: Int32(clamping: level)))
            }
    }

    /// The piece as a complete member; nil where it lies in the file as it is.
    func member(_ piece: RawSpan) throws(CompressionError) -> [UInt8]? {
        switch codec {
        case .none: nil
        case .gzip(let compressor): try compressor.compress(piece)
        case .zstd(let compressor): try compressor.compress(piece)
        }
    }
}
