import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldTransport

/// Brings the events of lots to Logstash: windows to all hosts at a time, several on the way to each, and again what was
/// not acknowledged.
///
/// Once no host is left nothing more is sent, until ``endRound()`` begins anew.
///
/// What is done when something fails stands in `Docs/sinks/logstash.md` in a table; this is its one place.
final class LogstashSender {
    private let options: LogstashOptions
    private let transport: any StreamTransport
    private let clock: any Clock
    private let encoder: WindowEncoder
    private let backlog: LogstashBacklog
    private let report: SinkReport
    private var pool: EndpointPool<HostAddress>
    private var links: [LogstashLink] = []
    /// Hosts that have failed since they last acknowledged something.
    private var failing: Set<Int> = []
    private(set) var tally: SinkTally
    /// Bytes of windows that were acknowledged whole.
    private(set) var bytesWritten: Int64 = 0

    /// Runs of events that are on their way nowhere, each in one lot.
    private var waiting: [Range<Int>] = []
    /// Links that were begun since there was nothing to do.
    private var openings = 0
    /// Why a host has failed, the last of them.
    private var reason: String?
    /// Why nothing more is sent.
    private(set) var failure: SinkFailure?
    /// Events that are safe, and that were not asked for yet.
    var safe = EventNumbers()

    init(
        _ options: LogstashOptions, _ backlog: LogstashBacklog, transport: any StreamTransport, clock: any Clock,
        tally: SinkTally, report: @escaping SinkReport
    ) throws(SinkFailure) {
        self.options = options
        self.backlog = backlog
        self.transport = transport
        self.clock = clock
        self.tally = tally
        self.report = report
        do throws(CompressionError) {
            encoder = try WindowEncoder(options.wire, level: options.compressionLevel)
        } catch {
            throw SinkFailure("\(error)")
        }
        pool = EndpointPool(options.hosts)
    }

    /// Takes a lot that is whole.
    func append(_ lot: EventLot) {
        if waiting.isEmpty, !isOnTheWay {
            openings = 0
            for link in links { link.beginRound() }
        }
        waiting += lot.open
    }

    /// Whether windows are on the way.
    var isOnTheWay: Bool { links.contains { $0.windows.count > 0 } }
    /// Whether something has to come from a host before anything more can be done.
    var isWaiting: Bool { isOnTheWay || (failure == nil && !waiting.isEmpty && !links.isEmpty) }
    /// Whether there is something to send and no connection for it.
    var hasNoLink: Bool { failure == nil && !waiting.isEmpty && links.isEmpty }
    /// Whether as much is on the way as may be.
    var isSaturated: Bool { isOnTheWay && !links.contains { $0.room(options.pipelining) > 0 } }

    /// Moves everything on as far as that goes without waiting.
    func advance() {
        guard isOnTheWay || !waiting.isEmpty else { return }
        guard !transport.isInterrupted else {
            links = []
            failure = SinkFailure("it was told to stop")
            return
        }
        // First what has come: a connection that was closed meanwhile should be given nothing.
        for link in links { move(link) }
        openLinks()
        handOut()
    }

    /// Waits until a link may be able to move on, until a monotonic time, or until the bell is rung.
    func wait(until deadline: Int64?) {
        transport.wait(for: links.map(\.waitingFor), until: min(deadline ?? .max, nextLook))
        advance()
    }

    /// Begins anew with what is not safe; returns why it could not go on.
    func endRound() -> SinkFailure? {
        defer { (failure, reason, openings) = (nil, nil, 0) }
        waiting = []
        for lot in backlog.whole {
            lot.noteRepeated()
            waiting += lot.open
        }
        return failure
    }

    /// Closes all connections.
    func close() { links = [] }

    /// How often links are looked at though nothing has come.
    private static let longestWait: Int64 = 1_000_000_000
    /// How often it is asked whether what was sent has arrived, where nobody says so.
    private static let askingPause: Int64 = 5_000_000

    private var nextLook: Int64 {
        let pause = links.contains(where: \.isAsked) ? Self.askingPause : Self.longestWait
        return clock.monotonic + pause
    }
}

// MARK: - Sending

