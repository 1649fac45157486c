import Foundation
import LogfoldTestSupport
import Testing

/// The agent with a file, the real Keystone and a real log API behind it.
@Suite(.serialized) struct MonascaTests {
    private static func variable(_ name: String) -> String? {
        ProcessInfo.processInfo.environment["LOGFOLD_TEST_" + name]
    }

    /// Whether the services are there.
    static let areThere =
        ["KEYSTONE_URL", "KEYSTONE_USER", "KEYSTONE_PASSWORD", "KEYSTONE_PROJECT", "MONASCA_URL", "MONASCA_V3_URL"]
        .allSatisfy { variable($0) != nil } && variable("KAFKA_BOOTSTRAP") != nil

    /// A service of this test's own, so that its events are told from others in the topic.
    private let service = "s" + UUID().uuidString.lowercased().prefix(8)

    private func required(_ name: String) throws -> String { try #require(Self.variable(name)) }

    private func configuration(_ url: String) throws -> String {
        RunningAgent.smallest.replacing("rotate_wait: 5s", with: "rotate_wait: 5s, service: \(service)") + """

              monasca:
                type: monasca
                endpoint: "\(url)"
                flush: 100ms
                proxy: ""
                keystone:
                  auth_url: "\(try required("KEYSTONE_URL"))"
                  username: "\(try required("KEYSTONE_USER"))"
                  password: "\(try required("KEYSTONE_PASSWORD"))"
                  project_name: "\(try required("KEYSTONE_PROJECT"))"
                  proxy: ""
            """
    }

    /// Numbers and ids of what has arrived.
    private func arrived(_ topic: String, atLeast count: Int) throws -> [(number: Int, id: String)] {
        let messages = try KafkaTopic(topic, at: try required("KAFKA_BOOTSTRAP")).messages(atLeast: count) { message in
            message["log"]?["dimensions"]?["component"]?.text == service
        }
        return try messages.map { message in
            let text = try #require(message["log"]?["message"]?.text?.split(separator: " ").first)
            let number = try #require(text.split(separator: "-").last.flatMap { Int($0) })
            return (number, try #require(message["log"]?["event"]?["id"]?.text))
        }
    }

    @Test(
        .enabled(if: MonascaTests.areThere), arguments: KillMoment.allCases,
        [("MONASCA_URL", "MONASCA_TOPIC"), ("MONASCA_V3_URL", "MONASCA_V3_TOPIC")])
    func everyRecordArrives(moment: KillMoment, api: (url: String, topic: String)) throws {
        // An API that asks Keystone about every token takes seconds for each request.
        let scenario = try Scenario(moment, configuration: try configuration(try required(api.url)), patience: 180)
        try scenario.playWithoutRotation()
        let arrived = try arrived(try required(api.topic), atLeast: 425)
        #expect(Set(arrived.map(\.number)) == Set(0..<425))
        #expect(Set(arrived.map(\.id)).count == 425, "A repeat has the id of the first")
        if moment == .never { #expect(arrived.count == 425) }
    }
}
