import LogfoldTestSupport
import Testing

@testable import LogfoldParsing

@Suite struct ConditionFieldTests {
    /// What the schema says a field is; objects with keys of their own and what conditions do not see left out.
    private static func fields(_ schema: JSONValue, _ root: JSONValue, _ path: String) -> [String: ConditionField.Kind]
    {
        guard case .object(let members)? = schema["properties"] else {
            return kind(schema, root, path).map { [path: $0] } ?? [:]
        }
        var found: [String: ConditionField.Kind] = [:]
        for member in members {
            let name = path.isEmpty ? member.key : "\(path).\(member.key)"
            found.merge(fields(member.value, root, name)) { first, _ in first }
        }
        return found
    }

    private static func kind(_ schema: JSONValue, _ root: JSONValue, _ path: String) -> ConditionField.Kind? {
        if path == "log.level" { return .level }
        let name = schema["$ref"]?.text?.split(separator: "/").last.map(String.init)
        let target = name.flatMap { root["$defs"]?[$0] } ?? schema
        if name == "time" { return .time }
        switch target["type"]?.text {
        case "integer": return .number
        case "array": return target["items"]?["properties"] == nil ? .list : nil
        case "object": return nil
        default: return .text
        }
    }

    @Test func conditionsKnowEveryFieldOfTheSchemaAndNoOther() throws {
        let schema = try #require(JSONValue(Fixtures.text(besides: "Config/schema/event.schema.json")))
        var expected = Self.fields(schema, schema, "")
        for field in ConditionField.unseen { expected[field.name] = nil }
        let known = Dictionary(uniqueKeysWithValues: ConditionField.table.map { ($0.name, $0.kind) })
        #expect(known == expected)
    }
}

extension Fixtures {
    /// The text of a file of the package.
    fileprivate static func text(besides path: String) throws -> [UInt8] { try bytes("../" + path) }
}
