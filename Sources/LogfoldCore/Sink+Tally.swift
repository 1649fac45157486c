/// What became of a sink's events beside being delivered, in events, since the beginning of its state.
package struct SinkTally: Sendable, Equatable {
    /// Sent, repeats counted again.
    package var sent: UInt64 = 0
    /// Refused for good, and written to the dead letters.
    package var deadLettered: UInt64 = 0
    /// There already when they were sent again after an answer that did not come.
    package var repeated: UInt64 = 0
    /// There already when they were sent for the first time: read again, or two events have one id.
    package var foundAtFirst: UInt64 = 0
    /// Taken, but into the server's own store for what it cannot index.
    package var failureStored: UInt64 = 0
    /// Taken by a server that says so before they are safe with it: what it loses then, nobody sees.
    package var handedOver: UInt64 = 0
    /// Sent again after an answer that did not come, to a server that cannot tell: they may be there twice.
    package var resent: UInt64 = 0

    /// Nothing yet.
    package init() {}
}

/// A sink that can say what became of its events.
package protocol TallyingSink: Sink {
    /// What became of them; belongs to ``Sink/state``.
    var tally: SinkTally { get }
}

/// A sink whose ``Sink/commit()`` may wait for long, and can be told not to.
package protocol InterruptibleSink: Sink {
    /// Ends a commit at once, from any thread, with a failure; so do all later ones.
    var interrupt: @Sendable () -> Void { get }
}
