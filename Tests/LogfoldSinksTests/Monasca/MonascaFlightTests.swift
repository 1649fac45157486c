import LogfoldCore
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

@Suite("Monasca sink: requests in flight")
struct MonascaFlightTests {
    @Test("A slow request holds nothing but the sources of its lane, and each source stays in its order")
    func slow() throws {
        let run = try MonascaFlightRun(Array(0..<200)) { events, _ in (.taken, after: events == ["0"] ? 1_000 : 10) }
        while !run.settled.contains(0) { run.step() }
        let others = run.settled.prefix { $0 != 0 }
        let odd = (0..<others.count).map { UInt64($0) * 2 + 1 }
        #expect(Array(others) == odd)
        #expect(others.count >= 90, "the other lane had a second of 10 ms each")
        run.finish()
        #expect(run.settled.sorted() == (0..<200).map(UInt64.init), "each of them once")
        #expect(run.arrived(of: 0) == Array(stride(from: 0, to: 200, by: 2)))
        #expect(run.arrived(of: 1) == Array(stride(from: 1, to: 200, by: 2)))
    }

    @Test("Two requests are in flight, never two of one source")
    func lanes() throws {
        var most = 0
        let run = try MonascaFlightRun(Array(0..<40)) { events, inService in
            most = max(most, inService + 1)
            return (.taken, after: 10)
        }
        run.finish()
        #expect(most == 2 && run.sink.requestLimit == 2)
        let alone = try MonascaFlightRun(Array(stride(from: 0, to: 40, by: 2))) { _, inService in
            #expect(inService == 0)
            return (.taken, after: 10)
        }
        alone.finish()
        #expect(alone.settled.count == 20)
    }

    @Test("While a request of a lane is in flight, what comes for it is gathered into the next one")
    func gathered() throws {
        let run = try MonascaFlightRun(Array(0..<6).map { $0 * 2 }, eventsEach: 100) { _, _ in (.taken, after: 10) }
        for _ in 0..<6 {
            run.take()
            run.sink.begin(isFlushing: true)
        }
        #expect(run.sink.deadline == nil, "An answer has to come first")
        run.finish()
        #expect(run.transport.calls.map(\.messages) == [["0"], ["2", "4", "6", "8", "10"]])
    }

    @Test("Of a request that is refused only its own events are sent again, and only what was in flight is waited for")
    func refused() throws {
        var refusals = 1
        let run = try MonascaFlightRun(Array(0..<10)) { events, _ in
            guard events == ["0"], refusals > 0 else { return (.taken, after: 10) }
            refusals -= 1
            return (.refused(429, "", "", headers: ["retry-after": "7"]), after: 5)
        }
        while run.failures.isEmpty { run.step() }
        #expect(run.settled == [1] && !run.sink.isWaiting)
        run.finish()
        #expect(run.arrived(of: 0) == [0, 2, 4, 6, 8] && run.arrived(of: 1) == [1, 3, 5, 7, 9])
        #expect(run.transport.calls.count == 11 && run.failures.count == 1)
    }

    @Test("A missing role holds all lanes, and what was taken beside it is settled")
    func role() throws {
        var isAllowed = false
        let run = try MonascaFlightRun(Array(0..<8)) { events, _ in
            isAllowed || events == ["1"]
                ? (.taken, after: 10) : (.refused(401, "Forbidden", "The request does not have access"), after: 5)
        }
        for _ in 0..<6 { run.step() }
        #expect(run.settled == [1])
        #expect(run.failures.count > 1 && run.failures.allSatisfy { $0.contains("monasca-agent") })
        isAllowed = true
        run.finish()
        #expect(run.settled.sorted() == Array(0..<8))
        #expect(run.letters.isEmpty)
    }

    @Test("A token that is refused in both lanes is replaced once for both, and nothing fails")
    func token() throws {
        var refusals = 2
        let run = try MonascaFlightRun(Array(0..<8)) { _, _ in
            refusals -= 1
            return (refusals >= 0 ? .tokenRefused : .taken, after: 10)
        }
        run.finish()
        #expect(run.keystone.calls.count == 2 && run.failures.isEmpty)
        let tokens = run.transport.calls.map { $0.headers["X-Auth-Token"] ?? "" }
        #expect(tokens.prefix(2) == ["t1", "t1"] && tokens.dropFirst(2).count { $0 == "t2" } == 8)
        #expect(tokens.count == 10)
        #expect(run.settled.sorted() == Array(0..<8))
    }

