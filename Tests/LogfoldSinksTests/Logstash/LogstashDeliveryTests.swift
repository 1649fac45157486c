import LogfoldCore
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

@Suite("Logstash sink: delivery")
struct LogstashDeliveryTests {
    @Test("Windows follow one another, two on the way, but one until the first acknowledgement")
    func windows() throws {
        let run = try LogstashRun { $0.windowEvents = 10 }
        run.take(0..<45)
        #expect(run.commit() == nil)
        #expect(run.server.windows.map(\.events.count) == [10, 10, 10, 10, 5])
        #expect(run.server.messages == LogstashRun.messages(0..<45))
        #expect(run.server.opened == ["ls1"])
        #expect(run.server.most == (unproven: 1, proven: 2))
        #expect(run.sink.tally.sent == 45)
        #expect(run.sink.bytesWritten > 45 * 80)
        #expect(run.sink.deadline == nil)
    }

    @Test("A connection serves many commits")
    func kept() throws {
        let run = try LogstashRun()
        for start in stride(from: 0, to: 30, by: 10) {
            run.take(start..<start + 10)
            #expect(run.commit() == nil)
        }
        #expect(run.server.opened.count == 1)
        #expect(run.server.messages == LogstashRun.messages(0..<30))
    }

    @Test("What is left of a window is sent anew from after the last acknowledgement, and counts from 1 again")
    func partial() throws {
        let run = try LogstashRun()
        run.server.script = { window in
            window.connection == 0
                ? [.acknowledge(2), .acknowledge(4), .close] : [.acknowledge(1), .acknowledge(window.events.count)]
        }
        run.take(0..<6)
        #expect(run.deliver() == ["ls1:5044 has closed the connection with 2 events on the way"])
        #expect(run.server.windows.map(\.messages) == [LogstashRun.messages(0..<6), LogstashRun.messages(4..<6)])
        #expect(run.sink.tally.sent == 8)
        #expect(run.sink.tally.resent == 2, "They may have arrived")
        #expect(run.sink.tally.handedOver == 0)
    }

    @Test("Both windows on the way are sent again, in their order, when a connection breaks")
    func broken() throws {
        let run = try LogstashRun { $0.windowEvents = 2 }
        run.server.script = { window in
            switch (window.connection, window.number) {
            case (0, 1): []
            case (0, 2): [.acknowledge(1), .fail("reset by peer")]
            default: [.acknowledge(window.events.count)]
            }
        }
        run.take(0..<8)
        #expect(run.deliver() == ["the connection to ls1:5044 has broken: reset by peer"])
        // The one acknowledgement was for the older of the two.
        let expected = [0..<2, 2..<4, 4..<6, 3..<4, 4..<6, 6..<8].map(LogstashRun.messages)
        #expect(run.server.windows.map(\.messages) == expected)
    }

    @Test("A server that says it is still at work is waited for")
    func keepAlive() throws {
        let run = try LogstashRun()
        run.server.script = { window in
            let slow = (0..<10).flatMap { _ in [ScriptedLogstash.Reaction.pause(seconds: 29), .acknowledge(0)] }
            return slow + [.acknowledge(window.events.count)]
        }
        run.take(0..<3)
        #expect(run.commit() == nil)
        #expect(run.clock.monotonic == 290_000_000_000)
        #expect(run.server.windows.count == 1)
    }

    @Test("A server that says nothing is left after the timeout, and gets everything again")
    func silence() throws {
        let run = try LogstashRun()
        run.server.script = { $0.connection == 0 ? [] : [.acknowledge($0.events.count)] }
        run.take(0..<3)
        #expect(run.commit() == "ls1:5044 has neither acknowledged nor kept alive for 30s")
        #expect(run.clock.monotonic == 30_000_000_000)
        #expect(run.commit() == nil)
        #expect(run.server.windows.map(\.messages) == [LogstashRun.messages(0..<3), LogstashRun.messages(0..<3)])
    }

    @Test(
        "A server that speaks something else is left",
        arguments: [
            (
                ScriptedLogstash.Reaction.bytes(Array("HTTP/1.1 400 Bad Request\r\n".utf8)),
                "48 54 begins no acknowledgement"
            ),
            (.acknowledge(4), "it acknowledges event 4 of a window of 3"),
        ])
    func nonsense(reaction: ScriptedLogstash.Reaction, expected: String) throws {
        let run = try LogstashRun()
        run.server.script = { $0.connection == 0 ? [reaction] : [.acknowledge($0.events.count)] }
        run.take(0..<3)
        #expect(run.deliver() == ["ls1:5044 does not speak Lumberjack: \(expected)"])
        #expect(run.server.windows.count == 2)
    }

