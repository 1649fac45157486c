/// Checks JSON against a JSON Schema (2020-12), as far as `Config/schema/event.schema.json` uses it.
///
/// A keyword that is not known here is an error and not ignored, so a schema cannot promise more than is checked.
/// Duplicate members are a violation too, although JSON Schema has no word for them.
package struct SchemaValidator {
    /// Why a schema cannot be used.
    package struct InvalidSchema: Error, Equatable {
        /// What is wrong and where.
        package var reason: String

        /// An error with this reason.
        package init(reason: String) { self.reason = reason }
    }

    private let schema: JSONValue

    private static let keywords: Set = [
        "$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required",
        "additionalProperties", "items", "enum", "const", "pattern", "minLength", "minimum", "maximum", "minItems",
        "uniqueItems", "minProperties",
    ]

    /// A validator for the schema in `text`.
    package init(_ text: String) throws(InvalidSchema) {
        guard let schema = JSONValue(text) else { throw InvalidSchema(reason: "not JSON") }
        self.schema = schema
        try check(schema, "#")
    }

    /// What is wrong with a JSON text, a sentence for each violation; empty where it is valid.
    package func violations(of text: String) -> [String] {
        guard let value = JSONValue(text) else { return ["not JSON"] }
        var found: [String] = []
        validate(value, schema, "", &found)
        return found
    }

    // MARK: The schema

    /// Refuses unknown keywords, references without a target and patterns that cannot be compiled.
    private func check(_ schema: JSONValue, _ path: String) throws(InvalidSchema) {
        guard case .object(let members) = schema else {
            guard case .bool = schema else { throw InvalidSchema(reason: "\(path) is no schema") }
            return
        }
        for member in members {
            guard Self.keywords.contains(member.key) else {
                throw InvalidSchema(reason: "unknown keyword \(path)/\(member.key)")
            }
            switch (member.key, member.value) {
            case ("properties", .object(let entries)), ("$defs", .object(let entries)):
                for entry in entries { try check(entry.value, "\(path)/\(member.key)/\(entry.key)") }
            case ("items", let value), ("additionalProperties", let value):
                try check(value, "\(path)/\(member.key)")
            case ("$ref", let value) where target(value) == nil:
                throw InvalidSchema(reason: "nothing at \(path)/$ref")
            case ("pattern", let value) where value.text.flatMap({ try? Regex($0) }) == nil:
                throw InvalidSchema(reason: "no pattern at \(path)")
            default: break
            }
        }
    }

    private func target(_ reference: JSONValue) -> JSONValue? {
        guard case .string(let text) = reference, text.hasPrefix("#/$defs/") else { return nil }
        return schema["$defs"]?[String(text.dropFirst("#/$defs/".count))]
    }

    // MARK: Values

    private func validate(_ value: JSONValue, _ schema: JSONValue, _ path: String, _ found: inout [String]) {
        let place = path.isEmpty ? "the event" : path
        if schema == .bool(false) { found.append("\(place) is not allowed") }
        guard case .object(let members) = schema else { return }
        for member in members {
            switch (member.key, member.value) {
            case ("$ref", let reference):
                if let target = target(reference) { validate(value, target, path, &found) }
            case ("type", let type):
                let allowed = if case .array(let types) = type { types } else { [type] }
                if !allowed.contains(where: { Self.isOf($0.text, value) }) {
                    found.append("\(place) is not of type \(allowed.compactMap(\.text).joined(separator: " or "))")
                }
            case ("enum", .array(let choices)):
                if !choices.contains(value) { found.append("\(place) is none of the allowed values") }
            case ("const", let only):
                if value != only { found.append("\(place) is not \(only.text ?? "the constant")") }
            default: break
            }
        }
        switch value {
        case .object(let entries): validate(entries, schema, path, &found)
        case .array(let elements): validate(elements, schema, place, &found)
        case .string(let text):
            if let least = Self.int(schema["minLength"]), text.unicodeScalars.count < least {
                found.append("\(place) is shorter than \(least)")
            }
            if let pattern = schema["pattern"]?.text, let regex = try? Regex(pattern), !text.contains(regex) {
                found.append("\(place) does not match \(pattern): \(text.prefix(80))")
            }
        case .number(let text):
            guard let number = Double(text) else { return }
            if let least = Self.int(schema["minimum"]), number < Double(least) {
                found.append("\(place) is less than \(least)")
            }
            if let most = Self.int(schema["maximum"]), number > Double(most) {
                found.append("\(place) is more than \(most)")
            }
        case .bool, .null: break
        }
    }

    private func validate(
        _ entries: [JSONValue.Member], _ schema: JSONValue, _ path: String, _ found: inout [String]
    ) {
        let prefix = path.isEmpty ? "" : path + "."
        let place = path.isEmpty ? "the event" : path
        for (number, entry) in entries.enumerated() where entries[..<number].contains(where: { $0.key == entry.key }) {
            found.append("\(prefix)\(entry.key) occurs twice")
        }
        if case .array(let names) = schema["required"] {
            for name in names.compactMap(\.text) where !entries.contains(where: { $0.key == name }) {
                found.append("\(prefix)\(name) is missing")
            }
        }
        if let least = Self.int(schema["minProperties"]), entries.count < least {
            found.append("\(place) has less than \(least) members")
        }
        for entry in entries {
            if let known = schema["properties"]?[entry.key] {
                validate(entry.value, known, prefix + entry.key, &found)
            } else if let others = schema["additionalProperties"] {
                validate(entry.value, others, prefix + entry.key, &found)
            }
        }
    }

    private func validate(_ elements: [JSONValue], _ schema: JSONValue, _ place: String, _ found: inout [String]) {
        if let least = Self.int(schema["minItems"]), elements.count < least {
            found.append("\(place) has less than \(least) elements")
        }
        if schema["uniqueItems"] == .bool(true) {
            for (number, element) in elements.enumerated() where elements[..<number].contains(element) {
                found.append("\(place)[\(number)] occurs twice")
            }
        }
        guard let items = schema["items"] else { return }
        for (number, element) in elements.enumerated() { validate(element, items, "\(place)[\(number)]", &found) }
    }

    private static func isOf(_ type: String?, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("number", .number), ("boolean", .bool),
            ("null", .null):
            true
        case ("integer", .number(let text)): Int64(text) != nil
        default: false
        }
    }

    private static func int(_ value: JSONValue?) -> Int? { value?.text.flatMap { Int($0) } }
}
