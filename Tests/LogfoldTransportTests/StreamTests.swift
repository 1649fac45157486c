import Glibc
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldTransport

/// A stream with the bytes that have come, moved on until a test has what it waits for.
private final class Mover {
    let transport: CurlStreams
    let stream: any ByteStream
    private(set) var received: [UInt8] = []
    private(set) var last = StreamProgress()

    init(_ transport: CurlStreams, to port: UInt16) throws {
        self.transport = transport
        stream = transport.open(try HostAddress("127.0.0.1:\(port)"))
    }

    func move() { last = stream.move(onto: &received) }

    /// Waits until this holds; false when the stream has ended before.
    func wait(until condition: () -> Bool) -> Bool {
        move()
        while !condition() {
            if last.end != nil || transport.isInterrupted { return false }
            transport.wait(for: [stream], until: SystemClock().monotonic + 20_000_000_000)
            move()
        }
        return true
    }

    var text: String { String(decoding: received, as: UTF8.self) }
}

@Suite("Streams")
struct StreamTests {
    private func transport(
        isEncrypted: Bool = false, _ change: (inout TransportSettings) -> Void = { _ in }
    ) throws -> CurlStreams {
        var settings = TransportSettings()
        change(&settings)
        return try #require(CurlStreams(settings, isEncrypted: isEncrypted, clock: SystemClock()))
    }

    @Test("A bell ends a wait, also one that begins when it has rung", .timeLimit(.minutes(1)))
    func bell() throws {
        let transport = try transport()
        // Neither of them ends by itself in the time of this test.
        transport.bell()
        transport.wait(for: [], until: .max)
        let bell = transport.bell
        let thread = try DedicatedThread("rings") { bell() }
        transport.wait(for: [], until: .max)
        thread.join()
    }

    @Test("Bytes go both ways, and an orderly end is one")
    func bothWays() throws {
        let peer = try ScriptedPeer { connection in
            let bytes = connection.read(3)
            connection.write(Array(bytes.reversed()))
        }
        let mover = try Mover(try transport(), to: peer.port)
        mover.stream.send([1, 2])
        mover.stream.send([3])
        #expect(mover.wait { mover.received.count == 3 })
        #expect(mover.received == [3, 2, 1])
        _ = mover.wait { mover.last.end != nil }
        #expect(mover.last.end == .closed)
    }

    @Test("Much is sent while the other side sends as well")
    func much() throws {
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        // It reads nothing before it has written all: who only writes would wait for ever.
        let peer = try ScriptedPeer { connection in
            connection.write([UInt8](repeating: 7, count: 3_000_000))
            connection.write(connection.read(3_000_000))
        }
        let mover = try Mover(try transport(), to: peer.port)
        mover.stream.send(bytes)
        #expect(mover.wait { mover.received.count == 6_000_000 })
        #expect(Array(mover.received.suffix(3_000_000)) == bytes)
    }

    @Test("All that is there is read before anybody waits, and also what was said before the end")
    func readsAll() throws {
        let isWritten = Monitor(false)
        let peer = try ScriptedPeer { connection in
            _ = connection.read(1)
            connection.write([UInt8](repeating: 9, count: 20_000))
            isWritten.change { $0 = true }
            _ = connection.read(1)
        }
        let mover = try Mover(try transport(), to: peer.port)
        mover.stream.send([1])
        #expect(mover.wait { mover.stream.hasArrived })
        _ = isWritten.wait { $0 ? true : nil }
        mover.move()
        #expect(mover.received.count == 20_000)
    }

    @Test("Who sends without end is read in parts, and between them there is no wait")
    func endless() throws {
        let peer = try ScriptedPeer { connection in
            connection.write([UInt8](repeating: 9, count: 10_000_000))
        }
        let transport = try transport()
        let mover = try Mover(transport, to: peer.port)
        var (largest, last) = (0, 0)
        while mover.last.end == nil, mover.received.count < 10_000_000 {
            transport.wait(for: [mover.stream], until: .max)
            mover.move()
            largest = max(largest, mover.received.count - last)
            last = mover.received.count
        }
        #expect(mover.received.count == 10_000_000)
        #expect(largest <= (1 << 20) + 4_096)
    }

    @Test("Nobody there, nobody known by that name, and a connection that is reset are failures that say so")
    func failures() throws {
        let unreachable = try Mover(try transport(), to: 1)
        #expect(!unreachable.wait { unreachable.last.isConnected })
        guard case .failed(let refused)? = unreachable.last.end else {
            Issue.record("There is a connection")
            return
        }
        #expect(refused.kind == .unreachable)
        #expect(!refused.description.isEmpty)
        let peer = try ScriptedPeer { connection in
            // What is unread when it closes makes a reset of the end.
            _ = connection.read(1)
        }
        let reset = try Mover(try transport(), to: peer.port)
        reset.stream.send([UInt8](repeating: 1, count: 4_000_000))
        #expect(!reset.wait { reset.received.count > 0 })
        guard case .failed(let failure)? = reset.last.end else {
            Issue.record("It has ended in order")
            return
        }
        #expect(failure.kind == .cut)
    }

