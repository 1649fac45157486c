import Foundation
import Glibc
import LogfoldIO
import LogfoldTestSupport
import Testing

/// A log that is written as fast as it can be and rotated again and again, and an agent that is killed again and again.
@Suite(.serialized) struct KillAuditTests {
    /// How often the log is rotated and the agent killed, and how many records there are. `LOGFOLD_TEST_AUDIT=30000`
    /// sets the last; the others follow.
    private static let records = ProcessInfo.processInfo.environment["LOGFOLD_TEST_AUDIT"].flatMap { Int($0) } ?? 4000
    private static let rotations = 30, kills = 20

    @Test func nothingIsLostAndNoRecordBecomesTwo() throws {
        var random = SplitMix64(seed: 2)
        let scenario = try Scenario()
        let rotation = LogrotateRun(scenario)
        // What was rotated before the agent ever saw the log is none of its business.
        try scenario.log.write(1)
        scenario.settle()
        var killsAt = Set((0..<Self.kills).map { _ in random.number(in: 2...Self.records) })
        let every = Self.records / Self.rotations
        while scenario.log.written < Self.records {
            try scenario.log.write(1)
            if scenario.log.written % every == 0 {
                let style = LogrotateRun.Style.allCases[random.number(in: 0...LogrotateRun.Style.allCases.count - 1)]
                try rotation.rotate(style) {
                    guard random.number(in: 0...11) == 0 else { return }
                    scenario.agent.kill()
                    try scenario.agent.start()
                }
            }
            if killsAt.remove(scenario.log.written) != nil {
                scenario.agent.kill()
                try scenario.agent.start()
            }
        }
        try rotation.finish()
        #expect(scenario.waitForCount(scenario.log.written))
        #expect(scenario.agent.stop() == 0)
        let audit = scenario.audit
        #expect(audit.missing(scenario.log.written) == [])
        #expect(audit.doubled == [])
        #expect(audit.torn == 0)
        #expect(audit.events.count { $0.flags.contains("late") } == 0)
    }
}

/// logrotate's own steps in its own order, on the log of a scenario; all rotated files are kept.
final class LogrotateRun {
    enum Style: CaseIterable {
        case create, createAndCompress, createAndDelayCompress, copyTruncate, copyTruncateAndCompress
    }

    private let scenario: Scenario
    private let files = FileManager.default
    private var compressing: Process?
    /// Whether the last file was left for the next run to compress.
    private var isDelayed = false

    init(_ scenario: Scenario) { self.scenario = scenario }

    /// Rotates once; `between` is called between two steps.
    func rotate(_ style: Style, between: () throws -> Void) throws {
        try finish()
        if isDelayed {
            try compress()
            try between()
            try finish()
        }
        try shift(between)
        let path = scenario.path
        switch style {
        case .create, .createAndCompress, .createAndDelayCompress:
            try files.moveItem(atPath: path, toPath: path + ".1")
            try between()
            // The service still writes to the old one, until it is told.
            try scenario.log.write(1)
            let fresh = try OpenFile(path, for: .appending, in: PosixFileSystem())
            try between()
            try scenario.log.write(1)
            try scenario.log.reopen()
            try fresh.close()
        case .copyTruncate, .copyTruncateAndCompress:
            try files.copyItem(atPath: path, toPath: path + ".1")
            try between()
            try scenario.log.truncate()
        }
        try between()
        isDelayed = style == .createAndDelayCompress
        if style == .createAndCompress || style == .copyTruncateAndCompress { try compress() }
    }

    private func shift(_ between: () throws -> Void) throws {
        for number in (1..<100).reversed() {
            for ending in ["", ".gz"] where files.fileExists(atPath: "\(scenario.path).\(number)\(ending)") {
                try files.moveItem(
                    atPath: "\(scenario.path).\(number)\(ending)", toPath: "\(scenario.path).\(number + 1)\(ending)")
                if number < 3 { try between() }
            }
        }
    }

    /// Begins to compress the last file; the original goes when that is done, while the log is written on.
    private func compress() throws {
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/gzip")
        gzip.arguments = [scenario.path + ".1"]
        try gzip.run()
        compressing = gzip
    }

    /// Waits for what is being compressed.
    func finish() throws {
        compressing?.waitUntilExit()
        compressing = nil
    }
}
