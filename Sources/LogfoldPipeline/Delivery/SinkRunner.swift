package import LogfoldCore
package import LogfoldIO
package import LogfoldSpool
import Synchronization

/// Drives one sink on a thread of its own: takes deliveries from the spool, commits, acknowledges, and tries again for
/// as long as it takes. No other sink notices.
package final class SinkRunner: Sendable {
    /// The sink's name.
    package let name: String
    let sink: SpoolSink
    private let make: @Sendable (_ state: [UInt8]) throws(SinkFailure) -> any Sink
    let spool: any Spool
    let clock: any Clock
    private let diagnostics: Diagnostics
    private let phase = Mutex(Phase.running)
    private let facts = Mutex(Facts())
    /// Ends a commit at once; nil where the sink cannot.
    private let interrupt = Mutex<(@Sendable () -> Void)?>(nil)

    private enum Phase {
        case running
        /// What is in the spool is to be delivered until this monotonic time.
        case draining(until: Int64)
        case stopped
    }

    /// What is known of the sink's doings.
    package struct Facts: Sendable, Equatable {
        /// Calls that brought something to safety.
        package var commits: UInt64 = 0
        /// Calls that failed.
        package var failures: UInt64 = 0
        /// Bytes written.
        package var bytesWritten: Int64 = 0
        /// What became of the events; nil where the sink does not say.
        package var tally: SinkTally?
        /// What it holds; nil where the sink does not say.
        package var held: HeldSummary?
        /// Requests that may be in flight now; nil where that does not change.
        package var requestLimit: Int?
        /// Why the last call failed; nil once one has gone well.
        package var lastError: String?
        /// Since when calls fail, by the wall clock; nil once one has gone well.
        package var failingSince: Int64?
        /// When the next try is made, by the wall clock.
        package var nextTry: Int64?

        /// Nothing yet.
        package init() {}
    }

    /// A runner of a sink that is made with the state of its last commit.
    package init(
        _ sink: SpoolSink, spool: any Spool, clock: any Clock, diagnostics: Diagnostics,
        make: @escaping @Sendable (_ state: [UInt8]) throws(SinkFailure) -> any Sink
    ) {
        name = sink.name
        self.sink = sink
        self.spool = spool
        self.clock = clock
        self.diagnostics = diagnostics
        self.make = make
    }

    /// What is known of the sink's doings.
    package var status: Facts { facts.withLock { $0 } }

    /// From now on only what is in the spool is delivered, and no longer than until this monotonic time.
    package func drain(until deadline: Int64) {
        phase.withLock { phase in
            if case .running = phase { phase = .draining(until: deadline) }
        }
        spool.wakeAll()
    }

    /// Ends as soon as the call at hand returns, which is at once where the sink can be interrupted; what is not
    /// acknowledged is delivered again by the next run.
    package func stop() {
        phase.withLock { $0 = .stopped }
        spool.wakeAll()
        interrupt.withLock { $0 }?()
    }

    var isStopped: Bool {
        phase.withLock { phase in
            switch phase {
            case .running: false
            case .draining(let deadline): clock.monotonic >= deadline
            case .stopped: true
            }
        }
    }

    var drainDeadline: Int64? {
        phase.withLock { if case .draining(let deadline) = $0 { deadline } else { nil } }
    }
}

// MARK: - On the runner's thread

extension SinkRunner {
    /// Runs until the spool is closed and everything is delivered, or until it is stopped.
    package func run(restoring state: [UInt8]) {
        var backoff = Backoff()
        var state = state
        while let sink = makeSink(state, &backoff) {
            let outcome =
                if let sink = sink as? any PipeliningSink {
                    drive(sink, &backoff)
                } else {
                    drive(sink, &backoff)
                }
            sink.close()
            guard case .givenBack(let nextTry) = outcome else { return }
            // What it had taken is dropped, and it holds nothing until it is tried again.
            state = spool.attach(self.sink)
            spool.sleep(name, until: nextTry, unless: { isStopped })
        }
    }

    /// What became of a sink.
    enum Outcome {
        case done
        case stopped
        /// The spool is full and takes back what the sink cannot deliver; the next try would have been at this time.
        case givenBack(nextTry: Int64)
    }

