import LogfoldCore
import LogfoldIO
import LogfoldSpool

/// A sink's runner with its thread, and how it was configured.
final class RunningSink {
    let configured: AgentConfiguration.NamedSink
    let runner: SinkRunner
    private let ended = Monitor(false)

    /// Attaches the sink to the spool and starts its thread. `whenEnded` is called on that thread at its end.
    init(
        _ configured: AgentConfiguration.NamedSink, _ sink: SpoolSink, spool: any Spool, context: SinkContext,
        whenEnded: @escaping @Sendable () -> Void
    ) throws(FileSystemError) {
        self.configured = configured
        let options = configured.options
        runner = SinkRunner(
            sink, spool: spool, clock: context.clock, diagnostics: context.diagnostics
        ) { state throws(SinkFailure) in try options.make(context, restoring: state) }
        let state = spool.attach(sink)
        let (runner, ended) = (runner, ended)
        // Whoever has to end in time does not wait for a write that hangs, so nobody joins this thread.
        _ = try DedicatedThread("sink-\(configured.name)") {
            runner.run(restoring: state)
            ended.change { $0 = true }
            whenEnded()
        }
    }

    /// Whether its thread has ended.
    var hasEnded: Bool { ended.withLock { $0 } }

    /// Waits for its end; false when `deadline` of the monotonic clock came first.
    func waitForEnd(until deadline: Int64) -> Bool { ended.wait(until: deadline) { $0 ? true : nil } ?? false }
}
