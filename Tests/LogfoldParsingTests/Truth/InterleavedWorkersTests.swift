import LogfoldParsing
import LogfoldTestSupport
import Testing

/// Recordings of services whose lines are mixed between their processes, as several workers mix them: every record
/// still comes out whole.
struct InterleavedWorkersTests {
    static let pairs = TruthPair.all.filter { pair in
        guard pair.group == .service, let recording = try? Recording(pair) else { return false }
        return recording.processes.count > 1
    }

    @Test func `there are services with several processes to mix`() { #expect(Self.pairs.count >= 8) }

    @Test func `mixing cuts many records`() throws {
        var cut = 0
        for pair in Self.pairs {
            var interleaver = Interleaver(try Recording(pair), seed: 1)
            cut += interleaver.mixed().interleavedRecords
        }
        #expect(cut > 50)
    }

    @Test(arguments: pairs, [1, 2, 3] as [UInt64])
    func `mixed workers come apart`(pair: TruthPair, seed: UInt64) throws {
        var interleaver = Interleaver(try Recording(pair), seed: seed)
        let mixed = interleaver.mixed()
        let score = try TruthScorer.score(
            name: "\(pair) mixed by \(seed)", truth: mixed.truth, log: mixed.bytes,
            output: EngineOutput(mixed.bytes).lines)
        let report = ([score.summary] + score.complaints.prefix(5)).joined(separator: "\n  ")
        #expect(score.boundaryRate == 1, "\(report)")
        #expect(score.textRate == 1, "\(report)")
        #expect(score.outOfOrder == 0, "\(report)")
    }

    @Test(.enabled(if: LogGenerator.path != nil, "LOGFOLD_TEST_GEN does not name the log generator"))
    func `a generated log with cut tracebacks has the events that its generator counted`() throws {
        let made = try LogGenerator.run(["--size", "4M", "--seed", "1", "--interleave", "0.5", "--orphans", "0"])
        let output = OutputPlace.read(EngineOutput(made.log), of: made.log)
        let expected = made.events.map { OutputPlace(line: $0.line, lines: $0.lines) }
        #expect(output.count == expected.count)
        for (found, wanted) in zip(output, expected) where found != wanted {
            Issue.record("line \(found.line) with \(found.lines) lines instead of \(wanted.line) with \(wanted.lines)")
            break
        }
    }
}

/// Where an event begins, in lines.
private struct OutputPlace: Equatable {
    let line: Int
    let lines: Int

    static func read(_ output: EngineOutput, of log: [UInt8]) -> [OutputPlace] {
        var (line, at) = (1, 0)
        return output.places.map { place in
            while at < place.offset {
                if log[at] == 0x0A { line += 1 }
                at += 1
            }
            return OutputPlace(line: line, lines: place.lines)
        }
    }
}

/// Recordings whose clock steps: at most the folds that are open at the step differ.
struct ClockStepTests {
    private static func recording(_ name: String) throws -> Recording {
        try Recording(try #require(TruthPair.all.first { $0.name == name }))
    }

    private func score(_ recording: Recording, _ name: String) throws -> TruthScore {
        try TruthScorer.score(
            name: name, truth: recording.truth, log: recording.bytes, output: EngineOutput(recording.bytes).lines)
    }

    private func expectWhole(_ recording: Recording, _ name: String) throws {
        let score = try score(recording, name)
        let report = ([score.summary] + score.complaints.prefix(5)).joined(separator: "\n  ")
        #expect(score.boundaryRate == 1, "\(report)")
        #expect(score.textRate == 1, "\(report)")
    }

    static let names = [
        "keystone/zed-failures", "cinder/cinder-volume-debug", "glance/zed-failures", "nova/nova-api-debug",
        "placement/zed-debug",
    ]

    @Test(arguments: names, [3_600, -3_600])
    func `a part of a recording moved by an hour`(name: String, seconds: Int) throws {
        let recording = try Self.recording(name)
        let count = recording.records.count
        try expectWhole(recording.moved(records: count / 3..<count, bySeconds: seconds), "\(name) from a third on")
        try expectWhole(recording.moved(records: count / 3..<count / 2, bySeconds: seconds), "\(name) for a while")
    }

    @Test(arguments: names)
    func `files joined in the wrong order`(name: String) throws {
        let recording = try Self.recording(name)
        let count = recording.records.count
        let parts = [recording.slice(count / 2..<count), recording.slice(0..<count / 2)]
        try expectWhole(try #require(Recording.joined(parts)), name)
        let other = try Self.recording("nova/nova-scheduler-startup-crash")
        try expectWhole(try #require(Recording.joined([recording, other, recording])), "\(name) twice")
    }

    @Test(arguments: names)
    func `one record stamped in the future`(name: String) throws {
        let recording = try Self.recording(name)
        let traceback = recording.records.firstIndex { $0.lineNumbers.count > 3 } ?? recording.records.count / 2
        for number in [traceback, max(traceback - 1, 0), traceback + 1] {
            let moved = recording.moved(records: number..<number + 1, bySeconds: 86_400)
            try expectWhole(moved, "\(name), record \(number) a day ahead")
        }
    }

    @Test(arguments: names)
    func `mixed workers over a step of an hour`(name: String) throws {
        let recording = try Self.recording(name)
        let half = recording.records.count / 2
        var (before, after) = (
            Interleaver(recording.slice(0..<half), seed: 5),
            Interleaver(recording.slice(half..<recording.records.count).moved(bySeconds: -3_600), seed: 6)
        )
        try expectWhole(try #require(Recording.joined([before.mixed(), after.mixed()])), name)
    }
}

extension Recording {
    /// The whole recording moved in time.
    fileprivate func moved(bySeconds seconds: Int) -> Recording { moved(records: records.indices, bySeconds: seconds) }
}
