import Synchronization

/// Counts up, from any thread.
package final class Counter: Sendable {
    private let count = Atomic(0)

    /// Begins with 0.
    package init() {}

    /// The next number.
    package func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}

/// Can be taken once, by any thread.
package final class OnceFlag: Sendable {
    private let isTaken = Atomic(false)

    /// Not taken yet.
    package init() {}

    /// Whether this is the first call.
    package func take() -> Bool { !isTaken.exchange(true, ordering: .relaxed) }
}
