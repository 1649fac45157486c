import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@Suite("The HTTP transport")
struct CurlTransportTests {
    private func transport(_ change: (inout TransportSettings) -> Void = { _ in }) throws -> CurlTransport {
        var settings = TransportSettings()
        settings.proxy = ""
        change(&settings)
        return try #require(CurlTransport(settings, clock: SystemClock()))
    }

    private func answer(_ transport: CurlTransport) throws -> Result<TransportAnswer, TransportFailure> {
        try #require(transport.next(until: nil)).outcome
    }

    @Test("A request arrives as it was made, with its length and without 'Expect'")
    func request() throws {
        let server = try ScriptedServer { _ in .answer(200, headers: ["X-Elastic-Product: Elasticsearch"], body: "ok") }
        let transport = try transport()
        let body = [UInt8](repeating: 0x61, count: 3 << 20)
        transport.start(
            TransportRequest(.post, server.url + "/_bulk?x=1", headers: [("Authorization", "Basic abc")], body: body),
            number: 7)
        let result = try #require(transport.next(until: nil))
        #expect(result.number == 7)
        let answer = try result.outcome.get()
        #expect(answer.status == 200)
        #expect(answer.body == Array("ok".utf8))
        #expect(answer.headers["x-elastic-product"] == "Elasticsearch")
        let request = try #require(server.requests.first)
        #expect(request.line == "POST /_bulk?x=1 HTTP/1.1")
        #expect(request.body == body)
        #expect(request.headers["authorization"] == "Basic abc")
        #expect(request.headers["expect"] == nil)
        #expect(request.headers["content-length"] == "\(body.count)")
        #expect(transport.next(until: nil) == nil)
    }

    @Test("A connection is used again")
    func keepAlive() throws {
        let server = try ScriptedServer { _ in .answer(200) }
        let transport = try transport()
        for number in 0..<3 {
            transport.start(TransportRequest(.post, server.url, body: [1]), number: number)
            #expect(try answer(transport).get().status == 200)
        }
        #expect(server.requests.map(\.connection) == [0, 0, 0])
    }

    @Test("A body is never sent again unseen, though a kept connection is closed without an answer")
    func noRepeat() throws {
        let server = try ScriptedServer { request in
            request.body == [2] ? .close : .answer(200)
        }
        let transport = try transport()
        transport.start(TransportRequest(.post, server.url, body: [1]), number: 0)
        #expect(try answer(transport).get().status == 200)
        transport.start(TransportRequest(.post, server.url, body: [2]), number: 1)
        guard case .failure(let failure) = try answer(transport) else {
            Issue.record("It was reported as a success")
            return
        }
        #expect(failure.kind == .cut)
        #expect(server.requests.map(\.body) == [[1], [2]])
    }

    @Test("Several requests are in flight, and their answers come in the order of the server")
    func parallel() throws {
        let first = Monitor(false)
        let server = try ScriptedServer { request in
            // The first one is answered when the second is there.
            if request.body == [0] { _ = first.wait { $0 ? true : nil } } else { first.change { $0 = true } }
            return .answer(200)
        }
        let transport = try transport()
        transport.start(TransportRequest(.post, server.url, body: [0]), number: 0)
        transport.start(TransportRequest(.post, server.url, body: [1]), number: 1)
        #expect(transport.inFlight == 2)
        var numbers: Set<Int> = []
        while let result = transport.next(until: nil) { numbers.insert(result.number) }
        #expect(numbers == [0, 1])
    }

    @Test("A server that never answers is left at once from another thread, and no later request is begun")
    func interruption() throws {
        let server = try ScriptedServer { _ in .silence }
        let transport = try transport()
        let interrupt = transport.interruption
        transport.start(TransportRequest(.post, server.url, body: [1]), number: 0)
        let thread = try DedicatedThread("interrupts") {
            server.waitForRequests(1)
            interrupt()
        }
        #expect(try answer(transport) == .failure(.interrupted))
        thread.join()
        transport.start(TransportRequest(.post, server.url, body: [2]), number: 1)
        #expect(try answer(transport) == .failure(.interrupted))
        #expect(server.requests.count == 1)
    }

    @Test("A deadline ends the waiting and not the request")
    func deadline() throws {
        let mayAnswer = Monitor(false)
        let server = try ScriptedServer { _ in
            _ = mayAnswer.wait { $0 ? true : nil }
            return .answer(200)
        }
        let transport = try transport()
        transport.start(TransportRequest(.post, server.url, body: [1]), number: 0)
        #expect(transport.next(until: SystemClock().monotonic + 10_000_000) == nil)
        #expect(transport.inFlight == 1)
        mayAnswer.change { $0 = true }
        #expect(try answer(transport).get().status == 200)
    }

    @Test("What went wrong is told apart")
    func failures() throws {
        let server = try ScriptedServer { request in
            switch request.line {
            case "GET /half HTTP/1.1": .raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
            case "GET /long HTTP/1.1": .answer(200, body: String(repeating: "x", count: 5_000))
            default: .silence
            }
        }
        let transport = try transport { settings in
            settings.largestAnswer = 4_999
            settings.timeout = .milliseconds(200)
        }
        let cases: [(String, TransportFailure.Kind)] = [
            (server.url + "/half", .cut), (server.url + "/long", .tooLong), (server.url + "/silence", .timedOut),
            ("http://127.0.0.1:1/", .unreachable), ("ftp://127.0.0.1/", .cut),
        ]
        for (url, kind) in cases {
            transport.start(TransportRequest(.get, url), number: 0)
            guard case .failure(let failure) = try answer(transport) else {
                Issue.record("\(url) has an answer")
                continue
            }
            #expect(failure.kind == kind, "\(url): \(failure)")
            #expect(!failure.description.isEmpty)
        }
    }

    @Test("A header that would make two is not sent", arguments: ["a\r\nX: b", "a\nb", "a\u{7F}"])
    func headerInjection(value: String) throws {
        let server = try ScriptedServer { _ in .answer(200) }
        let transport = try transport()
        transport.start(TransportRequest(.post, server.url, headers: [("Authorization", value)]), number: 0)
        guard case .failure(let failure) = try answer(transport) else {
            Issue.record("It was sent")
            return
        }
        #expect(failure.kind == .invalid)
        #expect(!failure.description.contains("X: b"))
        #expect(server.requests.isEmpty)
    }

    @Test("A file that is no certificate is an error that names the option")
    func badFiles() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write("no certificate".utf8, to: "ca.pem")
        let transport = try transport { $0.tls.ca = file }
        transport.start(TransportRequest(.get, "https://127.0.0.1:1/"), number: 0)
        guard case .failure(let failure) = try answer(transport) else {
            Issue.record("It has an answer")
            return
        }
        #expect(failure.kind == .unreachable || failure.description.contains("tls.ca"), "\(failure)")
    }
}
