import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

/// Hosts without a network: a script says what comes back for each window, and time passes only while somebody waits.
final class ScriptedLogstash: StreamTransport {
    /// A window as it came.
    struct Window {
        var host: String
        /// Which connection it came on, counted from 0 over all hosts.
        var connection: Int
        /// Its number on that connection, from 0.
        var number: Int
        /// The events' JSON.
        var events: [String]
        /// What they say in `message`.
        var messages: [String] { events.map { JSONValue($0)?["message"]?.text ?? "" } }
    }

    /// What a host does, one after the other.
    enum Reaction {
        case acknowledge(Int)
        case bytes([UInt8])
        /// Nothing for so long.
        case pause(seconds: Int64)
        case close
        case fail(String)
    }

    /// What becomes of a connection.
    enum Connecting {
        case open, refused, never
    }

    let clock: FakeClock
    var script: (Window) -> [Reaction] = { [.acknowledge($0.events.count)] }
    var connecting: (_ host: String) -> Connecting = { _ in .open }
    private(set) var windows: [Window] = []
    /// Hosts in the order in which connections to them were begun.
    private(set) var opened: [String] = []
    /// The most windows that were on the way on one connection before and after its first acknowledgement.
    private(set) var most = (unproven: 0, proven: 0)
    private var streams: [Weak] = []
    var isInterrupted = false

    private struct Weak {
        weak var stream: ScriptedStream?
    }

    init(_ clock: FakeClock) { self.clock = clock }

    var interruption: @Sendable () -> Void { {} }
    let bell: @Sendable () -> Void = {}

    func open(_ address: HostAddress) -> any ByteStream {
        let stream = ScriptedStream(self, address.host, connection: opened.count, connecting(address.host))
        opened.append(address.host)
        streams.append(Weak(stream: stream))
        return stream
    }

    func wait(for waiting: [any ByteStream], until deadline: Int64) {
        let streams = waiting.compactMap { $0 as? ScriptedStream }
        if streams.contains(where: { $0.hasSomethingToDo }) { return }
        let next = ([deadline] + streams.compactMap(\.pausesUntil)).min() ?? deadline
        clock.advance(milliseconds: max(0, next - clock.monotonic) / 1_000_000)
    }

    fileprivate func take(_ window: Window, onTheWay count: Int, isProven: Bool) -> [Reaction] {
        if isProven { most.proven = max(most.proven, count) } else { most.unproven = max(most.unproven, count) }
        windows.append(window)
        return script(window)
    }

    /// All events that came, as their messages.
    var messages: [String] { windows.flatMap(\.messages) }
}

/// One connection to a scripted host.
final class ScriptedStream: ByteStream {
    private let server: ScriptedLogstash
    private let host: String
    private let connection: Int
    private let connecting: ScriptedLogstash.Connecting
    private var incoming: [UInt8] = []
    private var reactions: [ScriptedLogstash.Reaction] = []
    private(set) var pausesUntil: Int64?
    private var count = 0
    private var (isProven, hasMoved) = (false, false)

    init(
        _ server: ScriptedLogstash, _ host: String, connection: Int, _ connecting: ScriptedLogstash.Connecting
    ) {
        self.server = server
        self.host = host
        self.connection = connection
        self.connecting = connecting
    }

    func send(_ bytes: [UInt8]) { incoming += bytes }

    var hasSomethingToDo: Bool {
        !hasMoved || !incoming.isEmpty
            || (!reactions.isEmpty && (pausesUntil.map { $0 <= server.clock.monotonic } ?? true))
    }

    let hasArrived = false

