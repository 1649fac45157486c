package import LogfoldCore
package import LogfoldIO

/// All that the agent tells of itself, at one moment: the one source of `/metrics`, `/status`, `logfold status`, the
/// probes and the line at its end.
///
/// Counters count from the start of this run, unless they say otherwise. Times are nanoseconds since 1970 UTC.
package struct AgentStatus: Sendable, Equatable {
    /// What the agent is doing.
    package enum State: String, Sendable, CaseIterable {
        case starting, running, reloading, stopping
    }

    /// The version of the program.
    package var version: String
    /// When this was true.
    package var time: Int64
    /// When the agent started.
    package var started: Int64
    /// Its process.
    package var pid: Int32
    /// The configuration file; nil where it came another way.
    package var configurationFile: String?
    /// What it is doing.
    package var state = State.starting
    /// For how long the reader has not answered, in nanoseconds; 0 while it does. An agent that waits for input
    /// answers.
    package var readerSilence: Int64 = 0
    /// What came of the reloads.
    package var reload = ReloadStatus()
    /// The inputs in the order of the configuration.
    package var inputs: [Input] = []
    /// The transforms in their order.
    package var transforms: [Transform] = []
    /// The sinks in their order.
    package var sinks: [Sink] = []
    /// What waits for the sinks.
    package var spool = Spool()
    /// The positions on the disk.
    package var positions = Positions()
    /// The engine.
    package var engine = Engine()
    /// The process.
    package var process = ProcessFacts()
    /// Lines of the agent's own log that could not be written.
    package var droppedLogLines: UInt64 = 0

    /// The status of an agent that has just started.
    package init(version: String, time: Int64, started: Int64, pid: Int32, configurationFile: String? = nil) {
        self.version = version
        self.time = time
        self.started = started
        self.pid = pid
        self.configurationFile = configurationFile
    }
}

// MARK: - Its parts

extension AgentStatus {
    /// What came of `SIGHUP`.
    package struct ReloadStatus: Sendable, Equatable {
        /// How a reload ends.
        package enum Result: String, Sendable, CaseIterable {
            /// The new configuration is at work.
            case taken
            /// The new configuration is wrong and the old one goes on.
            case refused
        }

        /// How many reloads were finished. Counted up when ``lastResult`` and ``problems`` are those of this reload.
        package var count: UInt64 = 0
        /// How many of them were refused.
        package var refused: UInt64 = 0
        /// How the last one ended; nil before the first.
        package var lastResult: Result?
        /// When.
        package var lastTime: Int64?
        /// Why it was refused, as `file:line:column: problem`; or, where it was taken, what needs a restart to change.
        package var problems: [String] = []

        /// None yet.
        package init() {}
    }

    /// An input.
    package struct Input: Sendable, Equatable {
        /// Its name in the configuration.
        package var name: String
        /// Its sources, and what is wrong.
        package var status = InputStatus()
        /// What was read of it in this run.
        package var totals = ReadingTotals()
        /// What became of what was read of it, over all runs.
        package var counts = InputCounts()

        /// An input that has read nothing.
        package init(name: String) { self.name = name }

        /// Bytes that wait to be read, over all its sources.
        package var lag: Int64 { status.sources.reduce(0) { $0 &+ $1.lag } }
    }

    /// A transform.
    package struct Transform: Sendable, Equatable {
        /// Its name in the configuration.
        package var name: String
        /// Events that it has dropped.
        package var dropped: UInt64 = 0

        /// A transform that has dropped nothing.
        package init(name: String) { self.name = name }
    }

    /// A sink. Its ledger: emitted = delivered + filtered + dropped + dead-lettered + waiting.
    package struct Sink: Sendable, Equatable {
        /// Its name in the configuration.
        package var name: String
        /// Its type.
        package var type: String
        /// Events that have left the engine while the sink was there, over all runs, but for those that earlier runs have
        /// lost; nil where nobody counts them.
        package var emitted: UInt64?
        /// Events that it has safe, over all runs.
        package var delivered: UInt64 = 0
        /// Events that its `inputs` and `condition` leave out, over all runs.
        package var filtered: UInt64 = 0
        /// Events that were lost for this sink, by cause.
        package var dropped: [String: UInt64] = [:]
        /// Events that were refused for good and lie in the dead-letter file.
        package var deadLettered: UInt64 = 0
        /// What became of its events with its server; nil where the sink does not say.
        package var tally: SinkTally?
        /// Events in the spool that it has not acknowledged, with those that it holds.
        package var waiting: UInt64 = 0
        /// Bytes of the events in ``waiting``.
        package var waitingBytes: Int64 = 0
        /// Events that it holds because they are refused for a reason that may pass.
        package var held = HeldSummary()
        /// Tries to bring something to safety.
        package var sends: UInt64 = 0
        /// Tries that failed.
        package var failures: UInt64 = 0
        /// Requests that may be in flight now; nil where that does not change.
        package var requestLimit: Int?
        /// Bytes written, repeats and all.
        package var bytesWritten: Int64 = 0
        /// Why the last try failed; nil where it went well, as are the next two.
        package var lastError: String?
        /// Since when it fails, by the wall clock.
        package var failingSince: Int64?
        /// When the next try is made, by the wall clock.
        package var nextTry: Int64?

        /// A sink that has got nothing.
        package init(name: String, type: String) {
            self.name = name
            self.type = type
        }

        /// Events that were lost for this sink, of all causes.
        package var droppedTotal: UInt64 { dropped.values.reduce(0, &+) }
        /// Events that wait for it in the spool.
        package var waitingInSpool: UInt64 { waiting &- min(held.events, waiting) }
        /// Whether it backs off after failures.
        package var isFailing: Bool { lastError != nil }
    }

    /// The spool.
    package struct Spool: Sendable, Equatable {
        /// Its type: `memory` or `disk`.
        package var type = "memory"
        /// Bytes that it holds.
        package var bytes: Int64 = 0
        /// Bytes that it may hold.
        package var maxBytes: Int64 = 0
        /// For how long its oldest delivery has been waiting, in nanoseconds; nil where it is empty or nobody knows.
        package var oldestAge: Int64?
        /// Whether inputs wait for room in it.
        package var isFull = false
        /// Why they wait, where it is not its own size.
        package var reason: String?

        /// Empty.
        package init() {}
    }

    /// What outlives the process.
    package struct Positions: Sendable, Equatable {
        /// When they were last saved; nil for not yet.
        package var lastSaved: Int64?
        /// Why they cannot be saved; nil where they can.
        package var problem: String?

        /// Nothing saved yet.
        package init() {}
    }

    /// The engine.
    package struct Engine: Sendable, Equatable {
        /// Events that are not complete yet.
        package var openFolds: Int64 = 0
        /// Bytes that they and what waits behind them hold.
        package var foldBytes: Int64 = 0
        /// Bytes that those may hold.
        package var maxFoldBytes: Int64 = 0
        /// Events of more than one line.
        package var folded: UInt64 = 0
        /// Events that no format took.
        package var unparsed: UInt64 = 0
        /// Events with something masked.
        package var redacted: UInt64 = 0
        /// Patterns that were given up because a text would have taken too long: they count as not matching.
        package var limitedPatterns: UInt64 = 0

        /// Nothing yet.
        package init() {}
    }
}
