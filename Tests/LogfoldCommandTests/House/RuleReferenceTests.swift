import Foundation
import Testing

/// Comments name rules that a reader can look up.
@Suite struct RuleReferenceTests {
    private let repository = URL(filePath: #filePath).appending(path: "../../../..").standardized

    private func text(_ path: String) throws -> String {
        try String(contentsOf: repository.appending(path: path), encoding: .utf8)
    }

    /// The comments of all sources and tests but this one, with their files.
    private func comments() throws -> [(file: String, line: Substring)] {
        try ["Sources", "Tests"].flatMap { folder -> [(file: String, line: Substring)] in
            let paths = FileManager.default.enumerator(atPath: repository.appending(path: folder).path)?
                .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
            return try (paths ?? []).filter { !$0.hasSuffix("RuleReferenceTests.swift") }.flatMap { path in
                try text("\(folder)/\(path)").split(separator: "\n").filter { $0.contains("//") }.map { (path, $0) }
            }
        }
    }

    @Test func everyNumberAndHeadingIsInTheRules() throws {
        let rules = try text("Docs/rules.md")
        var found = 0
        for (file, line) in try comments() {
            for number in line.matches(of: /\bR[0-9]+\b/) {
                #expect(rules.contains("**\(number.output)**"), "\(file): \(line)")
                found += 1
            }
            for name in line.matches(of: /`Docs\/rules\.md`, \*(.+?)\*/) {
                #expect(rules.contains("# \(name.output.1)\n"), "\(file): \(line)")
                found += 1
            }
        }
        #expect(found > 30)
    }

    @Test func noCommentSendsToADocumentThatIsNotHere() throws {
        for (file, line) in try comments() {
            #expect(!line.contains("DESIGN") && !line.contains("guide"), "\(file): \(line)")
            for path in line.matches(of: /`(Docs\/[a-z\/-]+\.md)`/) {
                #expect(throws: Never.self, "\(file): \(line)") { _ = try text(String(path.output.1)) }
            }
        }
    }
}
