import Foundation
import LogfoldTestSupport
import Testing

/// Events that a sink refuses for a reason that may pass: they wait on the disk, and nobody waits for them.
@Suite(.serialized) struct HeldTests {
    private let scenario: Scenario
    private let judge: Judge

    init() throws {
        scenario = try Scenario(
            configuration: RunningAgent.smallest + "\n  picky: { type: test, socket: \"OUT/judge\" }\n")
        judge = try Judge(at: "\(scenario.agent.folder.path)/out/judge")
    }

    private static func refuseNines(_ request: Judge.Request) -> Judge.Verdict {
        .take(
            except: request.items(with: "9 Build failed").map {
                Judge.Refusal($0, "held", status: 404, reason: "no index for nines")
            })
    }

    private func picky(_ name: String) -> JSONValue? { scenario.agent.figure(name, of: "picky") }

    @Test(arguments: [false, true]) func heldEventsWaitWhileTheOthersGoOnAndAreDeliveredInTheEnd(kill: Bool) throws {
        judge.decide(Self.refuseNines)
        try scenario.log.write(105)
        #expect(judge.waitForCount(95))
        #expect(scenario.wait { _ in picky("held")?["events"]?.text == "10" })
        #expect(picky("held")?["reasons"] == JSONValue(#"[{"reason":"404 no index for nines","events":10}]"#))
        #expect(picky("waiting_events")?.text == "10" && picky("delivered_events")?.text == "95")
        if kill { scenario.agent.kill() } else { #expect(scenario.agent.stop() == 0) }
        try FileManager.default.removeItem(atPath: scenario.path)
        try scenario.agent.start()
        judge.decide { _ in .take() }
        #expect(judge.waitForCount(105))
        #expect(scenario.wait { _ in picky("waiting_events")?.text == "0" && picky("delivered_events")?.text == "105" })
        let audit = Audit(lines: judge.lines)
        #expect(audit.missing(105) == [])
        #expect(audit.doubled == [])
        #expect(scenario.agent.stop() == 0)
        #expect(scenario.agent.messages.contains("sink=picky emitted=105 delivered=105 filtered=0 waiting=0"))
    }

    @Test func aSinkThatIsForgottenGivesUpWhatItHolds() throws {
        judge.decide(Self.refuseNines)
        try scenario.log.write(55)
        #expect(scenario.wait { _ in picky("held")?["events"]?.text == "5" })
        scenario.agent.stop()
        let data = "\(scenario.agent.folder.path)/data"
        let info = try Command.run(["spool", "info", "-d", data])
        #expect(
            info.output.contains("picky: at 55, 0 events wait, 55 delivered, of which 5 are held"), "\(info.output)")
        let gone = try Command.run(["spool", "forget", "picky", "-d", data])
        #expect(gone.output == "gave up 5 events that waited for sink 'picky'\n")
        #expect(!FileManager.default.fileExists(atPath: "\(data)/held/picky.jsonl"))
    }
}
