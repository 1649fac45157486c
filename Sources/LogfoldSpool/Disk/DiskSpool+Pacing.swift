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
        let mustRest = contents.withLock { contents in
            contents.isReaderResting = contents.isReaderAhead(options, now)
            return contents.isReaderResting
        }
        guard mustRest else { return }
        _ = catchingUp.wait(until: now + Self.longestRest) { _ in
            contents.withLock { $0.isReaderResting } ? nil : true
        }
        contents.withLock { $0.isReaderResting = false }
    }
}

extension SpoolContents {
    /// A sink that has taken nothing for so long does not count: none is waited for that is dead or has enough for now.
    private static let pause: Int64 = 1_000_000_000

    /// Whether half of what may be in memory waits there for even the foremost of the sinks that take something.
    func isReaderAhead(_ options: DiskSpoolOptions, _ now: Int64) -> Bool {
        let taking = cursors.values.filter { cursor in cursor.takenAt.map { now - $0 < Self.pause } ?? false }
        guard let foremost = taking.map(\.next).max() else { return false }
        var waiting = 0
        for recent in recents.reversed() {
            guard recent.end > foremost, waiting <= options.memory / 2 else { break }
            waiting += recent.weight
        }
        return waiting > options.memory / 2
    }

    /// A sink has taken a record: whether the reader, which rests, is to go on.
    mutating func endsRest(_ options: DiskSpoolOptions, _ now: Int64) -> Bool {
        guard isReaderResting, !isReaderAhead(options, now) else { return false }
        isReaderResting = false
        return true
    }
}
