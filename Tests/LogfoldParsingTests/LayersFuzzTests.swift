import LogfoldParsing
import LogfoldTestSupport
import Testing

/// Damaged copies of real lines: nothing may crash, and every byte has to come out again.
@Suite("Layers under damaged input")
struct LayersFuzzTests {
    static let seeds: [String] = [
        "<134>Oct  6 10:00:00 ctl1 haproxy[77]: Proxy #012 #303#251 started.",
        "<46>1 2017-04-27T07:50:47.381967+02:00 h rsyslogd - - [o s=\"r\\\"\" v=\"8\"][x] start",
        "2025-08-31T09:36:55.418891-07:00 ctl01 rsyslogd[1]: was HUPed #033[0m",
        "2026-11-22 16:50:52.123456 2026-11-22 16:50:52.123 77 INFO keystone [-] \\xc3\\n",
        "nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO nova [-] text",
        "2026-11-22T16:50:52.123456789Z stdout P text",
        "2026-11-22T16:50:52.123456789Z stderr F text",
        #"{"log":"x\u00e9","stream":"stdout","time":"2026-11-22T16:50:52.1Z"}"#,
        #"{"MESSAGE":[97,10,98],"A":[[1],[2]],"__CURSOR":"s=1","_PID":"7","_LINE_BREAK":"line-max"}"#,
    ]

    static func damaged(_ line: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var copy = line
        for _ in 0..<random.number(in: 0...3) where !copy.isEmpty {
            let at = random.number(in: 0...copy.count - 1)
            switch random.number(in: 0...4) {
            case 0: copy[at] = UInt8(random.number(in: 0...255))
            case 1: copy.remove(at: at)
            case 2: copy.insert(copy[random.number(in: 0...copy.count - 1)], at: at)
            case 3: copy.removeLast(copy.count - at)
            default: copy.insert(contentsOf: copy[..<at], at: at)
            }
        }
        return copy.filter { $0 != 0x0A }
    }

    @Test("no damaged line crashes a header, and what is decoded never grows", arguments: 1...4)
    func headers(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var taken = 0
        for _ in 0..<3000 {
            let line = Self.damaged([UInt8](Self.seeds[random.number(in: 0...Self.seeds.count - 1)].utf8), &random)
            _ = LayersDetectionTests.header(line)
            _ = LayersDetectionTests.transport(line)
            for kind in [HeaderKind.syslogBSD, .syslog5424, .syslogISO, .doubleTime, .fileName, .apacheError, .stamp] {
                guard let found = header(line, kind) else { continue }
                taken += 1
                // Invalid bytes grow when a string repairs them.
                if String(validating: line, as: UTF8.self) != nil, found.text.utf8.count > line.count {
                    #expect(found.text.contains("\u{FFFD}"))
                }
            }
        }
        #expect(taken > 300)
    }

    @Test("the lengths of what a transport delivers add up to the input, whatever it is", arguments: 1...6)
    func transports(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for kind in [TransportKind.cri, .dockerJSON, .journalJSON] {
            var input: [UInt8] = []
            for _ in 0..<400 {
                let line = [UInt8](Self.seeds[random.number(in: 5...Self.seeds.count - 1)].utf8)
                input += random.number(in: 0...1) == 0 ? line : Self.damaged(line, &random)
                input.append(0x0A)
            }
            let texts = unwrap(input, kind, lineLimit: 64)
            #expect(texts.map(\.length).reduce(0, +) == input.count)
        }
    }

    @Test("damaged exports lose no byte and are cut alike however they arrive", arguments: 1...6)
    func exports(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var input = [UInt8](try Fixtures.bytes("corpus/oslo-formats/journal.export").prefix(20_000))
        for _ in 0..<40 {
            let at = random.number(in: 0...input.count - 1)
            switch random.number(in: 0...3) {
            case 0: input[at] = UInt8(random.number(in: 0...255))
            case 1: input.insert(0x0A, at: at)
            case 2: input.removeSubrange(at..<min(at + 9, input.count))
            default: input.insert(contentsOf: [UInt8]("MESSAGE\n".utf8), at: at)
            }
        }
        let limit = random.number(in: 10...5000)
        let whole = unwrapExport(input, chunks: [.max], limit: limit)
        #expect(whole.map(\.length).reduce(0, +) == input.count)
        #expect(whole == unwrapExport(input, chunks: [1], limit: limit))
        #expect(whole == unwrapExport(input, chunks: [5, 1, 300], limit: limit))
    }
}
