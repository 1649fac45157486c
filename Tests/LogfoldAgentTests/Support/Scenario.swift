import Foundation
import LogfoldTestSupport
import Testing

/// When the agent is killed and started again.
enum KillMoment: String, CaseIterable, CustomTestStringConvertible {
    case never, before, during, after

    var testDescription: String { "killed: \(rawValue)" }
}

/// One agent, one log that a service writes, and an audit at the end.
final class Scenario {
    let agent: RunningAgent
    let log: ServiceLog
    private let moment: KillMoment
    /// Seconds within which all sinks have what was read.
    private let patience: Int64
    private let watch: FolderWatch
    var path: String { log.path }

    /// A running agent and an empty log that it tails.
    init(
        _ moment: KillMoment = .never, configuration: String = RunningAgent.smallest, name: String = "nova.log",
        padding: Int = 0, patience: Int64 = 20
    ) throws {
        self.patience = patience
        agent = try RunningAgent(configuration)
        self.moment = moment
        log = try ServiceLog("\(agent.logs)/\(name)", padding: padding)
        watch = FolderWatch(agent.folder.path + "/out")
        try agent.start()
    }

    /// Kills the agent and starts it again, if this is the moment.
    func at(_ moment: KillMoment) throws {
        guard moment == self.moment else { return }
        agent.kill()
        try agent.start()
    }

    /// Expects that the sink gets the latest record of the log in time, and that the agent then knows that it has.
    func settle(_ log: ServiceLog? = nil, location: SourceLocation = #_sourceLocation) {
        let log = log ?? self.log
        #expect(wait { $0.missing(log.written).isEmpty }, "delivered", sourceLocation: location)
        #expect(wait(seconds: patience) { _ in agent.isAcknowledged }, "acknowledged", sourceLocation: location)
    }

    /// Waits until the sink's file is as it should be.
    @discardableResult
    func wait(seconds: Int64 = 20, until condition: (Audit) -> Bool) -> Bool {
        watch.wait(seconds: seconds) { condition(audit) }
    }

    /// Waits until the sink's file has so many events or more.
    func waitForCount(_ count: Int) -> Bool {
        watch.wait(seconds: 60) {
            (FileManager.default.contents(atPath: agent.output) ?? Data()).count { $0 == 0x0A } >= count
        }
    }

    /// What the sink has now.
    var audit: Audit { Audit([agent.output]) }

    /// Renames the log as logrotate does, with the numbers of older ones counted up.
    func rename(keeping number: Int = 50) throws {
        let files = FileManager.default
        for old in stride(from: number, to: 0, by: -1) where files.fileExists(atPath: "\(path).\(old)") {
            try files.moveItem(atPath: "\(path).\(old)", toPath: "\(path).\(old + 1)")
        }
        try files.moveItem(atPath: path, toPath: "\(path).1")
    }

    /// Copies the log away and cuts it, as copytruncate does.
    func copyAndTruncate(to suffix: String = ".1") throws {
        try FileManager.default.copyItem(atPath: path, toPath: path + suffix)
        try log.truncate()
    }

    /// Compresses a rotated file as logrotate does: beside it, then it is removed.
    func compress(_ suffix: String) throws {
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/gzip")
        gzip.arguments = [path + suffix]
        try gzip.run()
        gzip.waitUntilExit()
    }

    /// Writes 425 records around the moment of the kill, and expects that the file sink has each once.
    func playWithoutRotation(location: SourceLocation = #_sourceLocation) throws {
        try log.write(25)
        settle(location: location)
        try at(.before)
        try log.write(200)
        try at(.during)
        try log.write(200)
        try at(.after)
        try expectEverythingOnce(location: location)
    }

    /// Stops the agent and expects that every record has come, whole, once, in the order of the log.
    func expectEverythingOnce(
        _ comment: Comment? = nil, location: SourceLocation = #_sourceLocation
    ) throws {
        settle(location: location)
        let code = agent.stop()
        #expect(code == 0, comment, sourceLocation: location)
        #expect(audit.verdict(log.written) == "\(log.written) once, in order", comment, sourceLocation: location)
    }
}
