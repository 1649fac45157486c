import LogfoldParsing

/// A decision with what a reader wants to know beside it.
struct ExplainedLine {
    /// What was decided.
    let decision: LineDecision
    /// The number of the line in its file, from 1; nil where it is not known any more.
    let number: Int?

    /// So many characters of the line are shown.
    static let excerptLength = 60

    /// `cri/oslo`: the layers and the format, as `logfold.format` names them.
    var format: String { String(decoding: decision.layers, as: UTF8.self) + "\(decision.format.name)" }

    /// The rule, and what was thought of the line, in words.
    var reason: String {
        var text = "\(decision.rule.words)"
        if let doubt = decision.doubt { text += "; \(doubt.words)" }
        if let event = decision.movedFrom { text += ", taken back from event \(event + 1)" }
        return text
    }

    /// The line's first characters.
    var excerpt: String {
        let characters = String(decoding: decision.text, as: UTF8.self).unicodeScalars
        return String(String.UnicodeScalarView(characters.prefix(Self.excerptLength)))
    }

    /// The line's first characters with those escaped that could steer a terminal.
    var harmlessExcerpt: String {
        excerpt.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
                text += scalar == "\t" ? "\\t" : "\\u{\(String(scalar.value, radix: 16))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
