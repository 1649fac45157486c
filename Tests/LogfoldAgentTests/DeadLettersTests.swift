import Foundation
import LogfoldTestSupport
import Testing

/// What was refused for good: it is listed, and sent again when somebody says so.
@Suite(.serialized) struct DeadLettersTests {
    private let scenario: Scenario
    private let judge: Judge
    private var data: String { "\(scenario.agent.folder.path)/data" }

    init() throws {
        scenario = try Scenario(
            configuration: RunningAgent.smallest + "\n  picky: { type: test, socket: \"OUT/judge\" }\n")
        judge = try Judge(at: "\(scenario.agent.folder.path)/out/judge")
    }

    private func refuse(_ texts: String..., status: Int) {
        judge.decide { request in
            .take(
                except: texts.flatMap { request.items(with: $0) }.map {
                    Judge.Refusal($0, "rejected", status: status, reason: "no mapping: for this")
                })
        }
    }

    private func retry() throws -> (output: String, code: Int32) {
        try Command.run(["dead-letters", "retry", "picky", "-c", scenario.agent.configuration])
    }

    @Test func onlyWhatIsDeliveredIsRemovedAndTheLedgerSaysSo() throws {
        refuse("seq=4314-3 ", "seq=4314-5 ", "seq=4314-6 ", status: 400)
        try scenario.log.write(20)
        try scenario.expectEverythingOnce()
        let list = try Command.run(["dead-letters", "list", "-d", data])
        #expect(list.output.hasPrefix("sink picky: 3 dead letters, ") && list.output.contains("3 by 400 no mapping\n"))
        refuse("seq=4314-5 ", status: 422)
        let first = try retry()
        #expect(first.output == "delivered 2 dead letters of sink 'picky', 1 left\n" && first.code == 1)
        #expect(Audit(lines: judge.lines).missing(20) == [5])
        let left = try Command.run(["dead-letters", "list", "picky", "-d", data])
        #expect(left.output.contains("1 dead letter, ") && left.output.contains("1 by 422 no mapping\n"))
        judge.decide { _ in .take() }
        let second = try retry()
        #expect(second.output == "delivered 1 dead letter of sink 'picky', 0 left\n" && second.code == 0)
        #expect(Audit(lines: judge.lines).missing(20) == [] && Audit(lines: judge.lines).repeated == [])
        let none = try retry()
        #expect(none.code == 3 && none.output.contains("there are no dead letters of sink 'picky'"))
        try scenario.agent.start()
        try scenario.log.write(5)
        try scenario.expectEverythingOnce()
        #expect(scenario.agent.messages.contains("sink=picky emitted=25 delivered=25 filtered=0 waiting=0\n"))
    }

    @Test func whatIsRefusedAgainHasTheNewReasonThoughNoneIsDelivered() throws {
        refuse("seq=4314-3 ", status: 400)
        try scenario.log.write(5)
        try scenario.expectEverythingOnce()
        refuse("seq=4314-3 ", status: 422)
        let again = try retry()
        #expect(again.output == "delivered 0 dead letters of sink 'picky', 1 left\n" && again.code == 1)
        let left = try Command.run(["dead-letters", "list", "picky", "-d", data])
        #expect(left.output.contains("1 dead letter, ") && left.output.contains("1 by 422 no mapping\n"))
        try scenario.agent.start()
        try scenario.log.write(5)
        try scenario.expectEverythingOnce()
        let ledger = "sink=picky emitted=10 delivered=9 filtered=0 waiting=0 dead_lettered=1\n"
        #expect(scenario.agent.messages.contains(ledger))
    }

    @Test func nothingIsRemovedWhileTheAgentRunsOrTheSinkFails() throws {
        refuse("seq=4314-3 ", status: 400)
        try scenario.log.write(5)
        scenario.settle()
        let running = try retry()
        #expect(running.code == 3 && running.output.contains("the agent has to be stopped to retry dead letters"))
        scenario.agent.stop()
        judge.decide { _ in .refuse("closed for today") }
        let failed = try retry()
        #expect(failed.code == 1 && failed.output.contains("delivered 0 dead letters of sink 'picky', 1 left"))
        #expect(failed.output.contains("closed for today"))
        #expect(try Command.run(["dead-letters", "list", "-d", data]).output.contains("1 dead letter, "))
        let wrong = try Command.run(["dead-letters", "retry", "picki", "-c", scenario.agent.configuration])
        #expect(wrong.code == 2 && wrong.output.contains("did you mean 'picky'?"))
        #expect(try Command.run(["dead-letters", "lst"]).output.contains("did you mean 'list'?"))
    }
}
