import LogfoldCore
import LogfoldTestSupport
import Testing

@testable import LogfoldParsing

/// A reading that is taken up where another left off makes the same events (`Docs/rules.md`, *Position*).
struct ResumeTests {
    @Test(arguments: Fixtures.texts)
    func `a recording that is read in several lives gives the events of one`(name: String) throws {
        let input = Array(try Fixtures.bytes(name).prefix(400_000))
        for seed: UInt64 in 1...3 { expectSameEvents(input, .judged, seed: seed, chunk: input.count / 20 + 1) }
    }

    @Test(arguments: Array(1...150) + [466, 479, 500, 521] as [UInt64])
    func `any mix that is read in several lives gives the events of one`(seed: UInt64) {
        var mix = RandomMix(seed: seed)
        let (input, options) = (mix.text(lines: 400), mix.options())
        expectSameEvents(input, options, seed: seed, chunk: 900)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `mixed workers that are read in several lives give the events of one`(seed: UInt64) throws {
        let pair = try #require(TruthPair.all.first { $0.name.hasPrefix("nova/") })
        var mixer = Interleaver(try Recording(pair), seed: seed)
        expectSameEvents(mixer.mixed().bytes, .judged, seed: seed, chunk: 5_000)
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `with a clock between, nothing is lost and no event comes twice`(seed: UInt64) {
        var mix = RandomMix(seed: seed)
        let (input, options) = (mix.text(lines: 300), mix.options())
        var reading = ResumedReading(input, options: options)
        var now: Int64 = 1
        while !reading.isAtEnd {
            reading.read(mix.random.number(in: 1...700))
            if mix.random.number(in: 0...2) == 0 {
                now += [1, 29, 31, 260, 2_100][mix.random.number(in: 0...4)] * 1_000_000
                reading.quiet(at: now)
            }
            if mix.random.number(in: 0...3) == 0, reading.restarts < 40 { reading.restart() }
        }
        reading.finish()
        let bytes = reading.entries.reduce(0) { $0 + Int($1.rawLength) }
        #expect(bytes >= input.count)
        let ids = reading.lines.compactMap { EventLine($0.dropLast())?["event.id"] }
        #expect(Set(ids).count == ids.count)
    }

    @Test func `a record that never ends holds the position back for a bounded number of events`() {
        let head = "2026-11-22 16:59:18.000 1 INFO nova.x [-] m\n"
        let input = Array((head + (1...9_000).map { "bare \($0)\n" }.joined()).utf8)
        var reading = ResumedReading(input, options: options { $0.fold.maxLines = 3 })
        reading.read(input.count)
        #expect(reading.entries.count > 2_900)
        #expect(reading.position.offset > 0)
        #expect(reading.position.left.count <= LeftEvents.maxCount)
        let behind = reading.position.left.reduce(0) { $0 + Int($1.length) }
        let (before, offset) = (reading.entries.count, Int(reading.position.offset))
        reading.restart()
        reading.finish()
        let again = reading.entries[before...].reduce(0) { $0 + Int($1.rawLength) }
        #expect(behind + again >= input.count - offset, "nothing is lost")
    }

    private func expectSameEvents(_ input: [UInt8], _ options: EngineOptions, seed: UInt64, chunk: Int) {
        var whole = ResumedReading(input, options: options)
        whole.finish()
        var random = SplitMix64(seed: seed)
        var cut = ResumedReading(input, options: options)
        var steps = 0
        while !cut.isAtEnd, steps < 10_000 {
            cut.read(random.number(in: 1...chunk))
            if random.number(in: 0...2) == 0, cut.restarts < 60 { cut.restart() }
            steps += 1
        }
        cut.finish()
        if let (number, (expected, found)) = zip(whole.lines, cut.lines).enumerated().first(where: { $1.0 != $1.1 }) {
            let common = zip(expected, found).prefix { $0 == $1 }.count
            func rest(_ line: [UInt8]) -> String { String(decoding: line[max(0, common - 100)...], as: UTF8.self) }
            Issue.record(
                """
                seed \(seed), event \(number) of \(whole.lines.count) at \(whole.entries[number].offset), \(cut.restarts) restarts
                one:     …\(rest(expected))several: …\(rest(found))
                """)
        }
        #expect(whole.lines.count == cut.lines.count)
        #expect(cut.restarts > 0)
    }
}

extension Fixtures {
    /// All logs that are not too big.
    fileprivate static let texts: [String] =
        names(in: "corpus", suffix: ".log") + names(in: "corpus", suffix: ".export")
        + names(in: "corpus", suffix: ".json")
        + names(in: "golden", suffix: ".log").filter { !$0.hasSuffix("/nothing.log") }
}
