import LogfoldCore

/// Which events of a source that is read again have been delivered, and to which sinks.
///
/// Several events may have the same place, since one transport line may hold more than one text: each place that is
/// covered stands for one event.
struct CoveredEvents {
    /// A position that sinks have acknowledged.
    private struct Delivery {
        let routes: UInt64
        let offset: Int64
        var left: [EventSpan]
    }

    /// Events that have left for all sinks, and did not come again yet.
    private(set) var left: [EventSpan]
    private var deliveries: [Delivery]

    /// What a reading that begins at this point makes again; nil if that is nothing.
    init?(_ point: ResumePoint) {
        left = point.position.left
        deliveries = point.delivered.map {
            Delivery(routes: $0.routes, offset: $0.position.offset, left: $0.position.left)
        }
        if isSpent { return nil }
    }

    /// Whether all events that are still to come are new to all sinks.
    var isSpent: Bool { left.isEmpty && deliveries.isEmpty }

    /// The sinks that have not got an event yet, as route bits; nil if it had left for all, and was counted then.
    mutating func missing(_ event: EventSpan) -> UInt64? {
        var routes = UInt64.max
        for at in deliveries.indices.reversed() {
            let isCovered: Bool
            if let place = deliveries[at].left.firstIndex(of: event) {
                deliveries[at].left.remove(at: place)
                isCovered = true
            } else {
                isCovered = event.offset < deliveries[at].offset
            }
            if isCovered {
                routes &= ~deliveries[at].routes
            } else if deliveries[at].left.isEmpty {
                deliveries.remove(at: at)
            }
        }
        guard let place = left.firstIndex(of: event) else { return routes }
        left.remove(at: place)
        return nil
    }
}
