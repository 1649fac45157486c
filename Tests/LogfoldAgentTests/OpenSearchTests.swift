import Foundation
import Glibc
import LogfoldIO
import LogfoldPipeline
import LogfoldTestSupport
import Testing

/// The agent with a file and a real OpenSearch behind it, which is killed and started again:
/// LOGFOLD_TEST_OPENSEARCH_START.
@Suite(.serialized) struct OpenSearchTests {
    static let program = ServerProgram("LOGFOLD_TEST_OPENSEARCH_START")
    /// For how many seconds it stays away where it is gone for a while.
    private static let outage = ProcessInfo.processInfo.environment["LOGFOLD_TEST_OUTAGE"].flatMap { Int64($0) } ?? 0
    /// A data stream of this test's own.
    private let stream = "logs-agent-\(UUID().uuidString.lowercased())"

    /// A server that runs.
    private struct Server {
        let url: String
        let process: Int32

        /// Starts it where it does not run.
        init() throws {
            let values = try #require(OpenSearchTests.program).start()
            url = try #require(values["OPENSEARCH_URL"])
            process = try #require(values["OPENSEARCH_PID"].flatMap { Int32($0) })
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

    @Test(.enabled(if: OpenSearchTests.program != nil))
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

    /// Deliveries leave the spool's memory long before the server is back, so that they come from the disk.
    @Test(.enabled(if: OpenSearchTests.program != nil))
    func aServerThatIsGoneForAWhileKeepsNoOtherSinkWaitingAndGetsEverythingOnce() throws {
        let server = try Server()
        let more = "\n  other: { type: test, socket: \"OUT/other\", timeout: 1h }\n"
        let small = configuration(server).replacing("min_free: 0", with: "min_free: 0, memory: 8MiB")
        let scenario = try Scenario(configuration: small + more, padding: 4_000, patience: 120)
        let other = try Judge(at: "\(scenario.agent.folder.path)/out/other")
        try scenario.log.write(200)
        scenario.settle()
        _ = kill(server.process, SIGKILL)
        let clock = SystemClock()
        let end = clock.monotonic + Self.outage * 1_000_000_000
        while clock.monotonic < end || scenario.log.written < 4_200 || fact("failures", scenario.agent) < 3 {
            try scenario.log.write(200)
            let written = scenario.log.written
            #expect(scenario.waitForCount(written) && other.waitForCount(written, seconds: 60), "nobody waits")
            #expect(fact("waiting_events", scenario.agent) == written - 200)
        }
        let held = scenario.agent.status?["spool"]?["bytes"]?.text.flatMap { Int($0) } ?? 0
        #expect(held > 16 << 20, "more than is held in memory")
        #expect(scenario.agent.figure("next_try", of: "search")?.text != nil, "it is tried again after a pause")
        let again = try Server()
        #expect(again.url == server.url && again.process != server.process)
        #expect(wait(scenario.agent) { scenario.agent.isAcknowledged })
        let count = scenario.log.written
        #expect(Audit(lines: other.lines).verdict(count) == "\(count) once, in order")
        try scenario.expectEverythingOnce()
        let stored = try stored(again)
        #expect(stored.count == count)
        #expect(stored.numbers == Set((0..<count).map { "seq=4314-\($0)" }))
    }

    @Test(.enabled(if: OpenSearchTests.program != nil))
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
