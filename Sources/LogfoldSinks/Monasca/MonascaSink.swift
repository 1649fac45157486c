package import LogfoldCore
package import LogfoldIO
import LogfoldParsing
package import LogfoldTransport

/// Sends events to Monasca's log API, v2.0 (monasca-api) and v3.0 (monasca-log-api), with tokens of Keystone.
///
/// At least once: the API keeps no ids, so what is sent again after an answer that did not come may be there twice, with
/// equal `event.id`.
package final class MonascaSink: PipeliningSink, TallyingSink, InterruptibleSink {
    /// The name in the configuration.
    package let name: String
    private let options: MonascaOptions
    private let clock: any Clock
    private let sender: MonascaSender
    private var backlog: MonascaBacklog
    /// Ends what is in flight at once, from any thread.
    package let interrupt: @Sendable () -> Void
    /// Ends a wait for answers, from any thread.
    package let bell: @Sendable () -> Void

    fileprivate init(
        _ options: MonascaOptions, name: String, clock: any Clock, sender: MonascaSender,
        interrupt: @escaping @Sendable () -> Void, bell: @escaping @Sendable () -> Void
    ) {
        self.options = options
        self.name = name
        self.clock = clock
        self.sender = sender
        self.interrupt = interrupt
        self.bell = bell
        backlog = MonascaBacklog(options)
    }

    /// Takes the events of a batch that go here.
    package func take(_ batch: Batch, route: UInt64, first: UInt64) {
        // Events of others are settled with the one of ours behind them.
        var settled = first
        let now = clock.monotonic
        batch.withLines { lines in
            for (at, entry) in batch.entries.enumerated() where entry.routes & route != 0 {
                let next = first + UInt64(at) + 1
                let whole = backlog.append(
                    lines, entry, numbers: settled..<next, now: now, requestBytes: sender.room)
                if let whole, sender.failure == nil { sender.append(whole) }
                settled = next
            }
        }
    }

    /// Whether there is enough for the requests in flight and those behind them.
    package var isFull: Bool { backlog.byteCount >= options.takenBytes }

    /// When a request can be begun, or something be settled.
    package var deadline: Int64? {
        if sender.failure != nil, sender.isWaiting { return nil }
        let hasSettled = !sender.safe.isEmpty || !sender.unsaved.isEmpty
        if sender.failure != nil || hasSettled || sender.hasRequests { return clock.monotonic }
        guard let since = backlog.firstTime(sender.isIdle) else { return nil }
        // More does not come.
        return isFull ? clock.monotonic : since + options.flush.nanoseconds
    }

    /// Requests that may be in flight.
    package var requestLimit: Int { options.requestsInFlight }
    /// Whether one is.
    package var isWaiting: Bool { sender.isWaiting }

    /// Begins requests.
    package func begin(isFlushing: Bool) {
        // What could not be saved comes first: nothing more may be refused beside it.
        guard sender.unsaved.isEmpty, sender.failure == nil else { return }
        // Where others are on their way, more can be put into the next request meanwhile.
        if isFlushing { for lot in backlog.seal(sender.isIdle) { sender.append(lot) } }
        sender.begin()
    }

    /// Takes the answers that are there, and waits for one.
    package func wait(until deadline: Int64?) {
        guard isWaiting, sender.receive(until: deadline) else { return }
        repeat { begin(isFlushing: false) } while isWaiting && sender.receive(until: clock.monotonic)
    }

    /// What has become of the events.
    package func settle() -> Settlement {
        var settlement = Settlement()
        settlement.events = sender.safe.take()
        do throws(SinkFailure) {
            try sender.refusals.settle(&sender.unsaved, into: &settlement)
        } catch {
            sender.fail(error)
        }
        backlog.removeSettled()
        settlement.isTryingAgain = backlog.isRepeating
        if !sender.isWaiting, sender.failure != nil { settlement.failure = sender.endRound(backlog.whole) }
        return settlement
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
    return MonascaSink(
        options, name: name, clock: clock, sender: sender, interrupt: { for end in ends { end() } },
        bell: transport.bell)
}
