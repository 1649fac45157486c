import LogfoldCore
import LogfoldIO
import LogfoldSpool

// A sink with several requests in flight: what is answered is acknowledged at once, whatever else is not.

extension SinkRunner {
    func drive(_ sink: any PipeliningSink, _ backoff: inout Backoff) -> Outcome {
        // Nothing is in flight after a failure, so nothing is waited for but the pause then.
        drive(sink) { _ in
            guard feed(sink) else { return .ended }
            sink.begin(isFlushing: isDue(sink) || spool.isExhausted(for: name))
            waitForAnswer(sink)
            return .tried(nextTry: settle(sink, &backoff))
        }
    }

    /// Gives the sink what has come, and begins requests for it; waits for more where there is nothing else to do. False
    /// at the end.
    private func feed(_ sink: any PipeliningSink) -> Bool {
        while !sink.isFull {
            let isBusy = sink.isWaiting || isDue(sink)
            let limit = isBusy ? clock.monotonic : waitLimit(sink)
            guard let item = spool.next(for: name, until: limit, unless: { isStopped }) else { break }
            guard let batch = item.delivery.batch else { continue }
            sink.take(batch, route: self.sink.route, first: item.sequence)
            sink.begin(isFlushing: false)
        }
        return sink.isWaiting || sink.deadline != nil || !spool.isExhausted(for: name)
    }

    private func isDue(_ sink: any PipeliningSink) -> Bool { sink.deadline.map { $0 <= clock.monotonic } ?? false }

    /// Waits for an answer, for something new in the spool where there is room for it, and for whatever comes first else;
    /// not at all where no request is in flight.
    private func waitForAnswer(_ sink: any PipeliningSink) {
        guard sink.isWaiting else { return }
        let wantsNext = !sink.isFull && !spool.isExhausted(for: name)
        spool.ringing(sink.bell, for: name, wantsNext: wantsNext, unless: { [self] in isStopped }) {
            sink.wait(until: waitLimit(sink))
        }
    }

    /// Acknowledges what has become safe; returns when to try again where something has failed.
    private func settle(_ sink: any PipeliningSink, _ backoff: inout Backoff) -> Int64? {
        let settlement = sink.settle()
        noteFacts(sink)
        if !settlement.events.isEmpty {
            spool.acknowledge(sink: name, events: settlement.events, state: sink.state)
        }
        // What was interrupted has failed in no way that matters.
        if let failure = settlement.failure { return isStopped ? .max : note(failure, &backoff) }
        if !settlement.events.isEmpty, !settlement.isTryingAgain { noteSuccess(&backoff, sink) }
        return nil
    }
}
