import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldSpool

// What the feed counts: for the status of this run, and for the spool, which keeps it over all runs.

extension EngineFeed {
    /// What the spool has not been told yet.
    struct Untold {
        var read: [String: InputCounts] = [:]
        /// By route of the plan, how many of the events that were left out for it the spool knows of.
        var knownFiltered: [Int] = []
    }

    /// Counts bytes that the engine is given.
    func count(_ bytes: RawSpan, of source: UInt32) {
        guard let name = sources[source]?.input.name else { return }
        totals[name, default: ReadingTotals()].bytes += UInt64(bytes.byteCount)
        totals[name]?.lastRead = clock.now
    }

    /// Counts what has left the engine of a source up to a position that is handed on.
    func countLeft(of source: UInt32, at position: SourcePosition) {
        guard let open = sources[source] else { return }
        let now = SourceCounts(at: position)
        guard now != open.known else { return }
        sources[source]?.known = now
        var counts = InputCounts()
        counts.inEvents = now.written - open.known.written
        counts.leftOut = now.filtered - open.known.filtered
        untold.read[open.input.name, default: InputCounts()] += counts
        totals[open.input.name, default: ReadingTotals()].imbalance += counts.inEvents.events
    }

    /// What the spool is to be told with the next delivery, where so many events were left out for the routes of the plan.
    func takeUntold(filtered now: [Int]) -> (read: [String: InputCounts], filtered: [String: UInt64]) {
        var filtered: [String: UInt64] = [:]
        if let plan, now != untold.knownFiltered {
            for (at, route) in plan.routes.enumerated() where at < now.count {
                let known = at < untold.knownFiltered.count ? untold.knownFiltered[at] : 0
                if now[at] > known { filtered[route.name, default: 0] += UInt64(now[at] - known) }
            }
        }
        untold.knownFiltered = now
        defer { untold.read.removeAll(keepingCapacity: true) }
        return (untold.read, filtered)
    }

    /// Counts the events of a batch and their lines.
    func countEvents(_ batch: Batch) {
        // Events of one source mostly follow one another.
        var source: UInt32?
        var events: UInt64 = 0
        var lines: UInt64 = 0
        for entry in batch.entries {
            if entry.source != source {
                addEvents(events, lines, of: source)
                (source, events, lines) = (entry.source, 0, 0)
            }
            events += 1
            lines += UInt64(entry.lineCount)
        }
        addEvents(events, lines, of: source)
    }

    private func addEvents(_ events: UInt64, _ lines: UInt64, of source: UInt32?) {
        guard let name = source.flatMap({ sources[$0]?.input.name }) else { return }
        totals[name, default: ReadingTotals()].events += events
        totals[name]?.imbalance -= Int64(events)
        totals[name]?.lines += lines
    }
}

// MARK: - For the status

extension EngineFeed {
    /// Events that each transform has dropped, and patterns that were given up.
    struct Decided {
        var dropped: [String: UInt64] = [:]
        var limitedPatterns: UInt64 = 0
    }

    /// What was read in this run, and what the engine has counted.
    func report() -> ReaderReport {
        var report = ReaderReport()
        report.totals = totals
        let counts = engine.counts
        if counts.repeated > 0 { for name in totals.keys { report.totals[name]?.imbalance = 0 } }
        report.engine.folded = UInt64(counts.folded)
        report.engine.unparsed = UInt64(counts.unparsed)
        report.engine.redacted = UInt64(counts.redacted)
        report.engine.openFolds = Int64(engine.openEvents)
        report.engine.foldBytes = Int64(engine.heldBytes)
        report.engine.maxFoldBytes = Int64(foldMemory)
        let decided = decided
        report.dropped = decided.dropped
        report.engine.limitedPatterns = decided.limitedPatterns
        return report
    }

    /// What the plans so far have decided.
    var decided: Decided {
        guard let plan, let counts = engine.planCounts else { return earlier }
        var decided = earlier
        for (transform, count) in zip(plan.transforms, counts.transforms) where transform.action.isFilter {
            decided.dropped[transform.name, default: 0] += UInt64(count)
        }
        decided.limitedPatterns += UInt64(counts.limited)
        return decided
    }
}
