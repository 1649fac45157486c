import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// Whatever is mixed, by seeds: each line of input comes from one of many programs, and bytes are damaged.
struct RandomMixTests {
    @Test(arguments: Array(1...60) + [104, 466, 479, 500, 521] as [UInt64])
    func `any mix gives valid events that hold all bytes and do not depend on chunks`(seed: UInt64) throws {
        var mix = RandomMix(seed: seed)
        let (input, options) = (mix.text(lines: 400), mix.options())
        let output = EngineOutput(input, options: options)
        #expect(output.entries.reduce(0) { $0 + Int($1.rawLength) } == input.count)
        if !mix.splitsLines {
            let offsets = output.entries.map(\.offset)
            #expect(offsets == offsets.sorted(), "events leave in the order of their first lines")
        }
        for number in output.entries.indices {
            let line = Array(output.line(number))
            #expect(JSONValue(line) != nil, "\(String(decoding: line, as: UTF8.self))")
        }
        let difference = try ChunkingVerifier(input) { EngineOutput($0, options: options).lines }
            .firstDifference(sizes: [1, 7, 4_096], seeds: seed...seed)
        #expect(difference == nil, "\(difference?.description ?? "")")
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `a clock that ticks at any time changes no byte count`(seed: UInt64) {
        var mix = RandomMix(seed: seed)
        let (input, options) = (mix.text(lines: 300), mix.options())
        var script = EngineScript(options)
        var (at, now) = (0, Int64(1))
        while at < input.count {
            let end = min(at + mix.random.number(in: 1...700), input.count)
            script.write(Array(input[at..<end]))
            at = end
            if mix.random.number(in: 0...2) == 0 {
                now += [1, 29, 31, 260, 2_100][mix.random.number(in: 0...4)]
                script.quiet(at: now)
            }
        }
        script.finish()
        let total = script.events.reduce(0) { $0 + Int($1.entry.rawLength) }
        #expect(total == input.count)
    }
}

/// Makes text that looks like everything the engine knows.
struct RandomMix {
    var random: SplitMix64
    private var seconds = 1_000
    private let kind: Int

    /// Whether a transport splits lines into parts: parts of two streams may lie between each other.
    var splitsLines: Bool { kind == 1 }

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        kind = random.number(in: 0...5)
    }

    /// Options with small limits as well as the usual ones.
    mutating func options() -> EngineOptions {
        var options = EngineOptions.judged
        if pick(3) == 0 { options.fold.maxLines = 3 }
        if pick(3) == 0 { options.fold.maxBytes = 900 }
        if pick(3) == 0 { options.fold.maxLineBytes = 150 }
        if pick(3) == 0 { options.fold.memory = 6_000 }
        options.isRedacting = pick(2) == 0
        options.keepsOriginal = pick(3) == 0
        options.lineEnds = [.auto, .keep, .strip][pick(3)]
        return options
    }

    mutating func text(lines: Int) -> [UInt8] {
        var text: [UInt8] = pick(6) == 0 ? [0xef, 0xbb, 0xbf] : []
        let lineEnd: [UInt8] = pick(4) == 0 ? [0x0d, 0x0a] : [0x0a]
        for _ in 0..<lines {
            var line = layered(plainLine())
            if pick(40) == 0, !line.isEmpty { line[pick(line.count)] = UInt8(truncatingIfNeeded: pick(256)) }
            if pick(60) == 0 { line.insert(contentsOf: "\u{1b}[01;31m".utf8, at: pick(line.count + 1)) }
            text += line
            text += pick(50) == 0 ? [0x0a] : lineEnd
        }
        if pick(2) == 0 { text.removeLast() }
        return text
    }

    private mutating func pick(_ count: Int) -> Int { random.number(in: 0...count - 1) }

    private mutating func stamp() -> String {
        if pick(3) == 0 { seconds += pick(4) }
        if pick(60) == 0 { seconds += [-7_200, 7_200, -90, 86_400][pick(4)] }
        let day = max(0, seconds / 86_400) % 28 + 1
        let second = ((seconds % 86_400) + 86_400) % 86_400
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return
            "2026-11-\(two(day)) \(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60)).\(100 + pick(3))"
    }

    private mutating func plainLine() -> [UInt8] {
        let ruler = String(repeating: "=", count: 72)
        let pid = 100 + pick(4)
        let text =
            switch pick(24) {
            case 0...5: "\(stamp()) \(pid) INFO nova.compute [-] message \(pick(100))"
            case 6, 7: "\(stamp()) \(pid) ERROR nova.api [None req-\(pick(9)) - - - - - -] failed: KeyError: 'x'"
            case 8...10: "\(stamp()) \(pid) ERROR nova.api   File \"/usr/lib/x.py\", line 3, in f"
            case 11: "\(stamp()) \(pid) ERROR nova.api Traceback (most recent call last):"
            case 12: "Traceback (most recent call last):"
            case 13: "  File \"/a.py\", line 3, in f"
            case 14: "ValueError: nothing \u{2028} at \u{85} all \u{0} \u{7} \u{b} naïve €𝄞"
            case 15: ruler
            case 16: "====                    Guru Meditation                    ===="
            case 17: ""
            case 18: "2026-10-01 00:00:0\(pick(9)).000 9\(pick(3)) INFO forged [-] hours ago"
            case 19: "INFO nova.service [-] weak head \(pick(9))"
            case 20: String(repeating: ["x", "\u{1}", "é", "𝄞"][pick(4)], count: pick(400))
            case 21: #"{"@timestamp":"2026-11-22T00:00:00.000Z","message":"own \#(pick(9))"}"#
            case 22: Self.json(pid, pick(9))
            default: "--- Logging error ---"
            }
        return Array(text.utf8)
    }

    private static func json(_ pid: Int, _ number: Int) -> String {
        #"{"message": "json \#(number)", "asctime": "2026-11-22 10:00:00", "name": "nova.x", "msg": "json", "#
            + #""args": [], "#
            + #""levelname": "INFO", "levelno": 20, "created": 17953417\#(number)0.5, "process": \#(pid), "traceback": null}"#
    }

    /// The line in the transport or behind the header that this mix has; some lines without.
    private mutating func layered(_ line: [UInt8]) -> [UInt8] {
        guard kind > 0, pick(20) > 0 else { return line }
        let time = "2026-11-22T10:00:0\(pick(9)).5Z"
        let head =
            switch kind {
            case 1: "\(time) \(["stdout", "stderr"][pick(2)]) \(pick(5) == 0 ? "P" : "F") "
            case 2: "Nov 22 16:50:5\(pick(9)) cmp\(pick(2)) nova[\(pick(3))]: "
            case 3: "<14>1 \(time) cmp1 app\(pick(3)) \(pick(3)) - - "
            case 4: "2026-11-22 16:50:52.12345\(pick(9)) "
            default: "nova-api.log.\(pick(3)).2017-05-16_13:53:08 "
            }
        return Array(head.utf8) + line
    }
}
