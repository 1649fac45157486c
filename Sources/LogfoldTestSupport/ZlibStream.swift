import LogfoldCompression

/// A zlib stream (RFC 1950) as a test looks at it.
package enum ZlibStream {
    /// Whether these bytes are exactly one zlib stream of that content.
    ///
    /// Its inside is the same as a gzip member's, so it is given to the reader of those in another wrapping.
    package static func holds(_ content: [UInt8], in stream: [UInt8]) throws -> Bool {
        guard stream.count >= 8, stream[0] == 0x78, (Int(stream[0]) << 8 | Int(stream[1])).isMultiple(of: 31),
            stream[1] & 0x20 == 0, Array(stream.suffix(4)) == adler(content)
        else { return false }
        let member =
            [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF] + stream[2..<stream.count - 4]
            + littleEndian(Checksum.crc32(content)) + littleEndian(UInt32(content.count))
        let reader = try GzipReader()
        var room = [UInt8](repeating: 0, count: content.count + 1)
        let progress = try member.withUnsafeBytes { bytes in
            try room.withUnsafeMutableBytes { try reader.read(bytes, into: $0) }
        }
        try reader.finish()
        return progress.consumed == member.count && Array(room.prefix(progress.produced)) == content
    }

    private static func littleEndian(_ number: UInt32) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// Adler-32 (RFC 1950, section 9), the highest byte first.
    private static func adler(_ bytes: [UInt8]) -> [UInt8] {
        var (low, high) = (UInt32(1), UInt32(0))
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return [UInt8(high >> 8), UInt8(high & 0xFF), UInt8(low >> 8), UInt8(low & 0xFF)]
    }
}
