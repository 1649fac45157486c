import Testing

@testable import LogfoldTransport

@Suite("SHA-256 and Base64")
struct DigestTests {
    @Test(
        "SHA-256 gives the digests of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000),
                "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"
            ),
        ])
    func digest(text: String, expected: String) {
        #expect(SHA256.digest(Array(text.utf8)).hexadecimal == expected)
    }

    @Test(
        "Base64 gives the texts of RFC 4648, and back",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
        #expect(Base64.decode("*") == nil)
    }

    @Test("Digests are read as tools print them")
    func hexadecimal() {
        #expect([UInt8](hexadecimal: "0a:FF:10") == [10, 255, 16])
        #expect([UInt8](hexadecimal: "0aff10") == [10, 255, 16])
        #expect([UInt8](hexadecimal: "0af") == nil)
        #expect([UInt8](hexadecimal: "+a") == nil)
        #expect([UInt8](hexadecimal: "zz") == nil)
    }
}
