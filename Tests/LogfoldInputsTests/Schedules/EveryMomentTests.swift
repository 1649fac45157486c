import Testing

/// A rotation between any two calls of the file system that a turn of the reader makes.
@Suite struct EveryMomentTests {
    /// What was before, and what happens within the turn.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let before: [Act]
        let amid: [Act]
    }

    private static let copyAndCut: [Act] = [.shift, .beginCopy, .endCopy, .truncate, .write(3, by: .first)]
    private static let moveAndCreate: [Act] = [
        .shift, .moveAway, .write(1, by: .first), .create, .reopen(.first), .write(3, by: .first),
    ]
    private static let pack: [Act] = [.beginPack(zstd: false), .endPack]
    /// All that was read is safe, and the reader ends.
    private static let safeAndKilled: [Act] = [.settle, .take(100), .acknowledge(100), .save, .kill]

    static let cases: [Case] = [
        Case(
            testDescription: "a log that is read is copied and cut",
            before: [.write(3, by: .first), .settle, .write(2, by: .first)], amid: copyAndCut),
        Case(
            testDescription: "a log that is read is moved away",
            before: [.write(3, by: .first), .settle, .write(2, by: .first)], amid: moveAndCreate),
        Case(
            testDescription: "a log that is read is moved away and packed",
            before: [.write(3, by: .first), .settle, .write(2, by: .first)], amid: moveAndCreate + pack),
        Case(
            testDescription: "a log is copied and cut while the reader begins anew",
            before: [.write(3, by: .first)] + safeAndKilled + [.write(2, by: .first), .start], amid: copyAndCut),
        Case(
            testDescription: "a log that was rotated while nobody looked is copied and cut",
            before: [.write(3, by: .first)] + safeAndKilled + moveAndCreate + [.start], amid: copyAndCut),
        Case(
            testDescription: "a log that was rotated and packed while nobody looked is copied and cut",
            before: [.write(3, by: .first)] + safeAndKilled + moveAndCreate + pack + [.start], amid: copyAndCut),
        Case(
            testDescription: "a log that was rotated while nobody looked is moved away",
            before: [.write(3, by: .first)] + safeAndKilled + moveAndCreate + [.start], amid: moveAndCreate),
        Case(
            testDescription: "a log that was rotated while nobody looked is copied, cut and packed",
            before: [.write(3, by: .first)] + safeAndKilled + moveAndCreate + [.start], amid: copyAndCut + pack),
        Case(
            testDescription: "an empty log is written to, copied and cut",
            before: [.write(3, by: .first), .settle, .shift, .moveAway, .create, .reopen(.first), .settle],
            amid: [.write(3, by: .first)] + copyAndCut),
        Case(
            testDescription: "a log that was cut while nobody looked is copied and cut again",
            before: [.write(3, by: .first)] + safeAndKilled + copyAndCut + [.start], amid: copyAndCut),
        Case(
            testDescription: "a log is rotated twice while the reader begins anew",
            before: [.write(3, by: .first)] + safeAndKilled + [.write(2, by: .first), .start],
            amid: moveAndCreate + pack + copyAndCut),
    ]

    @Test("what was written comes once, in its order", arguments: cases, [false, true])
    func inOrder(_ moment: Case, hasDates: Bool) throws {
        for gap in 0...1 {
            for call in 1...60 {
                var conditions = Schedule.Conditions()
                conditions.hasDates = hasDates
                let schedule = Schedule(
                    moment.before + [.amid(call: call, gap: gap, moment.amid), .settle, .pause], conditions: conditions)
                let audit = try ScheduleAudit.audit(of: schedule)
                #expect(
                    audit.findings.isEmpty, "\(audit.findings.joined(separator: "; "))\n\(schedule)\n\(audit.account)")
            }
        }
    }
}
