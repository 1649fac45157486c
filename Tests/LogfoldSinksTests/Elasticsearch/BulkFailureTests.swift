import LogfoldCore
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

@Suite("Elasticsearch sink: what is answered for a whole request")
struct BulkFailureTests {
    @Test("A request that is too large is halved until it is taken, and the size is remembered over restarts")
    func tooLarge() throws {
        let size = BulkRequestTests.bytesOfOne
        let script: (ScriptedTransport.Call) -> ScriptedTransport.Outcome = { call in
            call.body.count > 2 * size ? .success(TransportAnswer(status: 413)) : TransportAnswer.stored(call)
        }
        let run = try BulkSinkRun(change: OptionChange { $0.requestsInFlight = 1 }, answering: script)
        run.take(8)
        #expect(run.commit() == nil)
        #expect(run.transport.calls.map(\.events.count) == [8, 4, 2, 2, 2, 2])
        #expect(run.transport.calls.suffix(4).flatMap(\.events) == (0..<8).map(BulkSinkRun.event))
        run.take(4)
        #expect(run.commit() == nil)
        #expect(run.transport.calls.suffix(2).map(\.events.count) == [2, 2])
        let later = try BulkSinkRun(state: run.sink.state, answering: script)
        later.take(4)
        #expect(later.commit() == nil)
        #expect(later.transport.calls.map(\.events.count) == [2, 2])
        #expect(later.sink.tally.sent == run.sink.tally.sent + 4)
    }

    @Test("An event that alone is too large is a dead letter, and the others go on")
    func oneTooLarge() throws {
        let run = try BulkSinkRun { call in
            call.events.contains(BulkSinkRun.event(1))
                ? .success(TransportAnswer(status: 413, body: Array("<html>".utf8))) : TransportAnswer.stored(call)
        }
        run.take(4)
        #expect(run.commit() == nil)
        #expect(run.letters.count == 1)
        #expect(run.letters[0].contains(BulkSinkRun.event(1)))
        #expect(run.letters[0].contains(#""status":413"#))
    }

    @Test("A server that has too much to do gets fewer requests at a time, and everything once it has room")
    func busy() throws {
        let size = BulkRequestTests.bytesOfOne
        var (calls, inFlight) = (0, [Int]())
        var transport: ScriptedTransport?
        let run = try BulkSinkRun(change: OptionChange { $0.requestBytes = size }) { call in
            calls += 1
            inFlight.append((transport?.inFlight ?? 0) + 1)
            return calls == 2 ? TransportAnswer.refused(429) : TransportAnswer.stored(call)
        }
        transport = run.transport
        run.take(6)
        #expect(run.commit() == nil)
        #expect(Set(run.transport.calls.flatMap(\.events)).count == 6)
        #expect(inFlight == [1, 2, 2, 1, 2, 2, 2], "alone after the refusal, and two again since it was taken")
    }

    @Test("Refused with nothing else in flight, the sink waits; Retry-After is passed on")
    func busyAlone() throws {
        let run = try BulkSinkRun { _ in TransportAnswer.refused(429, "es_rejected_execution_exception") }
        run.take(1)
        let failure = try #require(run.commit())
        #expect(failure.description == "http://es1:9200 answers 429 (es_rejected_execution_exception: because)")
        #expect(failure.retryAfter == nil)
        for (text, pause) in [("7", Duration.seconds(7)), ("Sun, 22 Nov 2026 17:22:17 GMT", .seconds(10))] {
            let run = try BulkSinkRun { _ in TransportAnswer.refused(503, headers: ["retry-after": text]) }
            run.take(1)
            #expect(run.commit()?.retryAfter == pause)
        }
    }

    @Test(
        "A request that is not let in holds the sink with a way out, and nothing is lost",
        arguments: [
            (401, "correct 'auth'"), (403, "create_doc"), (404, "look at 'endpoints'"), (405, "look at 'endpoints'"),
            (406, "look at 'endpoints'"), (301, "look at 'endpoints'"),
        ])
    func held(status: Int, wayOut: String) throws {
        var isOpen = false
        let run = try BulkSinkRun { call in
            isOpen ? TransportAnswer.stored(call) : TransportAnswer.refused(status, "security_exception")
        }
        run.take(2)
        let failure = try #require(run.commit())
        #expect(failure.description.hasPrefix("http://es1:9200 answers \(status) (security_exception: because); "))
        #expect(failure.description.contains(wayOut))
        #expect(failure.retryAfter == .seconds(30))
        #expect(run.letters.isEmpty)
        isOpen = true
        #expect(run.commit() == nil)
        #expect(run.transport.calls.last?.events == (0..<2).map(BulkSinkRun.event))
    }

