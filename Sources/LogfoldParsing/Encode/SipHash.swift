/// SipHash with 128 bits out (Aumasson and Bernstein, the reference implementation's `SIPHASH_128` form), fed piece by
/// piece. Deterministic across runs and machines, unlike `Hasher`; two different inputs do not meet in practice.
struct SipHash128<Strength: SipHashStrength> {
    private var v0: UInt64, v1: UInt64, v2: UInt64, v3: UInt64
    /// Bytes that do not fill a word yet, and how many bytes there were in all.
    private var tail: UInt64 = 0
    private var count: UInt64 = 0

    /// A hash with a key of two words.
    init(key0: UInt64, key1: UInt64) {
        v0 = key0 ^ 0x736f_6d65_7073_6575
        v1 = key1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key0 ^ 0x6c79_6765_6e65_7261
        v3 = key1 ^ 0x7465_6462_7974_6573
    }

    /// Feeds one byte.
    @inline(__always)
    mutating func add(_ byte: UInt8) {
        tail |= UInt64(byte) << ((count & 7) * 8)
        count &+= 1
        if count & 7 == 0 {
            compress(tail)
            tail = 0
        }
    }

    /// Feeds a number, little-endian.
    @inline(__always)
    mutating func add(_ number: UInt64) {
        let waiting = (count & 7) * 8
        count &+= 8
        guard waiting > 0 else { return compress(number) }
        compress(tail | number << waiting)
        tail = number >> (64 - waiting)
    }

    /// Feeds a range of bytes; fastest where whole words were fed before.
    mutating func add(_ bytes: RawSpan, _ range: ByteRange) {
        var at = range.start
        if count & 7 == 0, range.count >= 8 {
            while at &+ 8 <= range.end {
                compress(bytes.u64(at))
                at += 8
            }
            count &+= UInt64(range.count)
            let rest = range.end - at
            // The last word of the range, without what was fed already.
            tail = rest == 0 ? 0 : bytes.u64(range.end - 8) >> UInt64(64 - rest * 8)
            return
        }
        while at &+ 8 <= range.end {
            add(bytes.u64(at))
            at += 8
        }
        while at < range.end {
            add(bytes[at])
            at += 1
        }
    }

    /// Feeds bytes, their number in front so that two fields cannot run into each other, and zeros up to a whole word.
    mutating func addField(_ bytes: [UInt8]) {
        add(UInt64(bytes.count))
        for byte in bytes { add(byte) }
        while count & 7 != 0 { add(UInt8(0)) }
    }

    /// The hash of all that was fed: the first eight bytes of the result, little-endian, and the last eight.
    func finished() -> (UInt64, UInt64) {
        var last = self
        last.compress(tail | (count & 0xff) << 56)
        last.v2 ^= 0xee
        for _ in 0..<Strength.lastRounds { last.round() }
        let low = last.v0 ^ last.v1 ^ last.v2 ^ last.v3
        last.v1 ^= 0xdd
        for _ in 0..<Strength.lastRounds { last.round() }
        return (low, last.v0 ^ last.v1 ^ last.v2 ^ last.v3)
    }

    @inline(__always)
    private mutating func compress(_ word: UInt64) {
        v3 ^= word
        for _ in 0..<Strength.rounds { round() }
        v0 ^= word
    }

    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = Self.rotate(v1, 13) ^ v0
        v0 = Self.rotate(v0, 32)
        v2 = v2 &+ v3
        v3 = Self.rotate(v3, 16) ^ v2
        v0 = v0 &+ v3
        v3 = Self.rotate(v3, 21) ^ v0
        v2 = v2 &+ v1
        v1 = Self.rotate(v1, 17) ^ v2
        v2 = Self.rotate(v2, 32)
    }

    @inline(__always)
    private static func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 { word << bits | word >> (64 - bits) }
}

/// How much SipHash mixes.
protocol SipHashStrength {
    /// Rounds for each word.
    static var rounds: Int { get }
    /// Rounds at the end, for each half of the result.
    static var lastRounds: Int { get }
}

/// SipHash-2-4, as its authors propose it: for hashes that are written down and compared over versions.
enum SipHash24: SipHashStrength {
    static let rounds = 2
    static let lastRounds = 4
}

/// SipHash-1-3, which takes half of the time; Rust, Python and Ruby have it in their hash tables against made collisions.
enum SipHash13: SipHashStrength {
    static let rounds = 1
    static let lastRounds = 3
}

/// A hash by which bytes are known again, in this process and later; it is written down instead of the bytes.
package func contentHash(_ bytes: RawSpan) -> UInt64 {
    // Any fixed key will do; it must never change, since hashes are compared over versions.
    var hash = SipHash128<SipHash24>(key0: 0x6c6f_6766_6f6c_6421, key1: 0x636f_6e74_656e_7473)
    hash.add(bytes, ByteRange(0, bytes.byteCount))
    return hash.finished().0
}
