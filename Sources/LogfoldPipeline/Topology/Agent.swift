import Glibc
import LogfoldCore
package import LogfoldIO
import LogfoldParsing
package import LogfoldSpool

/// The agent: inputs, engine, spool and sinks as one configuration says, from start to stop.
///
/// Threads: the caller's reads signals and answers the service manager; one reads all inputs and runs the engine; each
/// sink has one, and so have the spool, where it is on the disk, and the server of status and metrics. A stop ends the
/// inputs first, then delivers what is in the spool, then makes durable how far all have come.
package final class Agent {
    var configuration: AgentConfiguration
    let surroundings: Surroundings
    /// Its lock is held for as long as the agent lives.
    private let directory: DataDirectory
    let spool: any Spool
    let reader: ReaderLoop
    var sinks: [RunningSink] = []
    var routes = RouteTable()
    let isFirstRun: Bool
    let load: () throws(ReloadRefusal) -> AgentConfiguration
    let path: String
    private let signals: SignalReader
    private let wake: WakeSignal
    private let poll: EventPoll
    /// Saves the positions; nil where the spool does so itself.
    private var saver: PositionSaver?
    /// How full the spool was when that was last said, in tenths.
    var saidTenths: Int64 = 0
    private var watchdog: Watchdog
    /// Whether nothing will come of any input any more.
    private let inputsHaveEnded = Monitor(false)
    let board: StatusBoard

    /// Why an agent cannot begin.
    package enum Refusal: Error, CustomStringConvertible {
        /// Its data directory cannot be used.
        case directory(DataDirectory.Refusal)
        /// What lies in its spool cannot be used.
        case spool(SpoolRefusal)
        /// A system call failed.
        case file(FileSystemError)

        /// A sentence without capital and full stop.
        package var description: String {
            switch self {
            case .directory(let refusal): refusal.description
            case .spool(let refusal): refusal.description
            case .file(let error): error.description
            }
        }
    }

    /// Takes the data directory and reads what an earlier run has saved; nothing runs yet. `load` reads the
    /// configuration again from `path`, for a reload.
    package init(
        _ configuration: AgentConfiguration, path: String, _ surroundings: Surroundings,
        load: @escaping () throws(ReloadRefusal) -> AgentConfiguration
    ) throws(Refusal) {
        self.configuration = configuration
        self.path = path
        self.surroundings = surroundings
        self.load = load
        do throws(DataDirectory.Refusal) {
            directory = try DataDirectory(configuration.dataDirectory, in: surroundings.files)
        } catch {
            throw .directory(error)
        }
        let readerWake: WakeSignal
        do throws(FileSystemError) {
            // Before any thread is there: threads inherit what is blocked.
            signals = try SignalReader([SIGTERM, SIGINT, SIGHUP])
            ignoreBrokenPipeSignal()
            ProcessFacts.raiseOpenFileLimit()
            poll = try EventPoll()
            (wake, readerWake) = (try WakeSignal(), try WakeSignal())
        } catch {
            throw .file(error)
        }
        let mainWake = wake
        let opened = try OpenedSpool(
            configuration, in: directory, surroundings,
            OpenedSpool.Listeners(
                roomCameUp: { readerWake.wake() }, positionsMoved: { mainWake.wake() },
                fillChanged: { mainWake.wake() }))
        (spool, saver, isFirstRun) = (opened.spool, opened.saver, opened.isFirstRun)
        do throws(FileSystemError) {
            var options = EngineOptions()
            options.fold.memory = configuration.foldMemory
            let feed = EngineFeed(options: options, spool: spool, clock: surroundings.clock)
            let inputsHaveEnded = inputsHaveEnded
            reader = try ReaderLoop(
                feed, wake: readerWake, clock: surroundings.clock, diagnostics: surroundings.diagnostics
            ) {
                inputsHaveEnded.change { $0 = true }
                mainWake.wake()
            }
            watchdog = Watchdog(surroundings)
            board = StatusBoard(reader, spool, path: path, surroundings)
            try poll.add(signals.descriptor)
            try poll.add(wake.descriptor)
        } catch {
            throw .file(error)
        }
    }
}

// MARK: - The run

extension Agent {
    /// Runs until a signal ends it, or until nothing will come of any input any more and all of it is delivered. Returns
    /// what it had done at the end.
    package func run() throws(Refusal) -> AgentStatus {
        do throws(FileSystemError) { return try runToTheEnd() } catch { throw .file(error) }
    }

    private func runToTheEnd() throws(FileSystemError) -> AgentStatus {
        var restored = spool.restore(
            configuration.sinks.compactMap { sink in
                routes.route(of: sink.name).map { (sink.name, $0) }
            })
        try spool.start()
        for sink in configuration.sinks { try start(sink) }
        // Steps are told apart by the sinks in the snapshot before them.
        saver?.saveNow()
        let plan = configuration.plan(routes)
        let spoolSinks = configuration.spoolSinks(routes)
        reader.perform { $0.follow(plan, to: spoolSinks) }
        for input in configuration.inputs {
            adopt(input, restored: restored.filter { $0.checkpoint.input == input.name })
            restored.removeAll { $0.checkpoint.input == input.name }
        }
        let loop = reader
        let thread = try DedicatedThread("reader") { loop.run() }
        let server = serveStatus()
        show(.running)
        surroundings.notifier.ready(status: summary)
        surroundings.diagnostics.info(
            "Running", [("inputs", "\(configuration.inputs.count)"), ("sinks", "\(configuration.sinks.count)")])
        let isFinished = waitForEnd()
        show(.stopping)
        surroundings.notifier.stopping()
        loop.stop()
        thread.join()
        board.conclude(loop.report())
        spool.close()
        if isFinished { waitForSinks() }
        stopSinks()
        let last = board.status()
        sayWhatWasDone(last)
        server?.stop()
        return last
    }

