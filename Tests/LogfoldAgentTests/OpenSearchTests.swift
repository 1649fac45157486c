import Foundation
import Glibc
import LogfoldIO
import LogfoldPipeline
import LogfoldTestSupport
import Testing

/// The agent with a file and a real OpenSearch behind it, which is killed and started again:
/// LOGFOLD_TEST_OPENSEARCH_START.
@Suite(.serialized) struct OpenSearchTests {
    /// A program that starts the server, or finds it running, and prints its address and number.
    static let start = ProcessInfo.processInfo.environment["LOGFOLD_TEST_OPENSEARCH_START"]
    /// A data stream of this test's own.
    private let stream = "logs-agent-\(UUID().uuidString.lowercased())"

    /// A server that runs.
    private struct Server {
        let url: String
        let process: Int32

        /// Starts it where it does not run.
        init() throws {
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(filePath: try #require(OpenSearchTests.start))
            process.standardOutput = output
            try process.run()
            let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            url = String(try #require(text.firstMatch(of: #/OPENSEARCH_URL=(\S+)/#)).output.1)
            let number = try #require(text.firstMatch(of: #/OPENSEARCH_PID=(\d+)/#)).output.1
            self.process = try #require(Int32(number))
        }

        func get(_ path: String) throws -> JSONValue? {
            let address = try SocketAddress(url.replacing("http://", with: ""))
            return JSONValue(try ControlClient.get(path, from: address, milliseconds: 30_000).body)
        }
    }

    private func configuration(_ server: Server) -> String {
        RunningAgent.smallest + """

              search: { type: opensearch, endpoints: ["\(server.url)"], data_stream: \(stream), flush: 100ms, proxy: "", batch: { max_events: 50 }, requests_in_flight: 2 }
            """
    }

    /// How many documents it has, each counted, and the numbers in their messages.
    private func stored(_ server: Server) throws -> (count: Int, numbers: Set<String>) {
        _ = try server.get("/\(stream)/_refresh")
        guard let answer = try server.get("/\(stream)/_search?size=10000&_source=message"),
            case .array(let hits)? = answer["hits"]?["hits"]
        else { return (0, []) }
        let numbers = hits.compactMap { $0["_source"]?["message"]?.text?.split(separator: " ").first.map(String.init) }
        return (hits.count, Set(numbers))
    }

    /// How many documents it has taken so far, as it counts them itself.
    private func indexedDocuments(_ server: Server) throws -> Int {
        let indexing = try server.get("/\(stream)/_stats/indexing")?["_all"]?["primaries"]?["indexing"]
        return indexing?["index_total"]?.text.flatMap { Int($0) } ?? 0
    }

    /// What the agent says of the sink, by a name.
    private func fact(_ name: String, _ agent: RunningAgent) -> Int {
        guard case .array(let sinks)? = agent.status?["sinks"],
            let sink = sinks.first(where: { $0["name"]?.text == "search" })
        else { return 0 }
        return sink[name]?.text.flatMap { Int($0) } ?? 0
    }

    /// Waits until something is so, without a look at the file sink's events.
    private func wait(_ agent: RunningAgent, until condition: () -> Bool) -> Bool {
        FolderWatch(agent.folder.path + "/out").wait(seconds: 120, until: condition)
    }

    @Test(.enabled(if: OpenSearchTests.start != nil))
    func aServerThatIsKilledInTheMiddleAndComesBackHasEverythingOnce() throws {
        let server = try Server()
        let scenario = try Scenario(configuration: configuration(server))
        try scenario.log.write(4_000)
        var indexed = 0
        while indexed < 100 { indexed = try indexedDocuments(server) }
        _ = kill(server.process, SIGKILL)
        #expect(indexed < 4_000, "Some requests are answered, others not")
        try scenario.log.write(1_000)
        #expect(scenario.wait { $0.missing(5_000).isEmpty }, "The file goes on")
        #expect(wait(scenario.agent) { fact("failures", scenario.agent) > 0 })
        #expect(fact("waiting_events", scenario.agent) > 0)
        let again = try Server()
        #expect(again.url == server.url && again.process != server.process)
        #expect(wait(scenario.agent) { scenario.agent.isAcknowledged })
        try scenario.expectEverythingOnce()
        let stored = try stored(again)
        #expect(stored.count == 5_000)
        #expect(stored.numbers == Set((0..<5_000).map { "seq=4314-\($0)" }))
    }

    @Test(.enabled(if: OpenSearchTests.start != nil))
    func aSecondReadingOfTheSameFilesMakesNoDocument() throws {
        let server = try Server()
        let scenario = try Scenario(configuration: configuration(server))
        try scenario.log.write(2_000)
        try scenario.expectEverythingOnce()
        #expect(try stored(server).count == 2_000)
        // As after a disk that was lost: nothing is known of what was read.
        let data = scenario.agent.folder.path + "/data"
        try FileManager.default.removeItem(atPath: data)
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        try scenario.agent.start()
        #expect(wait(scenario.agent) { fact("delivered_events", scenario.agent) == 2_000 })
        #expect(fact("found_at_first_events", scenario.agent) == 2_000)
        #expect(scenario.agent.stop() == 0)
        #expect(scenario.agent.messages.contains("Events were there already when they were sent for the first time"))
        #expect(try stored(server).count == 2_000)
    }
}