    @Test("A connection that was closed while nobody used it is no error, nor where that shows only when it is used")
    func idleClose() throws {
        for closesBefore in [true, false] {
            let run = try LogstashRun()
            run.server.script = { window in
                if window.connection == 0 {
                    if window.number > 0 { return [.close] }
                    return [.acknowledge(window.events.count)] + (closesBefore ? [.close] : [])
                }
                return [.acknowledge(window.events.count)]
            }
            run.take(0..<3)
            #expect(run.commit() == nil)
            run.clock.advance(milliseconds: 60_000)
            run.take(3..<6)
            #expect(run.commit() == nil, "closes before: \(closesBefore)")
            #expect(run.server.opened.count == 2)
            #expect(run.reports.isEmpty)
            #expect(run.server.windows.last?.messages == LogstashRun.messages(3..<6))
        }
    }

    @Test(
        "A connection does not count as up before the first acknowledgement: a server that only lets in rests longer and longer"
    )
    func unproven() throws {
        let run = try LogstashRun()
        run.server.script = { _ in [.close] }
        run.take(0..<3)
        // Each try is one connection, though it could be made each time.
        for tries in 1...3 {
            #expect(run.commit() == "ls1:5044 has closed the connection with 3 events on the way")
            #expect(run.server.opened.count == tries)
        }
        // Beside a host that works it is tried again after 1, 2, 4 s.
        let pair = try LogstashRun(hosts: ["bad", "good"]) { $0.windowEvents = 1 }
        pair.server.script = { $0.host == "bad" ? [.close] : [.acknowledge(1)] }
        var times: [Int64] = []
        for number in 0..<8_000 {
            let before = pair.server.opened.count { $0 == "bad" }
            pair.take(number..<number + 4)
            #expect(pair.commit() == nil)
            if pair.server.opened.count(where: { $0 == "bad" }) > before { times.append(pair.clock.monotonic) }
            pair.clock.advance(milliseconds: 2)
        }
        let pauses = zip(times.dropFirst(), times).map { Int(Double($0 - $1) / 1e9 + 0.5) }
        #expect(pauses.prefix(3) == [1, 2, 4])
        #expect(pair.reports == ["A host of Logstash has failed; the others get its events"])
    }

    @Test("A sink that is told to stop leaves at once")
    func interrupted() throws {
        let run = try LogstashRun()
        run.server.script = { [server = run.server] _ in
            server.isInterrupted = true
            return []
        }
        run.take(0..<3)
        #expect(run.commit() == "it was told to stop")
        #expect(run.clock.monotonic <= 1_000_000_000)
    }

    @Test("What was sent is counted over restarts")
    func state() throws {
        let run = try LogstashRun()
        run.take(0..<3)
        #expect(run.commit() == nil)
        let later = try LogstashRun(state: run.sink.state)
        later.take(0..<2)
        #expect(later.commit() == nil)
        #expect(later.sink.tally.sent == 5 && later.sink.tally.resent == 0)
        #expect(try LogstashRun(state: [0xFF, 0xFF]).sink.tally.sent == 0)
    }

    @Test("It is full when it holds as much as can be on the way, and due when an event has waited")
    func full() throws {
        let run = try LogstashRun(hosts: ["a", "b"]) {
            $0.windowBytes = 64 << 10
            $0.flush = .seconds(2)
        }
        #expect(!run.sink.isFull && run.sink.deadline == nil)
        run.clock.advance(milliseconds: 500)
        run.take(0..<100)
        #expect(!run.sink.isFull && run.sink.deadline == 2_500_000_000)
        run.take(100..<2_000)
        #expect(!run.sink.isFull && run.sink.deadline == run.clock.monotonic, "A window is whole")
        run.take(2_000..<3_000)
        #expect(run.sink.isFull)
    }
}

@Suite("Logstash sink: several hosts")
struct LogstashHostTests {
    @Test("All hosts get windows at a time")
    func balance() throws {
        let run = try LogstashRun(hosts: ["a", "b", "c"]) { $0.windowEvents = 5 }
        run.take(0..<100)
        #expect(run.commit() == nil)
        let counts = Dictionary(grouping: run.server.windows, by: \.host).mapValues(\.count)
        #expect(counts.count == 3 && counts.values.allSatisfy { $0 >= 4 }, "\(counts)")
        #expect(Set(run.server.messages).count == 100 && run.server.messages.count == 100)
    }

