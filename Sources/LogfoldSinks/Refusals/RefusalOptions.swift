package import LogfoldConfig

/// What a sink does with events that are refused; `Docs/sinks/elasticsearch.md` has the table.
package struct RefusalOptions: Equatable, Sendable {
    /// Bytes that the file of dead letters may have.
    package var deadLetterBytes = 100 << 20
    /// Bytes of events that may be held.
    package var heldBytes = 64 << 20
    /// For how long an event may be held before it becomes a dead letter.
    package var maxHold = Duration.seconds(24 * 3_600)

    /// The defaults.
    package init() {}

    /// Reads `dead_letters` of a sink's section, and `held` where the sink holds events; what is wrong is noted there.
    package init(_ section: ConfigSection, holdsEvents: Bool = true) {
        if let letters = section.section("dead_letters") {
            deadLetterBytes = letters.size("max_bytes", in: 1 << 20...1 << 40, default: deadLetterBytes)
        }
        if holdsEvents, let held = section.section("held") {
            heldBytes = held.size("max_bytes", in: 1 << 20...1 << 32, default: heldBytes)
            maxHold = held.duration("max_hold", in: .zero...(.seconds(365 * 86_400)), default: maxHold)
        }
    }

    /// Bytes of memory at the most: what is known of each event that is held, and some of them while they are tried.
    package var memoryBound: Int { heldBytes / 8 + (2 << 20) }
}
