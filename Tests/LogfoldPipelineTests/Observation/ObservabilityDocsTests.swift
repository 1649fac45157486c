import Foundation
import LogfoldTestSupport
import Testing

@testable import LogfoldPipeline

@Suite("Docs/observability.md")
struct ObservabilityDocsTests {
    let page: String

    init() throws {
        page = try String(contentsOfFile: Fixtures.repository + "/Docs/observability.md", encoding: .utf8)
    }

    @Test("names every metric, and no other")
    func metrics() {
        let made = AgentStatus.madeUp.metrics.matches(of: #/# TYPE (\w+)/#).map { String($0.output.1) }
        let named = Set(page.matches(of: #/\b(?:logfold|process)_[a-z_]+[a-z]\b/#).map { String($0.output) })
        #expect(Set(made) == named)
    }

    @Test("names every member of /status")
    func members() {
        for member in StatusJSON.text(.madeUp).matches(of: #/"(\w+)":/#).map({ String($0.output.1) })
        where !["spool_full", "too_large"].contains(member) {
            #expect(page.contains("`\(member)`") || page.contains("`\(member)[]`"), "\(member)")
        }
    }
}
