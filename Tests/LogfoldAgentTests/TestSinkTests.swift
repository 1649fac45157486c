import Foundation
import LogfoldTestSupport
import Testing

/// The sink that is there for tests, with a judge in this process and the agent in its own.
@Suite(.serialized) struct TestSinkTests {
    private let scenario: Scenario
    private let judge: Judge

    init() throws {
        scenario = try Scenario(
            configuration: RunningAgent.smallest
                + "\n  picky: { type: test, socket: \"OUT/judge\", timeout: 2s }\n")
        judge = try Judge(at: "\(scenario.agent.folder.path)/out/judge")
    }

    private func figure(_ name: String) -> String? { scenario.agent.figure(name, of: "picky")?.text }

    private var verdict: String { Audit(lines: judge.lines).verdict(scenario.log.written) }

    @Test func aJudgeThatTakesEverythingGetsEverythingOnce() throws {
        try scenario.log.write(1_200)
        try scenario.expectEverythingOnce()
        #expect(verdict == "1200 once, in order")
    }

    @Test func whatIsBusyComesAgainAndWhatIsRejectedIsADeadLetter() throws {
        let isFirst = OnceFlag()
        judge.decide { request in
            var refused = request.items(with: "seq=4314-3 ").map {
                Judge.Refusal($0, "rejected", status: 422, reason: "three is refused")
            }
            let seventh = request.items(with: "seq=4314-7 ")
            if !seventh.isEmpty, isFirst.take() { refused += seventh.map { Judge.Refusal($0, "busy", status: 429) } }
            return .take(except: refused)
        }
        try scenario.log.write(20)
        try scenario.expectEverythingOnce()
        let audit = Audit(lines: judge.lines)
        #expect(audit.missing(20) == [3])
        #expect(audit.repeated == [])
        let letters = try String(
            contentsOfFile: "\(scenario.agent.folder.path)/data/dead-letters/picky.jsonl", encoding: .utf8)
        #expect(letters.split(separator: "\n").count == 1)
        #expect(letters.contains(#""status":422,"reason":"three is refused","commit":"#) && letters.contains("4314-3"))
        let ledger = "sink=picky emitted=20 delivered=19 filtered=0 waiting=0 dead_lettered=1"
        #expect(scenario.agent.messages.contains(ledger))
    }

    @Test func aRefusalSaysWhenToComeAgainAndIsShown() throws {
        judge.decide { _ in .refuse("the shop is closed", retryAfter: .seconds(500)) }
        try scenario.log.write(5)
        #expect(scenario.agent.waitForMessage("the shop is closed"))
        #expect(scenario.wait { _ in figure("last_error") == "the shop is closed" && figure("waiting_events") == "5" })
        #expect(scenario.wait { $0.missing(5).isEmpty }, "the other sink is not held up")
    }

    @Test func silenceAndBrokenConnectionsLeadToRepeatsWithEqualIds() throws {
        let calls = Counter()
        judge.decide { _ in
            switch calls.next() {
            case 0: .silence
            case 1: .takeAndHangUp
            case 2: .hangUp
            default: .take()
            }
        }
        try scenario.log.write(10)
        try scenario.expectEverythingOnce()
        let audit = Audit(lines: judge.lines)
        #expect(audit.missing(10) == [])
        #expect(audit.doubled == [])
        #expect(!audit.repeated.isEmpty)
    }
}
