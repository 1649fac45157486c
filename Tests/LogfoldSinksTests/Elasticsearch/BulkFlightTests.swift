import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

/// A sink on a server that takes its time, driven as its runner does but without a spool.
private final class FlightRun {
    let clock = FakeClock(now: 1_795_368_127_000_000_000)
    let scratch: ScratchDirectory
    let transport: TimedTransport
    let sink: ElasticsearchSink
    private var next = 0
    /// The numbers of the events that are safe, in the order in which they were.
    private(set) var settled: [UInt64] = []
    private(set) var failures: [String] = []

    init(
        requestsInFlight: Int, eventsEach: Int = 1, deadLetterBytes: Int = 1 << 20,
        authorization: Authorization = .none,
        _ make: (FakeClock) -> TimedTransport
    ) throws {
        scratch = try ScratchDirectory()
        transport = make(clock)
        var options = ElasticsearchOptions(
            .elasticsearch, endpoints: [try Endpoint("http://es1:9200")], index: try EventTemplate("logs"))
        options.compressionLevel = nil
        options.requestsInFlight = requestsInFlight
        options.requestEvents = eventsEach
        // Room for so many requests of these small events and no more.
        options.requestBytes = 100 * eventsEach
        options.refusals.deadLetterBytes = deadLetterBytes
        options.authorization = authorization
        sink = try makeElasticsearchSink(
            options, name: "elastic", transport: transport, fileSystem: PosixFileSystem(), clock: clock,
            dataDirectory: scratch.path, restoring: []
        ) { _, _ in }
    }

    /// Gives the sink events as long as it has room, begins what it can, and waits for an answer.
    func step() {
        while !sink.isFull {
            sink.take(EventBatch.of([BulkSinkRun.event(next)]), route: 1, first: UInt64(next))
            sink.begin(isFlushing: false)
            next += 1
        }
        sink.begin(isFlushing: false)
        sink.wait(until: nil)
        let settlement = sink.settle()
        settled += settlement.events.flatMap { Array($0) }
        guard let failure = settlement.failure else { return }
        failures.append(failure.description)
        clock.advance(milliseconds: 100)
    }

    /// Requests that were taken in so many milliseconds.
    func requests(in milliseconds: Int64) -> Int {
        while clock.monotonic < milliseconds * 1_000_000 { step() }
        return transport.stored.count
    }
}

@Suite("Elasticsearch sink: requests in flight")
struct BulkFlightTests {
    @Test("A slow request holds nothing but its own events", arguments: [2, 4])
    func slow(requestsInFlight: Int) throws {
        let run = try FlightRun(requestsInFlight: requestsInFlight) { clock in
            TimedTransport(clock) { events, _ in
                (TransportAnswer.bulk(events.map { _ in 201 }), after: events == [BulkSinkRun.event(0)] ? 1_000 : 10)
            }
        }
        while !run.settled.contains(0) { run.step() }
        #expect(run.settled.count >= 90 * (requestsInFlight - 1), "the others had a second of 10 ms each")
        #expect(run.settled.sorted() == (0..<run.settled.count).map(UInt64.init), "each of them once")
    }

    @Test("Of a request that is refused only its own events are sent again, and only what was in flight is waited for")
    func refused() throws {
        var refusals = 1
        let run = try FlightRun(requestsInFlight: 4) { clock in
            TimedTransport(clock) { events, _ in
                guard events == [BulkSinkRun.event(1)], refusals > 0 else {
                    return (TransportAnswer.bulk(events.map { _ in 201 }), after: 10)
                }
                refusals -= 1
                return (TransportAnswer.refused(503, headers: ["retry-after": "7"]), after: 5)
            }
        }
        while run.failures.isEmpty { run.step() }
        #expect(run.settled == [0])
        #expect(!run.sink.isWaiting)
        while run.settled.count < 10 { run.step() }
        #expect(run.settled.prefix(2) == [0, 1])
        #expect(run.transport.stored.count == Set(run.transport.stored).count, "nothing was sent twice")
    }

    @Test("A secret that is changed while several requests are in flight is read once, and nothing fails")
    func newSecret() throws {
        let secret = Monitor("old")
        let token = try Secret(reading: { () throws(SecretError) in secret.withLock { $0 } })
        var shown: [String] = []
        let run = try FlightRun(requestsInFlight: 4, authorization: .bearer(token)) { clock in
            let events = { (call: ScriptedTransport.Call) -> [String] in
                shown.append(call.headers["Authorization"] ?? "")
                return call.events
            }
            return TimedTransport(clock, events: events) { events, _ in
                let isNew = shown.last == "Bearer new"
                let answer =
                    isNew
                    ? TransportAnswer.bulk(events.map { _ in 201 })
                    : TransportAnswer.refused(401, "security_exception")
                return (answer, after: 20)
            }
        }
        secret.change { $0 = "new" }
        while run.settled.count < 20 { run.step() }
        #expect(run.failures.isEmpty)
        #expect(shown.count { $0 == "Bearer old" } == 2, "those that were in flight")
    }

    @Test("What is stored is safe though what was refused beside it cannot be put aside")
    func deadLettersFull() throws {
        let run = try FlightRun(requestsInFlight: 1, eventsEach: 4, deadLetterBytes: 0) { clock in
            TimedTransport(clock) { events, _ in
                (TransportAnswer.bulk(events.map { $0 == BulkSinkRun.event(2) ? 400 : 201 }), after: 10)
            }
        }
        while run.failures.count < 3 { run.step() }
        #expect(run.settled == [0, 1, 3])
        #expect(run.failures.allSatisfy { $0.contains("at their bound") })
        #expect(run.sink.tally.deadLettered == 0)
        #expect(run.transport.stored.count == 4, "no request is sent while the letter has no place")
    }

    @Test("Events of other sinks between ours are settled with ours")
    func numbers() throws {
        let run = try BulkSinkRun()
        run.sink.take(EventBatch.of([BulkSinkRun.event(0)], routes: 0b10), route: 1, first: 6)
        var batch = EventBatch()
        for (number, routes) in [0b10, 0b01, 0b10, 0b11].enumerated() {
            batch.append(BulkSinkRun.event(number), routes: UInt64(routes))
        }
        run.sink.take(batch.finish(), route: 1, first: 7)
        run.sink.begin(isFlushing: true)
        run.sink.wait(until: nil)
        #expect(run.sink.settle().events == [7..<11])
    }
}

@Suite("Elasticsearch sink: how many requests a server takes")
struct BulkLimitTests {
    @Test(
        "Above its number a server refuses: at least 80 % of what the best fixed limit brings is brought",
        arguments: [1, 3, 8, 20])
    func limit(capacity: Int) throws {
        // A limit above the capacity brings no more than the capacity: there is no more in service.
        let fixed = try Set([1, (capacity + 1) / 2, capacity]).sorted().map { limit in
            try FlightRun(requestsInFlight: limit) { .withRoom(for: capacity, $0) }.requests(in: 4_000)
        }
        let run = try FlightRun(requestsInFlight: 64) { .withRoom(for: capacity, $0) }
        let found = run.requests(in: 4_000)
        let best = try #require(fixed.max())
        #expect(best == fixed.last, "the sink itself is not what limits")
        #expect(found * 100 >= best * 80, "\(found) of \(best)")
        #expect(run.transport.stored.count == Set(run.transport.stored).count)
        #expect(run.sink.requestLimit <= capacity + 1)
    }
}
