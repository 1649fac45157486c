import LogfoldTestSupport
import Testing

@testable import LogfoldParsing

@Suite("Event ids")
struct EventIdentityTests {
    /// From the reference implementation's `vectors_sip128`: key 00…0f, message 00, 01, 02, …
    @Test(
        "what is written down is SipHash-2-4-128",
        arguments: [
            (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
            (2, "8177228da4a45dc7fca38bdef60affe4"), (15, "5493e99933b0a8117e08ec0f97cfc3d9"),
            (63, "5150d1772f50834a503e069a973fbd7c"),
        ])
    func vectors24(length: Int, expected: String) { #expect(hashOfVector(length, SipHash24.self) == expected) }

    /// From `openssl mac -macopt size:16 -macopt c-rounds:1 -macopt d-rounds:3 … SIPHASH`, same key and messages.
    @Test(
        "the hash of ids is SipHash-1-3-128",
        arguments: [
            (0, "e77ebcb22788a5befd62db6add303001"), (1, "fc6f370460d3eda85e0573cc2b2ff063"),
            (2, "75787f090569839b855bc9548c6aea95"), (15, "c17e5505b2bd526c2921cdec1e7e0109"),
            (63, "4c5800e34efe426f079f6b0aa75260ad"),
        ])
    func vectors13(length: Int, expected: String) { #expect(hashOfVector(length, SipHash13.self) == expected) }

    @Test("the hash is of the bytes, however they are fed", arguments: 0..<17, [0, 1, 7, 8, 9, 15, 16, 55])
    func pieces(before: Int, after: Int) {
        let bytes = (0..<before + 8 + after).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        var single = SipHash128<SipHash13>(key0: 1, key1: 2)
        for byte in bytes { single.add(byte) }
        var mixed = SipHash128<SipHash13>(key0: 1, key1: 2)
        for byte in bytes[..<before] { mixed.add(byte) }
        mixed.add((0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[before + $1]) << UInt64($1 * 8) })
        mixed.add(bytes.span.bytes, ByteRange(before + 8, bytes.count))
        #expect(mixed.finished() == single.finished())
        mixed.add(UInt8(1))
        single.add(UInt8(1))
        #expect(mixed.finished() == single.finished(), "What was left over is kept for what follows")
    }

    @Test("fields do not run into each other")
    func fields() {
        func hash(_ fields: [UInt8]...) -> UInt64 {
            var hash = SipHash128<SipHash13>(key0: 1, key1: 2)
            for field in fields { hash.addField(field) }
            return hash.finished().0
        }
        let texts: [([UInt8], [UInt8])] = [
            ([], [0]), ([0], []), ([0, 0], []), ([1], [2, 3]), ([1, 2], [3]), ([1, 2, 3], []), ([1, 2, 3, 0], []),
        ]
        #expect(Set(texts.map { hash($0.0, $0.1) }).count == texts.count)
    }

    private func hashOfVector<Strength: SipHashStrength>(_ length: Int, _: Strength.Type) -> String {
        var hash = SipHash128<Strength>(key0: 0x0706_0504_0302_0100, key1: 0x0f0e_0d0c_0b0a_0908)
        for byte in 0..<length { hash.add(UInt8(byte)) }
        let (low, high) = hash.finished()
        let bytes = [low, high].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
        return bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