extension LogstashSender {
    /// Begins links to the hosts that are believed to work, while there is something for them to do.
    private func openLinks() {
        guard failure == nil, !waiting.isEmpty else { return }
        let now = clock.monotonic
        while links.count < options.connections {
            let taken = Set(links.map(\.host))
            // Who asks means to try, so one is tried even where all rest.
            guard pool.hasHealthy(at: now, except: taken) || (links.isEmpty && openings == 0),
                let host = pool.next(at: now, except: taken)
            else { break }
            links.append(LogstashLink(to: host, over: transport.open(pool[host]), options.wire, at: now))
            openings += 1
        }
        if links.isEmpty { failure = SinkFailure(reason ?? "no host is left to try") }
    }

    /// Gives windows to the links that have room, to those first that have the least to do.
    private func handOut() {
        while failure == nil, !waiting.isEmpty {
            let free = links.filter { $0.room(options.pipelining) > 0 }
            guard let link = free.min(by: { $0.windows.count < $1.windows.count }) else { return }
            let run = waiting.removeFirst()
            let lot = backlog[run.lowerBound]
            let count = lot.prefixCount(run, bytes: options.windowBytes, events: options.windowEvents)
            let events = run.prefix(count)
            if count < run.count { waiting.insert(run.dropFirst(count), at: 0) }
            do throws(CompressionError) {
                link.send(events, try encoder.encode(events, of: lot), at: clock.monotonic)
                tally.sent += UInt64(count)
            } catch {
                waiting.insert(events, at: 0)
                failure = SinkFailure("the events cannot be compressed: \(error)")
            }
        }
    }
}

// MARK: - What comes back

extension LogstashSender {
    private func move(_ link: LogstashLink) {
        let before = link.windows.bytesAcknowledged
        let progress = link.move(at: clock.monotonic)
        for events in progress.safe {
            finish(events)
            if options.wire == .lines { tally.handedOver += UInt64(events.count) }
        }
        bytesWritten += Int64(link.windows.bytesAcknowledged - before)
        if !progress.safe.isEmpty {
            pool.succeeded(link.host)
            failing.remove(link.host)
        }
        if let end = progress.end {
            take(end, of: link)
        } else if link.windows.count > 0, clock.monotonic - link.lastMoved >= options.transport.timeout.nanoseconds {
            fail(link, "\(pool[link.host]) has neither acknowledged nor kept alive for \(timeoutText)")
        }
    }

    private func finish(_ events: Range<Int>) {
        let lot = backlog[events.lowerBound]
        lot.finish(events)
        for number in events { safe.append(lot.settled(with: number)) }
    }

    private var timeoutText: String { Units.text(duration: options.transport.timeout) }

    private func take(_ end: LogstashLink.End, of link: LogstashLink) {
        let host = pool[link.host]
        // Servers close connections that have been idle, be it just when something is sent again.
        let isExpected = link.windows.count == 0 ? link.isProven : link.isLeftOver
        switch end {
        case .nonsense(let text): fail(link, "\(host) does not speak Lumberjack: \(text)")
        case _ where isExpected: drop(link)
        case .closed:
            let count = link.windows.eventCount
            let text = "\(host) has closed the connection with \(count) events on the way"
            fail(link, text + hint(link))
        case .failed(let failure) where failure.kind == .interrupted: drop(link)
        case .failed(let failure) where failure.kind == .cut:
            fail(link, "the connection to \(host) has broken: \(failure)\(hint(link))")
        case .failed(let failure): fail(link, "\(host) cannot be reached: \(failure)")
        }
    }

    /// What may be wrong where a server lets in and then says no, which it may do without giving a reason.
    private func hint(_ link: LogstashLink) -> String {
        guard !link.isProven, options.isEncrypted, options.transport.tls.certificate == nil else { return "" }
        return "; if it wants to see a certificate, give tls.certificate and tls.key"
    }

    /// A host has failed: it rests, and the others get what was on the way to it.
    private func fail(_ link: LogstashLink, _ reason: String) {
        pool.failed(link.host, at: clock.monotonic)
        self.reason = reason
        drop(link)
        guard failing.insert(link.host).inserted, pool.count > 1 else { return }
        report("A host of Logstash has failed; the others get its events", [("error", reason)])
    }

    /// What is not acknowledged on a link goes back, in its order. It may have arrived, and will be sent again.
    private func drop(_ link: LogstashLink) {
        tally.resent += UInt64(link.windows.eventCount)
        waiting.insert(contentsOf: link.windows.open, at: 0)
        links.removeAll { $0 === link }
    }
}
