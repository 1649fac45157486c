import LogfoldCore

/// What the log counts beside the events that are in it, over all runs.
struct SpoolTally: Equatable {
    /// By sink, the events that its `inputs` and `condition` have left out.
    var filtered: [String: UInt64] = [:]
    /// By input, what became of what was read of it.
    var read: [String: InputCounts] = [:]

    /// Nothing yet.
    init() {}

    /// Of what a delivery adds to, how it stands behind it: a record holds totals, so that it may be read twice, and none
    /// is needed to understand another.
    func behind(_ delivery: Delivery) -> SpoolTally {
        var totals = SpoolTally()
        for (sink, events) in delivery.filtered { totals.filtered[sink] = (filtered[sink] ?? 0) &+ events }
        for (input, counts) in delivery.read {
            totals.read[input] = read[input] ?? InputCounts()
            totals.read[input]? += counts
        }
        return totals
    }

    /// Takes over later totals.
    mutating func take(_ later: SpoolTally) {
        if !later.filtered.isEmpty { filtered.merge(later.filtered) { _, later in later } }
        if !later.read.isEmpty { read.merge(later.read) { _, later in later } }
    }
}

extension StateEncoder {
    /// A tally.
    mutating func append(_ tally: SpoolTally) {
        append(counts: tally.filtered)
        append(inputs: tally.read)
    }
}

extension SpoolTally {
    /// Reads a tally.
    init(from decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        filtered = try decoder.counts()
        read = try decoder.inputs()
    }
}
