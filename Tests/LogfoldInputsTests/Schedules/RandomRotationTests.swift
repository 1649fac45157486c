import Foundation
import Testing

@Suite("The agent's reading through random schedules of writes, rotations, kills and restarts")
struct RandomRotationTests {
    /// `LOGFOLD_TEST_SCHEDULES=1000-5000` plays these instead of a few; a single number plays that one and shortens it
    /// as far as it still fails.
    private static let chosen: ClosedRange<Int>? = {
        let words = ProcessInfo.processInfo.environment["LOGFOLD_TEST_SCHEDULES"]?.split(separator: "-") ?? []
        guard let first = words.first.flatMap({ Int($0) }), let last = words.last.flatMap({ Int($0) }) else {
            return nil
        }
        return first...max(first, last)
    }()

    /// Seeds that have failed once.
    private static let failedOnce = [748, 1949, 4045]

    private static let groups: [ClosedRange<Int>] = {
        guard let chosen else { return (0..<7).map { $0 * 15...$0 * 15 + 14 } + failedOnce.map { $0...$0 } }
        let size = max(1, chosen.count / 40)
        return stride(from: chosen.lowerBound, through: chosen.upperBound, by: size).map {
            $0...min($0 + size - 1, chosen.upperBound)
        }
    }()

    @Test("what lay on the disk comes once and in order, or again with its id", arguments: groups)
    func nothingLost(seeds: ClosedRange<Int>) throws { try play(seeds) { Schedule(seed: $0) } }

    @Test("the same when others write and rotate in the middle of a turn", arguments: groups)
    func nothingLostAmidTurns(seeds: ClosedRange<Int>) throws {
        try play(seeds) { Schedule(seed: $0, isConcurrent: true) }
    }

    private func play(_ seeds: ClosedRange<Int>, _ make: (Int) -> Schedule) throws {
        for seed in seeds {
            let schedule = make(seed)
            // What hangs is known by the last line.
            if Self.chosen != nil { print("schedule \(seed)") }
            let findings = try ScheduleAudit.audit(of: schedule).findings
            #expect(findings.isEmpty, "\(findings.prefix(5).joined(separator: "; "))\n\(schedule)")
            guard !findings.isEmpty, Self.chosen?.count == 1 else { continue }
            let shortest = try Self.shortened(schedule, finding: Self.kind(findings[0]))
            let audit = try ScheduleAudit.audit(of: shortest)
            Issue.record("shortened: \(audit.findings.joined(separator: "; "))\n\(shortest)\n\(audit.account)")
        }
    }

    /// A finding without the numbers of its records.
    private static func kind(_ finding: String) -> String { finding.filter { !$0.isNumber } }

    /// Leaves out acts as long as the same is still wrong.
    private static func shortened(_ schedule: Schedule, finding: String) throws -> Schedule {
        var shortest = schedule
        var length = max(1, shortest.acts.count / 2)
        while true {
            var at = 0
            var hasChanged = false
            while at < shortest.acts.count {
                var fewer = shortest
                fewer.acts.removeSubrange(at..<min(at + length, fewer.acts.count))
                if try ScheduleAudit.audit(of: fewer).findings.contains(where: { kind($0) == finding }) {
                    shortest = fewer
                    hasChanged = true
                } else {
                    at += length
                }
            }
            if length == 1, !hasChanged { break }
            length = max(1, length / 2)
        }
        return shortest
    }
}
