import LogfoldIO
import Synchronization

/// A clock that stands still until a test moves it.
package final class FakeClock: Clock {
    private struct Hands {
        var now: Int64
        var monotonic: Int64
    }

    private let hands: Mutex<Hands>

    /// A clock that shows this wall time, nanoseconds since 1970 UTC; its monotonic time begins at 0.
    package init(now: Int64) { hands = Mutex(Hands(now: now, monotonic: 0)) }

    package var now: Int64 { hands.withLock { $0.now } }
    package var monotonic: Int64 { hands.withLock { $0.monotonic } }

    /// Lets time pass, for both.
    package func advance(milliseconds: Int64) {
        hands.withLock { hands in
            hands.now += milliseconds * 1_000_000
            hands.monotonic += milliseconds * 1_000_000
        }
    }

    /// Sets the wall time as an operator or NTP would; the monotonic time knows nothing of it.
    package func step(to now: Int64) { hands.withLock { $0.now = now } }
}
