/// How a type of the schema is mapped on a server, which may lack it: then by the nearest type that it has.
struct FieldMapping {
    /// Types that the server has said it does not know.
    private(set) var missing: Set<String> = []

    /// Bytes of a term above which a value is stored and not indexed: servers refuse a document with a term above
    /// 32,766 bytes, and a character may have 4.
    static let ignoreAbove = 8_191

    /// For each type the ones to take in its place, in order; the last is there everywhere.
    private static let substitutes: [String: [String]] = [
        "match_only_text": ["text"], "wildcard": ["keyword"], "flattened": ["flat_object", "object"],
    ]

    /// Notes that a server lacks a type; false where nothing can stand for it, or it was noted before.
    mutating func lacks(_ type: String) -> Bool {
        Self.substitutes.keys.contains(type) || type == "flat_object" ? missing.insert(type).inserted : false
    }

    /// The type that is taken for a type of the schema.
    func name(of type: SchemaFields.FieldType) -> String {
        let choices = [type.rawValue] + (Self.substitutes[type.rawValue] ?? [])
        return choices.first { !missing.contains($0) } ?? type.rawValue
    }

    /// What stands for what, a sentence each.
    var substitutions: [String] {
        SchemaFields.FieldType.allCases.filter { missing.contains($0.rawValue) }.map { type in
            let name = name(of: type)
            let kept = SchemaFields.all.filter { $0.type == type && isOnlyKept($0.path, name) }.map(\.path)
            let note = kept.isEmpty ? "" : "; stored and not searched are \(kept.joined(separator: ", "))"
            return "the server has no type \(type.rawValue); the fields of that type are \(name)\(note)"
        }
    }

    /// Whether a field can only be stored: `flat_object` knows no `ignore_above`, so a document with a long value in it
    /// would be refused (seen on OpenSearch 2.19); labels are the operator's own and short.
    private func isOnlyKept(_ path: String, _ name: String) -> Bool {
        name == "object" || (name == "flat_object" && path != "labels")
    }

    /// The mapping of one field.
    func mapping(of type: SchemaFields.FieldType, at path: String) -> JSONDocument {
        switch name(of: type) {
        case let name where isOnlyKept(path, name): ["type": "object", "enabled": false]
        // What was to be found by a part of it is too long for a term: it is only kept.
        case "keyword" where type == .wildcard: ["type": "keyword", "index": false, "doc_values": false]
        case "keyword": ["type": "keyword", "ignore_above": .integer(Self.ignoreAbove)]
        case "wildcard": ["type": "wildcard", "ignore_above": .integer(Self.ignoreAbove)]
        case "flattened": ["type": "flattened", "ignore_above": .integer(Self.ignoreAbove)]
        case let name: ["type": .string(name)]
        }
    }

    /// The mapping of an event. A field that is not of the schema is stored and not indexed, so that no event can make
    /// the mapping grow.
    var properties: JSONDocument {
        nested(SchemaFields.all.map { (rest: $0.path.split(separator: ".")[...], path: $0.path, type: $0.type) })
    }

    private func nested(
        _ fields: [(rest: ArraySlice<Substring>, path: String, type: SchemaFields.FieldType)]
    ) -> JSONDocument {
        var members: [(name: String, value: JSONDocument)] = []
        for field in fields {
            guard let first = field.rest.first, !members.contains(where: { $0.name == first }) else { continue }
            let below = fields.filter { $0.rest.first == first && $0.rest.count > 1 }.map {
                (rest: $0.rest.dropFirst(), path: $0.path, type: $0.type)
            }
            let value: JSONDocument =
                below.isEmpty ? mapping(of: field.type, at: field.path) : ["properties": nested(below)]
            members.append((String(first), value))
        }
        return .object(members)
    }
}
