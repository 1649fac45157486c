/// Names of indices and data streams, by the rules that Elasticsearch and OpenSearch share: lower case, at most 255
/// bytes, none of `\ / * ? " < > | , # :` and no blank, and `-`, `_`, `+` and `.` not at the front.
enum IndexName {
    /// Longest name in bytes.
    static let maximumLength = 255
    /// Longest value of a field in a name.
    static let maximumValueLength = 100
    /// What stands for a missing field.
    static let unknown = "unknown"

    /// The value of a field as a part of a name.
    static func cleaned(_ value: String) -> String {
        var name = ""
        for scalar in value.lowercased().unicodeScalars {
            if name.utf8.count + UTF8.width(scalar) > maximumValueLength { break }
            name.unicodeScalars.append(isAllowed(scalar) ? scalar : "_")
        }
        return name.isEmpty ? unknown : name
    }

    /// A whole name, cut where it is too long.
    static func fitted(_ name: String) -> String {
        guard name.utf8.count > maximumLength else { return name }
        var result = ""
        for scalar in name.unicodeScalars {
            if result.utf8.count + UTF8.width(scalar) > maximumLength { break }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// What is wrong with the parts of a template that are its writer's, and the way out; nil where nothing is.
    static func problem(_ template: EventTemplate) -> String? {
        guard case .literal(let front)? = template.pieces.first, let first = front.unicodeScalars.first else {
            return
                "a name begins with letters of its own, so that no event can choose any index; write logs-{service.name}"
        }
        if "-_+.".unicodeScalars.contains(first) {
            return "a name cannot begin with '\(first)'; write logs-{service.name}"
        }
        for literal in template.literals {
            if literal.lowercased() != literal { return "a name is in lower case; write it so" }
            if let wrong = literal.unicodeScalars.first(where: { !isAllowed($0) }) {
                let shown = wrong.value > 0x20 && wrong.value < 0x7F ? "'\(wrong)'" : "a blank or control character"
                return "a name cannot have \(shown) in it; remove it"
            }
        }
        return template.text.utf8.count > maximumLength ? "a name has at most \(maximumLength) bytes; shorten it" : nil
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\\", "/", "*", "?", "\"", "<", ">", "|", ",", "#", ":", " ": return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .spaceSeparator, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned:
            return false
        default: return true
        }
    }
}
