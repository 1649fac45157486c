import LogfoldTransport

/// A connection to one host, and what is on its way there.
final class LogstashLink {
    /// The host's number in the pool.
    let host: Int
    private let stream: any ByteStream
    private let wire: LogstashWire
    private var acks = AckReader()
    private(set) var windows = WindowsInFlight()
    /// When bytes went in either direction, or it was given something to do, by the monotonic clock.
    private(set) var lastMoved: Int64
    /// Whether there is a connection.
    private(set) var isConnected = false
    /// Whether the server has acknowledged anything on it: not before that is it known to have let us in, since with TLS
    /// 1.3 a certificate that is missing shows only when something is read.
    private(set) var isProven = false
    /// Whether it is from before there was nothing to do, and nothing was heard on it since.
    private(set) var isLeftOver = false

    /// What came of moving a link on.
    struct Progress {
        /// Events that are safe now.
        var safe: [Range<Int>] = []
        /// Why it goes no further.
        var end: End?
    }

    /// Why a link goes no further.
    enum End: Equatable {
        /// The server has closed it, in order.
        case closed
        /// It could not be made, or broke.
        case failed(TransportFailure)
        /// The server says what it should not.
        case nonsense(String)
    }

    /// A link over a stream that has just been begun.
    init(to host: Int, over stream: any ByteStream, _ wire: LogstashWire, at now: Int64) {
        self.host = host
        self.stream = stream
        self.wire = wire
        lastMoved = now
    }

    /// There is something to do again, and the link is there already.
    func beginRound() { isLeftOver = isProven }

    /// Sends a window of these events.
    func send(_ events: Range<Int>, _ bytes: [UInt8], at now: Int64) {
        if windows.count == 0 { lastMoved = now }
        stream.send(bytes)
        windows.append(events, bytes: bytes.count)
    }

    /// How many windows may be on the way: one until the first is acknowledged.
    func room(_ pipelining: Int) -> Int {
        isConnected ? (isProven ? pipelining : 1) - windows.count : 0
    }

    /// What to wait for.
    var waitingFor: any ByteStream { stream }

    /// Whether only asking tells that what was sent has arrived.
    var isAsked: Bool { wire == .lines && windows.count > 0 }

    /// Moves on as far as that goes without waiting.
    func move(at now: Int64) -> Progress {
        var received: [UInt8] = []
        let moved = stream.move(onto: &received)
        isConnected = moved.isConnected
        if moved.hasMoved { lastMoved = now }
        var progress = Progress()
        switch wire {
        case .lumberjack: progress.end = read(received, &progress.safe)
        case .lines:
            if moved.end == nil, windows.count > 0, stream.hasArrived { progress.safe = windows.acknowledgeAll() }
        }
        if !received.isEmpty || !progress.safe.isEmpty { isLeftOver = false }
        if !progress.safe.isEmpty { isProven = true }
        switch moved.end {
        case .closed: progress.end = progress.end ?? .closed
        case .failed(let failure): progress.end = progress.end ?? .failed(failure)
        case nil: break
        }
        return progress
    }

    /// Reads acknowledgements; why it goes no further, if so.
    private func read(_ received: [UInt8], _ safe: inout [Range<Int>]) -> End? {
        acks.append(received)
        do {
            while let sequence = try acks.next() {
                let events = try windows.acknowledge(sequence)
                if !events.isEmpty { safe.append(events) }
            }
            return nil
        } catch {
            return .nonsense("\(error)")
        }
    }
}
