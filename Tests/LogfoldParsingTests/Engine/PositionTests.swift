import LogfoldCore
import LogfoldTestSupport
import Testing

@testable import LogfoldParsing

/// Where reading can be taken up, and what is delivered then (`Docs/rules.md`, *Position*).
struct PositionTests {
    /// Lines of 60 bytes each, so that offsets can be read off.
    private static func line(_ pid: Int, _ level: String, _ text: String) -> String {
        let head = "2026-11-22 16:59:18.000 \(pid) \(level) x \(level == "INFO" ? "[-] " : "")\(text)"
        return head + String(repeating: ".", count: 59 - head.utf8.count) + "\n"
    }
    private static let info1 = line(1, "INFO", "m")
    private static let info2 = line(2, "INFO", "m")
    private static let trace1 = line(1, "ERROR", "  File \"/a.py\"")

    @Test(
        arguments: [
            // Everything that was read is one open event.
            ([info1], 0, []),
            // The next head ends it.
            ([info1, info1], 60, []),
            ([info1, trace1, info1], 120, []),
            // Two workers: the event of the first waits for nothing, but that of the second begins behind it.
            ([info1, info2, info1], 60, []),
            // The first worker's event has lines behind the second's beginning.
            ([info1, info2, trace1], 0, []),
            // It has left, the second's has not: both are read again, and the first is not sent again.
            ([info1, info2, trace1, info1], 0, [EventSpan(offset: 0, length: 120)]),
            // Both have left.
            ([info1, info2, trace1, info1, info2], 180, []),
        ] as [([String], Int64, [EventSpan])])
    func `reading is taken up where nothing inside begins before and nothing that has left reaches over`(
        lines: [String], offset: Int64, left: [EventSpan]
    ) {
        var script = PositionScript()
        script.write(String(repeating: Self.info1, count: 20))
        script.write(lines.joined())
        let position = script.position
        #expect(position?.offset == offset + 1_200)
        #expect(position?.left == left.map { EventSpan(offset: $0.offset + 1_200, length: $0.length) })
    }

    @Test func `a batch holds the positions of the sources that it has events of`() {
        var engine = Engine(options: .judged)
        for source: UInt32 in [1, 2, 3] { engine.open(source: source, facts: SourceFacts(zone: "UTC")) }
        var batches: [Batch] = []
        let lines = Array(String(repeating: Self.info1, count: 21).utf8)
        engine.take(lines.span.bytes, source: 1, at: 0) { batches.append($0) }
        engine.take(lines.span.bytes, source: 3, at: 0) { batches.append($0) }
        engine.flush { batches.append($0) }
        #expect(batches.map { $0.positions.map(\.source) } == [[1, 3]])
        #expect(batches[0].positions.map(\.position.offset) == [1_200, 1_200])
        #expect(batches[0].entries.map(\.source) == Array(repeating: 1, count: 20) + Array(repeating: 3, count: 20))
    }

    @Test func `a position that moved without an event can be asked for`() {
        var engine = Engine(options: options { $0.selection.minimumSeverity = .error })
        engine.open(source: 1, facts: SourceFacts(zone: "UTC"))
        let lines = Array(String(repeating: Self.info1, count: 21).utf8)
        engine.push(lines.span.bytes, source: 1, at: 0) { _ in Issue.record("no event is an error") }
        let moved = engine.takeMovedPositions()
        #expect(moved.map(\.source) == [1] && moved.map(\.position.offset) == [1_200])
        #expect(SourceCounts(at: moved[0].position).filtered.lines == 20)
        let rest = engine.takeMovedPositions()
        #expect(rest.isEmpty)
    }

    @Test func `the counts of a source add up to what was read of it, at any time`() {
        let input = (1...200).map { Self.line($0 % 3 + 1, $0 % 7 == 0 ? "ERROR" : "INFO", "\($0)") }.joined() + "half"
        var script = PositionScript(options { $0.selection.minimumSeverity = .info })
        var read = 0
        for piece in Array(input.utf8).chunks(of: 100) {
            script.write(Array(piece))
            read += piece.count
            let counts = script.counts
            #expect(counts.written.bytes + counts.filtered.bytes + counts.open.bytes == Int64(read))
        }
        script.write("\n")
        let counts = script.counts
        #expect(counts.written.lines + counts.filtered.lines + counts.open.lines == 201)
    }