    /// Without its address the agent does its work all the same: what is asked of it first is to lose nothing.
    private func serveStatus() -> ControlServer? {
        guard let address = configuration.metricsAddress else { return nil }
        let board = board
        do throws(ControlServer.Refusal) {
            return try ControlServer(
                address, clock: surroundings.clock, diagnostics: surroundings.diagnostics
            ) { board.status() }
        } catch {
            surroundings.diagnostics.error("Metrics and status cannot be served", [("error", "\(error)")])
            return nil
        }
    }

    /// What it does, in a line for `systemctl status`.
    var summary: String {
        "\(HumanText.count(UInt64(configuration.inputs.count), of: "input")), "
            + HumanText.count(UInt64(configuration.sinks.count), of: "sink")
    }

    /// Tells what the agent is doing and what it is made of.
    func show(_ state: AgentStatus.State) {
        board.change { facts in
            facts.state = state
            facts.inputs = configuration.inputs.map(\.name)
            facts.transforms = configuration.transforms.map(\.name)
            facts.sinks = sinks.map { ($0.configured.name, $0.configured.options.type, $0.runner) }
        }
    }

    /// Reads signals and saves positions until a signal ends the agent: then false. True where all inputs have ended.
    private func waitForEnd() -> Bool {
        while true {
            while let signal = signals.next() {
                guard signal == SIGHUP else { return false }
                reload()
            }
            if inputsHaveEnded.withLock({ $0 }) { return true }
            pause(until: nil)
        }
    }

    /// Waits for a signal, the next saving or the watchdog, whichever is first, and sees to the last two.
    private func pause(until limit: Int64?) {
        let now = surroundings.clock.monotonic
        let deadline = [limit, saver?.deadline, watchdog.deadline].compactMap { $0 }.min()
        do throws(FileSystemError) {
            if try poll.wait(until: deadline, now: now).contains(wake.descriptor) { wake.take() }
        } catch {
            surroundings.diagnostics.error("Cannot wait for signals", [("error", "\(error)")])
        }
        saver?.run()
        if let saver { board.change { $0.positions = saver.status } }
        sayFill()
        watchdog.run(reader)
    }

    func start(_ sink: AgentConfiguration.NamedSink) throws(FileSystemError) {
        guard let route = routes.route(of: sink.name) else { return }
        let spoolSink = configuration.spoolSink(sink, route: route)
        let context = SinkContext(
            name: sink.name, dataDirectory: configuration.dataDirectory, files: surroundings.files,
            clock: surroundings.clock, diagnostics: surroundings.diagnostics)
        for warning in sink.options.warnings {
            surroundings.diagnostics.warning(
                "A setting of the sink is to be minded", [("sink", sink.name), ("what", warning)])
        }
        let wake = wake
        sinks.append(
            try RunningSink(sink, spoolSink, spool: spool, context: context, whenEnded: { wake.wake() }))
    }

    /// Makes an input and gives it to the reader.
    func adopt(_ input: AgentConfiguration.NamedInput, restored: [RestoredSource]) {
        let context = InputContext(
            name: input.name, restored: restored, isFirstRun: isFirstRun, files: surroundings.files,
            clock: surroundings.clock, diagnostics: surroundings.diagnostics)
        let reading = configuration.reading(of: input, host: surroundings.host)
        let options = input.options
        reader.perform { loop in loop.adopt(options.make(context), reading) }
    }
}

// MARK: - The end

extension Agent {
    /// Waits until the sinks have everything, however long it takes, or until a signal.
    private func waitForSinks() {
        while !sinks.allSatisfy(\.hasEnded) {
            while let signal = signals.next() { if signal != SIGHUP { return } }
            pause(until: nil)
        }
    }

    /// Delivers what is in the spool, as long as it may take; a second signal ends that at once.
    private func stopSinks() {
        let deadline = surroundings.clock.monotonic + configuration.shutdownTimeout.nanoseconds
        for sink in sinks { sink.runner.drain(until: deadline) }
        while !sinks.allSatisfy(\.hasEnded), surroundings.clock.monotonic < deadline, signals.next() == nil {
            pause(until: deadline)
        }
        for sink in sinks { sink.runner.stop() }
        // A write that hangs is not waited for, but what can be interrupted ends at once.
        let end = surroundings.clock.monotonic + 200_000_000
        while !sinks.allSatisfy(\.hasEnded), surroundings.clock.monotonic < end { pause(until: end) }
        saver?.saveNow()
        _ = spool.shutDown()
        if let saver { board.change { $0.positions = saver.status } }
    }

    /// The ledger of every input and sink, and the whole run.
    private func sayWhatWasDone(_ status: AgentStatus) {
        let diagnostics = surroundings.diagnostics
        func sayImbalance(_ events: Int64, _ pair: String, _ summary: [(String, String)]) {
            guard events != 0 else { return }
            diagnostics.error(
                "The ledger does not balance", summary + [("between", pair), ("out_by", "\(events)")])
        }
        for input in status.inputs {
            diagnostics.info("The input has ended", input.summary)
            sayImbalance(input.totals.imbalance, "engine and spool", input.summary)
        }
        for sink in status.sinks {
            diagnostics.info("The sink has ended", sink.summary)
            sayImbalance(sink.imbalance, "spool and sink", sink.summary)
            if sink.waiting > 0 {
                diagnostics.warning(
                    "Not all events are delivered yet", [("sink", sink.name), ("events", "\(sink.waiting)")])
            }
        }
        diagnostics.info("Stopped", status.summary)
        diagnostics.flush()
    }
}
