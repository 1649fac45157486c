/// What was read of an input in this run.
package struct ReadingTotals: Sendable, Equatable {
    /// Bytes that the engine got.
    package var bytes: UInt64 = 0
    /// Lines that have left it.
    package var lines: UInt64 = 0
    /// Events that have left it.
    package var events: UInt64 = 0
    /// By how many events the positions that went to the spool are ahead of the batches that did: more than 0 where some
    /// have not arrived; 0 where nobody can tell, since events that every sink has are made again.
    package var imbalance: Int64 = 0
    /// Bytes that were lost before they could be read.
    package var lostBytes: UInt64 = 0
    /// How often that happened.
    package var losses: UInt64 = 0
    /// Why the last time.
    package var lastLoss: String?
    /// Wall time of the last bytes.
    package var lastRead: Int64?
    /// Whether the input is in the configuration now.
    package var isRunning = false

    /// Nothing yet.
    package init() {}
}
