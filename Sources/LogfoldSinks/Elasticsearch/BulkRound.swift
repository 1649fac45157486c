import LogfoldCore

/// Requests up to a failure: after one no more of them are begun, and those in flight are awaited. While all goes well a
/// round has no end.
final class BulkRound {
    /// Items that are to be sent.
    struct Pending {
        var lot: NumberedLot
        var items: ArraySlice<Int>
        /// Endpoints that have failed on them.
        var tried: Set<Int> = []
    }

    /// An item that a server does not take.
    struct Refused {
        var lot: NumberedLot
        var item: Int
        var status: Int
        var reason: String
        var verdict: BulkVerdict

        /// Lends its event without the newline.
        func withEvent(_ body: (RawSpan) -> Void) { lot.events.withEvent(item, body) }
    }

    var queue: [Pending]
    /// How many of its requests are in flight.
    var inFlight = 0
    /// How many events it has got to send.
    private(set) var events = 0
    /// Why no more requests are begun.
    var failure: SinkFailure?
    /// Items that were judged and not taken.
    var refused: [Refused] = []
    /// What is safe, by the numbers in the spool, and was not asked for yet.
    private var safe = EventNumbers()
    /// Whether a server has taken any of it.
    private(set) var hasStored = false
    /// Requests that may be in flight since the server has refused one; nil since it has taken one again.
    var ceiling: Int?
    var hasReloaded = false

    /// A round of all open events of these lots.
    init(_ lots: [NumberedLot]) {
        queue = []
        for lot in lots { append(lot) }
    }

    /// Takes the open events of one more lot.
    func append(_ lot: NumberedLot) {
        let items = lot.events.open[...]
        guard !items.isEmpty else { return }
        events += items.count
        queue.append(Pending(lot: lot, items: items))
    }

    /// Whether it has an end: what is refused or has failed is sent by another.
    var isEnding: Bool { failure != nil || !refused.isEmpty }
    /// Whether there is a request to begin.
    var hasRequests: Bool { failure == nil && !queue.isEmpty }
    /// Whether nothing more will come of it as it is.
    var isOver: Bool { inFlight == 0 && !hasRequests }

    /// Items are safe with the server.
    func store(_ items: ArraySlice<Int>, of lot: NumberedLot) {
        guard !items.isEmpty else { return }
        lot.events.finish(items, settling: &safe)
        hasStored = true
    }

    /// Whether something has become safe since ``takeSafe()``.
    var hasSafe: Bool { !safe.isEmpty }

    /// What has become safe since the last call.
    func takeSafe() -> [Range<UInt64>] { safe.take() }
}
