package import LogfoldCore
package import LogfoldIO
import LogfoldParsing
package import LogfoldTransport

/// Sends events to Logstash, over Lumberjack or as JSON lines.
///
/// Over Lumberjack an event is safe when Logstash has acknowledged it. What was sent and not acknowledged is sent again, so
/// it may be there twice, with one `event.id`.
package final class LogstashSink: TallyingSink, InterruptibleSink {
    /// The name in the configuration.
    package let name: String
    private let clock: any Clock
    private let flush: Int64
    private let lotBytes: Int
    private let sender: LogstashSender
    private var lot: EventLot
    private var takenSince: Int64?
    /// Ends a commit at once, from any thread.
    package let interrupt: @Sendable () -> Void

    fileprivate init(
        _ options: LogstashOptions, name: String, version: String, clock: any Clock, sender: LogstashSender,
        interrupt: @escaping @Sendable () -> Void
    ) {
        self.name = name
        self.clock = clock
        self.sender = sender
        self.interrupt = interrupt
        flush = options.flush.nanoseconds
        lotBytes = options.lotBytes
        lot = EventLot(beat: options.beat, version: version, usesEventID: options.usesEventID)
    }

    /// Takes the events of a batch that go here.
    package func take(_ batch: Batch, route: UInt64) {
        batch.withLines { lines in
            for entry in batch.entries where entry.routes & route != 0 {
                lot.append(lines, entry.line, id: entry.id)
            }
        }
        if takenSince == nil, lot.count > 0 { takenSince = clock.monotonic }
    }

    /// Whether there is enough for as many windows as may be on the way.
    package var isFull: Bool { lot.byteCount >= lotBytes }

    /// When what was taken has to be sent.
    package var deadline: Int64? { takenSince.map { $0 + flush } }

    /// Sends all that was taken; after an error the next call sends what is not acknowledged yet. Blocking.
    package func commit() throws(SinkFailure) {
        try sender.deliver(&lot)
        lot.removeAll()
        takenSince = nil
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
    let sender = try LogstashSender(
        options, transport: transport, clock: clock, tally: ServerSinkState(state).tally, report: report)
    return LogstashSink(
        options, name: name, version: version, clock: clock, sender: sender, interrupt: transport.interruption)
}
