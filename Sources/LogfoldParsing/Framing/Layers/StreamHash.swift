/// FNV-1a over the names that make up a stream, 64 bits.
///
/// It only has to tell the streams of one source apart, it is not stored, and it must not depend on the process, as
/// Swift's own hashing does: the same input folds the same way in every run.
package struct StreamHash {
    /// The hash so far.
    package private(set) var value: UInt64

    /// A hash that goes on from that of an outer layer; 0 is the stream of a source without layers.
    package init(after outer: UInt64 = 0) {
        value = outer == 0 ? 0xCBF2_9CE4_8422_2325 : outer
    }

    /// Adds one name. Its end counts too, so that `ab`, `c` and `a`, `bc` differ.
    package mutating func combine(_ bytes: RawSpan, _ name: ByteRange) {
        for offset in name.start..<name.end { combine(bytes[offset]) }
        combine(0xFF)
    }

    private mutating func combine(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
