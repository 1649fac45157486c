/// What was read of an input in this run.
package struct ReadingTotals: Sendable, Equatable {
    /// Bytes as the engine got them, and the lines and events that have left it.
    package var bytes: UInt64 = 0
    package var lines: UInt64 = 0
    package var events: UInt64 = 0
    /// Bytes that were lost before they could be read, how often, and why the last time.
    package var lostBytes: UInt64 = 0
    package var losses: UInt64 = 0
    package var lastLoss: String?
    /// Wall time of the last bytes.
    package var lastRead: Int64?
    /// Whether the input is in the configuration now.
    package var isRunning = false

    /// Nothing yet.
    package init() {}
}
