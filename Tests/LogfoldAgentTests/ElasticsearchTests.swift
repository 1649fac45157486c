import Foundation
import LogfoldIO
import LogfoldPipeline
import LogfoldTestSupport
import Testing

/// The agent with a file and a bulk endpoint behind it: LOGFOLD_TEST_BULK_URL.
@Suite(.serialized) struct ElasticsearchTests {
    /// The strict endpoint with faults on demand.
    static let url = ProcessInfo.processInfo.environment["LOGFOLD_TEST_BULK_URL"]
    /// A data stream of this test's own.
    private let stream = "logs-agent-\(UUID().uuidString.lowercased())"

    private func configuration(_ url: String, _ more: String = "") -> String {
        RunningAgent.smallest + """

              elastic: { type: elasticsearch, endpoints: ["\(url)"], data_stream: \(stream), flush: 100ms, proxy: ""\(more) }
            """
    }

    /// The messages that the endpoint holds, in the order in which it got them.
    private func stored() throws -> [String] {
        let address = try SocketAddress(try #require(Self.url).replacing("http://", with: ""))
        let answer = try ControlClient.get("/_control/docs?index=\(stream)", from: address)
        guard case .array(let documents)? = JSONValue(answer.body) else { return [] }
        return documents.compactMap { document in
            guard case .string(let message)? = document["_source"]?["message"] else { return nil }
            return message.split(separator: " ").first.map(String.init)
        }
    }

    private func control(_ what: String) throws {
        let address = try SocketAddress(try #require(Self.url).replacing("http://", with: ""))
        _ = try ControlClient.get("/_control/\(what)", from: address)
    }

    @Test(.enabled(if: ElasticsearchTests.url != nil), arguments: KillMoment.allCases)
    func everyRecordIsADocumentOnce(moment: KillMoment) throws {
        let scenario = try Scenario(moment, configuration: configuration(try #require(Self.url)))
        try scenario.playWithoutRotation()
        let stored = try stored()
        #expect(stored.count == 425)
        #expect(Set(stored) == Set((0..<425).map { "seq=4314-\($0)" }))
    }

    @Test(
        .enabled(if: ElasticsearchTests.url != nil), arguments: ["fail?status=503&count=4", "cut?when=after&count=3"])
    func aServerThatFailsForAWhileGetsEverythingAndHoldsNobodyUp(fault: String) throws {
        let scenario = try Scenario(configuration: configuration(try #require(Self.url)))
        try control(fault)
        try scenario.log.write(100)
        #expect(scenario.wait { $0.missing(100).isEmpty }, "The file is not held up")
        try scenario.expectEverythingOnce()
        #expect(try stored().count == 100)
    }

    @Test func aServerThatNeverAnswersDoesNotKeepTheAgentFromStopping() throws {
        let server = try ScriptedServer { _ in .silence }
        let agent = try RunningAgent("shutdown_timeout: 300ms\n" + configuration(server.url))
        try agent.start()
        let log = try ServiceLog("\(agent.logs)/nova.log")
        try log.write(10)
        server.waitForRequests(1)
        #expect(agent.stop() == 0)
        #expect(agent.messages.contains("Not all events are delivered yet sink=elastic events=10"))
        #expect(agent.messages.contains("Stopped"))
    }

    @Test func anUnsafeSettingIsSaidAtTheStart() throws {
        let agent = try RunningAgent(configuration("https://127.0.0.1:1", ", tls: { insecure_skip_verify: true }"))
        try agent.start()
        #expect(agent.waitForMessage("tls.insecure_skip_verify is on"))
        #expect(agent.stop() == 0)
    }
}
