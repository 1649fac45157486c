import Foundation
import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// The engine over every recording whose records are known. `LOGFOLD_WRITE_ACCURACY=1` writes `Docs/accuracy.md`.
@Suite(.serialized)
struct TruthTests {
    /// The fields that have to be right wherever they are printed.
    private static let exact: [TruthField] = [
        .timestamp, .level, .logger, .pid, .requestID, .user, .project, .exceptionType,
    ]

    private static let scores: [TruthScore] = TruthPair.all.compactMap { pair in
        guard let log = try? Data(contentsOf: URL(fileURLWithPath: pair.log)) else { return nil }
        return try? TruthScorer.score(pair: pair, output: EngineOutput([UInt8](log)).lines)
    }

    @Test func `every recording is scored`() { #expect(Self.scores.count == TruthPair.all.count) }

    @Test func `records of services have exactly their lines`() {
        for score in Self.scores where score.group == .service {
            #expect(score.boundaryRate == 1, "\(Self.report(score))")
            #expect(score.excludedRate <= 0.01, "\(score.name) leaves \(score.excluded) out")
        }
    }

    @Test func `the format variants together have at least 99.5 per cent of the boundaries`() {
        var together = TruthScore(name: "variants", group: .variant)
        for score in Self.scores where score.group != .service { together.add(score) }
        #expect(together.boundaryRate >= 0.995, "\(Self.report(together))")
    }

    @Test(arguments: exact)
    func `every printed field is right`(field: TruthField) {
        for score in Self.scores {
            let isExact = score.isExact(field)
            #expect(isExact, "\(field.rawValue): \(Self.report(score, ": " + field.rawValue + " is "))")
        }
    }

    @Test func `events leave in the order of their first lines`() {
        for score in Self.scores { #expect(score.outOfOrder == 0, "\(score.name)") }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["LOGFOLD_WRITE_ACCURACY"] != nil))
    func `the table of Docs/accuracy.md is written`() throws {
        let path = Fixtures.repository + "/Docs/accuracy.md"
        for score in Self.scores {
            for complaint in score.complaints { print("\(score.name): \(complaint)") }
        }
        try AccuracyTable(Self.scores).markdown.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// A score's figures and its first complaints, those that hold `word`.
    private static func report(_ score: TruthScore, _ word: String = "") -> String {
        let complaints = score.complaints.filter { word.isEmpty || $0.contains(word) }.prefix(8)
        return ([score.summary] + complaints).joined(separator: "\n  ")
    }
}

/// Every byte of a recording is in exactly one event, and the event's place is the truth of it.
struct ConservationTests {
    static let names = Fixtures.names(in: "corpus", suffix: "").filter { name in
        [".log", ".json", ".export"].contains { name.hasSuffix($0) }
    }

    @Test(arguments: names)
    func `the raw lengths of all events add up to the input`(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        let output = EngineOutput(bytes)
        #expect(output.entries.reduce(0) { $0 + $1.rawLength } == bytes.count)
    }

    @Test(arguments: names)
    func `the output is the same fed whole and in chunks`(name: String) throws {
        let bytes = try Fixtures.bytes(name)
        let verifier = ChunkingVerifier(bytes) { EngineOutput($0).lines }
        let difference = try verifier.firstDifference(seeds: 1...2)
        #expect(difference == nil, "\(difference?.description ?? "")")
    }
}
