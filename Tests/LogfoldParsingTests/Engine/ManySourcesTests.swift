import LogfoldCore
import LogfoldTestSupport
import Testing

@testable import LogfoldParsing

/// One engine for many sources: options of their own, one batch, one clock, one budget.
struct ManySourcesTests {
    private let secret = "2026-11-22 16:59:18.000 1 INFO x [-] password=hunter2\n"
    private let error = "2026-11-22 16:59:18.000 1 ERROR x [-] bad\n"
    private let info = "2026-11-22 16:59:18.000 1 INFO x [-] good\n"

    @Test func `each source is read and written by its own options`() {
        var engine = Engine()
        engine.open(source: 1, facts: SourceFacts(zone: "UTC"))
        engine.open(source: 2, facts: SourceFacts(zone: "UTC"), options: options { $0.isRedacting = false })
        engine.open(source: 3, facts: SourceFacts(zone: "UTC"), options: options { $0.format = .text })
        engine.open(source: 4, facts: SourceFacts(zone: "UTC"), options: options { $0.keepsOriginal = true })
        engine.open(
            source: 5, facts: SourceFacts(zone: "UTC"), options: options { $0.selection.minimumSeverity = .error })
        var events: [String] = []
        for source: UInt32 in [1, 2, 3, 4, 5, 1] {
            if source == 1 { engine.open(source: 1, facts: SourceFacts(zone: "UTC")) }
            engine.take(Array(secret.utf8).span.bytes, source: source, at: 0) { _ in }
            engine.end(source: source) { _ in }
        }
        engine.flush { batch in
            for (entry, event) in zip(batch.entries, batch.events) {
                events.append(
                    "\(entry.source) \(event["log.level"] ?? "-") \(event.message) \(event["event.original"] != nil)")
            }
        }
        let text = secret.dropLast()
        #expect(
            events == [
                "1 info password=*** false", "2 info password=hunter2 false", "3 - \(text) false",
                "4 info password=hunter2 true", "1 info password=*** false",
            ])
    }

    @Test func `the text of an event that was left out is not written with the next`() {
        var engine = Engine(options: .judged)
        engine.open(
            source: 1, facts: SourceFacts(zone: "UTC"),
            options: options {
                $0.keepsOriginal = true
                $0.selection.minimumSeverity = .error
            })
        engine.open(source: 2, facts: SourceFacts(zone: "UTC"))
        var originals: [String] = []
        for source: UInt32 in [1, 2] {
            engine.take(Array(info.utf8).span.bytes, source: source, at: 0) { _ in }
            engine.end(source: source) { _ in }
        }
        engine.flush { batch in originals += batch.events.map { $0["event.original"] ?? "none" } }
        #expect(originals == ["none"])
    }

    @Test func `bytes of many sources give one batch`() {
        var engine = Engine(options: .judged)
        var batches: [Batch] = []
        for source: UInt32 in 1...50 {
            engine.take(Array(info.utf8).span.bytes, source: source, at: 0) { batches.append($0) }
            engine.reachedEnd(source: source, now: 1_000_000_000) { batches.append($0) }
        }
        let value1 = engine.nextDeadline
        #expect(value1 == 1_030_000_000)
        let value2 = engine.dueSources(at: 1_029_999_999)
        #expect(value2 == [])
        let value3 = engine.dueSources(at: 1_030_000_000)
        #expect(value3 == Array(1...50))
        for source in engine.dueSources(at: 1_030_000_000) {
            engine.reachedEnd(source: source, now: 1_030_000_000) { batches.append($0) }
        }
        #expect(batches.isEmpty)
        engine.flush { batches.append($0) }
        #expect(batches.map(\.entries.count) == [50])
        let value4 = engine.nextDeadline
        #expect(value4 == nil)
    }

    @Test func `the earliest deadline is that of the source which waits least`() {
        var engine = Engine(options: .judged)
        engine.take(Array(error.utf8).span.bytes, source: 1, at: 0) { _ in }
        engine.take(Array(info.utf8).span.bytes, source: 2, at: 0) { _ in }
        engine.reachedEnd(source: 1, now: 0) { _ in }
        engine.reachedEnd(source: 2, now: 100_000_000) { _ in }
        let value5 = engine.nextDeadline
        #expect(value5 == 130_000_000)
        // Bytes came: until its end is reached again, nothing of the source ends by the clock.
        engine.take(Array(info.utf8).span.bytes, source: 2, at: info.utf8.count) { _ in }
        let value6 = engine.nextDeadline
        #expect(value6 == 250_000_000)
        engine.end(source: 1) { _ in }
        let value7 = engine.nextDeadline
        #expect(value7 == nil)
    }

    @Test func `a source at rest, or out of turn, holds no large buffer`() throws {
        var engine = Engine(options: .judged)
        let lines = Array(String(repeating: info, count: 5_000).utf8)
        for source: UInt32 in 1...3 {
            engine.take(lines.span.bytes, source: source, at: 0) { _ in }
            engine.reachedEnd(source: source, now: 1) { _ in }
        }
        // The first two hold an open event each, the third is the last that was read.
        for (source, isLarge) in [(1, false), (2, false), (3, true)] {
            let box = try #require(engine.sources[UInt32(source)])
            #expect((box.state.arena.capacity > 8 << 10) == isLarge)
            #expect((box.state.fold.table.capacity > 64) == isLarge)
        }
        for source: UInt32 in 1...3 { engine.reachedEnd(source: source, now: 1_000_000_000) { _ in } }
        let last = try #require(engine.sources[3])
        #expect(last.state.arena.capacity <= 256)
    }

    @Test func `a source that waits for the rest of a line says so by its deadline`() {
        var engine = Engine(options: .judged)
        engine.take(Array((info + "half").utf8).span.bytes, source: 1, at: 0) { _ in }
        engine.reachedEnd(source: 1, now: 0) { _ in }
        let value8 = engine.nextDeadline
        #expect(value8 == 2_000_000_000, "not at once again and again")
    }

    @Test func `half of a first line decides nothing`() {
        var engine = Engine(options: .judged)
        engine.take(Array(info.utf8.prefix(20)).span.bytes, source: 1, at: 0) { _ in }
        engine.reachedEnd(source: 1, now: 0) { _ in }
        let value9 = engine.nextDeadline
        #expect(value9 == nil)
        let value10 = engine.position(source: 1)
        #expect(value10 == SourcePosition())
    }

    @Test func `the id of an event is that of a whole first line, whenever the file was looked at`() {
        var engine = Engine(options: .judged)
        var ids: [String?] = []
        for (source, pieces) in [
            (1, [info + error]), (2, [String(info.prefix(20)), String(info.dropFirst(20)) + error]),
        ] {
            var offset = 0
            engine.open(source: UInt32(source), facts: PositionScript.facts)
            for piece in pieces {
                engine.take(Array(piece.utf8).span.bytes, source: UInt32(source), at: offset) { _ in }
                engine.reachedEnd(source: UInt32(source), now: 1) { _ in }
                offset += piece.utf8.count
            }
            engine.finish(source: UInt32(source)) { ids += $0.events.map { $0["event.id"] } }
        }
        #expect(ids.count == 4 && ids[0] == ids[2] && ids[1] == ids[3])
    }

    @Test func `a generation has ids of its own, and the first those of old`() {
        func id(_ generation: UInt32) -> String? {
            var facts = PositionScript.facts
            facts.identity?.generation = generation
            var engine = Engine(options: .judged)
            engine.open(source: 0, facts: facts)
            engine.take(Array(info.utf8).span.bytes, source: 0, at: 0) { _ in }
            var id: String?
            engine.finish(source: 0) { id = $0.events.first?["event.id"] }
            return id
        }
        #expect(Set([id(0), id(1), id(2)]).count == 3)
        #expect(id(0) == "dac48bdf1907ae210e6d88a64ecfb1d0")
    }

    @Test func `a year that a stamp lacks is that of now while nothing else is said`() {
        let syslog = Array("Nov 22 16:50:52 cmp1 nova[1]: text\nDec 31 23:59:59 cmp1 nova[1]: text\n".utf8)
        var engine = Engine(options: .judged)
        // 2027-11-23T00:00:00Z
        engine.now = 1_826_928_000_000_000_000
        var times: [String?] = []
        engine.take(syslog.span.bytes, source: 1, at: 0) { _ in }
        engine.finish(source: 1) { times += $0.events.map { $0["@timestamp"] } }
        #expect(times == ["2027-11-22T16:50:52.000Z", "2026-12-31T23:59:59.000Z"])
    }
}

