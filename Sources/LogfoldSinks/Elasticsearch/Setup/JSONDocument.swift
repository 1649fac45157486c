import LogfoldIO

/// A JSON value to be written: for what is sent to a server once, never for events.
indirect enum JSONDocument: Equatable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    case object([(name: String, value: JSONDocument)])
    case array([JSONDocument])
    case string(String)
    case integer(Int)
    case bool(Bool)

    init(stringLiteral text: String) { self = .string(text) }
    init(integerLiteral number: Int) { self = .integer(number) }
    init(booleanLiteral flag: Bool) { self = .bool(flag) }
    init(arrayLiteral elements: JSONDocument...) { self = .array(elements) }
    init(dictionaryLiteral members: (String, JSONDocument)...) {
        self = .object(members.map { (name: $0.0, value: $0.1) })
    }

    static func == (left: Self, right: Self) -> Bool { left.text() == right.text() }

    /// The text on one line.
    var line: String {
        switch self {
        case .object(let members):
            "{\(members.map { "\(JSONQuoting.quoted($0.name)):\($0.value.line)" }.joined(separator: ","))}"
        case .array(let elements): "[\(elements.map(\.line).joined(separator: ","))]"
        case .string, .integer, .bool: text()
        }
    }

    /// The text, two blanks for each level, members in their order.
    func text(_ indentation: String = "") -> String {
        let deeper = indentation + "  "
        switch self {
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { "\(deeper)\(JSONQuoting.quoted($0.name)): \($0.value.text(deeper))" }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indentation)}"
        case .array(let elements):
            return "[\(elements.map { $0.text(deeper) }.joined(separator: ", "))]"
        case .string(let text): return JSONQuoting.quoted(text)
        case .integer(let number): return "\(number)"
        case .bool(let flag): return "\(flag)"
        }
    }
}
