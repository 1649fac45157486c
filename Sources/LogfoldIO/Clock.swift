import Glibc

/// The time, so that tests can set it.
package protocol Clock: Sendable {
    /// Nanoseconds since 1970 UTC, by the wall: it may step.
    var now: Int64 { get }
    /// Nanoseconds since some start; never steps, for intervals and deadlines.
    var monotonic: Int64 { get }
}

/// The machine's clock.
package struct SystemClock: Clock {
    /// The one there is.
    package init() {}

    /// `CLOCK_REALTIME`.
    package var now: Int64 { nanoseconds(CLOCK_REALTIME) }
    /// `CLOCK_MONOTONIC`.
    package var monotonic: Int64 { nanoseconds(CLOCK_MONOTONIC) }

    private func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe _ = clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
