import Foundation
import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

@Suite("The place of event.id")
struct EventIDPlaceTests {
    /// For each event of a log, its id as its JSON has it and the text at the place that its entry tells; nil where it
    /// tells none.
    private func ids(
        _ bytes: [UInt8], _ plan: RoutePlan? = nil, hasIdentity: Bool = true
    ) -> [(id: String?, noted: String?)] {
        var options = EngineOptions()
        options.plan = plan
        var engine = Engine(options: options)
        var facts = SourceFacts(zone: "UTC")
        if hasIdentity { facts.identity = SourceFacts.Identity(host: [1], logicalPath: [2]) }
        engine.open(source: 0, facts: facts)
        var found: [(String?, String?)] = []
        let take = { (batch: Batch) in
            batch.withLines { lines in
                // Each of a long log would take minutes.
                for entry in batch.entries where found.count < 100 || entry.offset % 20 == 0 {
                    let start = Int(entry.start)
                    let event = EventLine(Array(lines.string(ByteRange(start, start + Int(entry.length))).utf8)[...])
                    let id = start + Int(entry.id)
                    let noted = entry.id == 0 ? nil : lines.string(ByteRange(id, id + Batch.Entry.idLength))
                    found.append((event?["event.id"], noted))
                }
            }
        }
        engine.push(bytes.span.bytes, source: 0, at: 0, take)
        engine.finish(source: 0, take)
        return found
    }

    @Test("Every event of every recording has its id where its entry says", arguments: TruthPair.all)
    func recordings(pair: TruthPair) throws {
        let found = ids([UInt8](try Data(contentsOf: URL(filePath: pair.log))))
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.id != nil && $0.noted == $0.id })
    }

    private static let log = Array(
        "2026-11-22 16:59:18.001 1 INFO nova.x [-] word\n2026-11-22 16:59:18.002 1 INFO nova.x [-] b\n".utf8)

    @Test("What a plan adds leaves it where it is; an event in which a plan masks has none")
    func plan() throws {
        let added = ids(
            Self.log, RoutePlan(.add(AddedFields(fields: [.init("labels", "rack", .text("r2"))]), when: nil)))
        #expect(added.count == 2 && added.allSatisfy { $0.noted == $0.id && $0.id != nil })
        let masked = ids(Self.log, RoutePlan(.redact(try SecretRules(keys: [], patterns: ["word"]))))
        #expect(masked.map { $0.noted == nil } == [true, false])
        #expect(masked[1].noted == masked[1].id)
    }

    @Test("Events without an id have no place")
    func none() {
        #expect(ids(Self.log, hasIdentity: false).allSatisfy { $0.id == nil && $0.noted == nil })
    }

    @Test("Of an event that logfold has written before nobody knows it")
    func own() {
        let line =
            #"{"@timestamp":"2026-11-22T16:59:18.001Z","message":"a","event":{"id":"x"},"ecs":{"version":"9.4.0"},"#
        let found = ids(Array((line + #""agent":{"type":"logfold","version":"1"}}"# + "\n").utf8))
        #expect(found.map(\.noted) == [nil])
    }
}
