import Foundation
import LogfoldTestSupport
import Testing

/// The configurations that come with the program, looked at by the program.
@Suite struct ExampleConfigurationTests {
    static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: Fixtures.repository + "/Config"))?
        .filter { $0.hasSuffix(".yaml") }.sorted() ?? []

    @Test func thereAreSome() {
        #expect(Set(Self.names).isSuperset(of: ["elasticsearch.yaml", "opensearch.yaml", "logstash.yaml"]))
    }

    @Test(arguments: names) func isRight(name: String) throws {
        let outcome = try Program.run(["check", "-c", "\(Fixtures.repository)/Config/\(name)"])
        #expect(outcome.messages.isEmpty)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("sink "))
        #expect(!outcome.output.contains("warning"))
    }
}
