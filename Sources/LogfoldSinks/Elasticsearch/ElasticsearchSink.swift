package import LogfoldCore
package import LogfoldIO
import LogfoldParsing
package import LogfoldTransport

/// Sends events to Elasticsearch or OpenSearch by `_bulk`.
///
/// With `event.id` as `_id` a repeat is refused by the server as already there, so what is sent at least once is stored
/// once, within one index.
package final class ElasticsearchSink: PipeliningSink, TallyingSink, InterruptibleSink, HoldingSink {
    /// The name in the configuration.
    package let name: String
    private let clock: any Clock
    private let options: ElasticsearchOptions
    private let sender: BulkSender
    private let refusals: Refusals
    private var backlog: BulkBacklog
    private var round = BulkRound([])
    /// Events that were refused and given to ``refusals``, by their numbers; they are safe once that is saved.
    private var unsaved = EventNumbers()
    private var foundAtFirst: UInt64
    private let report: SinkReport
    /// Ends what is in flight at once, from any thread.
    package let interrupt: @Sendable () -> Void
    /// Ends a wait for answers, from any thread.
    package let bell: @Sendable () -> Void

    fileprivate init(
        _ options: ElasticsearchOptions, name: String, clock: any Clock, sender: BulkSender, refusals: Refusals,
        report: @escaping SinkReport, transport: any HTTPTransport
    ) {
        self.name = name
        self.clock = clock
        self.options = options
        self.sender = sender
        self.refusals = refusals
        self.report = report
        interrupt = transport.interruption
        bell = transport.bell
        backlog = BulkBacklog(options)
        foundAtFirst = sender.tally.foundAtFirst
    }

    /// Takes the events of a batch that go here.
    package func take(_ batch: Batch, route: UInt64, first: UInt64) {
        var events = RoutedEvents(batch.entries, route: route, first: first)
        let whole = batch.withLines { lines in
            backlog.append(lines, &events, now: clock.monotonic, requestBytes: sender.requestBytes)
        }
        if !round.isEnding { for lot in whole { round.append(lot) } }
    }

    /// Whether there is enough for as many requests as may be in flight.
    package var isFull: Bool { backlog.byteCount >= sender.requestBytes * sender.requestLimit }

    /// When a request can be begun, or something be settled.
    package var deadline: Int64? {
        if round.isEnding, !round.isOver { return nil }
        if round.isEnding || round.hasSafe || !unsaved.isEmpty { return clock.monotonic }
        guard sender.hasRoom(round) else { return nil }
        if let pending = round.queue.first { return pending.lot.since }
        guard let filling = backlog.filling else { return nil }
        // Where it is full, more does not come.
        return isFull ? filling.since : filling.since + options.flush.nanoseconds
    }

    /// Requests that may be in flight now.
    package var requestLimit: Int { sender.requestLimit }
    /// Whether one is.
    package var isWaiting: Bool { sender.isWaiting }

    /// Begins requests.
    package func begin(isFlushing: Bool) {
        // What could not be saved comes first: nothing more may be refused beside it.
        guard unsaved.isEmpty else { return }
        if isFlushing, !round.isEnding, let last = backlog.seal() { round.append(last) }
        sender.begin(round)
    }

    /// Takes the answers that are there, and waits for one.
    package func wait(until deadline: Int64?) {
        guard isWaiting, sender.receive(until: deadline) else { return }
        repeat { sender.begin(round) } while isWaiting && sender.receive(until: clock.monotonic)
    }

    /// What has become of the events.
    package func settle() -> Settlement {
        var settlement = Settlement()
        reportFoundAtFirst()
        dispose()
        settlement.events = round.takeSafe()
        do throws(SinkFailure) {
            try refusals.settle(&unsaved, into: &settlement)
        } catch {
            round.failure = round.failure ?? error
        }
        backlog.removeSettled()
        settlement.isTryingAgain = backlog.isRepeating
        if round.isEnding, round.isOver { settlement.failure = endRound() }
        return settlement
    }

    /// Gives what was refused to where it belongs; what is left of it is to be sent again.
    private func dispose() {
        round.refused.removeAll { refused in
            switch refused.verdict {
            case .refusedForGood:
                refused.withEvent { refusals.reject($0, status: refused.status, reason: refused.reason) }
            // Where the server takes nothing at all, it is the sink that is refused.
            case .spoilsRequest where round.hasStored:
                refused.withEvent { refusals.reject($0, status: refused.status, reason: refused.reason) }
            case .refusedForNow(isHeld: true, _) where round.hasStored:
                refused.withEvent { refusals.hold($0, status: refused.status, reason: refused.reason) }
            default: return false
            }
            refused.lot.events.finish([refused.item], settling: &unsaved)
            return true
        }
    }

    /// Begins a round of all that is left; returns why the last one has ended.
    private func endRound() -> SinkFailure {
        let ended = round
        round = backlog.repeated()
        if let failure = ended.failure { return failure }
        let (waiting, last) = (ended.refused, ended.refused.last)
        return SinkFailure(
            "\(waiting.count) of \(ended.events) events are refused for now: \(last?.status ?? 0) \(last?.reason ?? "")",
            retryAfter: waiting.contains { $0.verdict.isHeld } ? BulkSender.holdPause : nil)
    }

    private func reportFoundAtFirst() {
        let count = sender.tally.foundAtFirst - foundAtFirst
        foundAtFirst = sender.tally.foundAtFirst
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

    /// Sends some of them again, a request at a time. Answers to others that come meanwhile are taken as well.
    package func retryHeld() {
        refusals.retry(bytes: options.requestBytes, events: options.requestEvents) { events in
            let lot = NumberedLot(options, since: clock.monotonic)
            for event in events {
                // A lot's events have their newlines.
                (Array(event.line[event.event.start..<event.event.end]) + [0x0A]).withSpan {
                    lot.events.append($0, ByteRange(0, $0.byteCount), time: event.time, numbers: 0..<0)
                }
            }
            // Nobody knows what became of a try that a crash has ended.
            lot.events.noteUnknown(lot.events.items.indices)
            let round = BulkRound([lot])
            while !round.isOver {
                sender.begin(round)
                _ = sender.receive(until: nil)
            }
            var results = lot.events.items.map { $0.isDone ? Refusals.Outcome.delivered : .notTried }
            for refused in round.refused {
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
        transport: transport)
}
