package import LogfoldCore
package import LogfoldIO
import LogfoldParsing
package import LogfoldTransport

/// Sends events to Monasca's log API, v2.0 (monasca-api) and v3.0 (monasca-log-api), with tokens of Keystone.
///
/// At least once: the API keeps no ids, so what is sent again after an answer that did not come may be there twice, with
/// equal `event.id`.
package final class MonascaSink: TallyingSink, InterruptibleSink {
    /// The name in the configuration.
    package let name: String
    private let options: MonascaOptions
    private let clock: any Clock
    private let sender: MonascaSender
    private var lot: MonascaLot
    private var takenSince: Int64?
    /// Ends a commit at once, from any thread.
    package let interrupt: @Sendable () -> Void

    fileprivate init(
        _ options: MonascaOptions, name: String, clock: any Clock, sender: MonascaSender,
        interrupt: @escaping @Sendable () -> Void
    ) {
        self.options = options
        self.name = name
        self.clock = clock
        self.sender = sender
        self.interrupt = interrupt
        lot = MonascaLot(options.eventDimensions, options.crossTenant)
    }

    /// Takes the events of a batch that go here.
    package func take(_ batch: Batch, route: UInt64) {
        batch.withLines { lines in
            for entry in batch.entries where entry.routes & route != 0 {
                lot.append(lines, entry.line)
            }
        }
        if takenSince == nil, !lot.items.isEmpty { takenSince = clock.monotonic }
    }

    /// Whether there is enough for some requests.
    package var isFull: Bool { lot.text.count >= options.lotBytes }

    /// When what was taken has to be sent.
    package var deadline: Int64? { takenSince.map { $0 + options.flush.nanoseconds } }

    /// Sends all that was taken; after an error the next call sends what the API has not taken yet. Blocking.
    package func commit() throws(SinkFailure) {
        try sender.deliver(&lot)
        lot.removeAll()
        takenSince = nil
    }

    /// What became of the events, and the size of request that the API has refused.
    package var state: [UInt8] { sender.state.encoded }

    /// What became of the events.
    package var tally: SinkTally { sender.tally }

    /// Bytes of bodies that the API has taken.
    package var bytesWritten: Int64 { sender.bytesWritten }

    /// Connections are closed with the sink.
    package func close() {}
}

/// A sink to Monasca over this transport, and to Keystone over another; both are its own.
///
/// - Parameters:
///   - dataDirectory: The dead letters lie below it.
///   - restoring: What ``MonascaSink/state`` was when the saved positions were acknowledged; empty where there is none.
package func makeMonascaSink(
    _ options: MonascaOptions, name: String, transport: any HTTPTransport, keystone: any HTTPTransport,
    fileSystem: any FileSystem, clock: any Clock, dataDirectory: String, restoring state: [UInt8],
    report: @escaping SinkReport
) throws(SinkFailure) -> MonascaSink {
    let session = KeystoneSession(options.keystone, transport: keystone, clock: clock)
    let state = ServerSinkState(state)
    let refusals = try Refusals(
        options.refusals, sink: name, inDirectory: dataDirectory, files: fileSystem, clock: clock,
        restoring: state.refusals, report: report)
    let sender = MonascaSender(
        options, session: session, transport: transport, clock: clock, refusals: refusals, state: state, report: report)
    let ends = [session.interruption, transport.interruption]
    return MonascaSink(options, name: name, clock: clock, sender: sender, interrupt: { for end in ends { end() } })
}
