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

    /// Waits until ``monotonic`` shows this time, whatever signals come. Blocks the thread.
    package func sleep(until time: Int64) {
        var wake = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
        while unsafe clock_nanosleep(CLOCK_MONOTONIC, Int32(TIMER_ABSTIME), &wake, nil) == EINTR {}
    }

    private func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe _ = clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
