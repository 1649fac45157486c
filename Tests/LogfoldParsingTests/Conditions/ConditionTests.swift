import LogfoldParsing
import LogfoldTestSupport
import Testing

@Suite struct ConditionTests {
    /// An event of our own, and what each condition says of it.
    static let event = """
        {"@timestamp":"2026-11-23T08:00:00.250Z","message":"GET \\"/v2.1\\" failed: timed out\\nafter 3 tries",\
        "log":{"level":"warning","logger":"nova.api","offset":0,"file":{"path":"/var/log/nova/nova-api.log"}},\
        "event":{"severity":30,"duration":250000000},"process":{"pid":12,"thread":{"id":140737488355328}},\
        "service":{"name":"nova-api"},"http":{"request":{"method":"GET"},"response":{"status_code":504}},\
        "client":{"ip":"10.0.0.1"},"openstack":{"extra":{"args.0":"17","args.1":2.5,"ok":true,"msg":"17 of 20"}},\
        "labels":{"region":"RegionOne","rack":12},"tags":["prod","edge"],"logfold":{"flags":["truncated"]}}
        """

    @Test(arguments: [
        // Equality and text.
        ("service.name == \"nova-api\"", true),
        ("service.name == 'nova-api'", true),
        ("service.name == \"nova\"", false),
        ("service.name == \"Nova-API\"", false),
        ("service.name != \"nova-api\"", false),
        ("service.name != \"glance-api\"", true),
        ("service.name in [\"glance-api\", 'nova-api']", true),
        ("service.name in [\"glance-api\"]", false),
        ("service.name not in [\"glance-api\"]", true),
        // Parts of texts, as they read and not as JSON writes them.
        ("message contains \"timed out\"", true),
        ("message contains '\"/v2.1\" failed'", true),
        ("message contains \"\\\"/v2.1\\\"\"", true),
        ("message contains 'out\nafter'", true),
        ("message contains \"Timed\"", false),
        ("message contains ''", true),
        ("message not contains \"timed\"", false),
        ("log.file.path contains '/nova/'", true),
        // Patterns.
        ("message matches \"after \\d+ tries$\"", true),
        ("message matches '^after'", true),
        ("message matches '^GET \"/v\\d\\.\\d\"'", true),
        ("message matches '(?i)TIMED'", true),
        ("message matches 'TIMED'", false),
        ("message not matches 'TIMED'", true),
        // Numbers.
        ("http.response.status_code == 504", true),
        ("http.response.status_code >= 500", true),
        ("http.response.status_code < 500", false),
        ("http.response.status_code <= 504", true),
        ("http.response.status_code > 504", false),
        ("http.response.status_code in [502, 503, 504]", true),
        ("process.thread.id == 140737488355328", true),
        ("process.thread.id > 140737488355327", true),
        ("event.duration > 2.4e8", true),
        ("event.duration == 250000000.0", true),
        ("process.pid > -1", true),
        // Levels.
        ("log.level == warning", true),
        ("log.level == WARN", true),
        ("log.level == \"warning\"", true),
        ("log.level >= warning", true),
        ("log.level > warning", false),
        ("log.level < error", true),
        ("log.level <= info", false),
        ("log.level != info", true),
        ("log.level in [debug, warning]", true),
        ("event.severity == 30", true),
        // Times.
        ("@timestamp >= \"2026-11-23T08:00:00Z\"", true),
        ("@timestamp < \"2026-11-23T08:00:00Z\"", false),
        ("@timestamp < \"2026-11-23T08:00:00.2501Z\"", true),
        ("@timestamp == \"2026-11-23T09:00:00.25+01:00\"", true),
        ("@timestamp > \"2026-11-23T04:00:00-05:00\"", false),
        ("@timestamp in ['2026-11-23T08:00:00.25Z']", true),
        // Lists.
        ("tags contains \"edge\"", true),
        ("tags contains \"ed\"", false),
        ("tags in [\"lab\", \"prod\"]", true),
        ("tags not in [\"lab\"]", true),
        ("tags matches '^ed'", true),
        ("logfold.flags contains 'truncated'", true),
        ("logfold.flags contains 'late'", false),
        // What the log or the operator named: the value behind the operator says how.
        ("labels.region == \"RegionOne\"", true),
        ("labels.rack == 12", true),
        ("labels.rack == \"12\"", true),
        ("labels.rack > 11.5", true),
        ("openstack.extra.args.0 == 17", true),
        ("openstack.extra.args.0 == \"17\"", true),
        ("openstack.extra.args.0 == 17.0", true),
        ("openstack.extra.args.0 == \"17.0\"", false),
        ("openstack.extra.args.1 < 3", true),
        ("openstack.extra.ok == true", true),
        ("openstack.extra.ok == false", false),
        ("openstack.extra.msg > 1", false),
        ("openstack.extra.msg == 17", false),
        // Being there.
        ("error.type exists", false),
        ("error.type not exists", true),
        ("not error.type exists", true),
        ("client.ip exists", true),
        ("tags exists", true),
        ("labels.rack exists", true),
        ("labels.row exists", false),
        // A field that is not there meets no comparison; != and not … are the opposite of one.
        ("error.type == \"X\"", false),
        ("error.type != \"X\"", true),
        ("error.type in [\"X\"]", false),
        ("error.type contains ''", false),
        ("error.type matches ''", false),
        ("http.response.body.bytes < 1", false),
        ("http.response.body.bytes >= 0", false),
        ("not http.response.body.bytes >= 0", true),
        ("event.created < \"2027-01-01T00:00:00Z\"", false),
        // Joined.
        ("log.level == info or service.name == 'nova-api' and process.pid == 12", true),
        ("(log.level == info or service.name == 'nova-api') and process.pid == 13", false),
        ("log.level == warning or service.name == 'x' and process.pid == 13", true),
        ("not log.level == info and process.pid == 12", true),
        ("not (log.level == info and process.pid == 12)", true),
        ("not not log.level == warning", true),
        ("not log.level == warning or process.pid == 12", true),
        ("log.level==warning and(process.pid==12)", true),
        ("\n log.level\t== warning\nand process.pid == 12 ", true),
    ])
    func aConditionIsAnswered(_ condition: String, _ expected: Bool) throws {
        #expect(try holds(condition, Self.event) == expected)
    }

