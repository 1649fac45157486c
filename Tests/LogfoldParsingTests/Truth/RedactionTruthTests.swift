import Foundation
import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// Redaction over every recording: it may change the records of `Fixtures/redacted.txt`, and no others.
/// `LOGFOLD_WRITE_ACCURACY=1` rewrites the list, so that a review sees what a new rule masks.
struct RedactionTruthTests {
    private static let list = Fixtures.path("redacted.txt")

    @Test func `masking changes the listed records only, and no boundary`() throws {
        var changed: [String] = []
        for name in ConservationTests.names {
            let bytes = try Fixtures.bytes(name)
            let (plain, masked) = (EngineOutput(bytes), EngineOutput(bytes, options: EngineOptions()))
            #expect(plain.entries.map(\.offset) == masked.entries.map(\.offset), "\(name)")
            for (number, entry) in plain.entries.enumerated() where plain.line(number) != masked.line(number) {
                changed.append("\(name.dropFirst("corpus/".count)) \(entry.offset)")
            }
        }
        if ProcessInfo.processInfo.environment["LOGFOLD_WRITE_ACCURACY"] != nil {
            let text = "# Records of the corpus that redaction changes: recording and offset.\n"
            try (text + changed.map { $0 + "\n" }.joined()).write(toFile: Self.list, atomically: true, encoding: .utf8)
        }
        let allowed = try String(contentsOfFile: Self.list, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }.map(String.init)
        #expect(changed == allowed)
    }
}