    func move(onto received: inout [UInt8]) -> StreamProgress {
        var progress = StreamProgress()
        hasMoved = true
        switch connecting {
        case .open: progress.isConnected = true
        case .refused: progress.end = .failed(TransportFailure(.unreachable, "nobody listens"))
        case .never: break
        }
        guard progress.isConnected else { return progress }
        progress.hasMoved = !incoming.isEmpty
        takeWindows()
        if let until = pausesUntil {
            guard until <= server.clock.monotonic else { return progress }
            pausesUntil = nil
        }
        guard !reactions.isEmpty else { return progress }
        switch reactions.removeFirst() {
        case .acknowledge(let sequence):
            if sequence > 0 { isProven = true }
            received += [0x32, 0x41, 0, 0, UInt8(sequence >> 8), UInt8(sequence & 0xFF)]
            progress.hasMoved = true
        case .bytes(let bytes):
            received += bytes
            progress.hasMoved = true
        case .pause(let seconds): pausesUntil = server.clock.monotonic + seconds * 1_000_000_000
        case .close: progress.end = .closed
        case .fail(let text): progress.end = .failed(TransportFailure(.cut, text))
        }
        return progress
    }

    private func takeWindows() {
        while let events = Lumberjack.window(&incoming) {
            let window = ScriptedLogstash.Window(
                host: host, connection: connection, number: count, events: events)
            count += 1
            let onTheWay = 1 + reactions.count { if case .acknowledge = $0 { true } else { false } }
            reactions += server.take(window, onTheWay: onTheWay, isProven: isProven)
        }
    }
}

/// The frames of Lumberjack, read as strictly as a server reads them.
enum Lumberjack {
    /// Takes a whole window of uncompressed frames from the front; nil where there is none.
    static func window(_ bytes: inout [UInt8]) -> [String]? {
        guard bytes.count >= 6, bytes[0] == 0x32, bytes[1] == 0x57 else { return nil }
        let count = number(bytes, 2)
        var (at, events) = (6, [String]())
        while events.count < count {
            guard bytes.count >= at + 10, bytes[at] == 0x32, bytes[at + 1] == 0x4A else { return nil }
            guard number(bytes, at + 2) == events.count + 1 else { return nil }
            let end = at + 10 + number(bytes, at + 6)
            guard bytes.count >= end else { return nil }
            events.append(String(decoding: bytes[at + 10..<end], as: UTF8.self))
            at = end
        }
        bytes.removeFirst(at)
        return events
    }

    private static func number(_ bytes: [UInt8], _ at: Int) -> Int {
        bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}

/// A sink on scripted hosts, driven as the runner does but without its pauses.
final class LogstashRun {
    /// 2026-11-22T17:22:07Z.
    let clock = FakeClock(now: 1_795_368_127_000_000_000)
    let server: ScriptedLogstash
    let sink: LogstashSink
    private let log = SinkLog()
    var reports: [String] { log.messages }

    init(
        hosts: [String] = ["ls1"], state: [UInt8] = [], _ change: (inout LogstashOptions) -> Void = { _ in }
    ) throws {
        server = ScriptedLogstash(clock)
        var options = LogstashOptions(
            .lumberjack, hosts: try hosts.map { try HostAddress($0, defaultPort: LogstashOptions.defaultPort) })
        options.compressionLevel = nil
        change(&options)
        let log = log
        sink = try makeLogstashSink(
            options, name: "elk", version: "1.0", transport: server, clock: clock, restoring: state
        ) { message, _ in log.messages.append(message) }
    }

    /// Takes events of these numbers.
    func take(_ numbers: Range<Int>) {
        let batch = EventBatch.of(numbers.map { #"{"message":"m\#($0)","event":{"id":"id\#($0)"}}"# })
        sink.take(batch, route: 1, first: UInt64(numbers.lowerBound))
    }

    /// Commits; what it failed with.
    func commit() -> String? {
        do throws(SinkFailure) {
            try sink.commit()
            return nil
        } catch {
            return error.description
        }
    }

    /// Commits until it goes well, a second passing after each failure; the failures on the way.
    func deliver(most: Int = 50) -> [String] {
        var failures: [String] = []
        while let failure = commit() {
            failures.append(failure)
            guard failures.count < most else {
                Issue.record("It does not go well: \(failure)")
                break
            }
            clock.advance(milliseconds: 1_000)
        }
        return failures
    }

    /// The messages of events of these numbers.
    static func messages(_ numbers: Range<Int>) -> [String] { numbers.map { "m\($0)" } }
}