/// What open folds of all sources hold together.
struct FoldBudgetTests {
    private func message(_ pid: Int, _ number: Int) -> String {
        "2026-11-22 16:59:18.000 \(pid) INFO x [-] message \(number)\n"
    }
    private let open = "2026-11-22 16:59:18.000 1 ERROR x [-] bad\n"

    @Test func `the source that holds most gives room, whoever is read`() {
        var engine = Engine(options: options { $0.fold.memory = 100_000 })
        var sources: [UInt32] = []
        func take(_ batch: Batch) { sources += batch.entries.map(\.source) }
        // An open event, and what waits behind it.
        let large = Array((open + (1...200).map { message(2, $0) }.joined()).utf8)
        engine.push(large.span.bytes, source: 1, at: 0, take)
        #expect(sources.isEmpty)
        let small = Array((open + (1...160).map { message(2, $0) }.joined()).utf8)
        engine.push(small.span.bytes, source: 2, at: 0, take)
        engine.push(small.span.bytes, source: 3, at: 0, take)
        engine.push(small.span.bytes, source: 4, at: 0, take)
        #expect(Set(sources).isSuperset(of: [1]))
        let value11 = engine.budget.held
        #expect(value11 <= 100_000)
    }

    @Test func `what one source alone holds depends on nothing else`() {
        let bytes = Array((open + (1...2_000).map { message(2, $0) }.joined() + open).utf8)
        let small = options { $0.fold.memory = 100_000 }
        let alone = EngineOutput(bytes, options: small)
        var engine = Engine(options: small)
        var lines: [String] = []
        for source: UInt32 in 1...3 { engine.open(source: source, facts: SourceFacts(zone: "UTC")) }
        engine.push(bytes.span.bytes, source: 2, at: 0) { lines += $0.events.map(\.description) }
        engine.finish(source: 2) { lines += $0.events.map(\.description) }
        #expect(lines == alone.events.map(\.description))
    }
}