    @Test func `events are not sent again to the sinks that have them`() {
        let input = String(repeating: Self.info1, count: 40)
        func position(behind lines: Int) -> SourcePosition {
            var script = PositionScript()
            script.write(String(repeating: Self.info1, count: lines + 1))
            return script.position ?? SourcePosition()
        }
        let lowest = position(behind: 20)
        let point = ResumePoint(
            position: lowest, delivered: [(0b01, position(behind: 24)), (~0b11, position(behind: 30))])
        var engine = Engine(options: .judged)
        engine.open(source: 0, facts: SourceFacts(zone: "UTC"), resume: point)
        var routes: [UInt64] = []
        let rest = Array(input.utf8.dropFirst(1_200))
        engine.push(rest.span.bytes, source: 0, at: 1_200) { routes += $0.entries.map { $0.routes & 0b111 } }
        engine.finish(source: 0) { routes += $0.entries.map { $0.routes & 0b111 } }
        #expect(
            routes == Array(repeating: 0b010, count: 4) + Array(repeating: 0b011, count: 6)
                + Array(repeating: 0b111, count: 10))
    }

    @Test func `an event that every sink has is not written, but counted`() {
        var script = PositionScript()
        script.write(String(repeating: Self.info1, count: 31))
        let point = ResumePoint(
            position: SourcePosition(), delivered: [(UInt64.max, script.position ?? SourcePosition())])
        var engine = Engine(options: .judged)
        engine.open(source: 0, facts: SourceFacts(zone: "UTC"), resume: point)
        let input = Array(String(repeating: Self.info1, count: 40).utf8)
        var offsets: [Int64] = []
        engine.push(input.span.bytes, source: 0, at: 0) { offsets += $0.entries.map(\.offset) }
        engine.finish(source: 0) { offsets += $0.entries.map(\.offset) }
        #expect(offsets == (30..<40).map { $0 * 60 })
        let repeated = engine.counts.repeated
        #expect(repeated == 30)
    }

    @Test func `several events of one place are told apart`() {
        // One journal entry of three lines that are no record: three events begin at its offset.
        let entry = #"{"__CURSOR":"s=1","MESSAGE":"a\nb\nc","_SYSTEMD_UNIT":"x.service"}"# + "\n"
        let place = EventSpan(offset: 0, length: 0)
        let whole = SourcePosition(offset: 0, left: [EventSpan(offset: 0, length: Int64(entry.utf8.count)), place])
        var engine = Engine(options: .judged)
        engine.open(
            source: 0, facts: SourceFacts(zone: "UTC"), resume: ResumePoint(position: whole, delivered: []))
        var messages: [String] = []
        engine.push(Array(entry.utf8).span.bytes, source: 0, at: 0) { messages += $0.events.map(\.message) }
        engine.finish(source: 0) { messages += $0.events.map(\.message) }
        #expect(messages == ["c"])
    }

    @Test func `an opened source is where it was left before anything is read`() throws {
        var script = PositionScript()
        script.write(String(repeating: Self.info1, count: 21) + Self.info2 + Self.trace1 + Self.info1)
        let made = script.position
        let position = try #require(made)
        #expect(!position.left.isEmpty)
        var engine = Engine(options: .judged)
        engine.open(
            source: 0, facts: PositionScript.facts, resume: ResumePoint(position: position, delivered: []))
        let again = engine.position(source: 0)
        #expect(again == position)
    }
}

/// One source with event ids, and what the engine says of it.
struct PositionScript: ~Copyable {
    private var engine: Engine
    private var offset = 0

    static var facts: SourceFacts {
        var facts = SourceFacts(zone: "UTC")
        facts.identity = SourceFacts.Identity(host: [1], logicalPath: [2])
        return facts
    }

    init(_ options: EngineOptions = .judged) {
        engine = Engine(options: options)
        engine.open(source: 0, facts: Self.facts)
    }

    var position: SourcePosition? { engine.position(source: 0) }
    var counts: SourceCounts { engine.counts(source: 0) ?? SourceCounts() }

    mutating func write(_ text: String) { write(Array(text.utf8)) }

    mutating func write(_ bytes: [UInt8]) {
        engine.push(bytes.span.bytes, source: 0, at: offset) { _ in }
        offset += bytes.count
    }
}

extension [UInt8] {
    fileprivate func chunks(of size: Int) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
