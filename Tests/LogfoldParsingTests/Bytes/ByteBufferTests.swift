import LogfoldParsing
import Testing

/// What the byte path's building blocks write, against the plainest way to say the same.
struct ByteBufferTests {
    private func text(_ fill: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        fill(&buffer)
        return buffer.withSpan { $0.string(ByteRange(0, $0.byteCount)) }
    }

    @Test(
        arguments: [
            0, 7, 10, 99, 12_345_678, 99_999_999, 100_000_000, 100_000_001, 9_999_999_999_999_999,
            10_000_000_000_000_000,
            .max, -1, -100_000_000, .min,
        ] as [Int64])
    func `a number is written as Swift writes it`(value: Int64) {
        #expect(text { $0.append(decimal: value) } == "\(value)")
    }

    @Test func `each power of ten, and its neighbours, is written as Swift writes it`() {
        var power: Int64 = 1
        for _ in 0..<18 {
            for value in [power - 1, power, power + 1] { #expect(text { $0.append(decimal: value) } == "\(value)") }
            power *= 10
        }
    }

    @Test func `three digits are always three`() {
        for (value, expected) in [(0, "000"), (7, "007"), (42, "042"), (999, "999")] {
            #expect(text { $0.append(threeDigits: value) } == expected)
        }
    }

    @Test(arguments: [
        (#"""#, #"\""#), (#"\"#, #"\\"#), ("\n", #"\n"#), ("\t", #"\t"#), ("\r", #"\r"#), ("\u{8}", #"\b"#),
        ("\u{c}", #"\f"#), ("\0", #"\u0000"#), ("\u{1f}", #"\u001f"#), ("\u{7f}", "\u{7f}"), ("é", "é"), ("😀", "😀"),
    ])
    func `a character is escaped wherever in a block it stands`(character: String, expected: String) {
        for before in 0...33 {
            for behind in [0, 1, 15, 16, 17] {
                let (left, right) = (String(repeating: "a", count: before), String(repeating: "z", count: behind))
                let plain = left + character + character + right
                #expect(escaped(Array(plain.utf8)).text == left + expected + expected + right)
            }
        }
    }

    @Test(
        arguments: [
            ([0xff], "\u{fffd}"), ([0xe2, 0x82], "\u{fffd}"), ([0xed, 0xa0, 0x80], "\u{fffd}\u{fffd}\u{fffd}"),
            ([0xf0, 0x9f, 0x98], "\u{fffd}"), ([0xc3], "\u{fffd}"),
        ] as [([UInt8], String)])
    func `what is no UTF-8 is replaced and said, wherever it stands`(bytes: [UInt8], expected: String) {
        for before in 0...33 {
            let found = escaped([UInt8](repeating: 0x61, count: before) + bytes)
            #expect(found.text == String(repeating: "a", count: before) + expected)
            #expect(!found.isValid)
        }
    }

    /// The bytes as a member's value; what lies behind them in the span is hostile.
    private func escaped(_ bytes: [UInt8]) -> (text: String, isValid: Bool) {
        var source = ByteBuffer()
        for byte in bytes + [UInt8](repeating: 0x22, count: 40) { source.append(byte) }
        var isValid = false
        let all = text { output in
            source.withPaddedSpan { isValid = output.append("<", jsonEscaped: $0, 0, bytes.count, ">") }
        }
        #expect(all.hasPrefix("<") && all.hasSuffix(">"))
        return (String(all.dropFirst().dropLast()), isValid)
    }

    @Test func `a uuid is one where all digits and dashes are`() {
        let uuid = Array("7f7a6583-8200-62EC-ae94-e3864b53d283".utf8)
        #expect(isUUID(uuid))
        for at in uuid.indices {
            for wrong in [UInt8(ascii: "g"), UInt8(ascii: "/"), UInt8(ascii: ":"), 0xb0, 0xe1, 0x00] {
                var changed = uuid
                changed[at] = wrong
                #expect(!isUUID(changed), "\(wrong) at \(at)")
            }
            var turned = uuid
            turned[at] = uuid[at] == UInt8(ascii: "-") ? UInt8(ascii: "0") : UInt8(ascii: "-")
            #expect(!isUUID(turned), "\(at)")
        }
    }

    private func isUUID(_ bytes: [UInt8]) -> Bool { bytes.withSpan { (span: RawSpan) in span.isUUID(0) } }

    @Test func `a uuid's digits are written without its dashes`() {
        var source = ByteBuffer()
        source.append(string: "req-7f7a6583-8200-62ec-ae94-e3864b53d283")
        let digits = text { output in source.withPaddedSpan { output.append(uuidDigits: $0, 4) } }
        #expect(digits == "7f7a6583820062ecae94e3864b53d283")
    }

    @Test func `a word ends at its blank, or where the text does`() {
        for length in 0...40 {
            var source = ByteBuffer()
            source.append(string: String(repeating: "w", count: length) + " w")
            source.withPaddedSpan { (span: RawSpan) in
                #expect(span.endOfWord(0, length + 2) == length)
                #expect(span.endOfWord(0, length) == length)
            }
        }
    }
}
