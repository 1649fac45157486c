package import LogfoldCore
package import LogfoldIO

/// What lies between the reader and the sinks: deliveries in their order, with a cursor for each sink.
///
/// A delivery stays until every sink has acknowledged it. The spool never makes the reader wait by itself: it says that
/// it is full, and the reader reads no more until there is room again.
package protocol Spool: AnyObject, Sendable {
    // MARK: At the start

    /// The sources to go on with for sinks with these route bits, before any of them is attached.
    func restore(_ routes: [(name: String, route: UInt64)]) -> [RestoredSource]

    /// Begins to do on threads of its own what it does on them.
    func start() throws(FileSystemError)

    // MARK: For the reader

    /// Whether no more should be read for now.
    var isFull: Bool { get }
    /// A number for a new source.
    func newKey() -> UInt64
    /// These are the sinks that the events of later deliveries are routed to.
    func follow(_ sinks: [SpoolSink])
    /// Adds a delivery behind all others.
    func append(_ delivery: Delivery)
    /// Makes a source's first position known: nothing of it can wait before that.
    func introduce(_ checkpoint: SourceCheckpoint)
    /// Lets a reader that has more to read wait for a moment, where it is so far ahead of all sinks that they would have to
    /// read from the disk what it reads now.
    func letSinksCatchUp()
    /// The latest position of each source of an input, whether its events are acknowledged or not: where a new reader
    /// in the same run goes on.
    func latestCheckpoints(ofInput input: String) -> [SourceCheckpoint]
    /// No more will come: sinks that have got all of it end.
    func close()

    // MARK: For the sinks

    /// Gives a sink its cursor and returns its own state. One that has a cursor already begins again behind what it has
    /// acknowledged.
    func attach(_ sink: SpoolSink) -> [UInt8]
    /// The sink is gone from the configuration; what it has acknowledged stays saved.
    func detach(sink name: String)
    /// The next delivery for a sink; waits for one until `deadline` of the monotonic clock. Nil when that has come, when
    /// the spool is closed and the sink has got all of it, or when `interrupt` says so.
    func next(for name: String, until deadline: Int64?, unless interrupt: () -> Bool) -> SpoolItem?
    /// Whether the spool is closed and this sink has been handed all of it.
    func isExhausted(for name: String) -> Bool
    /// A sink has a state before it has acknowledged anything in this run.
    func note(state: [UInt8], of name: String)
    /// Rings a bell while `body` waits for something else, as soon as ``next(for:until:unless:)`` has an answer for a sink
    /// that wants one, or ``wakeAll()`` is called and `interrupt` says so.
    func ringing(
        _ bell: @escaping @Sendable () -> Void, for name: String, wantsNext: Bool,
        unless interrupt: @escaping () -> Bool, while body: () -> Void)
    /// A sink has everything up to and with this item safe, and its state as of then.
    func acknowledge(sink name: String, through index: Int, state: [UInt8])
    /// A sink has these events safe, whatever lies before them, and its state as of then. Events between that are not
    /// its own may be among them.
    func acknowledge(sink name: String, events: [Range<UInt64>], state: [UInt8])
    /// A sink cannot go on; what it loses meanwhile for want of room is counted under this cause, if there is one.
    func blame(_ cause: String?, of name: String)
    /// Whether a sink that cannot go on is to give back what it has taken: it is attached anew.
    func wantsBack(from name: String) -> Bool
    /// Lets a sink wait until a monotonic time, until it ``wantsBack(from:)`` something, or until ``wakeAll()`` is called
    /// and `interrupt` says so.
    func sleep(_ name: String, until deadline: Int64, unless interrupt: () -> Bool)
    /// Lets every waiting thread look at what it waits for again.
    func wakeAll()

    // MARK: For the status

    /// How far each sink is.
    func backlogs() -> [String: SinkBacklog]
    /// What became of what was read of each input, over all runs: what was delivered to the spool of it.
    func inputCounts() -> [String: InputCounts]
    /// How full it is.
    func status() -> SpoolStatus

    // MARK: At the end

    /// Makes everything durable that can be, after all sinks have ended; says what could not be.
    func shutDown() -> String?
}

extension Spool {
    /// What is held in memory alone is never read again.
    package func letSinksCatchUp() {}

    /// The next delivery for a sink, as above.
    package func next(for name: String, until deadline: Int64?) -> SpoolItem? {
        next(for: name, until: deadline, unless: { false })
    }

    /// Gives a sink that takes every event its cursor, as above.
    package func attach(sink name: String, route: UInt64) -> [UInt8] { attach(SpoolSink(name: name, route: route)) }
}

/// What the lock of a spool guards.
protocol SpoolState {
    /// Whether no more will come.
    var isClosed: Bool { get }
    /// Whether a sink was handed all there is; nil where it has no cursor.
    func hasAll(_ sink: String) -> Bool?
}

extension Monitor where Value: SpoolState {
    /// Does what ``Spool/isExhausted(for:)`` says.
    func isExhausted(for sink: String) -> Bool { withLock { $0.isClosed && $0.hasAll(sink) ?? true } }

    /// Does what ``Spool/ringing(_:for:wantsNext:unless:while:)`` says.
    func ringing(
        _ bell: @escaping @Sendable () -> Void, for sink: String, wantsNext: Bool,
        unless interrupt: @escaping () -> Bool, while body: () -> Void
    ) {
        ringing(
            bell,
            when: { state in
                let hasAnswer = state.isClosed || !(state.hasAll(sink) ?? false)
                return interrupt() || (wantsNext && hasAnswer)
            }, while: body)
    }
}

/// A delivery with its place in the spool.
package struct SpoolItem: Sendable {
    /// Its number: they count up in each run.
    package var index: Int
    /// What it holds.
    package var delivery: Delivery
    /// Number of the first event of its batch in the spool; the others follow.
    package var sequence: UInt64 = 0
}

/// How far a sink is behind.
package struct SinkBacklog: Sendable, Equatable {
    /// Events that lie here and that it has not acknowledged, and their bytes; of a spool on the disk, those that lie
    /// between.
    package var events: UInt64 = 0
    package var bytes: Int64 = 0
    /// Events that it has acknowledged over all runs.
    package var delivered: UInt64 = 0
    /// Events that were lost for it in the spool over all runs, by cause.
    package var dropped: [String: UInt64] = [:]
    /// Events that were put in for it: what was delivered, what was lost and what waits must add up to it.
    package var taken: UInt64 = 0
    /// Events that were left out for it over all runs.
    package var filtered: UInt64 = 0

    /// So many events.
    package init(events: UInt64 = 0, bytes: Int64 = 0, delivered: UInt64 = 0, taken: UInt64 = 0) {
        self.events = events
        self.bytes = bytes
        self.delivered = delivered
        self.taken = taken
    }
}

/// How full a spool is.
package struct SpoolStatus: Sendable, Equatable {
    /// What the configuration calls it.
    package var type: String
    /// Bytes that it holds, and may hold.
    package var bytes: Int64 = 0
    package var maxBytes: Int64 = 0
    /// Whether the reader waits for room, and why, if it is not these bytes.
    package var isFull = false
    package var reason: String?
    /// Wall time of the oldest delivery that waits; nil where none does or nobody knows.
    package var oldest: Int64?
    /// The same by the monotonic clock, where it was made in this run.
    package var oldestMade: Int64?
    /// Why nothing can be brought to the disk; nil while it can.
    package var problem: String?

    /// An empty spool of a type.
    package init(type: String) { self.type = type }
}
