import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// Nothing is too long, and nothing is lost where it is cut.
struct LimitsTests {
    private let head = "2026-11-22 16:59:18.000 1 ERROR nova.x [None req-1 u p - - - -] "
    private let fields = ["@timestamp", "log.level", "log.logger", "process.pid", "http.request.id"]
    private let values = "2026-11-22T16:59:18.000Z | error | nova.x | 1 | req-1"

    @Test func `a line over the limit goes on in events with the same head`() {
        let small = options { $0.fold.maxLineBytes = 100 }
        let text = String(repeating: "0123456789", count: 30)
        let found = events(of: head + text + "\nbare\n", small)
        #expect(found.count == 4)
        #expect(found.allSatisfy { [$0].shown(fields) == values })
        #expect(
            found.map { $0["logfold.flags"] } == [
                "[truncated]", "[truncated continued]", "[truncated continued]", "[continued]",
            ])
        #expect(found.messages.joined().replacing("⏎bare", with: "") == text)
        #expect(found.last?["message"].hasSuffix("⏎bare") == true)
    }

    @Test(arguments: [0, 1, 2])
    func `a line as long as the limit is whole however it arrives`(excess: Int) {
        let small = options { $0.fold.maxLineBytes = 100 }
        let line = String(repeating: "x", count: 100 + excess)
        var script = EngineScript(small)
        // So many that the source is decided on.
        script.write(String(repeating: "[\n", count: 20))
        for byte in (line + "\n").utf8 { script.write([byte]) }
        script.finish()
        let lengths: [Int64] = excess == 0 ? [101] : [100, Int64(excess) + 1]
        #expect(script.events.dropFirst(20).map(\.entry.rawLength) == lengths)
        #expect(events(of: line + "\n", small).map(\.entry.rawLength) == lengths)
        #expect(events(of: line, small).count == lengths.count)
    }

    @Test(arguments: [
        ("é", 2), ("€", 3), ("𝄞", 4),
    ])
    func `no character is cut in two`(character: String, size: Int) {
        for shift in 0..<size {
            let text = String(repeating: "x", count: shift) + String(repeating: character, count: 200)
            let found = events(of: text + "\n", options { $0.fold.maxLineBytes = 101 })
            #expect(found.count > 3)
            #expect(found.messages.joined() == text)
            #expect(found.allSatisfy { !$0["logfold.flags"].contains("invalid_utf8") })
        }
    }

    @Test func `sizes are counted as escaped`() {
        let limits = options { $0.fold.maxLineBytes = 600 }
        for text in [String(repeating: "\u{1}", count: 200), String(repeating: "\"", count: 400)] {
            for end in ["", "\n"] {
                let found = events(of: text + end, limits)
                #expect(found.count > 1, "\(end.isEmpty ? "without" : "with") a newline")
                #expect(found.messages.joined() == text)
                #expect(found.allSatisfy { $0.entry.length < 900 })
            }
        }
    }

    @Test func `a fold of too many lines goes on in events with the same head`() {
        let text = head + "m\n" + (1...10).map { "bare \($0)\n" }.joined()
        let found = events(of: text, options { $0.fold.maxLines = 4 })
        #expect(
            found.shown(["message", "logfold.lines", "logfold.flags"]) == """
                m⏎bare 1⏎bare 2⏎bare 3 | 4 | [truncated]
                bare 4⏎bare 5⏎bare 6⏎bare 7 | 4 | [truncated continued]
                bare 8⏎bare 9⏎bare 10 | 3 | [continued]
                """)
        #expect(found.allSatisfy { [$0].shown(fields) == values })
    }

    @Test func `a fold of too many bytes goes on, and its traceback lines stay its own`() {
        let prefix = "2026-11-22 16:59:18.000 1 ERROR nova.x "
        let stack = (1...20).map { "\(prefix)  File \"/a.py\", line \($0), in f\n" }.joined()
        let text = "\(head)m\n\(prefix)Traceback (most recent call last):\n\(stack)\(prefix)KeyError: 'x'\n"
        let found = events(of: text, options { $0.fold.maxBytes = 500 })
        #expect(found.count > 2)
        #expect(found.allSatisfy { [$0].shown(fields) == values && $0.entry.length < 2_500 })
        #expect(found.dropLast().allSatisfy { $0["logfold.flags"].contains("truncated") })
        #expect(found.last?["logfold.flags"] == "[continued]")
    }

    @Test func `the default limits hold for the hugest fold`() {
        let line = String(repeating: "\u{1}", count: 900) + "\n"
        let found = events(of: head + "m\n" + String(repeating: line, count: 3_000))
        #expect(found.count > 10)
        #expect(found.allSatisfy { $0.entry.length < 5 << 20 })
        #expect(found.dropFirst().allSatisfy { $0["log.logger"] == "nova.x" })
    }

    @Test func `an old fold is released when too much waits behind it`() {
        let waiting = (1...400).map { "2026-11-22 16:59:18.000 2 INFO nova.x [-] message \($0)\n" }.joined()
        var script = EngineScript(options { $0.fold.memory = 20_000 })
        script.write(head + "m\n" + waiting)
        #expect(script.events.count > 300)
        script.write("2026-11-22 16:59:18.000 1 ERROR nova.x KeyError: 'x'\n")
        script.finish()
        #expect(script.events.count == 402)
        #expect(script.events[0]["logfold.flags"] == "-")
        #expect(script.events.last?["logfold.flags"] == "[late]")
    }

    @Test func `what waited leaves in batches of a bounded size`() {
        let waiting = (1...15_000).map { "2026-11-22 16:59:18.000 2 INFO nova.x [-] message \($0)\n" }.joined()
        var engine = Engine(options: .judged)
        engine.open(source: 0)
        var sizes: [Int] = []
        let bytes = Array((head + "m\n" + waiting).utf8)
        engine.push(bytes.span.bytes, source: 0, at: 0) { sizes.append($0.byteCount) }
        engine.finish(source: 0) { sizes.append($0.byteCount) }
        #expect(sizes.count > 3 && sizes.allSatisfy { $0 < (1 << 20) + 4_096 })
    }

    @Test func `an unfinished traceback that is released says so`() {
        let waiting = (1...400).map { "2026-11-22 16:59:18.000 2 INFO nova.x [-] message \($0)\n" }.joined()
        let prefix = "2026-11-22 16:59:18.000 1 ERROR nova.x "
        let text = "\(head)m\n\(prefix)Traceback (most recent call last):\n\(prefix)KeyError: 'x'\n\(waiting)"
        let found = events(of: text, options { $0.fold.memory = 20_000 })
        #expect(found[0]["logfold.flags"] == "[truncated]")
    }

    @Test func `lines of one byte count for what they hold`() {
        let blank = String(repeating: "\n", count: 3_000)
        let text = head + "m\n2026-11-22 16:59:18.000 2 INFO nova.x [-] two\n" + blank
        var script = EngineScript(options { $0.fold.memory = 40_000 })
        script.write(text)
        #expect(script.events.first?["message"] == "m", "3,000 bytes of text are more than 40,000 here")
    }

    @Test func `many processes and many streams are bounded`() {
        let heads = (1...6_000).map { "2026-11-22 16:59:18.000 \($0) INFO nova.x [-] m\n" }.joined()
        #expect(events(of: heads).count == 6_000)
        let tags = (1...6_000).map { "Nov 22 16:50:52 cmp1 app\($0)[1]: text \($0)\n" }.joined()
        let found = events(of: tags)
        #expect(found.count == 6_000)
        #expect(found.last?["service.name"] == "app6000")
    }
}
