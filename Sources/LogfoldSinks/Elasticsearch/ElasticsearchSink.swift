package import LogfoldCore
package import LogfoldIO
import LogfoldParsing
package import LogfoldTransport

/// Sends events to Elasticsearch or OpenSearch by `_bulk`.
///
/// With `event.id` as `_id` a repeat is refused by the server as already there, so what is sent at least once is stored
/// once, within one index.
package final class ElasticsearchSink: TallyingSink, InterruptibleSink {
    /// The name in the configuration.
    package let name: String
    private let clock: any Clock
    private let flush: Int64
    private let sender: BulkSender
    private var lot: BulkLot
    private var takenSince: Int64?
    private let report: SinkReport
    /// Ends a commit at once, from any thread.
    package let interrupt: @Sendable () -> Void

    fileprivate init(
        _ options: ElasticsearchOptions, name: String, clock: any Clock, sender: BulkSender,
        report: @escaping SinkReport,
        interrupt: @escaping @Sendable () -> Void
    ) {
        self.name = name
        self.clock = clock
        self.sender = sender
        self.report = report
        self.interrupt = interrupt
        flush = options.flush.nanoseconds
        lot = BulkLot(index: options.index, usesEventID: options.usesEventID)
    }

    /// Takes the events of a batch that go here.
    package func take(_ batch: Batch, route: UInt64) {
        batch.withLines { lines in
            for entry in batch.entries where entry.routes & route != 0 {
                let range = ByteRange(Int(entry.start), Int(entry.start) + Int(entry.length))
                lot.append(lines, range, time: entry.time)
            }
        }
        if takenSince == nil, !lot.items.isEmpty { takenSince = clock.monotonic }
    }

    /// Whether there is enough for as many requests as may be in flight.
    package var isFull: Bool { lot.text.count >= sender.lotBytes }

    /// When what was taken has to be sent.
    package var deadline: Int64? { takenSince.map { $0 + flush } }

    /// Sends all that was taken; after an error the next call sends what the servers have not taken yet. Blocking.
    package func commit() throws(SinkFailure) {
        let before = sender.tally
        defer { reportFoundAtFirst(sender.tally.foundAtFirst - before.foundAtFirst) }
        try sender.deliver(&lot)
        lot.removeAll()
        takenSince = nil
    }

    private func reportFoundAtFirst(_ count: UInt64) {
        guard count > 0 else { return }
        report(
            "Events were there already when they were sent for the first time: they were read again, or two events have"
                + " one id", [("events", "\(count)")])
    }

    /// What became of the events, and the size of request that a server has refused.
    package var state: [UInt8] { sender.state.encoded }

    /// What became of the events.
    package var tally: SinkTally { sender.tally }

    /// Bytes of bodies that servers have taken.
    package var bytesWritten: Int64 { sender.bytesWritten }

    /// Connections are closed with the sink.
    package func close() {}
}

/// A sink to Elasticsearch or OpenSearch over this transport, which is its own.
///
/// - Parameters:
///   - dataDirectory: The dead letters lie below it.
///   - restoring: What ``ElasticsearchSink/state`` was when the saved positions were acknowledged; empty where there is
///     none.
package func makeElasticsearchSink(
    _ options: ElasticsearchOptions, name: String, transport: any HTTPTransport, fileSystem: any FileSystem,
    clock: any Clock, dataDirectory: String, restoring state: [UInt8], report: @escaping SinkReport
) throws(SinkFailure) -> ElasticsearchSink {
    let letters = DeadLetterFile(
        sink: name, inDirectory: dataDirectory, maxBytes: options.deadLetterBytes, files: fileSystem)
    let sender = try BulkSender(
        options, transport: transport, clock: clock, letters: letters, state: RequestSinkState(state), report: report)
    return ElasticsearchSink(
        options, name: name, clock: clock, sender: sender, report: report, interrupt: transport.interruption)
}