    /// What came of a turn of a sink.
    enum Turn {
        /// It has tried to bring something to safety: nil where that went well, else when to try it again.
        case tried(nextTry: Int64?)
        /// It has tried nothing yet.
        case unfinished
        /// There is nothing left to do.
        case ended
    }

    /// Lets a sink take turns, with pauses after failures, until one has ended or the runner is stopped.
    func drive(_ sink: any Sink, turn: (_ isTriedAgain: Bool) -> Turn) -> Outcome {
        var nextTry: Int64?
        while !isStopped {
            if let pause = nextTry {
                guard waitOut(pause, sink) else { continue }
                if spool.wantsBack(from: name) { return .givenBack(nextTry: pause) }
            }
            retryHeld(sink)
            switch turn(nextTry != nil) {
            case .tried(let next): nextTry = next
            case .unfinished: continue
            case .ended: return .done
            }
        }
        return .stopped
    }

    /// Waits until what has failed is to be tried again, or what was taken is wanted back; false where something else is
    /// to be done first.
    func waitOut(_ pause: Int64, _ sink: any Sink) -> Bool {
        let held = (sink as? any HoldingSink)?.nextHeldTry ?? .max
        spool.sleep(name, until: min(pause, held), unless: { isStopped })
        if isStopped { return false }
        if held < pause, !spool.wantsBack(from: name) {
            retryHeld(sink)
            return false
        }
        return true
    }

    /// Lets a sink try what it holds, if it is time.
    func retryHeld(_ sink: any Sink) {
        guard let sink = sink as? any HoldingSink, let due = sink.nextHeldTry, due <= clock.monotonic,
            drainDeadline == nil
        else { return }
        sink.retryHeld()
        noteFacts(sink)
    }

    func waitLimit(_ sink: any Sink) -> Int64? {
        if spool.isExhausted(for: name), sink.deadline != nil { return clock.monotonic }
        let held = drainDeadline == nil ? (sink as? any HoldingSink)?.nextHeldTry : nil
        return [sink.deadline, drainDeadline, held].compactMap { $0 }.min()
    }

    private func makeSink(_ state: [UInt8], _ backoff: inout Backoff) -> (any Sink)? {
        while !isStopped {
            do throws(SinkFailure) {
                let sink = try make(state)
                interrupt.withLock { $0 = (sink as? any InterruptibleSink)?.interrupt }
                // It may have been stopped before there was anything to interrupt.
                if isStopped { stop() }
                // What it found when it was made is what a crash before its first commit must lead back to.
                spool.note(state: sink.state, of: name)
                noteSuccess(&backoff, sink)
                return sink
            } catch {
                let nextTry = note(error, &backoff)
                spool.sleep(name, until: nextTry, unless: { isStopped })
            }
        }
        return nil
    }

    func noteSuccess(_ backoff: inout Backoff, _ sink: any Sink) {
        if backoff.isFailing {
            diagnostics.info("The sink works again", [("sink", name)])
            spool.blame(nil, of: name)
        }
        backoff.succeeded()
        noteFacts(sink)
        facts.withLock { facts in
            facts.commits += 1
            facts.lastError = nil
            facts.failingSince = nil
            facts.nextTry = nil
        }
    }

    /// Takes over what the sink says of itself.
    func noteFacts(_ sink: any Sink) {
        facts.withLock { facts in
            facts.bytesWritten = sink.bytesWritten
            facts.tally = (sink as? any TallyingSink)?.tally
            facts.held = (sink as? any HoldingSink)?.held
            facts.requestLimit = (sink as? any PipeliningSink)?.requestLimit
        }
    }

    /// Says what has failed and returns when it is tried again.
    func note(_ failure: SinkFailure, _ backoff: inout Backoff) -> Int64 {
        let pause = max(backoff.failed(), failure.retryAfter ?? .zero)
        diagnostics.warning(
            "The sink cannot go on; it is tried again",
            [("sink", name), ("error", failure.description)])
        facts.withLock { facts in
            facts.failures += 1
            facts.lastError = failure.description
            facts.failingSince = facts.failingSince ?? clock.now
            facts.nextTry = clock.now + pause.nanoseconds
        }
        spool.blame(failure.lossCause, of: name)
        return clock.monotonic + pause.nanoseconds
    }
}
