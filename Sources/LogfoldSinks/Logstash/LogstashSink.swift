package import LogfoldCore
package import LogfoldIO
import LogfoldParsing
package import LogfoldTransport

/// Sends events to Logstash, over Lumberjack or as JSON lines.
///
/// Over Lumberjack an event is safe when Logstash has acknowledged it. What was sent and not acknowledged is sent again, so
/// it may be there twice, with one `event.id`.
package final class LogstashSink: PipeliningSink, TallyingSink, InterruptibleSink {
    /// The name in the configuration.
    package let name: String
    private let options: LogstashOptions
    private let clock: any Clock
    private let sender: LogstashSender
    private let backlog: LogstashBacklog
    /// Ends what is in flight at once, from any thread.
    package let interrupt: @Sendable () -> Void
    /// Ends a wait for acknowledgements, from any thread.
    package let bell: @Sendable () -> Void

    fileprivate init(
        _ options: LogstashOptions, name: String, clock: any Clock, backlog: LogstashBacklog, sender: LogstashSender,
        transport: any StreamTransport
    ) {
        self.options = options
        self.name = name
        self.clock = clock
        self.backlog = backlog
        self.sender = sender
        interrupt = transport.interruption
        bell = transport.bell
    }

    /// Takes the events of a batch that go here.
    package func take(_ batch: Batch, route: UInt64, first: UInt64) {
        // Events of others are settled with the one of ours behind them.
        var settled = first
        let now = clock.monotonic
        batch.withLines { lines in
            for (at, entry) in batch.entries.enumerated() where entry.routes & route != 0 {
                let next = first + UInt64(at) + 1
                let whole = backlog.append(lines, entry, settled: settled..<next, now: now)
                if let whole, sender.failure == nil { sender.append(whole) }
                settled = next
            }
        }
    }

    /// Whether there is enough for as many windows as may be on the way.
    package var isFull: Bool { backlog.byteCount >= options.lotBytes }

    /// When a window can be sent, or something be settled.
    package var deadline: Int64? {
        if sender.failure != nil { return sender.isOnTheWay ? nil : clock.monotonic }
        if !sender.safe.isEmpty || sender.hasNoLink { return clock.monotonic }
        guard !sender.isSaturated, let filling = backlog.filling else { return nil }
        // More does not come.
        return isFull ? clock.monotonic : filling.since + options.flush.nanoseconds
    }

    /// Windows that may be on the way.
    package var requestLimit: Int { options.pipelining * options.connections }
    /// Whether one is, or a connection is made for it.
    package var isWaiting: Bool { sender.isWaiting }

    /// Sends windows.
    package func begin(isFlushing: Bool) {
        guard sender.failure == nil else { return }
        // Where nothing can be sent, more can be put into the next window meanwhile.
        if isFlushing, !sender.isSaturated, let last = backlog.seal() { sender.append(last) }
        sender.advance()
    }

    /// Takes the acknowledgements that are there, and waits for one.
    package func wait(until deadline: Int64?) {
        if isWaiting { sender.wait(until: deadline) }
    }

    /// What has become of the events.
    package func settle() -> Settlement {
        var settlement = Settlement()
        settlement.events = sender.safe.take()
        backlog.removeSettled()
        settlement.isTryingAgain = backlog.isRepeating
        if sender.failure != nil, !sender.isOnTheWay { settlement.failure = sender.endRound() }
        return settlement
    }

    /// What became of the events.
    package var state: [UInt8] { ServerSinkState(tally: sender.tally).encoded }

    /// What became of the events.
    package var tally: SinkTally { sender.tally }

    /// Bytes of windows that were acknowledged whole.
    package var bytesWritten: Int64 { sender.bytesWritten }

    /// Closes the connections.
    package func close() { sender.close() }
}

/// A sink to Logstash over this transport, which is its own.
///
/// - Parameters:
///   - version: What the events say of the program that has sent them.
///   - restoring: What ``LogstashSink/state`` was when the saved positions were acknowledged; empty where there is none.
package func makeLogstashSink(
    _ options: LogstashOptions, name: String, version: String, transport: any StreamTransport, clock: any Clock,
    restoring state: [UInt8], report: @escaping SinkReport
) throws(SinkFailure) -> LogstashSink {
    let backlog = LogstashBacklog(options, version: version)
    let sender = try LogstashSender(
        options, backlog, transport: transport, clock: clock, tally: ServerSinkState(state).tally, report: report)
    return LogstashSink(
        options, name: name, clock: clock, backlog: backlog, sender: sender, transport: transport)
}
