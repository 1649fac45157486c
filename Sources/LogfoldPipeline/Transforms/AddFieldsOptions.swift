package import LogfoldConfig
package import LogfoldParsing

/// `type: add_fields`: puts constants into events.
struct AddFieldsOptions {
    let action: RoutePlan.Action

    init?(_ section: ConfigSection) {
        var fields = AddedFields(labelsAndTags: section)
        if let objects = section.section("fields") {
            objects.takeAll()
            for object in objects.keys { fields.fields += Self.fields(object, objects) }
        }
        let hasCondition = section.has("when")
        let condition = section.condition("when")
        guard !fields.isEmpty else {
            if !["labels", "tags", "fields"].contains(where: { section.has($0) }) {
                section.problem("\(section.path) adds nothing; write 'labels:', 'tags:' or 'fields:'")
            }
            return nil
        }
        if fields.size > AddedFields.largest {
            section.problem("\(section.path) adds more than \(AddedFields.largest) bytes to each event; shorten it")
            return nil
        }
        guard condition != nil || !hasCondition else { return nil }
        action = .add(fields, when: condition)
    }

    /// The members of an object of the operator's own.
    private static func fields(_ object: String, _ objects: ConfigSection) -> [AddedFields.Field] {
        if object == "labels" || object == "tags" {
            objects.problem("'\(object)' stands beside 'fields', not in it; move it out", at: object)
            return []
        }
        guard !AddedFields.reserved.contains(object) else {
            objects.problem("'\(object)' is the schema's; choose another name, or use labels", at: object)
            return []
        }
        guard AddedFields.isName(object) else {
            objects.problem(AddedFields.objection(to: object), at: object)
            return []
        }
        return AddedFields.fields(object, objects, named: object)
    }
}

extension AddedFields {
    /// The constants that `labels:` and `tags:` of an input or a step say.
    package init(labelsAndTags section: ConfigSection) {
        self.init(fields: Self.fields("labels", section, named: "labels"), tags: Self.tags(section))
    }

    /// More bytes are not added to each event.
    static let largest = 16_384

    /// How many bytes there are to add, about.
    var size: Int {
        fields.reduce(tags.reduce(0) { $0 + $1.utf8.count + 3 }) { size, field in
            let value =
                switch field.value {
                case .text(let text), .number(let text): text.utf8.count
                case .flag: 5
                }
            return size + field.object.utf8.count + field.key.utf8.count + value + 8
        }
    }

    /// The values of a section as members of an object: text, and without quotes numbers and flags.
    fileprivate static func fields(_ object: String, _ section: ConfigSection, named key: String) -> [Field] {
        section.scalars(key).compactMap { name, value in
            guard isName(name) else {
                section.problem(objection(to: name), at: key)
                return nil
            }
            switch value.text {
            case "true" where value.isPlain, "false" where value.isPlain:
                return Field(object, name, .flag(value.text == "true"))
            case "":
                section.problem("'\(name)' is empty; give it a value, or remove it", at: key)
                return nil
            default: return Field(object, name, value.isPlain ? .number(value.text) : .text(value.text))
            }
        }
    }

    private static func tags(_ section: ConfigSection) -> [String] {
        let tags = section.texts("tags")
        for (number, tag) in tags.enumerated() where tag.isEmpty {
            section.problem("a tag is empty; give it a name, or remove it", at: "tags", element: number)
        }
        return tags.filter { !$0.isEmpty }
    }

    /// Whether a store takes this as the name of one field, and a condition can name it.
    fileprivate static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 128 else { return false }
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a ~= byte | 0x20) || byte == UInt8(ascii: "_") }
        return isLetter(first)
            && name.utf8.allSatisfy { isLetter($0) || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-") }
    }

    fileprivate static func objection(to name: String) -> String {
        "'\(name)' is no name of a field; use letters, digits, '_' and '-', a letter first"
    }
}
