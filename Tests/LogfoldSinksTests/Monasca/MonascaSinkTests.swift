import LogfoldCore
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

@Suite("Monasca sink: requests and answers")
struct MonascaSinkTests {
    /// Bytes of a request with so many events.
    private static func bytes(_ count: Int) -> Int {
        let elements = (0..<count).map { #"{"dimensions":{},"# + MonascaSinkRun.event($0).dropFirst() }
        return #"{"dimensions":{},"logs":[\#(elements.joined(separator: ","))]}"#.utf8.count
    }

    @Test("A request is what the API takes: its exact type, a token, never compressed, dimensions everywhere")
    func request() throws {
        let run = try MonascaSinkRun(
            change: OptionChange { $0.dimensions = [("region", "RegionOne"), ("team", "a\"b")] })
        run.take(2)
        #expect(run.sink.deadline == 1_000_000_000)
        #expect(run.commit() == nil)
        let call = try #require(run.transport.calls.first)
        #expect(call.url == "http://m:5607/v2.0/logs")
        #expect(call.headers == ["Content-Type": "application/json", "X-Auth-Token": "t1"])
        #expect(
            String(decoding: call.body, as: UTF8.self)
                == #"{"dimensions":{"region":"RegionOne","team":"a\"b"},"logs":["#
                + #"{"dimensions":{},"message":"0","event":{"id":"id0"}},"#
                + #"{"dimensions":{},"message":"1","event":{"id":"id1"}}]}"#)
        #expect(run.sink.deadline == nil && !run.sink.isFull)
        #expect(run.sink.tally.sent == 2 && run.sink.tally.handedOver == 2)
    }

    @Test("The address comes from the catalog, and with it the version: v3.0 keeps what it says it has")
    func catalog() throws {
        let run = try MonascaSinkRun(endpoint: nil)
        run.take(1)
        #expect(run.commit() == nil)
        #expect(run.transport.calls.map(\.url) == ["http://m:5607/v3.0/logs"])
        #expect(run.sink.tally.handedOver == 0)
        let unversioned = try MonascaSinkRun(endpoint: nil, catalog: "http://m:5607")
        unversioned.take(1)
        #expect(
            unversioned.commit()?.description.contains("ends in neither /v2.0 nor /v3.0; set 'api_version'") == true)
        let told = try MonascaSinkRun(
            endpoint: nil, catalog: "http://m:5607", change: OptionChange { $0.version = .v2 })
        told.take(1)
        #expect(told.commit() == nil)
        #expect(told.transport.calls.map(\.url) == ["http://m:5607/v2.0/logs"])
    }

    @Test("Requests have so many events and bytes at the most, and keep the order")
    func batches() throws {
        let byCount = try MonascaSinkRun(change: OptionChange { $0.requestEvents = 2 })
        byCount.take(5)
        #expect(byCount.commit() == nil)
        #expect(byCount.sent == [["0", "1"], ["2", "3"], ["4"]])
        let byBytes = try MonascaSinkRun(change: OptionChange { $0.requestBytes = Self.bytes(3) })
        byBytes.take(7)
        #expect(byBytes.commit() == nil)
        #expect(byBytes.sent == [["0", "1", "2"], ["3", "4", "5"], ["6"]])
        #expect(byBytes.transport.calls.allSatisfy { $0.body.count <= Self.bytes(3) })
    }

    @Test("One event a request, for an API that publishes a list again and again")
    func one() throws {
        let run = try MonascaSinkRun(change: OptionChange { $0.requestEvents = 1 })
        run.take(3)
        #expect(run.commit() == nil)
        #expect(run.sent == [["0"], ["1"], ["2"]])
    }

