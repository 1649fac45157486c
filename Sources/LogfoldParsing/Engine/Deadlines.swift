/// When folds of sources end by the clock: only sources that wait for it are in here, however many there are.
struct Deadlines {
    private var times: [UInt32: Int64] = [:]
    /// The earliest of them, while that is known.
    private var first: Int64?
    private var isKnown = true

    /// A source waits for this time; nil if it waits for none.
    mutating func set(_ source: UInt32, _ time: Int64?) {
        guard let time else { return remove(source) }
        remove(source)
        times[source] = time
        if isKnown { first = Swift.min(first ?? time, time) }
    }

    /// A source waits for no time.
    mutating func remove(_ source: UInt32) {
        guard !times.isEmpty, let time = times.removeValue(forKey: source) else { return }
        if time == first { isKnown = false }
    }

    /// Whether a source waits.
    func isWaiting(_ source: UInt32) -> Bool { times[source] != nil }

    /// The earliest time; nil for none.
    var earliest: Int64? {
        mutating get {
            if !isKnown {
                first = times.values.min()
                isKnown = true
            }
            return first
        }
    }

    /// The sources whose time has come, in the order of their numbers.
    func due(at now: Int64) -> [UInt32] {
        times.isEmpty ? [] : times.compactMap { $0.value <= now ? $0.key : nil }.sorted()
    }
}
