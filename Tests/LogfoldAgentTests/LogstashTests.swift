import Foundation
import LogfoldIO
import LogfoldPipeline
import LogfoldTestSupport
import Testing

/// The agent with a file and a strict Lumberjack receiver behind it: LOGFOLD_TEST_LUMBERJACK_ADDRESS.
@Suite(.serialized) struct LogstashTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// The receiver, and where it can be told to be faulty.
    static let address = environment["LOGFOLD_TEST_LUMBERJACK_ADDRESS"]
    private static let control = environment["LOGFOLD_TEST_LUMBERJACK_CONTROL"]
    private static let received = environment["LOGFOLD_TEST_LUMBERJACK_RECEIVED"]
    /// What tells this test's events from others.
    private let tag = UUID().uuidString.lowercased()

    private func configuration(_ address: String, _ more: String = "") -> String {
        RunningAgent.smallest.replacing("rotate_wait: 5s", with: "rotate_wait: 5s, tags: [\"\(tag)\"]") + """

              elk: { type: logstash, hosts: ["\(address)"], flush: 100ms\(more) }
            """
    }

    /// The ids under which the receiver has stored each record, in the order in which it got them.
    private func stored() throws -> [String: [String]] {
        var ids: [String: [String]] = [:]
        let bytes = [UInt8](FileManager.default.contents(atPath: try #require(Self.received)) ?? Data())
        for line in bytes.split(separator: 0x0A) {
            guard let event = EventLine(line), case .object? = JSONValue(Array(line)),
                event["tags"]?.contains(tag) == true,
                let number = event.message.split(separator: " ").first
            else { continue }
            ids[String(number), default: []].append(event["event.id"] ?? "no id")
        }
        return ids
    }

    private func set(_ mode: String) throws {
        let address = try SocketAddress(try #require(Self.control).replacing("http://", with: ""))
        _ = try ControlClient.get("/mode?m=\(mode)", from: address)
    }

    /// Expects that each record is stored, under one id however often.
    private func expectAll(_ count: Int) throws {
        let stored = try stored()
        #expect(Set(stored.keys) == Set((0..<count).map { "seq=4314-\($0)" }))
        #expect(stored.values.allSatisfy { Set($0).count == 1 && $0[0] != "no id" })
    }

    @Test(.enabled(if: LogstashTests.address != nil), arguments: KillMoment.allCases)
    func everyRecordArrives(moment: KillMoment) throws {
        try set("normal")
        let scenario = try Scenario(moment, configuration: configuration(try #require(Self.address)))
        try scenario.playWithoutRotation()
        try expectAll(425)
        if moment == .never { #expect(try stored().values.allSatisfy { $0.count == 1 }) }
    }

    @Test(
        .enabled(if: LogstashTests.address != nil),
        arguments: ["partial", "slow&delay=0.3&keepalive=0.1", "cut&n=3", "drop&n=2"])
    func aServerThatFailsForAWhileGetsEverythingAndHoldsNobodyUp(mode: String) throws {
        try set(mode)
        let scenario = try Scenario(
            configuration: configuration(try #require(Self.address), ", batch: { max_events: 10 }"))
        try scenario.log.write(100)
        #expect(scenario.wait { $0.missing(100).isEmpty }, "The file is not held up")
        try scenario.expectEverythingOnce()
        try expectAll(100)
        try set("normal")
    }

    @Test(.enabled(if: LogstashTests.address != nil))
    func aServerThatOnlyKeepsAliveHoldsNobodyElseUpAndTheNextRunGoesOn() throws {
        try set("hold&keepalive=0.05")
        let scenario = try Scenario(
            configuration: "shutdown_timeout: 300ms\n" + configuration(try #require(Self.address)))
        try scenario.log.write(50)
        #expect(scenario.wait { $0.missing(50).isEmpty })
        #expect(scenario.agent.stop() == 0)
        #expect(scenario.agent.messages.contains("Not all events are delivered yet sink=elk events=50"))
        try set("normal")
        try scenario.agent.start()
        try scenario.expectEverythingOnce()
        try expectAll(50)
    }

    @Test func aServerThatNeverAnswersDoesNotKeepTheAgentFromStopping() throws {
        let isThere = Monitor(false)
        let server = try ScriptedPeer { connection in
            _ = connection.read(6)
            isThere.change { $0 = true }
            _ = connection.read(1 << 30)
        }
        let agent = try RunningAgent("shutdown_timeout: 300ms\n" + configuration("127.0.0.1:\(server.port)"))
        try agent.start()
        try ServiceLog("\(agent.logs)/nova.log").write(10)
        _ = isThere.wait { $0 ? true : nil }
        #expect(agent.stop() == 0)
        #expect(agent.messages.contains("Not all events are delivered yet sink=elk events=10"))
        #expect(agent.messages.contains("Stopped"))
    }

    @Test func unsafeSettingsAreSaidAtTheStart() throws {
        let agent = try RunningAgent(
            configuration("127.0.0.1:1", ", protocol: tcp_json_lines, tls: { insecure_skip_verify: true }"))
        try agent.start()
        #expect(agent.waitForMessage("tls.insecure_skip_verify is on"))
        #expect(agent.waitForMessage("tcp_json_lines knows no acknowledgement"))
        #expect(agent.stop() == 0)
    }
}
