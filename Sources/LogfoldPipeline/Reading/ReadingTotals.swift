/// What was read of an input in this run.
package struct ReadingTotals: Sendable, Equatable {
    /// Bytes that the engine got.
    package var bytes: UInt64 = 0
    /// Lines that have left it.
    package var lines: UInt64 = 0
    /// Events that have left it.
    package var events: UInt64 = 0
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
