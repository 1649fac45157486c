import Foundation
import Glibc
import LogfoldIO
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldPipeline

/// A server with a status that a test can change, and its log.
final class ServerUnderTest: Sendable {
    let clock = FakeClock(now: AgentStatus.madeUpTime)
    let log = RecordedLog()
    let status: StatusBox
    let server: ControlServer
    var address: SocketAddress { server.address }

    final class StatusBox: Sendable {
        let value = Mutex(AgentStatus.madeUp)
    }

    final class RecordedLog: DiagnosticsOutput {
        let lines = Mutex<[String]>([])

        func write(_ line: [UInt8]) -> Bool {
            lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
            return true
        }
    }

    init(_ address: String = "127.0.0.1:0", limits: ControlServer.Limits = .init()) throws {
        let box = StatusBox()
        status = box
        server = try ControlServer(
            SocketAddress(address), limits: limits, clock: clock,
            diagnostics: Diagnostics(form: .journal, clock: clock, output: log)
        ) { box.value.withLock { $0 } }
    }

    deinit { server.stop() }

    /// What comes back for some bytes.
    func answer(to request: String) throws -> String { try RawClient(address).exchange(request) }
}

/// A client that sends what a test wants, and waits for answers.
final class RawClient {
    private let socket: StreamSocket

    init(_ address: SocketAddress) throws { socket = try .connected(to: address, milliseconds: 10_000) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            switch socket.write(bytes, from: sent) {
            case .moved(let count): sent += count
            case .wouldBlock:
                var entries = [PollEntry(socket.descriptor, .output)]
                _ = PollEntry.wait(for: &entries, milliseconds: 10_000)
            case .ended: return
            }
        }
    }

    /// Everything up to the end of the connection.
    func readAll() -> String {
        var bytes: [UInt8] = []
        while true {
            switch socket.read(65_536, onto: &bytes) {
            case .moved: continue
            case .ended: return String(decoding: bytes, as: UTF8.self)
            case .wouldBlock:
                var entries = [PollEntry(socket.descriptor, .input)]
                guard PollEntry.wait(for: &entries, milliseconds: 20_000) else { return "no end of the connection" }
            }
        }
    }

    func exchange(_ text: String) -> String {
        send(text)
        return readAll()
    }
}

extension String {
    /// The first line of an answer.
    var statusLine: String { String(prefix { $0 != "\r\n" }) }
    /// What is behind the empty line of an answer.
    var httpBody: String { range(of: "\r\n\r\n").map { String(self[$0.upperBound...]) } ?? "" }
}

