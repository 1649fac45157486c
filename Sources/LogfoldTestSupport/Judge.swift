import Glibc
import LogfoldCore
import LogfoldIO
import Synchronization

/// What a sink of type `test` sends to: takes events or not as a test says, on a thread for each connection, and keeps
/// what it took.
package final class Judge: Sendable {
    /// A request as it came.
    package struct Request: Sendable {
        /// Its number among those of this sink's life.
        package var number: Int
        /// Which connection it came on, counted from 0.
        package var connection: Int
        /// The events, a JSON line each, without newlines.
        package var events: [[UInt8]]

        /// The numbers of the events with a text in them.
        package func items(with text: String) -> [Int] {
            // Tests are not optimized, and this is the inner loop of some.
            text.withCString { text in
                events.indices.filter { index in
                    (events[index] + [0]).withUnsafeBufferPointer { event in
                        event.withMemoryRebound(to: CChar.self) { strstr($0.baseAddress!, text) != nil }
                    }
                }
            }
        }
    }

    /// What becomes of a request.
    package enum Verdict: Sendable {
        /// All of it is taken, but for some.
        case take(except: [Refusal] = [])
        /// Nothing of it is taken.
        case refuse(String, retryAfter: Duration? = nil)
        /// No answer.
        case silence
        /// All of it is taken, and the connection ends without an answer.
        case takeAndHangUp
        /// The connection ends.
        case hangUp
    }

    /// An event that is not taken.
    package struct Refusal: Sendable {
        /// Its number in the request.
        package var item: Int
        /// `rejected`, `held` or `busy`.
        package var kind: String
        package var status: Int
        package var reason: String

        /// A refusal.
        package init(_ item: Int, _ kind: String, status: Int = 400, reason: String = "it is not liked") {
            self.item = item
            self.kind = kind
            self.status = status
            self.reason = reason
        }
    }

    private struct Contents: Sendable {
        var rule: @Sendable (Request) -> Verdict
        var lines: [UInt8] = []
        var count = 0
        var requests = 0
    }

    private let socket: StreamSocket
    private let address: SocketAddress
    private let contents: Monitor<Contents>
    private let isOver = Atomic(false)

    /// A judge that listens at a path already.
    package init(
        at path: String, _ rule: @escaping @Sendable (Request) -> Verdict = { _ in .take() }
    ) throws {
        let address = SocketAddress.unix(path)
        self.address = address
        socket = try StreamSocket.listening(on: address)
        contents = Monitor(Contents(rule: rule))
        let socket = socket
        _ = try DedicatedThread("judge") { [weak self] in
            var number = 0
            // Looks now and then whether the test still has the judge.
            while self?.isEnded == false {
                var entries = [PollEntry(socket.descriptor, .input)]
                guard PollEntry.wait(for: &entries, milliseconds: 100),
                    let connection = try? socket.accept(on: address)
                else { continue }
                let mine = number
                _ = try? DedicatedThread("judge-\(mine)") { [weak self] in self?.serve(connection, mine) }
                number += 1
            }
        }
    }

    deinit {
        isOver.store(true, ordering: .relaxed)
        address.removeSocketFile()
    }

    private var isEnded: Bool { isOver.load(ordering: .relaxed) }

    /// From now on requests are decided so.
    package func decide(_ rule: @escaping @Sendable (Request) -> Verdict) { contents.change { $0.rule = rule } }

    /// The events that it took, a JSON line each, repeats and all.
    package var lines: [UInt8] { contents.withLock { $0.lines } }
    /// How many those are.
    package var count: Int { contents.withLock { $0.count } }
    /// How many requests have come.
    package var requests: Int { contents.withLock { $0.requests } }

    /// Waits until it has taken so many events; false where it has not in time.
    package func waitForCount(_ count: Int, seconds: Int64 = 60) -> Bool {
        wait(seconds) { $0.count >= count }
    }

    /// Waits until so many requests have come; false where they have not in time.
    package func waitForRequests(_ count: Int, seconds: Int64 = 60) -> Bool {
        wait(seconds) { $0.requests >= count }
    }

    private func wait(_ seconds: Int64, until condition: (Contents) -> Bool) -> Bool {
        let deadline = SystemClock().monotonic + seconds * 1_000_000_000
        return contents.wait(until: deadline) { condition($0) ? true : nil } ?? false
    }
}

// MARK: - Connections

extension Judge {
    private func serve(_ connection: StreamSocket, _ number: Int) {
        var bytes: [UInt8] = []
        while let head = line(connection, &bytes) {
            guard let request = JSONValue(head), let count = request["events"]?.text.flatMap({ Int($0) }) else {
                return
            }
            var events: [[UInt8]] = []
            while events.count < count, let event = line(connection, &bytes) { events.append(event) }
            guard events.count == count else { return }
            let known = Request(
                number: request["request"]?.text.flatMap { Int($0) } ?? 0, connection: number, events: events)
            guard judge(known, on: connection) else { return }
        }
    }

    /// Does what the rule says; false where that ends the connection.
    private func judge(_ request: Request, on connection: StreamSocket) -> Bool {
        let rule = contents.withLock { $0.rule }
        let verdict = rule(request)
        var answer: String?
        var taken: [[UInt8]] = []
        switch verdict {
        case .take(let except):
            let refused = Set(except.map(\.item))
            taken = request.events.indices.filter { !refused.contains($0) }.map { request.events[$0] }
            let items = except.map(\.json).joined(separator: ",")
            answer = #"{"request":\#(request.number),"accepted":true,"refused":[\#(items)]}"#
        case .refuse(let reason, let pause):
            let after = pause.map { ",\"retry_after_ms\":\($0.nanoseconds / 1_000_000)" } ?? ""
            answer = #"{"request":\#(request.number),"accepted":false,"reason":"\#(reason)"\#(after)}"#
        case .takeAndHangUp: taken = request.events
        case .silence, .hangUp: break
        }
        contents.change { contents in
            contents.requests += 1
            contents.count += taken.count
            for event in taken { contents.lines += event + [0x0A] }
        }
        if let answer { return write(answer + "\n", to: connection) }
        if case .silence = verdict { return true }
        return false
    }

    /// The next line without its newline; nil at the end of the connection, or of the judge.
    private func line(_ connection: StreamSocket, _ bytes: inout [UInt8]) -> [UInt8]? {
        var looked = 0
        while true {
            if let end = Self.newline(in: bytes, from: looked) {
                defer { bytes.removeSubrange(...end) }
                return Array(bytes[..<end])
            }
            looked = bytes.count
            switch connection.read(1 << 18, onto: &bytes) {
            case .moved: continue
            case .ended: return nil
            case .wouldBlock:
                var entries = [PollEntry(connection.descriptor, .input)]
                _ = PollEntry.wait(for: &entries, milliseconds: 100)
                if isEnded { return nil }
            }
        }
    }

    private static func newline(in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress, let found = memchr(base + start, 0x0A, raw.count - start) else {
                return nil
            }
            return UnsafeRawPointer(found) - base
        }
    }

    private func write(_ text: String, to connection: StreamSocket) -> Bool {
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            switch connection.write(bytes, from: offset) {
            case .moved(let count): offset += count
            case .ended: return false
            case .wouldBlock:
                var entries = [PollEntry(connection.descriptor, .output)]
                _ = PollEntry.wait(for: &entries, milliseconds: nil)
            }
        }
        return true
    }
}

extension Judge.Refusal {
    fileprivate var json: String {
        #"{"item":\#(item),"as":"\#(kind)","status":\#(status),"reason":"\#(reason)"}"#
    }
}