    @Test("Of a request that one event spoils, the event is found and the rest is sent")
    func culprit() throws {
        let run = try BulkSinkRun(change: OptionChange { $0.requestsInFlight = 1 }) { call in
            call.events.contains(BulkSinkRun.event(5))
                ? TransportAnswer.refused(400, "illegal_argument_exception") : TransportAnswer.stored(call)
        }
        run.take(8)
        #expect(run.commit() == nil)
        #expect(run.letters.count == 1)
        #expect(run.letters[0].contains(BulkSinkRun.event(5)))
        #expect(run.letters[0].contains("illegal_argument_exception: because"))
        #expect(run.transport.calls.map(\.events.count) == [8, 4, 4, 2, 1, 1, 2])
    }

    @Test("A server that refuses every request holds the sink, and no event becomes a dead letter")
    func allSpoilt() throws {
        var isOpen = false
        let run = try BulkSinkRun(change: OptionChange { $0.requestsInFlight = 1 }) { call in
            isOpen ? TransportAnswer.stored(call) : TransportAnswer.refused(400, "illegal_argument_exception")
        }
        run.take(100)
        let failure = try #require(run.commit())
        #expect(failure.description == "http://es1:9200 answers 400 (illegal_argument_exception: because)")
        #expect(failure.retryAfter == .seconds(30))
        #expect(run.transport.calls.count < 40, "Not every event is tried")
        #expect(run.letters.isEmpty)
        isOpen = true
        #expect(run.commit() == nil)
        #expect(run.letters.isEmpty && run.sink.tally.deadLettered == 0)
        #expect(run.transport.calls.last?.events.count == 100)
    }

    @Test("An event that spoils its request waits until another one is taken: then it is known to be the event")
    func firstSpoilt() throws {
        let run = try BulkSinkRun { call in
            call.events.contains(BulkSinkRun.event(0))
                ? TransportAnswer.refused(400, "illegal_argument_exception") : TransportAnswer.stored(call)
        }
        run.take(1)
        let failure = try #require(run.commit())
        #expect(failure.description == "1 of 1 events are refused for now: 400 illegal_argument_exception: because")
        #expect(failure.retryAfter == .seconds(30))
        #expect(run.letters.isEmpty)
        run.take([BulkSinkRun.event(1)])
        #expect(run.commit() == nil)
        #expect(run.letters.count == 1 && run.letters[0].contains(BulkSinkRun.event(0)))
    }

    @Test("An answer that is too long is asked for again in halves, by the same server")
    func longAnswer() throws {
        let run = try BulkSinkRun(change: OptionChange { $0.requestsInFlight = 1 }) { call in
            call.events.count > 2
                ? .failure(TransportFailure(.tooLong, "longer than 16 MiB")) : TransportAnswer.stored(call)
        }
        run.take(8)
        #expect(run.commit() == nil)
        #expect(run.transport.calls.map(\.events.count) == [8, 4, 2, 2, 4, 2, 2])
    }

    @Test("Where another endpoint works, none is waited for that asks for a pause", arguments: [408, 503])
    func pausedEndpoint(status: Int) throws {
        let run = try BulkSinkRun(endpoints: ["http://a", "http://b"]) { call in
            call.url.hasPrefix("http://a")
                ? TransportAnswer.refused(status, headers: ["retry-after": "600"]) : TransportAnswer.stored(call)
        }
        for number in 0..<3 {
            run.take([BulkSinkRun.event(number)])
            #expect(run.commit() == nil)
            run.clock.advance(milliseconds: 100_000)
        }
        #expect(run.transport.calls.map { $0.url.prefix(8) } == ["http://a", "http://b", "http://b", "http://b"])
        #expect(run.sink.tally.foundAtFirst == 0)
    }