    @Test("While an event that spoils requests is looked for in one lane, the other goes on")
    func poisoned() throws {
        let run = try MonascaFlightRun(Array(0..<32), eventsEach: 8) { events, _ in
            events.contains("6") ? (.refused(422, "unprocessable_entity", "bad"), after: 10) : (.taken, after: 10)
        }
        run.finish()
        #expect(run.letters.count == 1)
        #expect(run.letters.first?.hasSuffix(#""event":\#(MonascaSinkRun.event(6))}"#) == true)
        let others = stride(from: 0, to: 32, by: 2).filter { $0 != 6 }
        #expect(run.arrived(of: 0) == others)
        #expect(run.arrived(of: 1) == Array(stride(from: 1, to: 32, by: 2)))
        #expect(run.settled.sorted() == Array(0..<32), "a dead letter is settled as well")
        let last = run.transport.calls.firstIndex { $0.messages.contains("31") }
        let letter = run.transport.calls.firstIndex { $0.messages.isEmpty }
        #expect(try #require(last) < #require(letter), "the other lane was through before the event was found")
    }

    @Test("What is taken is safe though what was refused beside it cannot be put aside")
    func deadLettersFull() throws {
        let run = try MonascaFlightRun(Array(0..<4), deadLetterBytes: 0) { events, _ in
            events.contains("0") ? (.refused(413, "", ""), after: 10) : (.taken, after: 20)
        }
        while run.failures.count < 3 { run.step() }
        #expect(run.settled == [1])
        #expect(run.failures.allSatisfy { $0.contains("at their bound") })
        #expect(run.sink.tally.deadLettered == 0)
        #expect(run.transport.stored == ["1"], "no request is sent while the letter has no place")
    }

    @Test("After a kill comes again what was in flight, and nothing that was settled")
    func killed() throws {
        for steps in 1..<25 {
            let run = try MonascaFlightRun(Array(0..<24)) { events, _ in
                (.taken, after: Int64(10 + (Int(events.first ?? "") ?? 0) * 7 % 13))
            }
            for _ in 0..<steps { run.step() }
            let (before, inFlight) = (run.transport.stored, run.transport.unanswered)
            #expect(Set(run.settled) == Set(before.compactMap { UInt64($0) }), "all that was answered")
            let left = (0..<24).filter { !run.settled.contains(UInt64($0)) }
            let next = try MonascaFlightRun(left, state: run.sink.state) { _, _ in (.taken, after: 10) }
            next.finish()
            let again = Set(before + inFlight).intersection(next.transport.stored)
            #expect(again == Set(inFlight), "after \(steps) steps")
            #expect(Set(before + next.transport.stored).count == 24)
        }
    }

    @Test("Events of other sinks between ours are settled with ours")
    func numbers() throws {
        let run = try MonascaSinkRun()
        run.sink.take(EventBatch.of([MonascaSinkRun.event(0)], routes: 0b10), route: 1, first: 6)
        var batch = EventBatch()
        for (number, routes) in [0b10, 0b01, 0b10, 0b11].enumerated() {
            batch.append(MonascaSinkRun.event(number), routes: UInt64(routes))
        }
        run.sink.take(batch.finish(), route: 1, first: 7)
        run.sink.begin(isFlushing: true)
        run.sink.wait(until: nil)
        #expect(run.sink.settle().events == [7..<11])
    }

    @Test("A full sink does not wait for the time of a flush")
    func full() throws {
        let run = try MonascaSinkRun(change: OptionChange { $0.requestBytes = 1_000 })
        // No lot is large enough to be whole by itself: each event is for another project.
        let projects = try MonascaSinkRun(
            change: OptionChange {
                $0.requestBytes = 1_000
                $0.crossTenant = .field("p")
            })
        var number = 0
        while !projects.sink.isFull {
            projects.take([#"{"message":"\#(number)","p":"project\#(number)"}"#])
            number += 1
        }
        #expect(projects.sink.deadline == projects.clock.monotonic)
        run.take(1)
        #expect(run.sink.deadline == run.clock.monotonic + 1_000_000_000)
    }
}
