import LogfoldCompression
import LogfoldCore
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

@Suite("Elasticsearch sink: requests")
struct BulkRequestTests {
    @Test("Events are spliced in as they are, behind an action line with their id")
    func body() throws {
        let run = try BulkSinkRun()
        run.take([
            #"{"message":"a \"b\" ü","event":{"id":"0a1b"}}"#, #"{"message":"no id"}"#,
            #"{"message":"long","event":{"id":"\#(String(repeating: "x", count: 513))"}}"#,
        ])
        #expect(run.commit() == nil)
        let call = try #require(run.transport.calls.first)
        #expect(call.url.hasPrefix("http://es1:9200/logs-openstack-default/_bulk?filter_path="))
        #expect(call.headers == ["Content-Type": "application/x-ndjson"])
        #expect(
            call.lines == [
                #"{"create":{"_id":"0a1b"}}"#,
                #"{"message":"a \"b\" ü","event":{"id":"0a1b"}}"#,
                #"{"create":{}}"#, #"{"message":"no id"}"#,
                #"{"create":{}}"#,
                #"{"message":"long","event":{"id":"\#(String(repeating: "x", count: 513))"}}"#,
            ])
        #expect(call.body.last == 0x0A)
        #expect(run.sink.bytesWritten == Int64(call.body.count))
        #expect(run.sink.deadline == nil)
    }

    @Test("Without event ids the server makes its own")
    func noIDs() throws {
        let run = try BulkSinkRun(change: OptionChange { $0.usesEventID = false })
        run.take(1)
        #expect(run.commit() == nil)
        #expect(run.transport.calls[0].lines[0] == #"{"create":{}}"#)
    }

    @Test("A compressed body is one gzip member")
    func gzip() throws {
        var plain: [UInt8] = []
        for level in [nil, 1, 6] {
            let run = try BulkSinkRun(change: OptionChange { $0.compressionLevel = level }) { _ in
                TransportAnswer.bulk([Int](repeating: 201, count: 100))
            }
            run.take(100)
            #expect(run.commit() == nil)
            let call = run.transport.calls[0]
            guard level != nil else {
                plain = call.body
                continue
            }
            #expect(call.headers["Content-Encoding"] == "gzip")
            #expect(call.body.count < plain.count / 4)
            #expect(try inflated(call.body) == plain)
        }
    }

    private func inflated(_ bytes: [UInt8]) throws -> [UInt8] {
        let reader = try GzipReader()
        var output = [UInt8](repeating: 0, count: 1 << 20)
        let progress = try bytes.withUnsafeBytes { input in
            try output.withUnsafeMutableBytes { try reader.read(input, into: $0) }
        }
        try reader.finish()
        return Array(output[..<progress.produced])
    }

    @Test(
        "An index is named after the event's fields and its own day in UTC, in lower case and clean",
        arguments: [
            ("nova-api", "logs-nova-api-2026.11.22"), ("Nova API", "logs-nova_api-2026.11.22"),
            ("../../x", "logs-.._.._x-2026.11.22"), (#"a\"b\\c*?<>|,#:"#, "logs-a_b_c________-2026.11.22"),
            ("Zürich", "logs-zürich-2026.11.22"), ("", "logs-unknown-2026.11.22"),
            (String(repeating: "x", count: 300), "logs-\(String(repeating: "x", count: 100))-2026.11.22"),
        ])
    func index(service: String, expected: String) throws {
        let run = try BulkSinkRun(
            index: "logs-{service.name}-{+%Y.%m.%d}", change: OptionChange { $0.usesEventID = false })
        // The clock says another day than the event.
        run.clock.advance(milliseconds: 86_400_000)
        run.take([#"{"message":"","service":{"name":"\#(service)"}}"#], time: 1_795_368_127_000_000_000)
        #expect(run.commit() == nil)
        #expect(run.transport.calls[0].lines[0] == #"{"create":{"_index":"\#(expected)"}}"#)
    }

    @Test("An id whose place is noted is taken from there, and nothing else of the event is read")
    func notedID() throws {
        let run = try BulkSinkRun()
        var events = EventBatch()
        events.append("no JSON 0123456789abcdef0123456789abcdef here", id: 8)
        run.sink.take(events.finish(), route: 1)
        #expect(run.commit() == nil)
        #expect(run.transport.calls[0].lines[0] == #"{"create":{"_id":"0123456789abcdef0123456789abcdef"}}"#)
    }

    @Test("Where the index is the same for all events, the address names it")
    func oneIndex() throws {
        let run = try BulkSinkRun(index: "logs-zürich+1", change: OptionChange { $0.usesEventID = false })
        run.take(1)
        #expect(run.commit() == nil)
        #expect(run.transport.calls[0].url.hasPrefix("http://es1:9200/logs-z%c3%bcrich%2b1/_bulk?"))
        #expect(run.transport.calls[0].lines[0] == #"{"create":{}}"#)
    }

    @Test("Events of several indices go together")
    func severalIndices() throws {
        let run = try BulkSinkRun(index: "logs-{service.name}")
        run.take(["a", "a", "b"].map { #"{"message":"","service":{"name":"\#($0)"}}"# })
        #expect(run.commit() == nil)
        let actions = run.transport.calls[0].lines.filter { $0.hasPrefix("{\"create\"") }
        #expect(run.transport.calls[0].url.hasPrefix("http://es1:9200/_bulk?"))
        #expect(actions == ["a", "a", "b"].map { #"{"create":{"_index":"logs-\#($0)"}}"# })
    }

    @Test("What was taken is split by bytes and by events, and several requests are in flight")
    func split() throws {
        let size = Self.bytesOfOne
        let run = try BulkSinkRun(
            change: OptionChange {
                $0.requestBytes = 10 * size
                $0.requestEvents = 4
            })
        run.take(10)
        #expect(run.commit() == nil)
        #expect(run.transport.calls.map(\.events.count) == [4, 4, 2])
        #expect(run.transport.calls.flatMap(\.events) == (0..<10).map(BulkSinkRun.event))
        #expect(run.transport.mostInFlight == 2)
        let byBytes = try BulkSinkRun(change: OptionChange { $0.requestBytes = 3 * size })
        byBytes.take(10)
        #expect(byBytes.commit() == nil)
        #expect(byBytes.transport.calls.map(\.events.count) == [3, 3, 3, 1])
    }

    /// Bytes of one event with a single digit and its action line.
    static var bytesOfOne: Int {
        #"{"create":{"_id":"id0"}}"#.utf8.count + BulkSinkRun.event(0).utf8.count + 2
    }

    @Test("It is full when there is enough for the requests in flight, and due after the time to wait")
    func fullAndDue() throws {
        let run = try BulkSinkRun(
            change: OptionChange {
                $0.requestBytes = 2 * Self.bytesOfOne
                $0.flush = .seconds(3)
            })
        #expect(run.sink.deadline == nil)
        run.take(1)
        #expect(!run.sink.isFull)
        #expect(run.sink.deadline == 3_000_000_000)
        run.clock.advance(milliseconds: 1_000)
        run.take([BulkSinkRun.event(1), BulkSinkRun.event(2)])
        #expect(!run.sink.isFull)
        #expect(run.sink.deadline == 0, "A whole request is due at once")
        run.take([BulkSinkRun.event(3)])
        #expect(run.sink.isFull, "Two requests of two events may be in flight at the beginning")
    }

    @Test("An event that is larger than all requests that may be in flight is due at once: nothing can come beside it")
    func fullByOne() throws {
        let run = try BulkSinkRun(
            change: OptionChange {
                $0.requestBytes = Self.bytesOfOne / 4
                $0.flush = .seconds(3)
            })
        run.take(1)
        #expect(run.sink.isFull)
        #expect(run.sink.deadline == 0)
        #expect(run.commit() == nil)
        #expect(run.transport.calls.count == 1)
        #expect(!run.sink.isFull)
    }

    @Test("Events of other routes are left alone")
    func routes() throws {
        let run = try BulkSinkRun()
        run.sink.take(EventBatch.of([BulkSinkRun.event(0)], routes: 0b10), route: 0b01)
        #expect(run.sink.deadline == nil)
        #expect(run.commit() == nil)
        #expect(run.transport.calls.isEmpty)
    }
}
