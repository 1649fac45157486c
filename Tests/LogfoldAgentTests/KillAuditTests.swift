import Foundation
import Glibc
import LogfoldIO
import LogfoldTestSupport
import Testing

/// Logs that are written as fast as they can be and rotated again and again, and an agent that is killed again and again.
@Suite(.serialized) struct KillAuditTests {
    /// How often a log is rotated and the agent killed, and how many records there are. `LOGFOLD_TEST_AUDIT=30000` sets
    /// the last; the others follow.
    private static let records = ProcessInfo.processInfo.environment["LOGFOLD_TEST_AUDIT"].flatMap { Int($0) } ?? 4000
    private static let rotations = 30, kills = 20

    /// Writes to each log in turn, rotates one of them now and then, and kills the agent at any moment.
    private func play(_ scenario: Scenario, _ logs: [LogrotateRun]) throws {
        var random = SplitMix64(seed: 2)
        func killed() throws {
            scenario.agent.kill()
            try scenario.agent.start()
        }
        var killsAt = Set((0..<Self.kills).map { _ in random.number(in: 2...Self.records) })
        for number in 2...Self.records {
            try logs[number % logs.count].log.write(1)
            if number % (Self.records / Self.rotations) == 0 {
                let style = LogrotateRun.Style.allCases[random.number(in: 0...LogrotateRun.Style.allCases.count - 1)]
                try logs[random.number(in: 0...logs.count - 1)].rotate(style) {
                    if random.number(in: 0...11) == 0 { try killed() }
                }
            }
            if killsAt.remove(number) != nil { try killed() }
        }
        for log in logs { try log.finish() }
        #expect(scenario.waitForCount(logs.reduce(0) { $0 + $1.log.written }))
        #expect(scenario.agent.stop() == 0)
    }

    @Test func nothingIsLostAndNoRecordBecomesTwo() throws {
        let scenario = try Scenario()
        // What was rotated before the agent ever saw the log is none of its business.
        try scenario.log.write(1)
        scenario.settle()
        try play(scenario, [LogrotateRun(scenario.log, program: "gzip")])
        let audit = scenario.audit
        #expect(audit.missing(scenario.log.written) == [])
        #expect(audit.doubled == [])
        #expect(audit.torn == 0)
        #expect(audit.events.count { $0.flags.contains("late") } == 0)
    }

    /// Two logs, one of them with dates in the names of its rotated files, each rotated in the middle of a traceback.
    @Test func noRecordBecomesTwoWhereTracebacksGoOverTheBorder() throws {
        let scenario = try Scenario()
        let logs = [scenario.log, try ServiceLog(scenario.agent.logs + "/glance.log", pid: 4315)]
        for log in logs { try log.write(1) }
        #expect(scenario.wait { $0.missing(1).isEmpty && $0.missing(1, pid: 4315).isEmpty })
        try play(
            scenario,
            [
                LogrotateRun(logs[0], program: "gzip", isInTracebacks: true),
                LogrotateRun(logs[1], program: "zstd", hasDates: true, isInTracebacks: true),
            ])
        let audit = scenario.audit
        #expect(audit.doubled == [])
        #expect(audit.repeated == [])
        #expect(audit.torn == 0)
        for (pid, log) in zip([4314, 4315], logs) {
            let numbers = audit.order.filter { $0.hasPrefix("\(pid)-") }.compactMap { Int($0.dropFirst(5)) }
            #expect(numbers.count == log.written)
            let leaps = zip(numbers, numbers.dropFirst()).filter { $1 != $0 + 1 }
            #expect(leaps.isEmpty, "of \(pid)")
        }
        // What of a traceback came behind a rotation would be an event without a number.
        #expect(audit.count == audit.order.count)
    }
}

/// logrotate's own steps in its own order, on one log; all rotated files are kept.
final class LogrotateRun {
    enum Style: CaseIterable {
        case create, createAndCompress, createAndDelayCompress, copyTruncate, copyTruncateAndCompress
    }

    let log: ServiceLog
    private let program: String
    /// Whether names are dates that stay, not numbers that count up.
    private let hasDates: Bool
    /// Whether the service is in the middle of a traceback in the middle of each rotation.
    private let isInTracebacks: Bool
    private let files = FileManager.default
    private var compressing: Process?
    /// The file that was left for the next run to compress.
    private var delayed: String?
    private var count = 0

    /// Rotations that compress with `gzip` or `zstd`.
    init(_ log: ServiceLog, program: String, hasDates: Bool = false, isInTracebacks: Bool = false) {
        (self.log, self.program, self.hasDates, self.isInTracebacks) = (log, program, hasDates, isInTracebacks)
    }

    /// Rotates once; `between` is called between two steps.
    func rotate(_ style: Style, between: () throws -> Void) throws {
        try finish()
        if let name = delayed {
            delayed = nil
            try compress(name)
            try between()
            try finish()
        }
        try shift(between)
        count += 1
        let rotated = log.path + (hasDates ? "-20261122-\(1_795_428_000 + count)" : ".1")
        let rest: String
        switch style {
        case .create, .createAndCompress, .createAndDelayCompress:
            try files.moveItem(atPath: log.path, toPath: rotated)
            try between()
            // The service still writes to the old one, until it is told.
            rest = try begin()
            let fresh = try OpenFile(log.path, for: .appending, in: PosixFileSystem())
            try between()
            if !isInTracebacks { try log.write(1) }
            try log.reopen()
            try fresh.close()
        case .copyTruncate, .copyTruncateAndCompress:
            rest = isInTracebacks ? try log.writeUpToATraceback() : ""
            try files.copyItem(atPath: log.path, toPath: rotated)
            try between()
            try log.truncate()
        }
        try log.writeRaw(rest)
        try between()
        if style == .createAndDelayCompress { delayed = rotated }
        if style == .createAndCompress || style == .copyTruncateAndCompress { try compress(rotated) }
    }

    /// Writes a record, or the beginning of one; returns the rest.
    private func begin() throws -> String {
        if isInTracebacks { return try log.writeUpToATraceback() }
        try log.write(1)
        return ""
    }

    private func shift(_ between: () throws -> Void) throws {
        guard !hasDates else { return }
        for number in (1..<100).reversed() {
            for ending in ["", ".gz", ".zst"] where files.fileExists(atPath: "\(log.path).\(number)\(ending)") {
                try files.moveItem(
                    atPath: "\(log.path).\(number)\(ending)", toPath: "\(log.path).\(number + 1)\(ending)")
                if number < 3 { try between() }
            }
        }
    }

    /// Begins to compress a file; the original goes when that is done, while the log is written on.
    private func compress(_ name: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + (program == "zstd" ? ["-q", "--rm"] : []) + [name]
        try process.run()
        compressing = process
    }

    /// Waits for what is being compressed.
    func finish() throws {
        compressing?.waitUntilExit()
        compressing = nil
    }
}
