/// What happens to a sink's oldest events when the spool is full.
package enum WhenFull: String, Sendable, CaseIterable {
    /// They are lost if another sink has delivered events beside them; else inputs wait.
    case auto
    /// Inputs wait, and nobody loses anything.
    case block
    /// They are lost.
    case dropOldest = "drop_oldest"
}

/// Whether an event goes to a sink, decided on its JSON line and the input that it came from.
package typealias RouteDecision = (_ line: RawSpan, _ input: String) -> Bool

/// A sink as the spool knows it.
package struct SpoolSink: Sendable {
    /// Its name in the configuration.
    package var name: String
    /// Its bit in the events of this process.
    package var route: UInt64
    /// Of its `inputs` and `condition`: the same digest, the same decisions.
    package var digest: [UInt8]
    /// What happens to its events when the spool is full.
    package var whenFull: WhenFull
    /// Whether a sink that was never seen before gets what is in the spool already.
    package var startsAtOldest: Bool
    /// Makes what decides on events that were written when the sink took others, or was not there. It is used on one
    /// thread.
    package var decide: @Sendable () -> RouteDecision

    /// A sink; without a decision it takes every event.
    package init(
        name: String, route: UInt64, digest: [UInt8] = [], whenFull: WhenFull = .auto, startsAtOldest: Bool = false,
        decide: @escaping @Sendable () -> RouteDecision = { { _, _ in true } }
    ) {
        self.name = name
        self.route = route
        self.digest = digest
        self.whenFull = whenFull
        self.startsAtOldest = startsAtOldest
        self.decide = decide
    }
}
