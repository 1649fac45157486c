import LogfoldParsing
import LogfoldTestSupport
import Testing

@Suite struct AddedFieldsTests {
    private static let log =
        "2026-11-22 16:59:18.001 1 INFO nova.x [-] a\n2026-11-22 16:59:18.002 1 ERROR nova.x [-] b\n"
    private static let site = AddedFields(
        fields: [
            .init("labels", "region", .text("Region \"One\"")), .init("labels", "rack", .number("12")),
            .init("deployment", "name", .text("blue")), .init("labels", "test", .flag(false)),
        ], tags: ["prod", "edge"])

    /// What stands behind the members that every event of the log has.
    private func tails(_ plan: RoutePlan) -> [String] {
        let plain = PlannedRun(Self.log, nil).events.map(\.line)
        return zip(PlannedRun(Self.log, plan).events, plain).map { event, plain in
            #expect(event.line.hasPrefix(plain.dropLast()))
            #expect(JSONValue(event.line) != nil)
            return String(event.line.dropFirst(plain.utf8.count - 1))
        }
    }

    @Test func constantsStandAtTheEndOfEachEvent() throws {
        let tail = """
            ,"labels":{"region":"Region \\"One\\"","rack":12,"test":false},"deployment":{"name":"blue"},\
            "tags":["prod","edge"]}
            """
        #expect(tails(RoutePlan(.add(Self.site, when: nil))) == [tail, tail])
        let plan = RoutePlan(.add(Self.site, when: try Condition("log.level >= error")))
        #expect(tails(plan) == ["}", tail])
        let run = PlannedRun(Self.log, plan)
        #expect(run.counts?.transforms == [1])
    }

    @Test func stepsAddToEachOtherAndTheLaterOneHolds() {
        let more = AddedFields(
            fields: [.init("labels", "rack", .text("r2")), .init("labels", "row", .number("1e3"))], tags: ["edge", "z"])
        let tail = """
            ,"labels":{"region":"Region \\"One\\"","rack":"r2","test":false,"row":1e3},"deployment":{"name":"blue"},\
            "tags":["prod","edge","z"]}
            """
        #expect(tails(RoutePlan([.add(Self.site, when: nil), .add(more, when: nil)])) == [tail, tail])
    }

    @Test func laterStepsSeeWhatWasAdded() throws {
        let plan = RoutePlan([
            .add(
                AddedFields(fields: [.init("labels", "kind", .text("bad"))]), when: try Condition("log.level >= error")),
            .add(AddedFields(tags: ["seen"]), when: try Condition("labels.kind == 'bad'")),
            .drop(try Condition("labels.kind not exists")),
            .add(
                AddedFields(fields: [.init("labels", "kind", .text("worse"))]),
                when: try Condition("tags contains 'seen'")),
        ])
        let run = PlannedRun(Self.log, plan)
        #expect(run.messages == ["b"])
        #expect(run.events[0].line.hasSuffix(#","labels":{"kind":"worse"},"tags":["seen"]}"#))
        #expect(run.counts?.transforms == [1, 1, 1, 1])
    }

    @Test func aSinkSeesTheFinishedEvent() throws {
        let plan = RoutePlan(
            transforms: [
                .init(name: "t", action: .add(AddedFields(tags: ["a"]), when: try Condition("message == 'a'")))
            ],
            routes: [.init(name: "s", bit: 2, condition: try Condition("tags contains 'a'"))])
        #expect(PlannedRun(Self.log, plan).messages == ["a"])
    }

    @Test func aNumberThatJSONDoesNotKnowIsText() {
        let fields = ["012", "0x1f", "1_000", ".5", "+1", "1.", "nan", "-1.5e-3"].enumerated().map {
            AddedFields.Field("labels", "l\($0)", .number($1))
        }
        let tail = """
            ,"labels":{"l0":"012","l1":"0x1f","l2":"1_000","l3":".5","l4":"+1","l5":"1.","l6":"nan","l7":-1.5e-3}}
            """
        #expect(tails(RoutePlan(.add(AddedFields(fields: fields), when: nil))) == [tail, tail])
    }

    @Test func moreStepsThanAWordHasBitsAddAll() {
        let steps = (0..<70).map { RoutePlan.Action.add(AddedFields(tags: ["t\($0)"]), when: nil) }
        let tail = ",\"tags\":[" + (0..<70).map { "\"t\($0)\"" }.joined(separator: ",") + "]}"
        #expect(tails(RoutePlan(steps)) == [tail, tail])
    }

    @Test(arguments: [
        // What an event that was written before has, and what becomes of it.
        (#"{"message":"m"}"#, #"{"message":"m","labels":{"a":1},"tags":["x"]}"#),
        (
            #"{"labels":{"b":{"c":[1]},"a":"old"},"message":"m","tags":["y","x"],"z":null}"#,
            #"{"message":"m","z":null,"labels":{"b":{"c":[1]},"a":1},"tags":["y","x"]}"#
        ),
        (
            #"{ "message" : "m" , "labels" : { } , "tags" : [ ] }"#,
            #"{"message" : "m","labels":{"a":1},"tags":["x"]}"#
        ),
        // What is no object or list gives way.
        (#"{"message":"m","labels":"l","tags":"x"}"#, #"{"message":"m","labels":{"a":1},"tags":["x"]}"#),
        (#"{"message":"m","tags":["y",5,{"k":1}]}"#, #"{"message":"m","labels":{"a":1},"tags":["y","x"]}"#),
    ])
    func anEventOfOurOwnKeepsItsOwn(_ event: String, _ expected: String) {
        let own = #"{"@timestamp":"2026-11-22T16:59:18.001Z","# + event.dropFirst() + "\n"
        let plan = RoutePlan(
            .add(AddedFields(fields: [.init("labels", "a", .number("1"))], tags: ["x"]), when: nil))
        let run = PlannedRun(own, plan)
        #expect(run.events.map(\.line) == [#"{"@timestamp":"2026-11-22T16:59:18.001Z","# + expected.dropFirst()])
        // What has them already is not changed again.
        let again = PlannedRun(run.events[0].line + "\n", plan)
        #expect(again.events.map(\.line) == run.events.map(\.line))
    }

    @Test func namesOfTheSchemaAreReserved() {
        #expect(AddedFields.reserved.isSuperset(of: ["log", "service", "openstack", "labels", "tags", "@timestamp"]))
        #expect(!AddedFields.reserved.contains("deployment"))
    }
}
