import Foundation

/// What a log generator says it wrote: rows of tab-separated values, one for each true event.
///
/// Columns: number of the first line, lines of the event, offset of the first line (-1 for an event inside another),
/// pid, level, logger, request id, kind (`line prefixed bare orphan inside`).
package struct GeneratedEvent: Sendable, Equatable {
    /// Number of the first line, from 1.
    package let line: Int
    /// How many lines.
    package let lines: Int
    /// Process id, level, logger and request id as printed; empty for an orphan, `-` for no request.
    package let pid: String, level: String, logger: String, requestID: String
    /// What kind of event.
    package let kind: String

    /// Reads a whole file of rows, in the order of their first lines.
    package static func read(path: String) throws -> [GeneratedEvent] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .compactMap { GeneratedEvent(row: $0.split(separator: "\t", omittingEmptySubsequences: false)) }
            .sorted { $0.line < $1.line }
    }

    private init?(row: [Substring]) {
        guard row.count == 8, let line = Int(row[0]), let lines = Int(row[1]) else { return nil }
        self.line = line
        self.lines = lines
        pid = String(row[3])
        level = String(row[4])
        logger = String(row[5])
        requestID = String(row[6])
        kind = String(row[7])
    }
}

/// The log generator of the test environment: a program named by `LOGFOLD_TEST_GEN`.
package enum LogGenerator {
    /// Path of the program, or nil; a test that needs it says so when it is skipped.
    package static let path = ProcessInfo.processInfo.environment["LOGFOLD_TEST_GEN"].flatMap { $0.isEmpty ? nil : $0 }

    /// A generated log.
    package struct Output {
        /// The text.
        package let log: [UInt8]
        /// The true events.
        package let events: [GeneratedEvent]
    }

    /// Runs the generator with `arguments` in a temporary folder.
    package static func run(_ arguments: [String]) throws -> Output {
        let folder = NSTemporaryDirectory() + "/logfold-gen-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["python3", path ?? ""] + arguments + ["-o", folder + "/log", "--events", folder + "/events"]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Recording.Unfit(description: "the generator exited with \(process.terminationStatus)")
        }
        return Output(
            log: [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/log"))),
            events: try GeneratedEvent.read(path: folder + "/events"))
    }
}
