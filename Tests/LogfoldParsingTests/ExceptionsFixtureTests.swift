import Foundation
import LogfoldParsing
import Testing

/// Recorded exceptions with what logging knew about them. A `.txt` holds the message as it was written, a ruler, and
/// the traceback; its `.expected` holds the message without summary, then `relation Type: text` for each exception.
@Suite struct ExceptionsFixtureTests {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/exceptions")

    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }.sorted()
    }

    @Test func thereAreFixtures() throws {
        #expect(try Self.names().count >= 40)
    }

    @Test(arguments: try names())
    func aRecordedExceptionComesOutAsLoggingKnewIt(name: String) throws {
        let bytes = [UInt8](try Data(contentsOf: Self.folder.appendingPathComponent(name + ".txt")))
        let expected = try String(contentsOf: Self.folder.appendingPathComponent(name + ".expected"), encoding: .utf8)
        bytes.withSpan { (text: RawSpan) in
            let ruler = text.firstIndex(of: "\n==== traceback ====\n", from: 0, to: bytes.count) ?? 0
            var parser = ExceptionParser()
            let isTraceback = parser.parse(text, ByteRange(ruler + 21, bytes.count))
            #expect(isTraceback)
            let message = ByteRange(0, ruler)
            var found = "message: \(escaped(text, parser.bareMessage(text, message) ?? message))\n"
            for exception in parser.exceptions { found += line(text, exception) }
            #expect(found == expected)
        }
    }

    private func line(_ text: RawSpan, _ exception: ParsedException) -> String {
        var message = text.string(exception.message)
        let margin = "\n" + String(repeating: " ", count: max(0, Int(exception.margin) - 2)) + "| "
        if exception.margin > 0 { message = message.replacingOccurrences(of: margin, with: "\n") }
        let shown = message.isEmpty ? "" : ": " + escaped(message)
        return "\(exception.relation) \(text.string(exception.type))\(shown)\n"
    }

    private func escaped(_ text: RawSpan, _ range: ByteRange) -> String { escaped(text.string(range)) }

    private func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\n", with: "\\n")
    }
}
