import LogfoldInputs
import LogfoldTestSupport

/// Plays a schedule and says what was wrong.
struct ScheduleAudit {
    private let disk: LogDisk
    private let agent: ScheduledAgent
    private let maxOpenFiles: Int
    /// What was wrong, a sentence each.
    private(set) var findings: [String] = []

    /// Plays a schedule and judges what came of it.
    static func audit(of schedule: Schedule) throws -> ScheduleAudit {
        var audit = try ScheduleAudit(schedule)
        // What was rotated before anybody looked is older than what the reader knows, and none of its business.
        let beginning: [Act] = [.start, .write(1, by: .first), .settle]
        let end: [Act] = [.endPack, .moveBack, .rest, .start, .pause]
        for act in beginning + schedule.acts + end { try audit.play(act) }
        try audit.agent.stop()
        audit.judge()
        return audit
    }

    /// What came in each run, as far as it is safe in brackets, and what was reported as lost.
    var account: String {
        let runs = Dictionary(grouping: agent.events, by: \.run).sorted { $0.key < $1.key }
        let lines = runs.map { run, events in
            "run \(run): " + events.map { $0.isSafe ? "[\($0.number)]" : "\($0.number)" }.joined(separator: " ")
        }
        return (lines + agent.losses).joined(separator: "\n")
    }

    private init(_ schedule: Schedule) throws {
        let clock = FakeClock(now: 1_795_428_000_000_000_000)
        disk = try LogDisk(clock, schedule.conditions)
        var options = FileTailOptions()
        let pattern = disk.scratch.path + (schedule.conditions.includesRotated ? "/logs/*.log*" : "/logs/*.log")
        options.include = [try GlobPattern(pattern)]
        maxOpenFiles = schedule.conditions.maxOpenFiles
        options.maxOpenFiles = maxOpenFiles
        agent = ScheduledAgent(data: disk.scratch.path + "/data", options: options, clock, schedule.conditions)
        disk.isHeld = { [agent] in !$0.isBanner && agent.has($0.number) }
    }

    private mutating func play(_ act: Act) throws {
        switch act {
        case .turn: agent.turn()
        case .amid(let call, let gap, let acts):
            var failure: (any Error)?
            agent.turn(
                before: call, gap: gap,
                acts.map { act in
                    { [disk] in
                        do { try disk.play(act) } catch { failure = error }
                    }
                })
            if let failure { throw failure }
        case .settle: agent.settle()
        case .pass(let milliseconds):
            try wait(milliseconds)
        case .pause:
            // Where few may be open, one that was deleted is closed first.
            try wait(maxOpenFiles < 100 ? 150_000 : 15_000)
            if agent.isRunning { expectAllRead() }
        case .take(let count): agent.take(count)
        case .acknowledge(let count): agent.acknowledge(count)
        case .save: try agent.save()
        case .kill:
            agent.kill()
            forgiveWhatIsGone()
        case .stop:
            agent.take(.max)
            try agent.stop()
            forgiveWhatIsGone()
        case .start: try agent.start()
        case .reload:
            agent.take(.max)
            agent.reload()
            forgiveWhatIsGone()
        default: try disk.play(act)
        }
    }

    /// A half-written line, a packed file that grows and a log that was put aside are waited for, not for ever.
    private func wait(_ milliseconds: Int64) throws {
        if milliseconds > 1000 {
            try disk.endPack()
            try disk.moveBack()
            try disk.rest()
        }
        agent.pass(milliseconds: milliseconds, takesAll: milliseconds > 1000)
    }

    /// What lies nowhere any more and is not safe cannot come again.
    private func forgiveWhatIsGone() {
        for record in disk.records where record.isGone && !disk.isHeld(record) { record.mayBeLost = true }
    }

    /// What lies on the disk has come by now, in this run or before.
    private mutating func expectAllRead() {
        let missing = disk.records.filter { !$0.isBanner && !$0.isGone && !$0.mayBeLost && !agent.has($0.number) }
        if !missing.isEmpty { findings.append("not read after a while: \(missing.map(\.number))") }
    }

    // MARK: - At the end

    private mutating func judge() {
        findings += agent.problems
        // Of a line that was cut before its end was read there is a beginning.
        if let fragment = agent.fragments.first, !disk.records.contains(where: { $0.isInPieces && $0.isGone }) {
            findings.append("an event that nobody wrote: \(fragment)")
        }
        let byNumber = Dictionary(grouping: agent.events) { $0.number }
        var lost: [Int] = []
        for record in disk.records where !record.isBanner {
            let events = byNumber[record.number] ?? []
            if events.isEmpty, !record.mayBeLost { lost.append(record.number) }
            if !events.isEmpty, !record.mayBeLost, !events.contains(where: \.isSafe) {
                findings.append("\(record.number) never became safe")
            }
            if Set(events.map(\.id)).count > 1 { findings.append("\(record.number) has two ids") }
            if events.count(where: \.isSafe) > 1 { findings.append("\(record.number) came again though it was safe") }
            if Set(events.map(\.run)).count < events.count { findings.append("\(record.number) came twice in a run") }
            // A beginning in which not even the head is whole is a line of the event before it.
            let most = record.lineCount + (record.next.map { $0.isInPieces && $0.isGone } ?? false ? 1 : 0)
            // What is cut while it is read is there in part.
            let least = record.isGone ? 1 : record.lineCount
            if let torn = events.first(where: { !(least...most).contains($0.lineCount) }) {
                findings.append("\(record.number) has \(torn.lineCount) lines instead of \(record.lineCount)")
            }
        }
        if !lost.isEmpty { findings.append("lost: \(lost)") }
        judgeBanners(byNumber[-1] ?? [])
        judgeOrder()
        if !disk.hasDestroyed, let reason = agent.losses.first { findings.append("a loss that was none: \(reason)") }
    }

    /// All files begin with the same line, so only their ids tell these events apart.
    private mutating func judgeBanners(_ events: [ScheduledAgent.Event]) {
        // Of files that have gone nobody knows how often they have begun so.
        guard !disk.hasDestroyed else { return }
        let banners = disk.records.filter(\.isBanner)
        let ids = Dictionary(grouping: events) { $0.id }
        let least = banners.count { !$0.mayBeLost }
        if !(least...banners.count).contains(ids.count) {
            findings.append("\(ids.count) first lines instead of \(least) to \(banners.count)")
        }
        for event in ids.values where event.count(where: \.isSafe) > 1 {
            findings.append("a first line came again though it was safe")
        }
    }

    /// In each run, records come in the order in which they were written.
    private mutating func judgeOrder() {
        let late = Set(disk.records.filter { $0.isLate || $0.isBanner }.map(\.number))
        for events in Dictionary(grouping: agent.events, by: \.run).values {
            let numbers = events.map(\.number).filter { !late.contains($0) }
            if let at = numbers.indices.dropFirst().first(where: { numbers[$0] < numbers[$0 - 1] }) {
                findings.append("\(numbers[at]) came behind \(numbers[at - 1])")
            }
        }
    }
}
