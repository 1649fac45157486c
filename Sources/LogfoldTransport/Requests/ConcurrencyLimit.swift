/// How many requests may be in flight: one more for each round that went well, a quarter less when a server refuses one
/// because it has too much to do.
///
/// Additive increase and multiplicative decrease find the number that a server takes without being told, and share it
/// fairly with others that do the same.
package struct ConcurrencyLimit: Sendable {
    private let maximum: Int
    private var level: Double
    /// Counts the decreases: of the requests that were begun before one, only the first counts.
    private var epoch = 0

    /// A limit that begins at `start` and never exceeds `maximum`.
    package init(maximum: Int, start: Int = 2) {
        self.maximum = maximum
        level = Double(min(start, maximum))
    }

    /// How many requests may be in flight, 1 at least.
    package var current: Int { max(1, Int(level)) }

    /// What a request that begins now has to give back to ``refused(_:)``.
    package var mark: Int { epoch }

    /// A request was answered well while so many were in flight, itself among them.
    package mutating func succeeded(inFlight: Int) {
        // What was not tried out says nothing about more.
        guard inFlight >= current else { return }
        level = min(Double(maximum), level + 1 / level)
    }

    /// A request of this mark was refused for want of room.
    package mutating func refused(_ mark: Int) {
        guard mark == epoch else { return }
        epoch += 1
        level = max(1, level * 0.75)
    }
}
