package import LogfoldCore
package import LogfoldIO
package import LogfoldParsing
package import LogfoldSpool
import Synchronization

/// The loop that drives all inputs and the engine, on a thread of its own.
///
/// A turn: every input reads what it may, the engine's clock is looked at, what is complete goes to the spool. Then the
/// loop waits until a descriptor is readable, a deadline has come, or somebody wakes it. While the spool is full
/// nothing is read: the files are the buffer.
package final class ReaderLoop: @unchecked Sendable {  // Everything but `mailbox` and `wake` belongs to the thread.
    private let feed: EngineFeed
    private let clock: any Clock
    private let diagnostics: Diagnostics
    private let poll: EventPoll
    private let wakeSignal: WakeSignal
    private let allEnded: @Sendable () -> Void
    private var inputs: [any Input] = []
    private var watched: Set<Int32> = []
    private let mailbox = Mutex<[Work]>([])
    private var isStopping = false

    private typealias Work = @Sendable (ReaderLoop) -> Void

    /// A loop without inputs. `allEnded` is called when it has some, and nothing will come of any of them.
    package init(
        _ feed: sending EngineFeed, wake: WakeSignal, clock: any Clock, diagnostics: Diagnostics,
        allEnded: @escaping @Sendable () -> Void = {}
    ) throws(FileSystemError) {
        self.feed = feed
        self.allEnded = allEnded
        self.clock = clock
        self.diagnostics = diagnostics
        wakeSignal = wake
        poll = try EventPoll()
        try poll.add(wake.descriptor)
    }

    /// Runs until ``stop()``. What is complete then has gone to the spool; open folds of files are left to be read
    /// again.
    package func run() {
        while !isStopping {
            for work in takeMail() { work(self) }
            if isStopping { break }
            let hasMore = turn()
            if hasMore { feed.letSinksCatchUp() }
            wait(hasMore: hasMore)
        }
        for input in inputs { input.stop() }
        feed.flush()
    }

    /// Lets the loop's thread do something between two turns.
    package func perform(_ work: @escaping @Sendable (ReaderLoop) -> Void) {
        mailbox.withLock { $0.append(work) }
        wakeSignal.wake()
    }

    /// Ends the loop after the turn at hand.
    package func stop() { perform { $0.isStopping = true } }

    // MARK: - On the loop's thread, for work that `perform` brings

    /// Drives one more input.
    package func adopt(_ input: any Input, _ reading: InputReading) {
        feed.adopt(input, reading)
        inputs.append(input)
    }

    /// Treats the next events by this plan, and routes them to these sinks.
    package func follow(_ plan: RoutePlan?, to sinks: [SpoolSink]) { feed.follow(plan, to: sinks) }

    /// Drives another input in the place of that of its name, if there is one. It is made when all that was read is in
    /// the spool, and takes over what the old one has open before that is stopped.
    package func replace(_ name: String, _ reading: InputReading, by make: (_ isFirst: Bool) -> any Input) {
        let old = inputs.first { $0.name == name }
        if let old { feed.release(old) }
        let input = make(old == nil)
        if let old { input.takeOver(from: old) }
        release(name)
        adopt(input, reading)
    }

    /// Stops an input; its sources are left where they are.
    package func release(_ name: String) {
        for input in inputs where input.name == name {
            feed.release(input)
            input.stop()
        }
        inputs.removeAll { $0.name == name }
        // Its descriptors are closed, and the next ones may get their numbers: these would count as watched already.
        for number in watched { poll.remove(number) }
        watched = []
    }

    /// What the inputs are doing, and what was read of them.
    func report() -> ReaderReport {
        var report = feed.report()
        report.inputs = inputs.map { ($0.name, $0.status) }
        return report
    }

    // MARK: - The loop

    private func takeMail() -> [Work] {
        mailbox.withLock { mail in
            defer { mail = [] }
            return mail
        }
    }

    /// Returns whether more could be done at once.
    func turn() -> Bool {
        let now = clock.monotonic
        feed.beginTurn(at: now)
        guard !feed.isFull else {
            feed.flush(now: now, isIdle: true)
            return false
        }
        var hasMore = false
        for input in inputs where input.run(feed, now: now) { hasMore = true }
        feed.expire(now: now)
        feed.flush(now: clock.monotonic, isIdle: !hasMore)
        if !inputs.isEmpty, inputs.allSatisfy(\.hasEnded) { allEnded() }
        return hasMore
    }

    private func wait(hasMore: Bool) {
        watchDescriptors()
        let now = clock.monotonic
        do throws(FileSystemError) {
            let ready = try poll.wait(until: hasMore ? now : deadline, now: now)
            if ready.contains(wakeSignal.descriptor) { wakeSignal.take() }
        } catch {
            diagnostics.error("Cannot wait for input", [("error", "\(error)")])
        }
    }

    /// While the spool is full only the sinks can change anything: they wake the loop.
    private var deadline: Int64? {
        feed.isFull ? nil : (inputs.compactMap(\.deadline) + [feed.deadline].compactMap { $0 }).min()
    }

    private func watchDescriptors() {
        let wanted: Set<Int32> = feed.isFull ? [] : Set(inputs.flatMap(\.descriptors))
        guard wanted != watched else { return }
        for number in watched.subtracting(wanted) { poll.remove(number) }
        for number in wanted.subtracting(watched) {
            do throws(FileSystemError) {
                try poll.add(number)
            } catch {
                diagnostics.error("Cannot watch an input", [("error", "\(error)")])
            }
        }
        watched = wanted
    }
}