    @Test("The wait for a server that is silent, or cannot be connected to, ends at once from another thread")
    func interruption() throws {
        let isThere = Monitor(false)
        let peer = try ScriptedPeer { connection in
            isThere.change { $0 = true }
            _ = connection.read(1)
        }
        let transport = try transport()
        let mover = try Mover(transport, to: peer.port)
        let interrupt = transport.interruption
        let thread = try DedicatedThread("interrupts") {
            _ = isThere.wait { $0 ? true : nil }
            interrupt()
        }
        #expect(!mover.wait { mover.received.count > 0 })
        #expect(transport.isInterrupted)
        thread.join()
        var nothing: [UInt8] = []
        #expect(transport.open(try HostAddress("127.0.0.1:1")).move(onto: &nothing).end == .failed(.interrupted))
    }

    @Test("A proxy that is set passes bytes on, be they encrypted or not")
    func proxy() throws {
        let peer = try ScriptedPeer { connection in
            var head: [UInt8] = []
            while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) { head += connection.read(1) }
            let line = head.prefix { $0 != 0x0D }
            connection.write(Array("HTTP/1.1 200 Connected\r\n\r\n".utf8) + line)
        }
        let transport = try transport { $0.proxy = "http://127.0.0.1:\(peer.port)" }
        let mover = try Mover(transport, to: 5_044)
        #expect(mover.wait { mover.received.count >= 31 })
        #expect(mover.text == "CONNECT 127.0.0.1:5044 HTTP/1.1")
    }

    @Test("A proxy of the environment is not for streams")
    func noProxy() async {
        await #expect(processExitsWith: .success) {
            setenv("http_proxy", "http://127.0.0.1:1", 1)
            setenv("all_proxy", "http://127.0.0.1:1", 1)
            let peer = try ScriptedPeer { connection in connection.write([5]) }
            let transport = try #require(
                CurlStreams(TransportSettings(), isEncrypted: false, clock: SystemClock()))
            let mover = try Mover(transport, to: peer.port)
            exit(mover.wait { mover.received == [5] } ? 0 : 1)
        }
    }

    @Test("The handshake of TLS does not offer HTTP")
    func noALPN() throws {
        let hello = Monitor<[UInt8]>([])
        let peer = try ScriptedPeer { connection in
            let head = connection.read(5)
            let body = connection.read(Int(head[3]) << 8 | Int(head[4]))
            hello.change { $0 = body }
        }
        let mover = try Mover(try transport(isEncrypted: true) { $0.tls.verifies = false }, to: peer.port)
        #expect(!mover.wait { mover.last.isConnected })
        let sent = hello.withLock { $0 }
        #expect(sent.count > 100)
        #expect(sent.firstRange(of: Array("http/1.1".utf8)) == nil)
    }

    @Test("What would have blocked is tried again with the same bytes at the same place, whatever was put behind it")
    func sameBytes() {
        struct Try: Equatable {
            var place: UInt
            var bytes: [UInt8]
        }
        var queue = SendQueue()
        queue.append([UInt8](repeating: 1, count: SendQueue.pieceLength + 10))
        var tries: [Try] = []
        /// Answers the tries one after the other.
        func drain(_ answers: [Int?]) -> Bool {
            var answers = answers[...]
            return queue.drain { piece in
                tries.append(Try(place: UInt(bitPattern: piece.baseAddress), bytes: Array(piece)))
                return answers.popFirst() ?? nil
            }
        }
        #expect(!drain([nil]))
        for number in 0..<100 { queue.append([UInt8](repeating: UInt8(number), count: 1_000)) }
        #expect(!drain([nil]))
        #expect(tries[1] == tries[0])
        #expect(drain([SendQueue.pieceLength, nil]))
        #expect(tries[2] == tries[0])
        #expect(tries[3].bytes == [UInt8](repeating: 1, count: 10))
        #expect(drain([4, nil]))
        #expect(tries[4] == tries[3])
        #expect(tries[5].bytes.count == 6 && tries[5].place == tries[4].place + 4)
        #expect(drain([6] + Array(repeating: 1_000, count: 100)))
        #expect(queue.isEmpty)
    }

    @Test(
        "A host is a name or an address with a port",
        arguments: [
            ("ls1", "ls1:5044", nil), ("ls1:5045", "ls1:5045", "ls1:5045"),
            ("192.0.2.7:1", "192.0.2.7:1", "192.0.2.7:1"),
            ("[2001:db8::1]", "[2001:db8::1]:5044", nil), ("[2001:db8::1]:7", "[2001:db8::1]:7", "[2001:db8::1]:7"),
            ("2001:db8::1", nil, nil), ("[2001:db8::1", nil, nil), (":5044", nil, nil), ("ls1:0", nil, nil),
            ("ls1:x", nil, nil), ("ls1:99999", nil, nil), ("tcp://ls1:5044", nil, nil), ("ls1/x", nil, nil),
            ("user@ls1", nil, nil), ("l s", nil, nil), ("", nil, nil), ("[]:1", nil, nil),
        ] as [(String, String?, String?)])
    func addresses(text: String, withDefault: String?, without: String?) {
        #expect((try? HostAddress(text, defaultPort: 5_044))?.description == withDefault)
        #expect((try? HostAddress(text))?.description == without)
    }
}