    @Test("A refused token is replaced once for each request, and only then somebody has to look")
    func token() throws {
        let run = try MonascaSinkRun { $0.headers["X-Auth-Token"] == "t1" ? .tokenRefused : .taken }
        run.take(1)
        #expect(run.commit() == nil)
        #expect(run.transport.calls.map { $0.headers["X-Auth-Token"] } == ["t1", "t2"])
        run.take(1)
        #expect(run.commit() == nil)
        #expect(run.keystone.calls.count == 2)
        let never = try MonascaSinkRun { _ in .tokenRefused }
        never.take(1)
        let failure = try #require(never.commit())
        #expect(failure.description.contains("and a new token is refused as well"))
        #expect(failure.retryAfter == .seconds(30))
        #expect(never.keystone.calls.count == 2)
    }

    @Test("A missing role holds the sink and is named; another token is not asked for")
    func role() throws {
        let own = try MonascaSinkRun { _ in
            .refused(401, "Forbidden", "The request does not have access to this service")
        }
        own.take(1)
        #expect(own.commit()?.description.contains("monasca-agent") == true)
        #expect(own.keystone.calls.count == 1)
        let foreign = try MonascaSinkRun(change: OptionChange { $0.crossTenant = .project("p9") }) { _ in
            .refused(403, "Permission denied", "Projects may not access this")
        }
        foreign.take(1)
        #expect(foreign.commit()?.description.contains("delegate_roles") == true)
        #expect(foreign.letters.isEmpty)
    }

    @Test("A request that is too large is made smaller to what the API says, and that is remembered over restarts")
    func tooLarge() throws {
        let limit = Self.bytes(3)
        let script: (ScriptedTransport.Call) -> ScriptedTransport.Outcome = { call in
            call.body.count >= limit + 1
                ? .refused(413, "Log payload size exceeded", "Maximum allowed size is \(limit + 1) bytes") : .taken
        }
        let run = try MonascaSinkRun(answering: script)
        run.take(6)
        #expect(run.commit() == nil)
        #expect(run.sent == [["0", "1", "2", "3", "4", "5"], ["0", "1", "2"], ["3", "4", "5"]])
        let later = try MonascaSinkRun(state: run.sink.state, answering: script)
        later.take(4)
        #expect(later.commit() == nil)
        #expect(later.sent == [["0", "1", "2"], ["3"]])
    }

    @Test("Without a limit in the answer, as of a proxy, it is halved; what alone is too large is a dead letter")
    func halved() throws {
        let run = try MonascaSinkRun { call in
            call.body.count > Self.bytes(1) + 2 ? .success(TransportAnswer(status: 413)) : .taken
        }
        run.take([MonascaSinkRun.event(0), MonascaSinkRun.event(1), MonascaSinkRun.event(123_456)])
        #expect(run.commit() == nil)
        #expect(run.sent.last == ["123456"])
        #expect(run.letters.count == 1)
        #expect(run.letters[0].contains(#""status":413,"reason":"the event alone is larger than the API takes""#))
        #expect(run.letters[0].hasSuffix(#""event":\#(MonascaSinkRun.event(123_456))}"#))
        #expect(run.sink.tally.deadLettered == 1)
    }

    @Test("An event that spoils a request is found by halves and put aside; the others arrive in their order")
    func poisoned() throws {
        let run = try MonascaSinkRun { call in
            call.messages.contains("5")
                ? .refused(400, "Bad request", "Request body is not valid JSON") : .taken
        }
        run.take(8)
        #expect(run.commit() == nil)
        #expect(run.letters.count == 1)
        #expect(run.letters[0].contains("Bad request: Request body is not valid JSON"))
        #expect(run.letters[0].hasSuffix(#""event":\#(MonascaSinkRun.event(5))}"#))
        let arrived = run.sent.filter { !$0.contains("5") }.flatMap { $0 }
        #expect(arrived == ["0", "1", "2", "3", "4", "6", "7"])
    }

    @Test("Where a request without events is refused as well, it is not the events: nothing is put aside")
    func refusesEverything() throws {
        let run = try MonascaSinkRun { _ in .refused(422, "unprocessable_entity", "Dimension name may not") }
        run.take(3)
        let failure = try #require(run.commit())
        #expect(failure.description.contains("unprocessable_entity: Dimension name may not"))
        #expect(failure.description.contains("whatever the events"))
        #expect(failure.retryAfter == .seconds(30))
        #expect(run.letters.isEmpty)
    }

