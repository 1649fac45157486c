import LogfoldParsing
import Testing

/// The tokens of a text as one line: `{ k:a s:b n:1 true }` and `.` for the end, `!7` for invalid at 7.
func tokens(_ text: [UInt8]) -> String {
    text.withSpan { bytes in
        var reader = JSONReader(ByteRange(0, bytes.byteCount))
        return tokens(of: &reader, bytes)
    }
}

/// The same of those that a reader has not read.
private func tokens(of reader: inout JSONReader, _ bytes: RawSpan) -> String {
    var words: [String] = []
    while true {
        switch reader.next(bytes) {
        case .beginObject: words.append("{")
        case .endObject: words.append("}")
        case .beginArray: words.append("[")
        case .endArray: words.append("]")
        case .key(let range): words.append("k:" + bytes.string(range))
        case .string(let range): words.append("s:" + bytes.string(range))
        case .number(let range): words.append("n:" + bytes.string(range))
        case .true: words.append("true")
        case .false: words.append("false")
        case .null: words.append("null")
        case .end: return (words + ["."]).joined(separator: " ")
        case .invalid(let offset): return (words + ["!\(offset)"]).joined(separator: " ")
        }
    }
}

@Suite struct JSONReaderTests {
    @Test(
        "valid texts come out token by token, strings still escaped",
        arguments: [
            ("{}", "{ } ."),
            ("[]", "[ ] ."),
            (" [ ] \r\n\t", "[ ] ."),
            (#"{"a":1}"#, "{ k:a n:1 } ."),
            (#"{ "a" : "x\ny" , "b":[true,false , null] }"#, #"{ k:a s:x\ny k:b [ true false null ] } ."#),
            (#"[[],{},[[{"":""}]]]"#, "[ [ ] { } [ [ { k: s: } ] ] ] ."),
            (#""\"\\\/\b\f\n\r\t\u00e9\uD83d\ude00""#, #"s:\"\\\/\b\f\n\r\t\u00e9\uD83d\ude00 ."#),
            ("[0,-0,10,-1.5,1e9,1E+9,0.25e-3]", "[ n:0 n:-0 n:10 n:-1.5 n:1e9 n:1E+9 n:0.25e-3 ] ."),
            ("12345678901234567890123", "n:12345678901234567890123 ."),
            ("\"\u{7f}caf\u{e9} \u{1F600}\"", "s:\u{7f}caf\u{e9} \u{1F600} ."),
            (#""\ud800 alone is for the decoder to judge""#, #"s:\ud800 alone is for the decoder to judge ."#),
        ]
    )
    func valid(text: String, expected: String) {
        #expect(tokens(Array(text.utf8)) == expected)
    }

    @Test(
        "what RFC 8259 does not allow is invalid at the byte where it goes wrong",
        arguments: [
            ("", "!0"), ("   ", "!3"), ("{", "{ !1"), ("[", "[ !1"), ("]", "!0"), ("}", "!0"), (",", "!0"),
            ("[1,]", "[ n:1 !3"), ("[,1]", "[ !1"), ("[1 2]", "[ n:1 !3"), ("[1}", "[ n:1 !2"),
            (#"{"a"}"#, "{ !4"), (#"{"a":}"#, "{ k:a !5"), (#"{"a":1,}"#, "{ k:a n:1 !7"), (#"{"a" 1}"#, "{ !5"),
            ("{a:1}", "{ !1"), ("{'a':1}", "{ !1"), (#"{"a":1]"#, "{ k:a n:1 !6"), (#"{1:2}"#, "{ !1"),
            ("01", "n:0 !1"), ("1.", "!0"), (".5", "!0"), ("+1", "!0"), ("-", "!0"), ("1e", "!0"), ("1e+", "!0"),
            ("0x10", "n:0 !1"), ("NaN", "!0"), ("-Infinity", "!0"), ("True", "!0"), ("nul", "!0"), ("truex", "true !4"),
            (#""abc"#, "!4"), (#""a\x""#, "!2"), (#""\u12g4""#, "!1"), (#""\u12"#, "!1"), (#""a\"#, "!2"),
            ("\"a\tb\"", "!2"), ("\"line\nbreak is a control character\"", "!5"), ("\"0123456789\u{1}\"", "!11"),
            ("{} {}", "{ } !3"), ("{}x", "{ } !2"), ("[1]//", "[ n:1 ] !3"), ("\u{FEFF}{}", "!0"),
        ]
    )
    func invalid(text: String, expected: String) {
        #expect(tokens(Array(text.utf8)) == expected)
    }

    @Test(
        "elements that are as expected are skipped up to the first other one, which comes next with all that is wrong",
        arguments: [
            (#"[]"#, 0, "] ."), (#"[{"a":1}]"#, 1, "] ."), (#"[{"a":1},{"a":1},{"a":1}]"#, 3, "] ."),
            (#"[{"a":1},{"a":2},{"a":1}]"#, 1, "{ k:a n:2 } { k:a n:1 } ] ."),
            (#"[{"a":1}, {"a":1}]"#, 1, "{ k:a n:1 } ] ."), (#"[{"a":1}{"a":1}]"#, 1, "!8"),
            (#"[{"a":1},]"#, 1, "!9"), (#"[,{"a":1}]"#, 0, "!1"), (#"[{"a":1}"#, 1, "!8"),
            (#"[{"a":1"#, 0, "{ k:a n:1 !7"),
        ]
    )
    func elements(text: String, count: Int, rest: String) {
        let text = Array(text.utf8)
        text.withSpan { bytes in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            let before = reader.skipElements(#"{"a":1}"#, bytes)
            _ = reader.next(bytes)
            let skipped = reader.skipElements(#"{"a":1}"#, bytes)
            let left = tokens(of: &reader, bytes)
            #expect(before == 0, "there is no array yet")
            #expect(skipped == count)
            #expect(left == rest)
        }
    }

    @Test("members of an object are never taken for elements")
    func noElements() {
        Array(#"{"a":1}"#.utf8).withSpan { bytes in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            _ = reader.next(bytes)
            let skipped = reader.skipElements(#""a":1"#, bytes)
            let left = tokens(of: &reader, bytes)
            #expect(skipped == 0)
            #expect(left == "k:a n:1 } .")
        }
    }

    private static let document = Array(
        #" {"message": "caf\u00e9 \"x\"", "n": [-1.5e+3, 0, {"deep": [true, false, null]}], "": {}, "t": "é\\"}"#.utf8)

    @Test("every prefix of a valid object is invalid, and says where")
    func prefixes() {
        #expect(tokens(Self.document).hasSuffix("."))
        for length in 0..<Self.document.count {
            let result = tokens(Array(Self.document[..<length]))
            #expect(result.contains("!"), "prefix of \(length) bytes: \(result)")
        }
    }

    @Test("any byte in any place is read without harm, and an error stays an error")
    func mutations() {
        for place in Self.document.indices {
            for byte in UInt8.min...UInt8.max {
                var text = Self.document
                text[place] = byte
                text.withSpan { bytes in
                    var reader = JSONReader(ByteRange(0, bytes.byteCount))
                    var steps = 0
                    while steps <= bytes.byteCount {
                        steps += 1
                        let token = reader.next(bytes)
                        if token == .end { break }
                        if case .invalid(let offset) = token {
                            #expect(offset <= bytes.byteCount)
                            let again = reader.next(bytes)
                            #expect(again == token)
                            break
                        }
                    }
                    #expect(steps <= bytes.byteCount, "must end")
                }
            }
        }
    }

    @Test("nesting is bounded at 128, objects and arrays mixed")
    func depth() {
        let fits = String(repeating: #"[{"a":"#, count: 64) + "1" + String(repeating: "}]", count: 64)
        #expect(tokens(Array(fits.utf8)).hasSuffix("} ] ."))
        let swapped = String(repeating: #"[{"a":"#, count: 64) + "1" + String(repeating: "]}", count: 64)
        #expect(tokens(Array(swapped.utf8)).hasSuffix("n:1 !\(64 * 6 + 1)"))
        let deep = String(repeating: "[", count: 129)
        #expect(tokens(Array(deep.utf8)).hasSuffix("[ !128"))
        #expect(tokens(Array(String(repeating: "[", count: 1_000_000).utf8)).hasSuffix("!128"))
    }

    @Test("only the range is read, not what lies around it")
    func range() {
        Array(#"xx{"a":1}yy"#.utf8).withSpan { bytes in
            var reader = JSONReader(ByteRange(2, 9))
            let read = (0..<5).map { _ in reader.next(bytes) }
            let expected: [JSONToken] = [
                .beginObject, .key(ByteRange(4, 5)), .number(ByteRange(7, 8)), .endObject, .end,
            ]
            #expect(read == expected)
        }
    }

    @Test(
        "a value is skipped whole and the next key follows",
        arguments: ["1", "\"x\"", "null", "{}", "[]", #"{"k":[1,{"k":[]}],"l":{}}"#, #"[[],[{"next":1}]]"#]
    )
    func skip(value: String) {
        Array("{\"skipped\":\(value),\"next\":2}".utf8).withSpan { bytes in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            _ = reader.next(bytes)
            _ = reader.next(bytes)
            let skipped = reader.skipValue(bytes)
            #expect(skipped && reader.depth == 1)
            guard case .key(let key) = reader.next(bytes) else {
                Issue.record("no key after the skipped value")
                return
            }
            #expect(bytes.string(key) == "next")
        }
    }

    @Test(
        "an invalid or missing value is not skipped",
        arguments: ["{\"a\":[1,}", "{\"a\":}", "{\"a\":{\"b\"", "{\"a\":"])
    func skipInvalid(text: String) {
        Array(text.utf8).withSpan { bytes in
            var reader = JSONReader(ByteRange(0, bytes.byteCount))
            _ = reader.next(bytes)
            _ = reader.next(bytes)
            let skipped = reader.skipValue(bytes)
            #expect(!skipped)
        }
    }
}

@Suite struct JSONTextTests {
    /// The decoded text, with `!` behind it where some of it was invalid.
    private func decoded(_ text: String) -> String {
        Array(text.utf8).withSpan { bytes in
            var buffer = ByteBuffer()
            let hadInvalid = buffer.append(jsonDecoded: bytes, ByteRange(0, bytes.byteCount))
            return buffer.withSpan { $0.string(ByteRange(0, $0.byteCount)) } + (hadInvalid ? "!" : "")
        }
    }

    @Test(
        "escapes are decoded, unpaired surrogates and bad escapes become U+FFFD",
        arguments: [
            ("", ""), ("plain", "plain"), ("é € 😀", "é € 😀"),
            (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
            (#"\u0041\u00e9\u20AC\uD83D\uDE00"#, "Aé€😀"),
            (#"\u0000|\u001b[31m|\u007f"#, "\u{0}|\u{1b}[31m|\u{7f}"),
            (#"\ud800"#, "\u{FFFD}!"), (#"\udc00x"#, "\u{FFFD}x!"), (#"\ud800\n"#, "\u{FFFD}\n!"),
            (#"\ud800\ud83d\ude00"#, "\u{FFFD}😀!"), (#"\ud83d\u0041"#, "\u{FFFD}A!"),
            (#"\ude00\ud83d"#, "\u{FFFD}\u{FFFD}!"),
            (#"a\"#, "a\u{FFFD}!"), (#"\x41"#, "\u{FFFD}x41!"), (#"\u12"#, "\u{FFFD}u12!"), (#"\é"#, "\u{FFFD}é!"),
            (#"\uFFFF\uE000\uD7FF"#, "\u{FFFF}\u{E000}\u{D7FF}"), (#"\uDBFF\uDFFF"#, "\u{10FFFF}"),
        ]
    )
    func decode(text: String, expected: String) {
        #expect(decoded(text) == expected)
    }

    @Test("bytes that are no UTF-8 pass unchanged, for the encoder to repair")
    func rawBytes() {
        let text: [UInt8] = [0xFF, 0x5C, 0x6E, 0xC3]
        text.withSpan { bytes in
            var buffer = ByteBuffer()
            let hadInvalid = buffer.append(jsonDecoded: bytes, ByteRange(0, 4))
            let decoded = [buffer[0], buffer[1], buffer[2]]
            #expect(!hadInvalid && decoded == [0xFF, 0x0A, 0xC3])
        }
    }
}
