import Foundation
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

/// Against the strict `_bulk` endpoint with faults on demand: LOGFOLD_TEST_BULK_URL.
@Suite("Elasticsearch sink: against a strict _bulk endpoint", .serialized, .enabled(if: BulkServer.strict != nil))
struct StrictBulkTests {
    private let server: BulkServer
    private let scratch: ScratchDirectory
    /// A data stream of this test's own.
    private let index = "logs-\(UUID().uuidString.lowercased())"

    init() throws {
        server = try #require(BulkServer.strict)
        scratch = try ScratchDirectory()
        for reset in ["fail?count=0", "item?status=0&every=1000000&count=0", "cut?count=0", "delay?ms=0", "auth?on=0"] {
            try server.ask("/_control/\(reset)")
        }
    }

    private func events(_ numbers: Range<Int>) -> Batch {
        EventBatch.of(
            numbers.map {
                #"{"@timestamp":"2026-11-22T17:22:07.000Z","message":"m\#($0)","event":{"id":"id\#($0)"}}"#
            })
    }

    /// The ids that the server holds, in order.
    private func stored() throws -> [String] {
        let documents = try #require(try server.ask("/_control/docs?index=\(index)").body)
        return documents.elements.compactMap { $0["_id"]?.text }
    }

    private func statistics(_ key: String) throws -> Int {
        try #require(try server.ask("/_control/stats").body?[key]?.integer)
    }

    /// Commits until it goes well, as the runner does but without its pauses; the failures on the way.
    private func deliver(_ sink: ElasticsearchSink, most: Int = 20) -> [SinkFailure] {
        var failures: [SinkFailure] = []
        for _ in 0..<most {
            do throws(SinkFailure) {
                try sink.commit()
                return failures
            } catch {
                failures.append(error)
            }
        }
        Issue.record("It does not go well: \(failures.last?.description ?? "")")
        return failures
    }

    @Test("Everything is stored once, compressed, and a second time nothing is")
    func plain() throws {
        let gzip = try statistics("gzip")
        for expected in [0, 100] {
            let sink = try server.sink(in: scratch, index: index)
            sink.take(events(0..<100), route: 1)
            #expect(deliver(sink).isEmpty)
            #expect(try stored().count == 100)
            #expect(sink.tally.foundAtFirst == expected)
        }
        #expect(try statistics("gzip") == gzip + 2)
    }

    @Test(
        "Whole refusals, lost answers and cut connections lose and double nothing",
        arguments: [
            "fail?status=429&count=2", "fail?status=503&count=2", "fail?status=502&count=1",
            "fail?status=429&count=1&retry_after=1",
            "fail?status=401&count=1", "fail?status=406&count=1", "fail?status=413&count=1", "cut?when=before&count=2",
            "cut?when=after&count=2",
            "item?status=429&every=3&count=2", "item?status=503&every=2&count=2", "item?status=403&every=7&count=1",
        ])
    func faults(fault: String) throws {
        let sink = try server.sink(in: scratch, index: index) {
            $0.requestEvents = 10
            $0.requestsInFlight = 3
        }
        try server.ask("/_control/\(fault)")
        sink.take(events(0..<50), route: 1)
        _ = deliver(sink)
        // A 403 for an event may pass: it is held, and did not keep the others back.
        #expect(sink.held.events == (fault.contains("item?status=403") ? 1 : 0))
        sink.retryHeld()
        #expect(sink.held.events == 0)
        let ids = try stored()
        #expect(ids.count == 50)
        #expect(Set(ids) == Set((0..<50).map { "id\($0)" }))
        #expect(sink.tally.deadLettered == 0)
        if fault.contains("when=after") { #expect(sink.tally.repeated > 0) }
        #expect(sink.tally.foundAtFirst == 0)
    }

    @Test("Exactly the poisoned events become dead letters")
    func poisoned() throws {
        let sink = try server.sink(in: scratch, index: index)
        // A data stream wants a timestamp.
        let lines = (0..<20).map { number in
            number.isMultiple(of: 5)
                ? #"{"message":"m\#(number)","event":{"id":"id\#(number)"}}"#
                : #"{"@timestamp":"2026-11-22T17:22:07.000Z","message":"m\#(number)","event":{"id":"id\#(number)"}}"#
        }
        sink.take(EventBatch.of(lines), route: 1)
        #expect(deliver(sink).isEmpty)
        #expect(try stored().count == 16)
        let letters = try String(contentsOfFile: "\(scratch.path)/dead-letters/elastic.jsonl", encoding: .utf8)
            .split(separator: "\n").compactMap { JSONValue(String($0)) }
        #expect(letters.compactMap { $0["event"]?["message"]?.text } == ["m0", "m5", "m10", "m15"])
        #expect(letters.allSatisfy { $0["status"]?.integer == 400 })
    }

    @Test("A server that wants credentials holds the sink until they are right")
    func credentials() throws {
        try server.ask("/_control/auth?on=1")
        let sink = try server.sink(in: scratch, index: index)
        sink.take(events(0..<5), route: 1)
        do throws(SinkFailure) {
            try sink.commit()
            Issue.record("It was let in")
        } catch {
            #expect(error.description.contains("answers 401 (security_exception: missing authentication credentials)"))
            #expect(error.description.contains("correct 'auth'"))
        }
        try server.ask("/_control/auth?on=0")
        #expect(deliver(sink).isEmpty)
        #expect(try stored().count == 5)
    }

    @Test("A dead endpoint beside a good one holds nothing up")
    func failover() throws {
        let sink = try server.sink(in: scratch, index: index, endpoints: ["http://127.0.0.1:1", server.url])
        sink.take(events(0..<5), route: 1)
        #expect(deliver(sink).isEmpty)
        #expect(try stored().count == 5)
    }

    @Test("Slow answers do not hold up a sink that is told to stop")
    func interrupted() throws {
        try server.ask("/_control/delay?ms=30000")
        let sink = try server.sink(in: scratch, index: index)
        sink.take(events(0..<5), route: 1)
        let interrupt = sink.interrupt
        let begin = try statistics("requests")
        let (url, isOver) = (server, Monitor(false))
        let thread = try DedicatedThread("interrupts") {
            // The request is there.
            while ((try? url.ask("/_control/stats").body?["requests"]?.integer) ?? 0) == begin {}
            interrupt()
            isOver.change { $0 = true }
        }
        #expect(throws: SinkFailure("it was told to stop")) { try sink.commit() }
        thread.join()
        try server.ask("/_control/delay?ms=0")
    }
}
