import LogfoldTransport
import Testing

@Suite("Retry-After, limits and endpoints")
struct RequestTests {
    /// 2026-11-22T10:00:00Z.
    private let now: Int64 = 1_795_341_600_000_000_000

    @Test(
        "Retry-After is seconds or a date",
        arguments: [
            ("0", Duration.zero), ("7", .seconds(7)), (" 7 ", .seconds(7)), ("100000", .seconds(600)),
            ("Sun, 22 Nov 2026 10:00:30 GMT", .seconds(30)), ("Sun, 22 Nov 2026 09:00:00 GMT", .zero),
            ("soon", nil), ("-1", nil), ("Sun, 31 Feb 2026 10:00:30 GMT", nil), ("", nil),
        ] as [(String, Duration?)])
    func retryAfter(text: String, expected: Duration?) {
        #expect(RetryAfter.pause(text, now: now) == expected)
    }

    @Test("The limit goes up by one in a round that went well, and to three quarters when a request is refused")
    func limit() {
        var limit = ConcurrencyLimit(maximum: 8, start: 4)
        for _ in 0..<5 { limit.succeeded(inFlight: limit.current) }
        #expect(limit.current == 5)
        limit.succeeded(inFlight: 1)
        #expect(limit.current == 5)
        let mark = limit.mark
        limit.refused(mark)
        #expect(limit.current == 3)
        limit.refused(mark)
        #expect(limit.current == 3, "The others of that round say nothing new")
        for _ in 0..<20 { limit.refused(limit.mark) }
        #expect(limit.current == 1)
        for _ in 0..<200 { limit.succeeded(inFlight: 8) }
        #expect(limit.current == 8)
    }

    @Test("Against a server that takes so many requests, most of them are used", arguments: [1, 2, 3, 5, 8, 13])
    func limitFindsTheServers(capacity: Int) {
        var limit = ConcurrencyLimit(maximum: 32)
        var (taken, rounds) = (0, 0)
        // Rounds: as many as the limit says are sent at once, the server takes what it can.
        for round in 0..<400 {
            let mark = limit.mark
            let sent = limit.current
            let good = min(sent, capacity)
            for _ in 0..<good { limit.succeeded(inFlight: sent) }
            if sent > capacity { limit.refused(mark) }
            if round >= 50 { (taken, rounds) = (taken + good, rounds + 1) }
        }
        #expect(Double(taken) >= 0.8 * Double(rounds * capacity))
    }

    @Test("Endpoints take turns, and one that failed rests")
    func pool() throws {
        var pool = EndpointPool(try ["http://a", "http://b", "http://c"].map(Endpoint.init))
        #expect((0..<4).map { _ in pool.next(at: 0) } == [0, 1, 2, 0])
        pool.failed(1, at: 0)
        #expect((0..<3).map { _ in pool.next(at: 500_000_000) } == [2, 0, 2])
        #expect(pool.next(at: 500_000_000, except: [0, 2]) == 1, "What rests is better than nothing")
        #expect(!pool.hasHealthy(at: 500_000_000, except: [0, 2]))
        #expect(pool.next(at: 0, except: [0, 1, 2]) == nil)
        #expect(pool.hasHealthy(at: 1_000_000_000, except: [0, 2]))
        pool.failed(1, at: 1_000_000_000)
        #expect(!pool.hasHealthy(at: 2_500_000_000, except: [0, 2]), "It rests twice as long")
        pool.succeeded(1)
        #expect(pool.hasHealthy(at: 1_000_000_000, except: [0, 2]))
    }

    @Test("Of several requests in flight the first failure counts, and a pause that the endpoint asks for is kept")
    func poolInFlight() throws {
        var pool = EndpointPool(try ["http://a"].map(Endpoint.init))
        let mark = pool.mark(of: 0)
        for _ in 0..<4 { pool.failed(0, at: 0, begunAt: mark) }
        #expect(!pool.hasHealthy(at: 999_999_999, except: []))
        #expect(pool.hasHealthy(at: 1_000_000_000, except: []), "One bad moment is one failure")
        pool.failed(0, at: 1_000_000_000, begunAt: pool.mark(of: 0))
        #expect(!pool.hasHealthy(at: 2_999_999_999, except: []), "The next moment is another one")
        pool.failed(0, at: 3_000_000_000, begunAt: mark, pause: 600_000_000_000)
        #expect(!pool.hasHealthy(at: 602_999_999_999, except: []))
        #expect(pool.hasHealthy(at: 603_000_000_000, except: []))
    }

    @Test(
        "An endpoint is a host with a port and a path",
        arguments: [
            ("https://es1:9200", "https://es1:9200"), ("http://es1:9200/", "http://es1:9200"),
            ("HTTPS://proxy/elastic//", "https://proxy/elastic"),
            ("https://[2001:db8::1]:9200", "https://[2001:db8::1]:9200"),
            ("es1:9200", nil), ("https://", nil), ("https://:9200", nil), ("https://es1:port", nil),
            ("https://es1:0", nil), ("https://user:secret@es1", nil), ("https://es1/?a=b", nil), ("https://e s", nil),
        ] as [(String, String?)])
    func endpoint(text: String, expected: String?) {
        #expect((try? Endpoint(text))?.url == expected)
    }

    @Test("A password in an endpoint is refused without being repeated")
    func endpointPassword() {
        #expect {
            try Endpoint("https://user:secret@es1")
        } throws: { error in
            let text = "\(error)"
            return text.contains("auth") && !text.contains("secret")
        }
    }
}
