/// Events that a sink holds on the disk because they are refused for a reason that may pass.
package struct HeldSummary: Sendable, Equatable {
    /// Those that are held for one reason.
    package struct Reason: Sendable, Equatable {
        /// What the server says, with its status in front.
        package var text: String
        /// How many events.
        package var events: UInt64

        /// So many events for this reason.
        package init(_ text: String, events: UInt64) {
            self.text = text
            self.events = events
        }
    }

    /// How many events.
    package var events: UInt64 = 0
    /// Their bytes on the disk.
    package var bytes: Int64 = 0
    /// Why, the most frequent reason first.
    package var reasons: [Reason] = []
    /// When the first of them came, by the wall clock.
    package var since: Int64?
    /// When they are tried again, by the wall clock.
    package var nextTry: Int64?

    /// Nothing is held.
    package init() {}
}

/// A sink that sets events aside when they are refused for a reason that may pass, and goes on with the others.
package protocol HoldingSink: PipeliningSink {
    /// What it holds.
    var held: HeldSummary { get }
    /// When some of it is to be tried again, by the monotonic clock; nil where nothing is held.
    var nextHeldTry: Int64? { get }
    /// Tries to deliver some of it. What cannot be delivered stays held. Blocking.
    func retryHeld()
}
