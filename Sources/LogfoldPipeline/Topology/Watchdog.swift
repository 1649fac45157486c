import LogfoldCore
import LogfoldIO
import Synchronization

/// Tells the service manager that the agent is alive, for as long as the reader answers.
struct Watchdog {
    private let notifier: ServiceNotifier
    private let clock: any Clock
    private let period: Int64?
    private let answers = Answers()
    private var asked: Int64 = 0
    /// When to do something next, by the monotonic clock; nil where the service manager watches nothing.
    private(set) var deadline: Int64?

    private final class Answers: Sendable {
        let count = Atomic<Int64>(0)
    }

    init(_ surroundings: Surroundings) {
        notifier = surroundings.notifier
        clock = surroundings.clock
        // Half of what is allowed: one late wake-up does no harm.
        period = surroundings.notifier.watchdogPeriod.map { $0.nanoseconds / 2 }
        deadline = period.map { _ in 0 }
    }

    /// Asks the reader, and passes its last answer on.
    mutating func run(_ reader: ReaderLoop) {
        guard let period, let due = deadline, clock.monotonic >= due else { return }
        if answers.count.load(ordering: .relaxed) >= asked { notifier.alive() }
        asked += 1
        let (answers, number) = (answers, asked)
        reader.perform { _ in answers.count.store(number, ordering: .relaxed) }
        deadline = clock.monotonic + period
    }
}
