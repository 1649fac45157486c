import LogfoldCore
import LogfoldTestSupport
import Testing

@testable import LogfoldParsing

/// The engine's state in a position: read back it is the same, and whatever the bytes are, reading goes on.
struct SnapshotTests {
    /// The state in the middle of a mix with layers, several streams and many kinds of heads.
    private func state(_ seed: UInt64) -> SourcePosition {
        var mix = RandomMix(seed: seed)
        let input = mix.text(lines: 200)
        var script = PositionScript(mix.options())
        script.write(input)
        return script.position ?? SourcePosition()
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func `what is written is read back`(seed: UInt64) throws {
        let bytes = state(seed).state
        let snapshot = try #require(SourceSnapshot(bytes))
        #expect(snapshot.bytes == bytes)
        #expect(snapshot.reading != nil)
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `damaged state is none, or another, and never fatal`(seed: UInt64) {
        let position = state(seed)
        var damaged: [[UInt8]] = position.state.indices.map { Array(position.state.prefix($0)) }
        #expect(damaged.allSatisfy { SourceSnapshot($0) == nil }, "what is cut off is noticed")
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            var bytes = position.state
            bytes[random.number(in: 0...bytes.count - 1)] = UInt8(random.number(in: 0...255))
            damaged.append(bytes)
        }
        damaged.append(position.state + [0])
        let line = Array("2026-11-22 16:59:18.000 1 INFO x [-] m\nbare\n".utf8)
        for state in damaged {
            var engine = Engine(options: .judged)
            let point = ResumePoint(position: SourcePosition(offset: position.offset, state: state), delivered: [])
            engine.open(source: 0, facts: PositionScript.facts, resume: point)
            var bytes: Int64 = 0
            engine.push(line.span.bytes, source: 0, at: Int(position.offset)) { _ in }
            engine.push(line.span.bytes, source: 0, at: Int(position.offset) + line.count) { batch in
                bytes += batch.entries.reduce(0) { $0 + $1.rawLength }
            }
            engine.finish(source: 0) { batch in bytes += batch.entries.reduce(0) { $0 + $1.rawLength } }
            #expect(bytes > 0)
        }
    }

    @Test func `state of another version begins afresh at its offset`() {
        var engine = Engine(options: .judged)
        let point = ResumePoint(position: SourcePosition(offset: 1_000, state: [99, 1, 2]), delivered: [])
        engine.open(source: 0, facts: PositionScript.facts, resume: point)
        let lines = Array("2026-11-22 16:59:18.000 1 INFO x [-] m\r\n".utf8)
        var shown: [String] = []
        engine.push(lines.span.bytes, source: 0, at: 1_000) { _ in }
        engine.finish(source: 0) { batch in shown += batch.events.map { "\($0["log.offset"] ?? "") \($0.message)" } }
        #expect(shown == ["1000 m"])
    }

    @Test func `the state of a plain source is small`() {
        var script = PositionScript()
        script.write((1...40).map { "2026-11-22 16:59:18.000 \(100 + $0 % 4) INFO x [-] m\n" }.joined())
        let size = script.position?.state.count ?? .max
        #expect(size < 100, "\(size)")
    }
}
