import CDeflate

/// Checksums that tell whether bytes on a disk are those that were written.
package enum Checksum {
    /// CRC-32 as gzip has it.
    package static func crc32(_ bytes: [UInt8]) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe libdeflate_crc32(0, $0.baseAddress, $0.count) }
    }

    /// The same of bytes that follow others with this sum.
    package static func crc32(_ bytes: RawSpan, after sum: UInt32 = 0) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe libdeflate_crc32(sum, $0.baseAddress, $0.count) }
    }
}
