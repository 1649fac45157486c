/// How long to wait before the next try: longer with each failure, and never two at the same time (full jitter).
package struct Backoff {
    private let first: Duration
    private let longest: Duration
    private var failures = 0

    /// Pauses between these two.
    package init(first: Duration = .milliseconds(100), longest: Duration = .seconds(30)) {
        self.first = first
        self.longest = longest
    }

    /// Whether the last try failed.
    package var isFailing: Bool { failures > 0 }

    /// A try has failed: how long to wait. `random` is evenly spread over 0 to 1.
    package mutating func failed(random: Double = .random(in: 0..<1)) -> Duration {
        let limit = Swift.min(first * (1 << Swift.min(failures, 20)), longest)
        failures += 1
        // Half of it at least, so that a sink that is down is not asked all the time.
        return limit / 2 + limit / 2 * random
    }

    /// A try went well.
    package mutating func succeeded() { failures = 0 }
}