    @Test("A host that takes its time holds its own window, and what others acknowledge is settled meanwhile")
    func slow() throws {
        let run = try LogstashRun(hosts: ["slow", "good"]) { $0.windowEvents = 5 }
        run.server.script = { window in
            (window.host == "slow" ? [.pause(seconds: 20)] : []) + [.acknowledge(window.events.count)]
        }
        run.take(0..<100)
        run.sink.begin(isFlushing: true)
        var (settled, early) = ([UInt64](), [UInt64]())
        while run.sink.isWaiting {
            run.sink.wait(until: nil)
            settled += run.sink.settle().events.flatMap { Array($0) }
            if run.clock.monotonic == 0 { early = settled }
        }
        #expect(run.server.windows.count { $0.host == "slow" } == 1)
        #expect(early.count == 95)
        #expect(settled.sorted() == Array(0..<100))
    }

    @Test("Of a window that is acknowledged in part the events are settled that were, and the rest by another host")
    func partly() throws {
        let run = try LogstashRun(hosts: ["bad", "good"]) { $0.windowEvents = 10 }
        run.server.script = { window in
            window.host == "bad" ? [.acknowledge(4), .close] : [.pause(seconds: 1), .acknowledge(window.events.count)]
        }
        run.take(0..<20)
        run.sink.begin(isFlushing: true)
        var settled: [[Range<UInt64>]] = []
        while run.sink.isWaiting {
            run.sink.wait(until: nil)
            settled.append(run.sink.settle().events)
        }
        #expect(settled.filter { !$0.isEmpty } == [[0..<4], [10..<20], [4..<10]])
    }

    @Test("Without balance one host gets all, and the next one when it fails")
    func failover() throws {
        let run = try LogstashRun(hosts: ["a", "b"]) {
            $0.windowEvents = 5
            $0.balancesLoad = false
        }
        run.server.script = { window in
            window.host == "a" && window.number == 2 ? [.close] : [.acknowledge(window.events.count)]
        }
        run.take(0..<30)
        #expect(run.commit() == nil)
        #expect(run.server.opened == ["a", "b"])
        #expect(run.server.windows.filter { $0.host == "a" }.flatMap(\.messages) == LogstashRun.messages(0..<20))
        #expect(run.server.windows.filter { $0.host == "b" }.flatMap(\.messages) == LogstashRun.messages(10..<30))
        #expect(run.reports.count == 1)
    }

    @Test("A dead host beside a good one holds nothing up, nor does one that lets nobody in and refuses nobody")
    func dead() throws {
        for outcome in [ScriptedLogstash.Connecting.refused, .never] {
            let run = try LogstashRun(hosts: ["bad", "good"]) { $0.windowEvents = 5 }
            run.server.connecting = { $0 == "bad" ? outcome : .open }
            run.take(0..<30)
            #expect(run.commit() == nil)
            #expect(run.server.messages == LogstashRun.messages(0..<30))
            #expect(run.clock.monotonic == 0)
        }
    }

    @Test("With no host left the reason of the last one is said")
    func none() throws {
        let run = try LogstashRun(hosts: ["a", "b"])
        run.server.connecting = { _ in .refused }
        run.take(0..<3)
        #expect(run.commit() == "b:5044 cannot be reached: nobody listens")
        #expect(run.server.opened == ["a", "b"])
        run.server.connecting = { _ in .open }
        #expect(run.commit() == nil)
        #expect(run.server.messages == LogstashRun.messages(0..<3))
    }

    @Test(
        "Whatever hosts do, every event is acknowledged in the end, and the sink knows how many it has sent",
        arguments: 0..<200)
    func random(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let hosts = ["a", "b", "c"].prefix(Int.random(in: 1...3, using: &random)).map(\.self)
        let (events, pipelining) = (Int.random(in: 1...7, using: &random), Int.random(in: 1...3, using: &random))
        let run = try LogstashRun(hosts: hosts) {
            $0.windowEvents = events
            $0.pipelining = pipelining
        }
        var acknowledged: Set<String> = []
        run.server.connecting = { _ in Int.random(in: 0..<6, using: &random) == 0 ? .refused : .open }
        run.server.script = { window in
            var reactions: [ScriptedLogstash.Reaction] = []
            var safe = 0
            while safe < window.events.count {
                switch Int.random(in: 0..<12, using: &random) {
                case 0: return reactions + [.close]
                case 1: return reactions + [.fail("reset")]
                case 2: return reactions + [.bytes([0x32])] + [.pause(seconds: 31), .close]
                case 3: reactions += [.pause(seconds: 20), .acknowledge(0)]
                default:
                    let upTo = Int.random(in: safe + 1...window.events.count, using: &random)
                    acknowledged.formUnion(window.messages[safe..<upTo])
                    reactions.append(.acknowledge(upTo))
                    safe = upTo
                }
            }
            return reactions
        }
        for start in stride(from: 0, to: 60, by: 20) {
            run.take(start..<start + 20)
            _ = run.deliver(most: 500)
        }
        #expect(acknowledged == Set(LogstashRun.messages(0..<60)))
        #expect(run.sink.tally.sent == UInt64(run.server.messages.count))
    }
}
