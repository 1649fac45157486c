import Foundation
import Glibc
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
    private func stored(in path: String? = received) throws -> [String: [String]] {
        var ids: [String: [String]] = [:]
        let bytes = [UInt8](FileManager.default.contents(atPath: try #require(path)) ?? Data())
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
    private func expectAll(_ count: Int, in path: String? = received) throws {
        let stored = try stored(in: path)
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

    /// A receiver of this test's own, which can be killed: it comes back on its port with what it held.
    private struct Receiver {
        /// A program that starts one, or finds it running.
        static let program = ServerProgram("LOGFOLD_TEST_LUMBERJACK_START")
        let values: [String: String]

        init(_ name: String, port: Int) throws {
            var program = try #require(Self.program)
            program.arguments = ["--name", name, "--port", "\(port)", "--keep"]
            values = try program.start()
        }

        func ask(_ path: String) throws -> JSONValue? {
            let control = try #require(values["LUMBERJACK_CONTROL"]).replacing("http://", with: "")
            return JSONValue(try ControlClient.get("/" + path, from: try SocketAddress(control)).body)
        }

        /// How many windows it has begun to read.
        var windows: Int { get throws { try ask("stats")?["windows"]?.text.flatMap { Int($0) } ?? 0 } }

        func kill() throws {
            _ = Glibc.kill(try #require(values["LUMBERJACK_PID"].flatMap { Int32($0) }), SIGKILL)
        }
    }

    @Test(.enabled(if: Receiver.program != nil), arguments: ["hold&keepalive=0.05", "slow&delay=0.2&keepalive=0.05"])
    func aServerThatIsKilledInTheMiddleOfAWindowAndComesBackGetsEverything(mode: String) throws {
        // A port that is free, since it was given out and is given back.
        let port = try ScriptedPeer { _ in }.port
        let name = "lumberjack-\(tag)"
        var receiver = try Receiver(name, port: Int(port))
        defer { try? receiver.kill() }
        let scenario = try Scenario(
            configuration: configuration("127.0.0.1:\(port)", ", batch: { max_events: 50 }"))
        try scenario.log.write(100)
        scenario.settle()
        _ = try receiver.ask("mode?m=\(mode)")
        let before = try receiver.windows
        try scenario.log.write(400)
        #expect(scenario.wait { $0.missing(500).isEmpty }, "The file is not held up")
        #expect(scenario.wait { _ in (try? receiver.windows) ?? before > before }, "A window is on the way")
        try receiver.kill()
        #expect(scenario.wait { _ in scenario.agent.figure("last_error", of: "elk")?.text != nil })
        try scenario.log.write(100)
        #expect(scenario.wait { $0.missing(600).isEmpty }, "Nor is it while nobody listens")
        receiver = try Receiver(name, port: Int(port))
        try scenario.expectEverythingOnce()
        try expectAll(600, in: receiver.values["LUMBERJACK_RECEIVED"])
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
