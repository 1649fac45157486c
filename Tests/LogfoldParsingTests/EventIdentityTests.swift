import LogfoldTestSupport
import Testing

@testable import LogfoldParsing

@Suite("Event ids")
struct EventIdentityTests {
    /// From the reference implementation's `vectors_sip128`: key 00…0f, message 00, 01, 02, …
    @Test(
        "the hash is SipHash-2-4-128",
        arguments: [
            (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
            (2, "8177228da4a45dc7fca38bdef60affe4"), (15, "5493e99933b0a8117e08ec0f97cfc3d9"),
            (63, "5150d1772f50834a503e069a973fbd7c"),
        ])
    func vectors(length: Int, expected: String) {
        var hash = SipHash128(key0: 0x0706_0504_0302_0100, key1: 0x0f0e_0d0c_0b0a_0908)
        for byte in 0..<length { hash.add(UInt8(byte)) }
        let (low, high) = hash.finished()
        let bytes = [low, high].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
        #expect(bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() == expected)
    }

    @Test("the hash is of the bytes, however they are fed", arguments: 0..<17)
    func pieces(before: Int) {
        let bytes = (0..<80).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        var single = SipHash128(key0: 1, key1: 2)
        for byte in bytes { single.add(byte) }
        var mixed = SipHash128(key0: 1, key1: 2)
        for byte in bytes[..<before] { mixed.add(byte) }
        mixed.add((0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[before + $1]) << UInt64($1 * 8) })
        mixed.add(bytes.span.bytes, ByteRange(before + 8, bytes.count))
        #expect(mixed.finished() == single.finished())
    }
}
