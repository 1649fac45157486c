import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// How bytes become lines.
struct FramingTests {
    private let head = "2026-11-22 16:59:18.000 1 INFO nova.x [-] "

    @Test func `nothing gives nothing`() {
        #expect(events(of: "").isEmpty)
        var script = EngineScript()
        #expect(script.deadline == nil)
        script.write([])
        script.quiet(at: 1)
        script.finish()
        #expect(script.events.isEmpty)
    }

    @Test func `a last line without its newline is a line`() {
        #expect(events(of: head + "one\n" + head + "two").messages == ["one", "two"])
        #expect(events(of: "x").messages == ["x"])
    }

    @Test func `blank lines at the start are an event`() {
        #expect(events(of: "\n\n" + head + "one\n").shown(["message", "logfold.lines"]) == "⏎ | 2\none | -")
    }

    @Test(arguments: ["\u{0}", "\u{7}", "\u{b}", "\u{c}", "\r", "\u{85}", "\u{2028}", "\u{2029}"])
    func `only a newline ends a line`(character: String) {
        #expect(events(of: head + "a\(character)b\n").messages == ["a\(character)b"])
        #expect(events(of: head + "a\(character)\n" + head + "b\n").messages == ["a\(character)", "b"])
    }

    @Test(
        arguments: [
            ([0xff], "\u{fffd}"),
            ([0xc3], "\u{fffd}"),
            ([0xe2, 0x82], "\u{fffd}"),
            ([0xed, 0xa0, 0x80], "\u{fffd}\u{fffd}\u{fffd}"),
            ([0xf4, 0x90, 0x80, 0x80], "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
            ([0xc0, 0x80], "\u{fffd}\u{fffd}"),
        ] as [([UInt8], String)])
    func `invalid UTF-8 is replaced and flagged`(invalid: [UInt8], replacement: String) {
        let found = events(of: Array((head + "a").utf8) + invalid + Array("b\n".utf8))
        #expect(found.shown(["message", "logfold.flags"]) == "a\(replacement)b | [invalid_utf8]")
    }

    // MARK: - Carriage returns

    private func lines(_ count: Int, _ end: String) -> String {
        (1...count).map { head + "m\($0)" + end }.joined()
    }

    @Test(arguments: [
        (EngineOptions.LineEnds.auto, 20, "m1", "m25"),
        (.auto, 19, "m1\r", "m25\r"),
        (.auto, 25, "m1", "m25"),
        (.strip, 1, "m1", "m25"),
        (.keep, 25, "m1\r", "m25\r"),
    ])
    func `carriage returns are stripped if the first 20 lines all have one`(
        option: EngineOptions.LineEnds, withReturn: Int, first: String, last: String
    ) {
        let plain = withReturn < 24 ? (withReturn + 1...24).map { head + "m\($0)\n" }.joined() : ""
        let text = lines(min(withReturn, 24), "\r\n") + plain + head + "m25\r\n"
        let messages = events(of: text, options { $0.lineEnds = option }).messages
        #expect(messages.first == first && messages.last == last)
    }

    @Test func `a short source is judged by all its lines`() {
        #expect(events(of: lines(3, "\r\n")).messages == ["m1", "m2", "m3"])
        #expect(events(of: lines(3, "\r\n") + head + "m4\n").messages == ["m1\r", "m2\r", "m3\r", "m4"])
        #expect(events(of: lines(3, "\r\n") + head + "m4\r").messages.last == "m4")
    }

    @Test func `a traceback in a file with carriage returns is one`() {
        let text = """
            \(head)m
            2026-11-22 16:59:18.000 1 ERROR nova.x Traceback (most recent call last):
            2026-11-22 16:59:18.000 1 ERROR nova.x KeyError: 'x'
            2026-11-22 16:59:18.000 1 ERROR nova.x 

            """.replacing("\n", with: "\r\n")
        #expect(events(of: text).shown(["message", "error.message", "logfold.lines"]) == "m | 'x' | 4")
    }

    // MARK: - Byte order mark

    @Test func `a byte order mark is no text but belongs to the first event`() {
        let found = events(of: "\u{feff}" + head + "one\n" + head + "two\n")
        #expect(found.messages == ["one", "two"])
        #expect(found.map(\.entry.offset) == [0, Int64(head.utf8.count) + 7])
        #expect(events(of: "\u{feff}").map(\.entry.rawLength) == [3])
        #expect(events(of: head + "\u{feff}x\n").messages == ["\u{feff}x"])
    }

    @Test func `a byte order mark stands before layers too`() {
        let found = events(of: "\u{feff}2026-11-22T10:00:00.5Z stdout F \(head)one\n")
        #expect(found.shown(["message", "logfold.format"]) == "one | cri/oslo")
    }
}
