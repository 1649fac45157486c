import LogfoldIO

/// A line on the terminal that says how far a replay is and what it waits for.
struct ReplayProgress {
    private let isWanted: Bool
    private let total: Int64
    private var lastShown: Int64?
    private var isShown = false

    private static let interval: Int64 = 100_000_000

    /// Progress, where it is wanted, of a log with so many bytes.
    init(_ wanted: Wanted, total: Int64, _ terminal: OpenFile) {
        self.total = total
        isWanted = wanted == .always || wanted == .auto && terminal.isTerminal
    }

    /// So many records are written and so many bytes of the log read at `now`; the next record is due at `due`.
    mutating func show(records: Int, position: Int, until due: Int64, _ now: Int64) {
        guard isWanted, due - now >= Self.interval || now - (lastShown ?? .min / 2) >= Self.interval else { return }
        lastShown = now
        isShown = true
        let share = total > 0 ? ", \(min(Int64(position) * 100 / total, 100))% read" : ""
        let wait = due - now >= 1_000_000_000 ? ", the next one in \((due - now) / 1_000_000_000) s" : ""
        _ = Terminal.write("\r\(records) records\(share)\(wait)\u{1B}[K", to: 2)
    }

    /// Takes the line away, before a message or at the end.
    mutating func clear() {
        guard isShown else { return }
        isShown = false
        _ = Terminal.write("\r\u{1B}[K", to: 2)
    }
}
