import LogfoldCore
import LogfoldParsing
import Testing

@Suite("Container transports")
struct LayersTransportTests {
    @Test("a CRI line gives its text, stream and the runtime's time")
    func cri() throws {
        let time = "2026-11-22T17:50:52.123456789+01:00"
        let texts = unwrap("\(time) stdout F  text \n\(time) stderr F\n\(time) stdout F:x \r\n", .cri)
        #expect(texts.map(\.text) == [" text ", "", "\r"])
        #expect(texts[0].stream != texts[1].stream && texts[0].stream == texts[2].stream)
        let utc = nanoseconds("2026-11-22T16:50:52Z", plus: 123_456_789)
        #expect(texts[0].time == LogTime(nanoseconds: utc, kind: .utc, fractionDigits: 9))
    }

    @Test("parts are joined for each stream by itself, and the joined line owns the bytes of all its parts")
    func criParts() {
        let input = """
            2026-11-22T16:50:52.1Z stdout P one,
            2026-11-22T16:50:52.2Z stderr P uno,
            2026-11-22T16:50:52.3Z stdout P:tag  two,
            2026-11-22T16:50:52.4Z stderr F due
            2026-11-22T16:50:52.5Z stdout F three
            2026-11-22T16:50:52.6Z stdout F next

            """
        let texts = unwrap(input, .cri)
        #expect(texts.map(\.text) == ["uno,due", "one, two,three", "next"])
        #expect(texts.map(\.offset) == [37, 0, 190])
        #expect(texts.map(\.length).reduce(0, +) == input.utf8.count)
        #expect(texts[1].time.nanoseconds == nanoseconds("2026-11-22T16:50:52Z", plus: 100_000_000))
        #expect(texts.allSatisfy { $0.flags.isEmpty })
    }

    @Test("a line over the limit comes in pieces that say so")
    func criLimit() {
        let part = "2026-11-22T16:50:52Z stdout P 0123456789\n"
        let input = String(repeating: part, count: 5) + "2026-11-22T16:50:52Z stdout F end\n" + part
        let texts = unwrap(input, .cri, lineLimit: 20)
        let twenty = "01234567890123456789"
        #expect(texts.map(\.text) == [twenty, twenty, "0123456789end", "0123456789"])
        #expect(
            texts.map(\.flags) == [[.truncated], [.truncated, .continued], [.continued], [.truncated]])
        #expect(texts.map(\.length).reduce(0, +) == input.utf8.count)
    }

    @Test("reading is resumed at the oldest part that waits for its line")
    func pendingOffset() {
        let transport = Transport(.cri)
        var arena = ByteBuffer()
        func take(_ line: String, at offset: Int) {
            [UInt8](line.utf8).withSpan { bytes in
                _ = transport.unwrap(
                    bytes, ByteRange(0, bytes.byteCount), offset: offset, length: bytes.byteCount + 1, into: &arena)
            }
        }
        #expect(transport.pendingOffset == nil)
        take("2026-11-22T16:50:52Z stdout P a", at: 100)
        take("2026-11-22T16:50:52Z stderr P b", at: 200)
        #expect(transport.pendingOffset == 100 && arena.count == 0)
        take("2026-11-22T16:50:52Z stdout F c", at: 300)
        #expect(transport.pendingOffset == 200)
        take("2026-11-22T16:50:52Z stderr F d", at: 400)
        #expect(transport.pendingOffset == nil)
    }

    @Test("Docker's lines are decoded, keys in any order, and joined until their newline")
    func docker() {
        let input = #"""
            {"log":"INFO \"caf\u00e9\" \u001b[0m\\n\n","stream":"stdout","time":"2026-11-22T16:50:52.123456789Z"}
            {"stream":"stderr","attrs":{"tag":"a"},"time":"2026-11-22T16:50:53Z","log":"half"}
            {"log":"\r\n","stream":"stdout","time":"2026-11-22T16:50:53Z"}
            {"log":" done\n","stream":"stderr","time":"2026-11-22T16:50:54Z"}
            {"log":"\ud800\n","stream":"stdout","time":"2026-11-22T16:50:54Z"}

            """#
        let texts = unwrap(input, .dockerJSON)
        #expect(texts.map(\.text) == ["INFO \"café\" \u{1B}[0m\\n", "\r", "half done", "\u{FFFD}"])
        #expect(texts.map(\.flags) == [[], [], [], [.invalidUTF8]])
        #expect(texts[0].stream != texts[2].stream)
        #expect(texts[2].time.nanoseconds == nanoseconds("2026-11-22T16:50:53Z"))
        #expect(texts.map(\.length).reduce(0, +) == input.utf8.count)
    }

    @Test(
        "what is not of the transport is said to be plain text",
        arguments: [
            (TransportKind.cri, "2026-11-22T16:50:52Z stdlog F text"),
            (.cri, "2026-11-22T16:50:52Z stdout X text"),
            (.cri, "2026-11-22T16:50:52Z stdout PF text"),
            (.cri, "2026-11-22T16:50:52 stdout F no zone"),
            (.cri, "2026-11-22T16:50:52Z stdout "),
            (.cri, ""),
            (.dockerJSON, #"{"log":"a","stream":"stdout"}"#),
            (.dockerJSON, #"{"log":"a","time":"2026-11-22T16:50:52Z","level":"info"}"#),
            (.dockerJSON, #"{"log":5,"time":"2026-11-22T16:50:52Z"}"#),
            (.dockerJSON, #"{"log":"a","time":"2026-11-22T16:50:52Z"} x"#),
            (.dockerJSON, #"{"log":"a","time":"yesterday"}"#),
            (.dockerJSON, #"{"log":"a"#),
            (.journalJSON, "[1]"),
            (.journalJSON, #"{"MESSAGE":"cut o"#),
            (.none, "anything"),
        ])
    func plainText(kind: TransportKind, line: String) {
        var arena = ByteBuffer()
        arena.append("before")
        let transport = Transport(kind)
        let result = [UInt8](line.utf8).withSpan { bytes in
            transport.unwrap(bytes, ByteRange(0, bytes.byteCount), offset: 0, length: 1, into: &arena)
        }
        guard case .notThisLayer = result else {
            Issue.record("taken for \(kind)")
            return
        }
        #expect(arena.count == 6 && transport.pendingOffset == nil)
    }
}
