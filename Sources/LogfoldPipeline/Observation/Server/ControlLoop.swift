import LogfoldIO

/// The server's thread: waits on all its sockets at once and lets each go on as far as it can.
struct ControlLoop {
    private let listener: StreamSocket
    private let address: SocketAddress
    private let wake: WakeSignal
    private let limits: ControlServer.Limits
    private let clock: any Clock
    private let diagnostics: Diagnostics
    private let status: @Sendable () -> AgentStatus
    /// The oldest first.
    private var connections: [ControlConnection] = []
    /// When to look for new connections again, after there was no descriptor for one.
    private var pausedUntil: Int64?

    init(
        listener: StreamSocket, address: SocketAddress, wake: WakeSignal, limits: ControlServer.Limits,
        clock: any Clock, diagnostics: Diagnostics, status: @escaping @Sendable () -> AgentStatus
    ) {
        self.listener = listener
        self.address = address
        self.wake = wake
        self.limits = limits
        self.clock = clock
        self.diagnostics = diagnostics
        self.status = status
    }

    /// Runs until the wake signal is given.
    mutating func run() {
        while true {
            var entries = [PollEntry(wake.descriptor, .input)]
            entries += connections.map { PollEntry($0.socket.descriptor, $0.waitsFor) }
            let isListening = pausedUntil == nil
            if isListening { entries.append(PollEntry(listener.descriptor, .input)) }
            _ = PollEntry.wait(for: &entries, milliseconds: timeLimit)
            if entries[0].isReady { return }
            let now = clock.monotonic
            for index in connections.indices {
                connections[index].goOn(isReady: entries[index + 1].isReady, now: now, wall: clock.now, limits, status)
            }
            connections.removeAll(where: \.hasEnded)
            if isListening, entries[entries.count - 1].isReady { acceptAll() }
            if let until = pausedUntil, now >= until { pausedUntil = nil }
        }
    }

    private var timeLimit: Int32? {
        let deadline = (connections.map(\.deadline) + [pausedUntil].compactMap { $0 }).min()
        return deadline.map { Int32(clamping: ($0 &- clock.monotonic &+ 999_999) / 1_000_000) }
    }

    private mutating func acceptAll() {
        do throws(SocketError) {
            // As many as there may be, then the others get their turn.
            for _ in 0..<limits.connections {
                guard let socket = try listener.accept(on: address) else { return }
                if connections.count >= limits.connections { connections.removeFirst() }
                connections.append(ControlConnection(socket, deadline: clock.monotonic + limits.request))
            }
        } catch {
            diagnostics.warning("A connection to the status page is not taken", [("error", "\(error)")])
            // The one that waits stays ready: without a pause this would be a busy loop.
            if !connections.isEmpty { connections.removeFirst() }
            pausedUntil = clock.monotonic + 1_000_000_000
        }
    }
}

/// One connection: it reads a request, writes the answer, and waits for the other side to go.
struct ControlConnection {
    let socket: StreamSocket
    private var phase = Phase.reading(HTTPRequestReader())
    /// When it is ended whatever it does, by the monotonic clock.
    private(set) var deadline: Int64

    private enum Phase {
        case reading(HTTPRequestReader)
        case writing([UInt8], sent: Int)
        /// To close while bytes of the request are unread would make the system tear the answer away from the client.
        case leaving(read: Int)
        case ended
    }

    init(_ socket: StreamSocket, deadline: Int64) {
        self.socket = socket
        self.deadline = deadline
    }

    /// What the next step needs.
    var waitsFor: Readiness { if case .writing = phase { .output } else { .input } }

    /// Whether nothing is to be done any more.
    var hasEnded: Bool { if case .ended = phase { true } else { false } }

    /// Does what can be done without waiting.
    mutating func goOn(
        isReady: Bool, now: Int64, wall: Int64, _ limits: ControlServer.Limits, _ status: () -> AgentStatus
    ) {
        if isReady {
            switch phase {
            case .reading(let reader): read(reader, now: now, wall: wall, limits, status)
            case .writing(let bytes, let sent): write(bytes, from: sent, now: now, limits)
            case .leaving(let read): leave(read)
            case .ended: break
            }
        }
        if now >= deadline { expire(now: now, wall: wall, limits) }
    }

    private mutating func read(
        _ reader: HTTPRequestReader, now: Int64, wall: Int64, _ limits: ControlServer.Limits,
        _ status: () -> AgentStatus
    ) {
        var reader = reader
        var bytes: [UInt8] = []
        switch socket.read(4_096, onto: &bytes) {
        case .wouldBlock: return
        case .ended: phase = .ended
        case .moved:
            switch reader.take(bytes) {
            case .incomplete: phase = .reading(reader)
            case .refused(let refusal): begin(.plain(refusal), now: now, wall: wall, limits)
            case .complete(let request):
                let answer = ControlPages.answer(request, status)
                begin(answer, withBody: request.method != "HEAD", now: now, wall: wall, limits)
            }
        }
    }

    private mutating func begin(
        _ answer: HTTPResponse, withBody: Bool = true, now: Int64, wall: Int64, _ limits: ControlServer.Limits
    ) {
        deadline = now + limits.answer
        write(answer.bytes(withBody: withBody, now: wall), from: 0, now: now, limits)
    }

    private mutating func write(_ bytes: [UInt8], from offset: Int, now: Int64, _ limits: ControlServer.Limits) {
        var sent = offset
        while sent < bytes.count {
            switch socket.write(bytes, from: sent) {
            case .moved(let count): sent += count
            case .wouldBlock:
                phase = .writing(bytes, sent: sent)
                return
            case .ended:
                phase = .ended
                return
            }
        }
        socket.endWriting()
        phase = .leaving(read: 0)
        deadline = now + limits.leaving
    }

    private mutating func leave(_ read: Int) {
        var bytes: [UInt8] = []
        switch socket.read(4_096, onto: &bytes) {
        case .wouldBlock: return
        case .ended: phase = .ended
        // Who goes on talking behind the answer is not listened to for ever.
        case .moved(let count): phase = read + count > 1 << 18 ? .ended : .leaving(read: read + count)
        }
    }

    private mutating func expire(now: Int64, wall: Int64, _ limits: ControlServer.Limits) {
        guard case .reading(let reader) = phase, reader.hasBegun else { return phase = .ended }
        begin(.plain(.requestTimeout), now: now, wall: wall, limits)
    }
}
