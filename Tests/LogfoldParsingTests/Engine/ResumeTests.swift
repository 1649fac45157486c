import LogfoldCore
import LogfoldTestSupport
import Testing

@testable import LogfoldParsing

/// A reading that is taken up where another left off makes the same events (DESIGN section 6, *Position*).
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