@Suite("The status server", .timeLimit(.minutes(2)))
struct ControlServerTests {
    func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }

    @Test("serves metrics, status, probes and a list of them")
    func pages() throws {
        let server = try ServerUnderTest()
        let metrics = try server.answer(to: get("/metrics"))
        #expect(metrics.statusLine == "HTTP/1.1 200 OK")
        #expect(metrics.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
        #expect(metrics.httpBody == AgentStatus.madeUp.metrics)
        let status = try server.answer(to: get("/status?pretty"))
        #expect(status.contains("\r\nContent-Type: application/json\r\n"))
        #expect(status.httpBody == StatusJSON.text(.madeUp))
        #expect(try server.answer(to: get("/healthz")).httpBody == "ok\n")
        #expect(try server.answer(to: get("/readyz")).httpBody == "ok\n")
        #expect(try server.answer(to: get("/")).httpBody.hasPrefix("/metrics  counters for Prometheus\n/status  "))
    }

    @Test("says why the agent is not ready or not alive")
    func probes() throws {
        let server = try ServerUnderTest()
        server.status.value.withLock { status in
            status.state = .starting
            status.readerSilence = 45_000_000_000
        }
        let health = try server.answer(to: get("/healthz"))
        #expect(health.statusLine == "HTTP/1.1 503 Service Unavailable")
        #expect(health.httpBody == "the reader has not answered for 45 s\n")
        let readiness = try server.answer(to: get("/readyz"))
        #expect(readiness.statusLine == "HTTP/1.1 503 Service Unavailable")
        #expect(readiness.httpBody == "the agent is starting\nthe reader has not answered for 45 s\n")
    }

    @Test("HEAD is GET without the body")
    func head() throws {
        let server = try ServerUnderTest()
        let answer = try server.answer(to: "HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(answer.statusLine == "HTTP/1.1 200 OK")
        #expect(answer.contains("\r\nContent-Length: 3\r\n") && answer.hasSuffix("\r\n\r\n"))
    }

    @Test(
        "refuses what it does not know",
        arguments: [
            ("GET /nothing HTTP/1.0\r\n\r\n", "404 Not Found"), ("GET /metrics/ HTTP/1.0\r\n\r\n", "404 Not Found"),
            ("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "405 Method Not Allowed"),
            ("DELETE / HTTP/1.0\r\n\r\n", "405 Method Not Allowed"), ("hello\r\n", "400 Bad Request"),
            ("GET / HTTP/3\r\n\r\n", "505 HTTP Version Not Supported"),
            ("GET / HTTP/1.0\r\nA: " + String(repeating: "b", count: 100_000), "431 Request Header Fields Too Large"),
            ("GET /" + String(repeating: "b", count: 100_000), "414 URI Too Long"),
        ])
    func refusals(request: String, status: String) throws {
        let server = try ServerUnderTest()
        let answer = try server.answer(to: request)
        #expect(answer.statusLine == "HTTP/1.1 \(status)")
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.contains("\r\nAllow: GET, HEAD\r\n") == status.hasPrefix("405"))
    }

    @Test("a request may come byte by byte")
    func bytewise() throws {
        let server = try ServerUnderTest()
        let client = try RawClient(server.address)
        for byte in get("/healthz") { client.send(String(byte)) }
        #expect(client.readAll().httpBody == "ok\n")
    }

    @Test("a client that is slow is answered 408 when its time is over, and holds nobody up")
    func slowClient() throws {
        let server = try ServerUnderTest()
        let slow = try RawClient(server.address)
        slow.send("GET /metr")
        let silent = try RawClient(server.address)
        #expect(try server.answer(to: get("/healthz")).httpBody == "ok\n")
        server.clock.advance(milliseconds: 4_999)
        #expect(try server.answer(to: get("/healthz")).httpBody == "ok\n")
        server.clock.advance(milliseconds: 1)
        #expect(try server.answer(to: get("/healthz")).httpBody == "ok\n")
        #expect(slow.readAll().statusLine == "HTTP/1.1 408 Request Timeout")
        #expect(silent.readAll() == "")
    }

    @Test("a client that does not read its answer is left when its time is over")
    func unreadAnswer() throws {
        let directory = try ScratchDirectory()
        let server = try ServerUnderTest("unix:\(directory.path)/status.sock")
        // Longer than what the system keeps for a Unix socket.
        server.status.value.withLock { $0.configurationFile = String(repeating: "x", count: 400_000) }
        let client = try RawClient(server.address)
        client.send(get("/status"))
        #expect(try server.answer(to: get("/healthz")).httpBody == "ok\n")
        server.clock.advance(milliseconds: 10_001)
        #expect(try server.answer(to: get("/healthz")).httpBody == "ok\n")
        #expect(client.readAll().utf8.count < 400_000)
    }

    @Test("of too many connections the oldest gives way")
    func tooManyConnections() throws {
        let server = try ServerUnderTest()
        let clients = try (0..<16).map { _ in try RawClient(server.address) }
        for client in clients { client.send("GET ") }
        #expect(try server.answer(to: get("/healthz")).httpBody == "ok\n")
        #expect(clients[0].readAll() == "")
        #expect(clients[15].exchange("/healthz HTTP/1.0\r\n\r\n").httpBody == "ok\n")
    }

    @Test("many clients at once are all answered")
    func manyClients() throws {
        let server = try ServerUnderTest()
        let good = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<10 where (try? server.answer(to: get("/metrics")))?.statusLine == "HTTP/1.1 200 OK" {
                good.add(1, ordering: .relaxed)
            }
        }
        #expect(good.load(ordering: .relaxed) == 80)
    }

    @Test("listens on IPv6")
    func ipv6() throws {
        let server = try ServerUnderTest("[::1]:0")
        #expect("\(server.address)".hasPrefix("[::1]:") && !"\(server.address)".hasSuffix(":0"))
        #expect(try server.answer(to: get("/healthz")).httpBody == "ok\n")
    }

    @Test("listens on a Unix socket, replaces one that was left behind, and removes its own")
    func unixSocket() throws {
        let directory = try ScratchDirectory()
        let path = directory.path + "/status.sock"
        // As a process that was killed leaves it: bound, and nobody listens.
        let abandoned = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(try #require(UnixAddress(path)).withPointer { bind(abandoned, $0, $1) } == 0)
        close(abandoned)
        do {
            let server = try ServerUnderTest("unix:\(path)")
            #expect(try server.answer(to: get("/healthz")).httpBody == "ok\n")
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o660)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("an address that is in use is a clear error, and what is there is left alone")
    func inUse() throws {
        let directory = try ScratchDirectory()
        for address in ["127.0.0.1:0", "unix:\(directory.path)/a.sock"] {
            let first = try ServerUnderTest(address)
            let refusal = #expect(throws: ControlServer.Refusal.self) {
                try ServerUnderTest("\(first.address)")
            }
            #expect(
                refusal?.description == "cannot listen on \(first.address): another program uses it already; stop that "
                    + "program, or choose another port or path")
            #expect(try first.answer(to: get("/healthz")).httpBody == "ok\n")
        }
        let file = try directory.write("precious".utf8, to: "file")
        #expect(throws: ControlServer.Refusal.self) { try ServerUnderTest("unix:\(file)") }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
    }

    @Test("after a stop nobody listens, and open connections have ended")
    func stop() throws {
        var server: ServerUnderTest? = try ServerUnderTest()
        let address = try #require(server?.address)
        let waiting = try RawClient(address)
        waiting.send("GET /")
        #expect(try server?.answer(to: get("/healthz")).httpBody == "ok\n")
        server = nil
        #expect(waiting.readAll() == "")
        #expect(throws: ControlClient.Failure.self) { try ControlClient.get("/healthz", from: address) }
        let again = try ServerUnderTest("\(address)")
        #expect(try again.answer(to: get("/healthz")).httpBody == "ok\n")
    }

    @Test("who serves other machines is warned")
    func warning() throws {
        let local = try ServerUnderTest()
        #expect(local.log.lines.withLock { $0 } == ["<6>Serves metrics and status address=\(local.address)\n"])
        let open = try ServerUnderTest("0.0.0.0:0")
        let line = open.log.lines.withLock { $0.first }
        #expect(line?.hasPrefix("<4>Metrics and status are served to other machines") == true)
    }

    @Test("the client gets a page and tells apart why it gets none")
    func client() throws {
        let server = try ServerUnderTest()
        let answer = try ControlClient.get("/status", from: server.address)
        #expect(answer.code == 200 && StatusJSON.read(answer.body) == .madeUp)

        let mute = try StreamSocket.listening(on: SocketAddress("127.0.0.1:0"))
        let muteAddress = try SocketAddress("127.0.0.1:\(try #require(mute.port))")
        let silence = #expect(throws: ControlClient.Failure.self) {
            try ControlClient.get("/status", from: muteAddress, milliseconds: 10)
        }
        #expect(silence?.description == "\(muteAddress) takes the connection but does not answer")

        let nobody = #expect(throws: ControlClient.Failure.self) {
            try ControlClient.get("/status", from: SocketAddress("unix:/nobody/listens"))
        }
        #expect(nobody?.description == "cannot connect to unix:/nobody/listens: there is no such socket")
    }
}
