internal import LogfoldCore

/// What a key's value must be, for messages.
enum ValueKind {
    case text
    case flag
    case integer
    case size
    case duration
    case choice([String])
    case secret

    /// What to give: `a size such as 64KiB or 1MiB`.
    var wanted: String {
        switch self {
        case .text: "a text"
        case .flag: "true or false"
        case .integer: "a whole number"
        case .size: "a size such as 64KiB or 1MiB"
        case .duration: "a duration such as 30ms, 2s, 5m or 24h"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .secret: "a text, file:/path, ${NAME} or ${credential:name}"
        }
    }

    /// Why a value is not of this kind, and what would be.
    func objection(to value: ScalarValue, key: String) -> String {
        let problem = "\(value.shown) is no \(noun) for \(Shown.quoted(key))"
        switch self {
        case .integer where !value.isPlain && Int(value.text) != nil, .flag where !value.isPlain:
            return "\(problem), because text in quotes is text; give \(wanted) without quotes"
        case .choice(let words):
            guard let meant = Spelling.nearest(to: value.text.lowercased(), among: words) else { break }
            return "\(problem); did you mean '\(meant)'? (give \(wanted))"
        default: break
        }
        return "\(problem); give \(wanted)"
    }

    /// A range in words; one without an end that anybody could reach has none.
    func range<Value: Comparable>(_ range: ClosedRange<Value>, _ print: (Value) -> String) -> String {
        let isOpen =
            switch range.upperBound {
            case let number as Int: number == .max
            case let duration as Duration: duration >= .seconds(100 * 365 * 86_400)
            default: false
            }
        return isOpen
            ? "\(print(range.lowerBound)) or more" : "\(print(range.lowerBound)) to \(print(range.upperBound))"
    }

    private var noun: String {
        switch self {
        case .text: "text"
        case .flag: "flag"
        case .integer: "whole number"
        case .size: "size"
        case .duration: "duration"
        case .choice: "value"
        case .secret: "secret"
        }
    }
}
