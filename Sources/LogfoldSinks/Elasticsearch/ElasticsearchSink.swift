package import LogfoldCore
package import LogfoldIO
import LogfoldParsing
package import LogfoldTransport

/// Sends events to Elasticsearch or OpenSearch by `_bulk`.
///
/// With `event.id` as `_id` a repeat is refused by the server as already there, so what is sent at least once is stored
/// once, within one index.
package final class ElasticsearchSink: TallyingSink, InterruptibleSink, HoldingSink {
    /// The name in the configuration.
    package let name: String
    private let clock: any Clock
    private let options: ElasticsearchOptions
    private let sender: BulkSender
    private let refusals: Refusals
    private var lot: BulkLot
    private var takenSince: Int64?
    private let report: SinkReport
    /// Ends a commit at once, from any thread.
    package let interrupt: @Sendable () -> Void

    fileprivate init(
        _ options: ElasticsearchOptions, name: String, clock: any Clock, sender: BulkSender, refusals: Refusals,
        report: @escaping SinkReport,
        interrupt: @escaping @Sendable () -> Void
    ) {
        self.name = name
        self.clock = clock
        self.options = options
        self.sender = sender
        self.refusals = refusals
        self.report = report
        self.interrupt = interrupt
        lot = Self.lot(options)
    }

    private static func lot(_ options: ElasticsearchOptions) -> BulkLot {
        BulkLot(index: options.index, usesEventID: options.usesEventID)
    }

    /// Takes the events of a batch that go here.
    package func take(_ batch: Batch, route: UInt64) {
        batch.withLines { lines in
            for entry in batch.entries where entry.routes & route != 0 {
                let range = ByteRange(Int(entry.start), Int(entry.start) + Int(entry.length))
                lot.append(lines, range, time: entry.time, id: entry.id)
            }
        }
        if takenSince == nil, !lot.items.isEmpty { takenSince = clock.monotonic }
    }

    /// Whether there is enough for as many requests as may be in flight.
    package var isFull: Bool { lot.text.count >= sender.lotBytes }

    /// When what was taken has to be sent.
    package var deadline: Int64? { takenSince.map { $0 + options.flush.nanoseconds } }

    /// Sends all that was taken; after an error the next call sends what the servers have not taken yet. Blocking.
    package func commit() throws(SinkFailure) {
        let before = sender.tally
        defer { reportFoundAtFirst(sender.tally.foundAtFirst - before.foundAtFirst) }
        // What was to be written at the last call and could not comes first: the lot says it is done.
        try refusals.save()
        let outcome = sender.deliver(&lot)
        let waiting = settle(outcome)
        try refusals.save()
        if let failure = outcome.failure { throw failure }
        if let last = waiting.last {
            throw SinkFailure(
                "\(waiting.count) of \(lot.items.count) events are refused for now: \(last.status) \(last.reason)",
                retryAfter: waiting.contains { $0.verdict.isHeld } ? BulkSender.holdPause : nil)
        }
        lot.removeAll()
        takenSince = nil
        refusals.committed()
    }

    /// Gives what was refused to where it belongs; returns what is to be sent again.
    private func settle(_ outcome: BulkSender.Outcome) -> [BulkSender.Refused] {
        outcome.refused.filter { refused in
            switch refused.verdict {
            case .refusedForGood:
                lot.withEvent(refused.item) { refusals.reject($0, status: refused.status, reason: refused.reason) }
            // Where the server takes nothing at all, it is the sink that is refused.
            case .refusedForNow(isHeld: true, _) where outcome.hasStored:
                lot.withEvent(refused.item) { refusals.hold($0, status: refused.status, reason: refused.reason) }
            default: return true
            }
            lot.finish(refused.item)
            return false
        }
    }

    private func reportFoundAtFirst(_ count: UInt64) {
        guard count > 0 else { return }
        report(
            "Events were there already when they were sent for the first time: they were read again, or two events have"
                + " one id", [("events", "\(count)")])
    }

    /// What became of the events, and the size of request that a server has refused.
    package var state: [UInt8] {
        ServerSinkState(tally: sender.tally, refusedBytes: sender.refusedBytes, refusals: refusals.state).encoded
    }

    /// What became of the events.
    package var tally: SinkTally {
        var tally = sender.tally
        tally.deadLettered = refusals.deadLettered
        return tally
    }

    /// Bytes of bodies that servers have taken.
    package var bytesWritten: Int64 { sender.bytesWritten }

    /// Connections are closed with the sink.
    package func close() {}
}

// MARK: - What is held

extension ElasticsearchSink {
    /// Events that are refused for a reason that may pass.
    package var held: HeldSummary { refusals.held }
    /// When some of them are sent again.
    package var nextHeldTry: Int64? { refusals.nextTry }

    /// Sends some of them again, a request at a time.
    package func retryHeld() {
        refusals.retry(bytes: options.requestBytes, events: options.requestEvents) { events in
            var lot = Self.lot(options)
            for event in events {
                // A lot's events have their newlines.
                (Array(event.line[event.event.start..<event.event.end]) + [0x0A]).withSpan {
                    lot.append($0, ByteRange(0, $0.byteCount), time: event.time)
                }
                // Nobody knows what became of a try that a crash has ended.
                lot.noteUnknown([lot.items.count - 1])
            }
            let outcome = sender.deliver(&lot)
            var results = lot.items.map { $0.isDone ? Refusals.Outcome.delivered : .notTried }
            for refused in outcome.refused where !lot.items[refused.item].isDone {
                results[refused.item] =
                    refused.verdict == .refusedForGood
                    ? .rejected(status: refused.status, reason: refused.reason) : .refused
            }
            return results
        }
    }
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
    let state = ServerSinkState(state)
    let refusals = try Refusals(
        options.refusals, sink: name, inDirectory: dataDirectory, files: fileSystem, clock: clock,
        restoring: state.refusals, report: report)
    let sender = try BulkSender(options, transport: transport, clock: clock, state: state, report: report)
    return ElasticsearchSink(
        options, name: name, clock: clock, sender: sender, refusals: refusals, report: report,
        interrupt: transport.interruption)
}
