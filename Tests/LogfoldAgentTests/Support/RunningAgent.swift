import Foundation
import Glibc
import LogfoldIO
import LogfoldPipeline
import LogfoldTestSupport
import Testing

/// The real agent on files of its own: started, killed and started again as a node would.
final class RunningAgent {
    let folder: ScratchDirectory
    let configuration: String
    /// Variables of its environment.
    var environment = ["PATH": "/usr/bin:/bin"]
    private var process: Process?

    /// The folder of the logs, and the file that the agent writes its events to.
    var logs: String { folder.path + "/logs" }
    var output: String { folder.path + "/out/events.jsonl" }
    private var messagesPath: String { folder.path + "/messages" }

    /// An agent that tails `logs/*.log` into a file, unless a configuration says otherwise: `LOGS`, `OUT` and `DATA` in it
    /// stand for the folders. It is not started.
    init(_ configuration: String = RunningAgent.smallest) throws {
        folder = try ScratchDirectory()
        for name in ["logs", "out", "data"] {
            try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
        }
        self.configuration = folder.path + "/logfold.yaml"
        try rewrite(configuration)
    }

    /// Writes another configuration, which counts from a reload or the next start on.
    func rewrite(_ configuration: String) throws {
        let text =
            configuration.replacing("LOGS", with: "\(folder.path)/logs").replacing("OUT", with: "\(folder.path)/out")
            .replacing("DATA", with: "\(folder.path)/data")
        try folder.write(text.utf8, to: "logfold.yaml")
    }

    /// The spools that an agent can have.
    enum SpoolType: String, CaseIterable {
        case disk, memory
    }

    static let smallest = smallest(.disk)

    static func smallest(_ spool: SpoolType) -> String {
        """
        data_dir: DATA
        timezone: UTC
        spool: { type: \(spool)\(spool == .disk ? ", min_free: 0" : "") }
        metrics: { listen: "unix:DATA/status.sock" }
        inputs:
          logs: { type: file, include: ["LOGS/*.log"], rotate_wait: 5s }
        sinks:
          out: { type: file, path: "OUT/events.jsonl" }
        """
    }

    deinit { kill() }

    /// The built program: it lies beside the test bundle.
    static var program: URL {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "logfold")
    }

    /// Starts it.
    func start() throws {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = ["run", "-c", configuration]
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        if !FileManager.default.fileExists(atPath: messagesPath) {
            _ = FileManager.default.createFile(atPath: messagesPath, contents: nil)
        }
        let messages = try FileHandle(forWritingTo: URL(filePath: messagesPath))
        try messages.seekToEnd()
        process.standardError = messages
        try process.run()
        self.process = process
    }

    /// What `logfold check` prints of its configuration.
    func check(_ options: [String] = []) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = Self.program
        process.arguments = ["check", "-c", configuration] + options
        process.environment = environment
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }

    /// What it tells of itself; nil while it does not run or is not ready.
    var status: JSONValue? {
        guard let address = try? SocketAddress("unix:\(folder.path)/data/status.sock"),
            let answer = try? ControlClient.get("/status", from: address)
        else { return nil }
        return JSONValue(answer.body)
    }

    /// Whether every event that was read is acknowledged, so that a kill leads back to what is there now.
    var isAcknowledged: Bool {
        guard case .array(let sinks)? = status?["sinks"] else { return false }
        return sinks.allSatisfy { $0["waiting_events"]?.text == "0" }
    }

    /// How often it has read its configuration again.
    var reloads: Int? { status?["reload"]?["count"]?.text.flatMap { Int($0) } }

    /// What it has said on standard error.
    var messages: String { (try? String(contentsOfFile: messagesPath, encoding: .utf8)) ?? "" }

    /// Waits until it has said something with these words in it; false when it has not for half a minute.
    func waitForMessage(_ words: String) -> Bool {
        FolderWatch(folder.path).wait { messages.contains(words) }
    }

    /// Ends it without a warning.
    func kill() { end(SIGKILL) }

    /// Ends it gracefully and returns its exit code.
    @discardableResult
    func stop() -> Int32 { end(SIGTERM) }

    /// Sends it a signal.
    func signal(_ number: Int32) {
        if let process { _ = Glibc.kill(process.processIdentifier, number) }
    }

    @discardableResult
    private func end(_ number: Int32) -> Int32 {
        guard let process else { return 0 }
        _ = Glibc.kill(process.processIdentifier, number)
        process.waitUntilExit()
        self.process = nil
        return process.terminationStatus
    }

    /// Its number, while it runs.
    var processIdentifier: Int32 { process?.processIdentifier ?? 0 }
}

// MARK: - Figures

extension RunningAgent {
    /// A member of a sink in its status; nil where there is none, or no answer.
    func figure(_ name: String, of sink: String) -> JSONValue? {
        guard case .array(let sinks)? = status?["sinks"] else { return nil }
        return sinks.first { $0["name"]?.text == sink }?[name]
    }

    /// The figure of `memory: at most 102MiB: …` that `logfold check` prints, in bytes.
    func worstCaseOfMemory() throws -> Int {
        let line = try #require(try check().split(separator: "\n").first { $0.hasPrefix("memory: at most ") })
        let figure = line.dropFirst("memory: at most ".count).prefix { $0 != ":" }
        return try #require(figure.hasSuffix("MiB") ? Int(figure.dropLast(3)) : nil, "\(line)") << 20
    }

    /// The most memory that its process has held so far, in bytes.
    func peakOfMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(processIdentifier)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) << 10
    }
}
