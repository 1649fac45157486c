import Glibc

/// A value that several threads share: one at a time has it, and a thread can wait until another has changed it.
///
/// For dedicated threads only; a task of the cooperative pool must not wait here.
@safe
package final class Monitor<Value>: @unchecked Sendable {  // The mutex guards the value.
    private var value: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var bells: [Bell] = []

    private final class Bell {
        let ring: @Sendable () -> Void
        let condition: (Value) -> Bool
        var isRung = false

        init(_ ring: @escaping @Sendable () -> Void, _ condition: @escaping (Value) -> Bool) {
            self.ring = ring
            self.condition = condition
        }

        func look(at value: Value) {
            guard !isRung, condition(value) else { return }
            isRung = true
            ring()
        }
    }

    /// A monitor of this value.
    package init(_ value: sending Value) {
        self.value = value
        unsafe mutex = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe condition = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // Deadlines are by the clock that never steps.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(condition, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe condition.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Lends the value, which nobody else sees meanwhile.
    package func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&value)
    }

    /// Lends the value, and wakes whoever waits for it to change.
    package func change<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { unsafe pthread_cond_broadcast(condition) }
        return try withLock { (value) throws(Failure) in
            defer { for bell in bells { bell.look(at: value) } }
            return try body(&value)
        }
    }

    /// Waits until `body` has an answer, or until `deadline`, nanoseconds of the monotonic clock: then nil.
    package func wait<Result>(until deadline: Int64? = nil, for body: (inout Value) -> Result?) -> Result? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&value) { return result }
            guard let deadline else {
                unsafe pthread_cond_wait(condition, mutex)
                continue
            }
            var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
            if unsafe pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT { return body(&value) }
        }
    }

    /// Runs `body`, which waits for something else, and rings a bell once meanwhile: as soon as a ``change(_:)`` has made
    /// `condition` true, on the thread that made it, or at once where it is true already.
    package func ringing<Result>(
        _ bell: @escaping @Sendable () -> Void, when condition: @escaping (Value) -> Bool, while body: () -> Result
    ) -> Result {
        let bell = Bell(bell, condition)
        withLock { value in
            bells.append(bell)
            bell.look(at: value)
        }
        defer { withLock { _ in bells.removeAll { $0 === bell } } }
        return body()
    }
}
