import Foundation
import LogfoldTestSupport
import Testing

/// Files that are easily taken for one another, and lines that come in pieces.
@Suite(.serialized) struct FilesTests {
    @Test func aHalfWrittenLineIsCompletedLater() throws {
        let scenario = try Scenario()
        try scenario.log.write(3)
        scenario.settle()
        let record = scenario.log.record(3)
        try scenario.log.writeRaw(String(record.prefix(60)))
        scenario.agent.stop()
        try scenario.agent.start()
        try scenario.log.writeRaw(String(record.dropFirst(60)))
        #expect(scenario.wait { $0.missing(4).isEmpty })
        scenario.agent.stop()
        #expect(scenario.audit.count == 4)
    }

    @Test func aCharacterInTwoReadsStaysWhole() throws {
        let scenario = try Scenario()
        let bytes = Array("2026-11-22 16:59:18.059 1 INFO nova [-] seq=1-0 Zürich 東京 😀\n".utf8)
        for byte in bytes {
            try FileHandle(forUpdating: URL(filePath: scenario.path)).append([byte])
        }
        #expect(scenario.wait { $0.missing(1, pid: 1).isEmpty })
        scenario.agent.stop()
        #expect(scenario.audit.events.map(\.message) == ["seq=1-0 Zürich 東京 😀"])
        #expect(scenario.audit.events.first?.flags == "")
    }

    @Test func aVeryLongLineComesWhole() throws {
        let scenario = try Scenario()
        let long = String(repeating: "x", count: 900_000)
        try scenario.log.writeRaw("2026-11-22 16:59:18.059 1 INFO nova [-] seq=1-0 \(long)\n")
        #expect(scenario.wait { $0.missing(1, pid: 1).isEmpty })
        scenario.agent.stop()
        #expect(scenario.audit.events.map(\.message) == ["seq=1-0 \(long)"])
    }

    @Test func fourFilesWithAnEqualFirstKilobyteStayApart() throws {
        let agent = try RunningAgent()
        let banner = String(repeating: "2026-11-22 16:00:00.000 1 INFO nova [-] the same in all\n", count: 40)
        var logs: [ServiceLog] = []
        for number in 1...4 {
            let log = try ServiceLog("\(agent.logs)/same-\(number).log", pid: number)
            try log.writeRaw(banner)
            try log.write(10)
            logs.append(log)
        }
        let watch = FolderWatch(agent.folder.path + "/out")
        try agent.start()
        func isComplete() -> Bool {
            let audit = Audit([agent.output])
            return (1...4).allSatisfy { audit.missing(logs[$0 - 1].written, pid: $0).isEmpty }
        }
        #expect(watch.wait(until: isComplete))
        agent.kill()
        for log in logs { try log.write(5) }
        try agent.start()
        #expect(watch.wait(until: isComplete))
        agent.stop()
        #expect(Audit([agent.output]).count == 4 * 55)
        #expect(Audit([agent.output]).repeated == [])
    }

    @Test func oneFileByTwoPathsIsReadOnce() throws {
        let scenario = try Scenario()
        try scenario.log.write(5)
        try FileManager.default.createSymbolicLink(
            atPath: "\(scenario.agent.logs)/link.log", withDestinationPath: scenario.path)
        try FileManager.default.linkItem(atPath: scenario.path, toPath: "\(scenario.agent.logs)/hard.log")
        try scenario.log.write(5)
        try scenario.expectEverythingOnce()
    }

    @Test func fiveHundredFilesLoseNothing() throws {
        let agent = try RunningAgent()
        var logs = try (1...500).map { try ServiceLog("\(agent.logs)/service-\($0).log", pid: $0) }
        for log in logs { try log.write(10) }
        let watch = FolderWatch(agent.folder.path + "/out")
        try agent.start()
        for log in logs.shuffled() { try log.write(10) }
        #expect(watch.wait { Audit([agent.output]).count >= 10_000 })
        agent.stop()
        let audit = Audit([agent.output])
        #expect((1...500).flatMap { audit.missing(20, pid: $0) } == [])
        #expect(audit.repeated == [])
        logs.removeAll()
    }

    @Test func aFileThatMayNotBeReadIsReadOnceItMay() throws {
        guard getuid() != 0 else {
            // Root may read everything: the check is made with a directory in the file's place.
            let scenario = try Scenario(name: "other.log")
            let path = "\(scenario.agent.logs)/nova.log"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            try scenario.log.write(1)
            scenario.settle()
            try FileManager.default.removeItem(atPath: path)
            let log = try ServiceLog(path, pid: 7)
            try log.write(3)
            #expect(scenario.wait { $0.missing(3, pid: 7).isEmpty })
            return
        }
        let scenario = try Scenario()
        try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: scenario.path)
        try scenario.log.write(3)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: scenario.path)
        try scenario.expectEverythingOnce()
    }
}

extension FileHandle {
    fileprivate func append(_ bytes: [UInt8]) throws {
        try seekToEnd()
        try write(contentsOf: Data(bytes))
        try close()
    }
}
