import LogfoldParsing

/// What `explain` prints for a person: a row for each line, and one for the end of each event.
struct ExplainedText {
    private let hasColors: Bool

    /// Rows with or without colours.
    init(hasColors: Bool) { self.hasColors = hasColors }

    /// The names of the columns.
    var heading: String {
        styled(Self.row("LINE", "OFFSET", "EVENT", "FORMAT", "ROLE", "RULE", "TEXT"), "1") + "\n"
    }

    /// Where a file begins, when there are several.
    func heading(of file: String) -> String { styled("==> \(Terminal.harmless(file)) <==", "1") + "\n" }

    /// The row of a line.
    func row(_ line: ExplainedLine) -> String {
        let decision = line.decision
        // A further line of one decoded text stands on the same physical line.
        let number = (line.number.map { "\($0)" } ?? "?") + (decision.length == 0 ? "+" : "")
        let text = Self.row(
            number, "\(decision.offset)", "\(decision.event + 1)", line.format, decision.role.rawValue, line.reason,
            line.harmlessExcerpt)
        return styled(text, Self.style(decision)) + "\n"
    }

    /// The row of an event's end.
    func row(endOf event: Int, _ ending: EventEnding) -> String {
        styled(Self.row("", "", "\(event + 1)", "", "end", "\(ending.words)", ""), "2") + "\n"
    }

    private static func style(_ decision: LineDecision) -> String? {
        if decision.doubt != nil || decision.movedFrom != nil { return "33" }
        switch decision.role {
        case .head, .record: return "1"
        case .traceback: return "31"
        case .text, .blank, .part: return nil
        }
    }

    private static func row(
        _ line: String, _ offset: String, _ event: String, _ format: String, _ role: String, _ rule: String,
        _ text: String
    ) -> String {
        let columns = [
            padded(line, 7, isNumber: true), padded(offset, 10, isNumber: true), padded(event, 7, isNumber: true),
            padded(format, 12), padded(role, 9), padded(rule, 45), text,
        ]
        var row = columns.joined(separator: "  ")[...]
        while row.last == " " { row.removeLast() }
        return String(row)
    }

    private static func padded(_ text: String, _ width: Int, isNumber: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - text.unicodeScalars.count))
        return isNumber ? blanks + text : text + blanks
    }

    private func styled(_ text: String, _ code: String?) -> String {
        guard hasColors, let code else { return text }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }
}
