import Foundation
import LogfoldTestSupport
import Testing

/// The golden logs of this repository: every format, layer and fold rule, with the events that are expected.
@Suite("Golden logs") struct GoldenTests {
    @Test("the program makes the events that are expected of every golden log")
    func run() throws {
        let outcome = try Program.run(["test", Fixtures.path("golden")])
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.messages)")
        let expectations = Fixtures.names(in: "golden", suffix: ".expected.jsonl")
        #expect(expectations.count >= 70)
        #expect(outcome.output.hasSuffix("\(expectations.count) passed, 0 failed\n"))
    }

    @Test("every expected event fits the schema", arguments: Fixtures.names(in: "golden", suffix: ".expected.jsonl"))
    func schema(name: String) throws {
        let text = try String(contentsOfFile: Fixtures.repository + "/Config/schema/event.schema.json", encoding: .utf8)
        let validator = try SchemaValidator(text)
        let events = String(decoding: try Fixtures.bytes(name), as: UTF8.self).split(separator: "\n")
        let violations = events.flatMap { validator.violations(of: String($0)) }
        #expect(violations == [])
    }
}
