import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

@Suite struct RoutePlanTests {
    @Test(arguments: [
        ("drop log.level < info", ["zero", "two", "three", "four"], 1),
        ("keep log.level >= warning", ["three", "four"], 3),
        ("drop log.logger == 'nova.compute.manager'", ["zero", "three", "four"], 2),
        ("drop error.type == 'KeyError'", ["zero", "one", "two", "three"], 1),
        ("keep error.type == 'KeyError' or log.level == info", ["two", "four"], 3),
        ("drop logfold.flags contains 'unparsed'", ["one", "two", "three", "four"], 1),
        ("keep log.level exists and message contains 'o'", ["one", "two", "four"], 2),
        ("drop message exists", [], 5),
    ])
    func aFilterDropsAndCounts(_ step: String, _ messages: [String], _ dropped: Int) throws {
        let condition = try Condition(String(step.dropFirst(5)))
        let run = PlannedRun(mixedLog, RoutePlan(step.hasPrefix("drop") ? .drop(condition) : .keep(condition)))
        #expect(run.messages == messages)
        #expect(run.counts?.transforms == [dropped])
        #expect(run.engineCounts.written == messages.count)
        #expect(run.engineCounts.filtered == dropped)
    }

    @Test func theFirstFilterThatDropsAnEventCountsIt() throws {
        // The first asks the event's text, the second only its head.
        let plan = RoutePlan([
            .drop(try Condition("message in ['zero', 'one']")), .drop(try Condition("log.level <= info")),
        ])
        let run = PlannedRun(mixedLog, plan)
        #expect(run.messages == ["three", "four"])
        #expect(run.counts?.transforms == [2, 1])
    }

    @Test func aStepMayBeForSomeInputsOnly() throws {
        let plan = RoutePlan(.drop(try Condition("log.level < info")), inputs: ["nova", "glance"])
        #expect(PlannedRun(mixedLog, plan, input: "glance").messages == ["zero", "two", "three", "four"])
        #expect(PlannedRun(mixedLog, plan, input: "neutron").messages == ["zero", "one", "two", "three", "four"])
    }

    @Test func eachSinkGetsItsEvents() throws {
        let plan = RoutePlan(
            transforms: [.init(name: "d", action: .drop(try Condition("log.level < info")))],
            routes: [
                .init(name: "all", bit: 1, inputs: ["nova"]),
                .init(name: "bad", bit: 2, condition: try Condition("log.level >= warning")),
                .init(name: "keys", bit: 4, condition: try Condition("error.type == 'KeyError'")),
            ])
        let nova = PlannedRun(mixedLog, plan, input: "nova")
        #expect(nova.events.map(\.routes) == [1, 1, 3, 7])
        #expect(nova.counts?.routed == [4, 2, 1])
        #expect(nova.counts?.filtered == [0, 2, 3])
        #expect(nova.counts?.unrouted == 0)
        // Without the first sink, what no other takes is not written.
        let other = PlannedRun(mixedLog, plan, input: "other")
        #expect(other.messages == ["three", "four"])
        #expect(other.events.map(\.routes) == [2, 6])
        #expect(other.counts?.routed == [0, 2, 1])
        #expect(other.counts?.filtered == [4, 2, 3])
        #expect(other.counts?.unrouted == 2)
        #expect(other.engineCounts.filtered == 3)
    }

    @Test func anInputThatNoSinkTakesIsNotWritten() {
        let plan = RoutePlan(routes: [.init(name: "s", bit: 1, inputs: ["a"])])
        let run = PlannedRun(mixedLog, plan, input: "b")
        #expect(run.events.isEmpty)
        #expect(run.counts?.unrouted == 5)
        #expect(run.counts?.filtered == [5])
    }

    @Test func aTrivialPlanChangesNothing() {
        let plan = RoutePlan(routes: [.init(name: "s", bit: 8)])
        #expect(plan.isTrivial)
        #expect(PlannedRun(mixedLog, plan).events.map(\.line) == PlannedRun(mixedLog, nil).events.map(\.line))
        #expect(PlannedRun(mixedLog, plan).events.allSatisfy { $0.routes == 8 })
        #expect(PlannedRun(mixedLog, nil).events.allSatisfy { $0.routes == .max })
        #expect(PlannedRun(mixedLog, RoutePlan()).events.allSatisfy { $0.routes == .max })
    }

    @Test func aNewPlanHoldsForTheNextEvents() throws {
        var options = EngineOptions.judged
        options.plan = RoutePlan(.drop(try Condition("message == 'a'")))
        var engine = Engine(options: options)
        var facts = SourceFacts(zone: "UTC")
        facts.input = "second"
        engine.open(source: 0, facts: facts)
        var messages: [String] = []
        let text = Array("2026-11-22 16:59:18.001 1 INFO x [-] a\n2026-11-22 16:59:18.002 1 INFO x [-] b\n".utf8)
        func take(_ lines: [String]) { messages += lines }
        engine.push(text.span.bytes, source: 0, at: 0) { batch in take(batch.messages) }
        for now: Int64 in [1 << 40, 1 << 41] { engine.expire(source: 0, now: now) { batch in take(batch.messages) } }
        #expect(engine.planCounts?.transforms == [1])
        engine.follow(RoutePlan(.drop(try Condition("message == 'b'")), inputs: ["second"]))
        #expect(engine.planCounts?.transforms == [0])
        engine.push(text.span.bytes, source: 0, at: text.count) { batch in take(batch.messages) }
        engine.finish(source: 0) { batch in take(batch.messages) }
        #expect(engine.planCounts?.transforms == [1])
        engine.follow(nil)
        #expect(engine.planCounts == nil)
        #expect(messages.first == "b" && messages.last == "a")
    }

    @Test func eventsOfOurOwnAreDecidedAlike() throws {
        let own = PlannedRun(mixedLog, nil).events.map { $0.line + "\n" }.joined()
        let plan = RoutePlan(
            transforms: [.init(name: "d", action: .drop(try Condition("log.level < info")))],
            routes: [.init(name: "bad", bit: 2, condition: try Condition("log.level >= warning or message == 'two'"))])
        let (first, second) = (PlannedRun(mixedLog, plan), PlannedRun(own, plan))
        #expect(first.events.map(\.line) == second.events.map(\.line))
        #expect(first.events.map(\.routes) == second.events.map(\.routes))
        #expect(first.counts == second.counts)
        #expect(first.messages == ["two", "three", "four"])
    }
}

extension Batch {
    fileprivate var messages: [String] {
        withLines { (bytes: RawSpan) in
            entries.map { entry in
                let start = Int(entry.start)
                let line = bytes.string(ByteRange(start, start + Int(entry.length)))
                return EventLine(Array(line.utf8)[...])?.message ?? "-"
            }
        }
    }
}
