import Foundation
import Glibc

/// The program with pipes that stay open, as behind `tail -F`.
final class LiveProgram {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var received = Data()

    /// Starts it with these arguments.
    init(_ arguments: [String]) throws {
        process.executableURL = Program.url
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin", "TZ": "UTC"]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// Writes to its standard input, which stays open.
    func write(_ data: Data) { input.fileHandleForWriting.write(data) }

    /// Waits for so many lines of output; fewer only if it ends or nothing comes for 30 seconds.
    func lines(_ count: Int) -> [String] {
        let descriptor = output.fileHandleForReading.fileDescriptor
        while received.count(where: { $0 == 0x0A }) < count {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 30_000) > 0 else { break }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            received.append(more)
        }
        return String(decoding: received, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Closes its input and waits for its end; all lines of output, and the exit status.
    func end() throws -> (lines: [String], status: Int32) {
        try input.fileHandleForWriting.close()
        let all = lines(.max)
        process.waitUntilExit()
        return (all, process.terminationStatus)
    }

    /// Tells it to end and waits until it has; all lines of output, and the exit status.
    func terminate() throws -> (lines: [String], status: Int32) {
        process.terminate()
        let all = lines(.max)
        process.waitUntilExit()
        return (all, process.terminationStatus)
    }

    /// Stops reading what it prints, and waits for its end; negative for a signal.
    func stopReading() throws -> Int32 {
        try output.fileHandleForReading.close()
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}