    @Test(
        "What may pass is waited for, and everything is sent again in its order",
        arguments: [503, 500, 502, 429, 408])
    func later(status: Int) throws {
        var isDown = true
        let run = try MonascaSinkRun(change: OptionChange { $0.requestEvents = 2 }) { call in
            isDown && call.messages.contains("2")
                ? .success(TransportAnswer(status: status, headers: ["retry-after": "9"])) : .taken
        }
        run.take(5)
        let failure = try #require(run.commit())
        #expect(failure.description == "http://m:5607/v2.0/logs answers \(status)")
        #expect(failure.retryAfter == .seconds(9))
        #expect(run.sent == [["0", "1"], ["2", "3"]], "Nothing overtakes")
        isDown = false
        #expect(run.commit() == nil)
        #expect(run.sent.suffix(2) == [["2", "3"], ["4"]])
        #expect(run.sink.tally.resent == (status >= 500 ? 2 : 0), "Only what may be there")
    }

    @Test(
        "Events whose answer did not come are sent again and counted as perhaps doubled",
        arguments: [
            (TransportFailure.Kind.timedOut, 2), (.cut, 2), (.cutWhileSending, 2), (.unreachable, 0), (.tls, 0),
        ] as [(TransportFailure.Kind, UInt64)])
    func unknown(kind: TransportFailure.Kind, resent: UInt64) throws {
        var failures = 1
        let run = try MonascaSinkRun { _ in
            failures -= 1
            return failures >= 0 ? .failure(TransportFailure(kind, "so it is")) : .taken
        }
        run.take(2)
        #expect(run.commit()?.description == "http://m:5607/v2.0/logs cannot be reached: so it is")
        #expect(run.commit() == nil)
        #expect(run.sink.tally.resent == resent)
        #expect(ServerSinkState(run.sink.state).tally == run.sink.tally)
    }

    @Test(
        "What is not the log API holds the sink",
        arguments: [(404, "Not found"), (405, ""), (415, "x"), (400, "Bad content type"), (301, "")])
    func foreign(status: Int, title: String) throws {
        let run = try MonascaSinkRun { _ in .refused(status, title, "") }
        run.take(2)
        let failure = try #require(run.commit())
        #expect(failure.description.contains("look at 'endpoint': this is not the log API"))
        #expect(failure.retryAfter == .seconds(30))
        #expect(run.transport.calls.count == 1 && run.letters.isEmpty)
    }

    @Test("Events go to the project that they name, each project's in its order; what is no id goes to the own one")
    func crossTenant() throws {
        let run = try MonascaSinkRun(change: OptionChange { $0.crossTenant = .field("openstack.project.id") })
        let projects = ["a1", "b2", nil, "a1", "x y", "b2"]
        run.take(
            projects.enumerated().map { number, project in
                let more = project.map { #","openstack":{"project":{"id":"\#($0)"}}"# } ?? ""
                return #"{"message":"\#(number)"\#(more)}"#
            })
        #expect(run.commit() == nil)
        #expect(
            run.transport.calls.map(\.url) == [
                "http://m:5607/v2.0/logs?project_id=a1", "http://m:5607/v2.0/logs?project_id=b2",
                "http://m:5607/v2.0/logs",
            ])
        #expect(run.sent == [["0", "3"], ["1", "5"], ["2", "4"]])
        let v3 = try MonascaSinkRun(
            endpoint: "http://m/v3.0", change: OptionChange { $0.crossTenant = .project("p9") })
        v3.take(1)
        #expect(v3.commit() == nil)
        #expect(v3.transport.calls.map(\.url) == ["http://m/v3.0/logs?tenant_id=p9"])
    }

    @Test("A sink that is stopped ends at once and keeps everything")
    func interrupted() throws {
        let run = try MonascaSinkRun()
        run.take(1)
        run.sink.interrupt()
        #expect(run.commit() != nil)
        #expect(run.sink.deadline != nil)
    }
}
