import Testing

@testable import LogfoldPipeline

@Suite("Requests")
struct HTTPRequestTests {
    static let get = HTTPRequestReader.Progress.complete(HTTPRequest(method: "GET", path: "/metrics"))

    @Test(
        "are read as RFC 9112 says",
        arguments: [
            ("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", get), ("GET /metrics HTTP/1.0\r\n\r\n", get),
            ("GET /metrics HTTP/1.0\n\n", get), ("\r\n\r\nGET /metrics HTTP/1.0\r\n\r\n", get),
            ("GET /metrics?a=/b?c HTTP/1.1\r\nhOsT:\r\nAccept: */*\r\n\r\n", get),
            ("GET http://127.0.0.1:9598/metrics HTTP/1.1\r\nHost: x\r\n\r\n", get),
            ("HEAD http://x HTTP/1.0\r\n\r\n", .complete(HTTPRequest(method: "HEAD", path: "/"))),
            ("OPTIONS * HTTP/1.0\r\n\r\n", .complete(HTTPRequest(method: "OPTIONS", path: "*"))),
            ("GET /%6Detrics HTTP/1.0\r\n\r\n", .complete(HTTPRequest(method: "GET", path: "/%6Detrics"))),
            ("GET /metrics HTTP/1.1\r\nHost: x\r\n", .incomplete), ("", .incomplete), ("GET /met", .incomplete),
            ("GET /metrics HTTP/1.1\r\n\r\n", .refused(.badRequest)),
            ("GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", .refused(.badRequest)),
            ("GET /metrics\r\n", .refused(.badRequest)), ("GET  /metrics HTTP/1.1\r\n", .refused(.badRequest)),
            ("GET /metrics HTTP/1.1 \r\n", .refused(.badRequest)), ("GET metrics HTTP/1.1\r\n", .refused(.badRequest)),
            ("GET /me\ttrics HTTP/1.1\r\n", .refused(.badRequest)),
            ("G(T /metrics HTTP/1.1\r\n", .refused(.badRequest)),
            ("GET /é HTTP/1.1\r\n", .refused(.badRequest)), ("GET / http/1.1\r\n", .refused(.badRequest)),
            ("GET / HTTP/2.0\r\n", .refused(.versionNotSupported)),
            ("PRI * HTTP/2.0\r\n", .refused(.versionNotSupported)),
            ("GET / HTTP/1.0\r\nno colon\r\n", .refused(.badRequest)),
            ("GET / HTTP/1.0\r\nspace : x\r\n", .refused(.badRequest)),
            ("GET / HTTP/1.0\r\nA: b\r\n folded\r\n", .refused(.badRequest)),
            ("GET / HTTP/1.0\r\nA: \u{0}\r\n", .refused(.badRequest)),
            ("\u{16}\u{3}\u{1}\u{2}\n", .refused(.badRequest)),
            ("GET /" + String(repeating: "a", count: 8_188), .refused(.targetTooLong)),
            ("GET / HTTP/1.0\r\nA: " + String(repeating: "a", count: 8_174), .refused(.headersTooLong)),
            ("GET / HTTP/1.0\r\nA: " + String(repeating: "a", count: 8_173), .incomplete),
        ] as [(String, HTTPRequestReader.Progress)])
    func requests(text: String, progress: HTTPRequestReader.Progress) {
        var whole = HTTPRequestReader()
        #expect(whole.take(text.utf8) == progress)
        var bytewise = HTTPRequestReader()
        var last = HTTPRequestReader.Progress.incomplete
        for byte in text.utf8 where last == .incomplete { last = bytewise.take([byte]) }
        #expect(last == progress)
    }

    @Test("an answer has the headers of HTTP/1.1, and HEAD has no body")
    func answer() {
        let now = AgentStatus.madeUpTime
        let head = [
            "HTTP/1.1 503 Service Unavailable", "Date: Sun, 22 Nov 2026 10:00:00 GMT",
            "Content-Type: text/plain; charset=utf-8", "Content-Length: 5", "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff", "Connection: close", "", "",
        ].joined(separator: "\r\n")
        let answer = HTTPResponse.plain(.unavailable, "full")
        #expect(String(decoding: answer.bytes(withBody: true, now: now), as: UTF8.self) == head + "full\n")
        #expect(String(decoding: answer.bytes(withBody: false, now: now), as: UTF8.self) == head)
    }

    @Test(
        "an answer is taken apart again, and one that is cut or none at all is refused",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok"),
            ("HTTP/1.0 503 Nope\r\n\r\nsorry", 503, "sorry"),
            ("HTTP/1.1 200 OK\r\ncontent-length:3\r\n\r\nok", nil, ""), ("SSH-2.0-OpenSSH_9.2\r\n", nil, ""),
            ("HTTP/1.1 OK\r\n\r\n", nil, ""), ("HTTP/1.1\r\n\r\n", nil, ""), ("\r\n\r\n", nil, ""), ("", nil, ""),
        ] as [(String, Int?, String)])
    func reading(text: String, code: Int?, body: String) {
        let answer = ControlClient.Answer(reading: Array(text.utf8))
        #expect(answer?.code == code)
        #expect(answer.map { String(decoding: $0.body, as: UTF8.self) } ?? "" == body)
    }
}
