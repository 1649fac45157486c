/// How a file's bytes are compressed, as its first bytes show; names and endings are not believed.
package enum CompressionKind: Sendable {
    /// Not at all.
    case none
    /// gzip (RFC 1952).
    case gzip
    /// Zstandard (RFC 8878).
    case zstd

    /// How many first bytes ``detect(_:)`` looks at.
    package static let detectionLength = 4

    /// The kind that begins so; fewer bytes than ``detectionLength`` are the whole file.
    package static func detect(_ firstBytes: RawSpan) -> CompressionKind {
        if begins(firstBytes, [0x1F, 0x8B]) { return .gzip }
        if begins(firstBytes, [0x28, 0xB5, 0x2F, 0xFD]) { return .zstd }
        // A skippable frame, number 0 to 15, may come first (RFC 8878 §3.1.2).
        for number in UInt8(0)...15 where begins(firstBytes, [0x50 | number, 0x2A, 0x4D, 0x18]) { return .zstd }
        return .none
    }

    private static func begins(_ bytes: RawSpan, _ magic: [UInt8]) -> Bool {
        guard bytes.byteCount >= magic.count else { return false }
        return magic.indices.allSatisfy { magic[$0] == bytes[byte: $0] }
    }

    /// What reads a file of this kind; nil where there is nothing to undo.
    package func makeReader() throws(CompressionError) -> (any CompressedReader)? {
        switch self {
        case .none: nil
        case .gzip: try GzipReader()
        case .zstd: try ZstdReader()
        }
    }
}

extension RawSpan {
    fileprivate subscript(byte offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
}