    @Test(arguments: [
        // Level 35 of a program of its own, between warning and error.
        ("log.level > warning", #"{"message":"","log":{"level":"level 35"},"event":{"severity":35}}"#, true),
        ("log.level < error", #"{"message":"","log":{"level":"level 35"},"event":{"severity":35}}"#, true),
        ("log.level == \"level 35\"", #"{"message":"","log":{"level":"level 35"},"event":{"severity":35}}"#, true),
        // A word that nobody knows has no place among the levels.
        ("log.level < info", #"{"message":"","log":{"level":"chatty"}}"#, false),
        ("log.level >= info", #"{"message":"","log":{"level":"chatty"}}"#, false),
        ("log.level == 'Chatty'", #"{"message":"","log":{"level":"chatty"}}"#, true),
        ("log.level != debug", #"{"message":"","log":{"level":"chatty"}}"#, true),
        // No level at all.
        ("log.level < info", #"{"message":""}"#, false),
        ("log.level >= trace", #"{"message":""}"#, false),
        ("log.level exists", #"{"message":""}"#, false),
        // Events of others: names with points, one tag without a list, numbers and escapes of any spelling.
        ("log.level == error", #"{"message":"","log.level":"ERROR"}"#, true),
        ("tags contains 'a'", #"{"message":"","tags":"a"}"#, true),
        ("process.pid == 12", #"{"message":"","process":{"pid":"12"}}"#, true),
        ("process.pid == 12", #"{"message":"","process":{"pid":1.2e1}}"#, true),
        ("service.name == 'é'", #"{"message":"","service":{"name":"\u00e9"}}"#, true),
        ("service.name == 'é'", #"{"message":"","service":{"name":"é"}}"#, true),
        ("message == ''", #"{"message":""}"#, true),
        ("message exists", #"{"message":""}"#, true),
        ("service.name exists", #"{"message":"","service":{"name":null}}"#, false),
        ("service.name == 'x'", #"{"message":"","service":"x"}"#, false),
        ("service.name == 'x'", #"{"message":"","service":{"name":{"name":"x"}}}"#, false),
        ("tags contains 'a'", #"{"message":"","tags":[null,{"a":1},["a"],2,"a"]}"#, true),
        ("openstack.extra.roles contains 2", #"{"message":"","openstack":{"extra":{"roles":[1,2]}}}"#, nil),
        ("openstack.extra.roles in [2]", #"{"message":"","openstack":{"extra":{"roles":[1,2]}}}"#, true),
        // What is no event meets nothing.
        ("service.name != 'x'", #"{"service":{"name":"x"}}"#, true),
        ("message exists", "{\"message\":\"a\"", false),
    ])
    func anyEventIsTakenAsItIs(_ condition: String, _ event: String, _ expected: Bool?) {
        #expect((try? holds(condition, event)) == expected)
    }

    @Test func aPatternThatTakesTooLongDoesNotMatch() throws {
        var evaluator = ConditionEvaluator([try Condition("message matches '(a+)+$'")])
        let event = Array(#"{"message":"\#(String(repeating: "a", count: 40))!"}"#.utf8)
        evaluator.begin()
        let holds = event.withSpan { evaluator.holds(0, $0, ByteRange(0, event.count)) }
        #expect(!holds)
        #expect(evaluator.limited == 1)
    }

    @Test func anEventIsReadAgainAfterTheNext() throws {
        var evaluator = ConditionEvaluator([try Condition("message == 'a'"), try Condition("message == 'b'")])
        var answers: [Bool] = []
        for text in ["a", "b"] {
            let event = Array(#"{"message":"\#(text)"}"#.utf8)
            evaluator.begin()
            for number in 0..<2 {
                event.withSpan { answers.append(evaluator.holds(number, $0, ByteRange(0, event.count))) }
            }
        }
        #expect(answers == [true, false, false, true])
    }
}

/// What a condition says of an event's JSON.
func holds(_ condition: String, _ event: String) throws -> Bool {
    var evaluator = ConditionEvaluator([try Condition(condition)])
    let bytes = Array(event.utf8)
    return bytes.withSpan { evaluator.holds(0, $0, ByteRange(0, bytes.count)) }
}
