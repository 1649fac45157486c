/// A sink with several requests in flight, which settles events in another order than it takes them.
///
/// Its runner gives it batches while it is not full, lets it begin requests, waits for answers and for more batches at
/// the same time, and acknowledges what ``settle()`` names. One thread does all of it.
package protocol PipeliningSink: Sink {
    /// Takes the events of a batch whose routes have this bit. The first event of the batch has this number in the
    /// spool, whatever its routes, and the others follow.
    func take(_ batch: Batch, route: UInt64, first: UInt64)
    /// Begins as many requests as may be in flight, for what makes whole ones; flushing, for all that was taken. After a
    /// failure it begins none until ``settle()`` has told of it.
    func begin(isFlushing: Bool)
    /// Whether a request is in flight.
    var isWaiting: Bool { get }
    /// Waits for an answer until a monotonic time, or until ``bell`` is rung; takes all answers that are there, and goes
    /// on with what is begun. Nothing where no request is in flight.
    func wait(until deadline: Int64?)
    /// Ends a ``wait(until:)`` at once, or else the next one; from any thread.
    var bell: @Sendable () -> Void { get }
    /// What has become of the events since the last call. Its events are safe, and belong to ``Sink/state`` from now on.
    func settle() -> Settlement
    /// Requests that may be in flight now.
    var requestLimit: Int { get }
    /// When ``begin(isFlushing:)`` or ``settle()`` has something to do, by the monotonic clock; nil where an answer has
    /// to come first, and where nothing was taken.
    var deadline: Int64? { get }
}

/// What has become of events that a sink has taken.
package struct Settlement: Sendable {
    /// Events that are safe, by their numbers in the spool; others between them that are not the sink's may be among
    /// these.
    package var events: [Range<UInt64>] = []
    /// Why the sink cannot go on; nothing is in flight then, and what was taken and is not safe is tried again.
    package var failure: SinkFailure?
    /// Whether something is being tried again after a failure, and its answer has not come.
    package var isTryingAgain = false

    /// Nothing yet.
    package init() {}
}

extension PipeliningSink {
    /// For who does not go on before all is safe: the events have no numbers.
    package func take(_ batch: Batch, route: UInt64) { take(batch, route: route, first: 0) }

    /// Sends all that was taken, and waits until it is safe.
    package func commit() throws(SinkFailure) {
        repeat {
            begin(isFlushing: true)
            wait(until: nil)
            if let failure = settle().failure { throw failure }
        } while isWaiting || deadline != nil
    }
}
