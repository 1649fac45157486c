import LogfoldIO

// The pace of a reader that is faster than every sink: what it reads far ahead of them would leave memory, and each of
// them would read it from the disk again.

extension DiskSpool {
    /// So long the reader waits at the most before it reads on, in nanoseconds: a turn of its each 50 ms is still 20 MB a
    /// second.
    private static let longestRest: Int64 = 50_000_000

    /// Waits until the foremost sink has taken so much that the reader is not ahead any more, for a moment at the most.
    package func letSinksCatchUp() {
        let now = clock.monotonic
        let isAhead = contents.withLock { contents in
            contents.isReaderAhead = contents.isAheadOfSinks(options, now)
            return contents.isReaderAhead
        }
        guard isAhead else { return }
        _ = catchingUp.wait(until: now + Self.longestRest) { _ in contents.withLock { $0.isReaderAhead } ? nil : true }
    }

    /// Lets the reader go on, if it waits and a sink has taken enough.
    func noteTaken() {
        let isOver = contents.withLock { contents in
            guard contents.isReaderAhead else { return false }
            contents.isReaderAhead = contents.isAheadOfSinks(options, clock.monotonic)
            return !contents.isReaderAhead
        }
        if isOver { catchingUp.change { _ in } }
    }
}

extension SpoolContents {
    /// A sink that has taken nothing for so long does not count: none is waited for that is dead or has enough for now.
    private static let pause: Int64 = 1_000_000_000

    /// Whether half of what may be in memory waits there for even the foremost of the sinks that take something.
    func isAheadOfSinks(_ options: DiskSpoolOptions, _ now: Int64) -> Bool {
        let taking = cursors.values.filter { cursor in cursor.takenAt.map { now - $0 < Self.pause } ?? false }
        guard let foremost = taking.map(\.next).max() else { return false }
        var waiting = 0
        for recent in recents.reversed() {
            guard recent.end > foremost, waiting <= options.memory / 2 else { break }
            waiting += recent.weight
        }
        return waiting > options.memory / 2
    }
}
