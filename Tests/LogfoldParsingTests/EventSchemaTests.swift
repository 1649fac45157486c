import Foundation
import LogfoldParsing
import LogfoldTestSupport
import Testing

private func projectFile(_ path: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: path), encoding: .utf8)
}

/// An event with every field of the schema.
private let full = #"""
    {"@timestamp":"2026-11-22T16:59:18.071Z","message":"m","log":{"level":"error","logger":"l","offset":0,"origin":{"function":"f","file":{"name":"x.py","line":7}},"file":{"path":"/var/log/x.log"}},"event":{"dataset":"openstack.nova","severity":40,"timezone":"Europe/Paris","duration":1,"id":"00ff","created":"2026-11-22T16:59:18.071234567Z","original":"o"},"process":{"pid":1,"name":"p","thread":{"id":139917553643584,"name":"t"}},"service":{"name":"nova-compute","type":"openstack"},"http":{"request":{"id":"req-1","method":"GET"},"response":{"status_code":200,"body":{"bytes":0}},"version":"1.1"},"url":{"original":"/"},"client":{"address":"a","ip":"::1"},"user":{"id":"u","name":"n"},"trace":{"id":"67e0bc42bc9441519dc9d2908fbd2262"},"error":{"type":"E","message":"m","stack_trace":"s"},"openstack":{"global_request_id":"g","project":{"id":"p","name":"n"},"domain":{"id":"d"},"system_scope":"all","user_domain":{"id":"d"},"project_domain":{"id":"d"},"instance":{"id":"i"},"exception":{"root_cause":"E","fingerprint":"f","chain":[{"type":"E","message":"m","relation":"cause","frames":[{"file":"x.py","line":7,"function":"f"}]}]},"error_summary":"E: m","stack_info":"s","extra":{"args.0":1.5,"b":true,"c":"x"}},"host":{"name":"h"},"labels":{"rack":"r1"},"tags":["a"],"ecs":{"version":"9.0.0"},"agent":{"type":"logfold","version":"1"},"logfold":{"format":"cri/oslo","lines":2,"flags":["truncated","late"]}}
    """#

@Suite struct EventSchemaTests {
    private let validator: SchemaValidator

    init() throws { validator = try SchemaValidator(projectFile("Config/schema/event.schema.json")) }

    @Test("an event with every field is valid, and so is the smallest")
    func valid() {
        #expect(validator.violations(of: full) == [])
        #expect(validator.violations(of: #"{"@timestamp":"2026-11-22T16:59:18.071Z","message":""}"#) == [])
    }

    @Test(
        "what breaks a rule of the schema is said",
        arguments: [
            (#""log":{"level":"ERROR"}"#, "log.level does not match ^[^A-Z]*$: ERROR"),
            (#""log":{}"#, "log has less than 1 members"),
            (#""log":{"lvl":"x"}"#, "log.lvl is not allowed"),
            (#""event":{"severity":"error"}"#, "event.severity is not of type integer"),
            (#""event":{"created":"2026-11-22T16:59:18Z"}"#, "event.created does not match"),
            (#""process":{"pid":"1"}"#, "process.pid is not of type integer"),
            (#""process":{"pid":1.5}"#, "process.pid is not of type integer"),
            (#""process":{"pid":-1}"#, "process.pid is less than 0"),
            (#""host":{"name":""}"#, "host.name is shorter than 1"),
            (#""host":{"name":null}"#, "host.name is not of type string"),
            (#""service":{"type":"x"}"#, "service.type is not openstack"),
            (#""labels":{"a":[]}"#, "labels.a is not of type string or number or boolean"),
            (#""tags":["a","a"]"#, "tags[1] occurs twice"),
            (#""tags":[]"#, "tags has less than 1 elements"),
            (#""logfold":{"lines":1}"#, "logfold.lines is less than 2"),
            (#""logfold":{"flags":["odd"]}"#, "logfold.flags[0] is none of the allowed values"),
            (#""message":"again""#, "message occurs twice"),
            (#""http":{"response":{"status_code":1000}}"#, "http.response.status_code is more than 999"),
        ]
    )
    func invalid(member: String, expected: String) {
        let text = #"{"@timestamp":"2026-11-22T16:59:18.071Z","message":"m",\#(member)}"#
        let found = validator.violations(of: text)
        #expect(found.count == 1 && found.first?.hasPrefix(expected) == true, "\(found)")
    }

    @Test("a missing field and a torn line are said")
    func missing() {
        #expect(validator.violations(of: "{}") == ["@timestamp is missing", "message is missing"])
        #expect(validator.violations(of: String(full.dropLast())) == ["not JSON"])
    }

    @Test("the schema, its page and the flags of the code name the same")
    func documented() throws {
        let page = try projectFile("Docs/schema.md")
        let schema = try #require(JSONValue(projectFile("Config/schema/event.schema.json")))
        var paths: [String] = []
        leaves(of: schema, "", &paths)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") && $0.split(separator: "|").count == 8 }
            .compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        #expect(Set(rows) == Set(paths))
        #expect(rows.count == paths.count)

        let flags = schema["properties"]?["logfold"]?["properties"]?["flags"]?["items"]?["enum"]
        #expect(flags == .array(EventFlags.names.map { .string("\($0.name)") }))
        for (_, name) in EventFlags.names { #expect(page.contains("\n| `\(name)` |")) }
    }

    /// The paths of the fields that are no fixed objects.
    private func leaves(of schema: JSONValue, _ path: String, _ paths: inout [String]) {
        guard case .object(let members) = schema["properties"] else {
            paths.append(path)
            return
        }
        for member in members {
            leaves(of: member.value, path.isEmpty ? member.key : path + "." + member.key, &paths)
        }
    }

    @Test(
        "a schema that says more than is checked is refused",
        arguments: [
            (#"{"oneOf":[]}"#, "unknown keyword #/oneOf"),
            (#"{"properties":{"a":{"format":"ip"}}}"#, "unknown keyword #/properties/a/format"),
            (##"{"items":{"$ref":"#/$defs/x"}}"##, "nothing at #/items/$ref"), (#"{"pattern":"("}"#, "no pattern at #"),
            ("{", "not JSON"), ("1", "# is no schema"),
        ]
    )
    func refused(schema: String, reason: String) {
        #expect(throws: SchemaValidator.InvalidSchema(reason: reason)) { try SchemaValidator(schema) }
    }
}