    @Test("A 400 that no such server says spoils nothing: it holds the sink")
    func proxy() throws {
        let html = "<html><h1>400 The plain HTTP request was sent to HTTPS port</h1></html>"
        let run = try BulkSinkRun { _ in .success(TransportAnswer(status: 400, body: Array(html.utf8))) }
        run.take(2)
        #expect(run.commit()?.description.contains("sent to HTTPS port") == true)
        #expect(run.letters.isEmpty)
    }

    @Test("An endpoint that fails is left for another at once")
    func failover() throws {
        let run = try BulkSinkRun(endpoints: ["http://a", "http://b", "http://c"]) { call in
            if call.url.hasPrefix("http://a") { return .failure(TransportFailure(.unreachable, "no such host")) }
            return call.url.hasPrefix("http://b") ? TransportAnswer.refused(502) : TransportAnswer.stored(call)
        }
        run.take(1)
        #expect(run.commit() == nil)
        #expect(run.transport.calls.map { $0.url.prefix(8) } == ["http://a", "http://b", "http://c"])
        run.take([BulkSinkRun.event(1)])
        #expect(run.commit() == nil)
        #expect(run.transport.calls.last?.url.hasPrefix("http://c") == true, "The others rest")
    }

    @Test("Where every endpoint fails, the sink says why and keeps everything")
    func allFail() throws {
        var isUp = false
        let run = try BulkSinkRun(endpoints: ["http://a", "http://b"]) { call in
            isUp ? TransportAnswer.stored(call) : .failure(TransportFailure(.unreachable, "nobody listens"))
        }
        run.take(3)
        #expect(run.commit()?.description == "http://b cannot be reached: nobody listens")
        #expect(run.transport.calls.count == 2)
        isUp = true
        #expect(run.commit() == nil)
        #expect(run.transport.calls.last?.events.count == 3)
    }

    @Test("Told to stop, it ends with what it has, and sends nothing more")
    func interrupted() throws {
        let run = try BulkSinkRun(change: OptionChange { $0.requestEvents = 1 })
        run.take(5)
        run.sink.interrupt()
        #expect(run.commit()?.description == "it was told to stop")
        #expect(run.transport.calls.count <= 2)
    }
}

@Suite("Elasticsearch sink: size of requests, state")
struct RequestSizeTests {
    @Test("A refused size stays, a broken connection makes requests smaller for a while")
    func sizes() {
        var size = RequestSize(maximum: 1 << 20, refused: nil)
        size.wasCut(1 << 20)
        #expect(size.current == 1 << 20, "Once is no sign")
        size.wasCut(1 << 20)
        #expect(size.current == 1 << 19)
        for _ in 0..<20 { size.wasCut(size.current) }
        #expect(size.current == RequestSize.leastTried)
        for _ in 0..<100 { size.wasTaken(size.current) }
        #expect(size.current == 1 << 20)
        size.wasRefused(600_000)
        #expect(size.current == 300_000)
        for _ in 0..<100 { size.wasTaken(size.current) }
        #expect(size.current == 300_000)
        size.wasRefused(1)
        #expect(size.current == 1)
    }

    @Test("The state outlives the process, and a damaged one is the empty one")
    func state() {
        var tally = SinkTally()
        (tally.sent, tally.deadLettered, tally.repeated) = (1 << 40, 2, 3)
        (tally.foundAtFirst, tally.failureStored) = (4, 5)
        let refusals = Refusals.State(
            commit: 1 << 33, lettersEnd: .init(offset: 1 << 34, beginning: 5), deadLettered: 2)
        let state = ServerSinkState(tally: tally, refusedBytes: 12_345, refusals: refusals)
        #expect(ServerSinkState(state.encoded) == state)
        #expect(ServerSinkState([]) == ServerSinkState())
        for count in 0..<state.encoded.count {
            #expect(ServerSinkState(Array(state.encoded[..<count])) == ServerSinkState())
        }
        #expect(ServerSinkState([9, 9, 9]) == ServerSinkState())
        let firstVersion = ServerSinkState([1, 7, 2, 3, 4, 5, 0])
        #expect(firstVersion.tally.sent == 7 && firstVersion.refusals == Refusals.State(deadLettered: 2))
    }
}
