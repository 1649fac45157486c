/// A line of the agent's own log, in each of its forms.
enum DiagnosticLine {
    /// What a pipe takes whole (PIPE_BUF), less a newline that may have to go before: a longer line is cut.
    static let maxBytes = 4095

    /// The line with its newline.
    static func text(
        _ form: Diagnostics.Form, _ level: Diagnostics.Level, _ now: Int64, _ message: String,
        _ fields: [(String, String)]
    ) -> [UInt8] {
        let pairs = fields.map { " \(escaped($0.0))=\(quoted($0.1))" }.joined()
        switch form {
        case .text:
            let word = level.rawValue.uppercased()
            return cut("\(TimestampText.rfc3339(now)) \(word) \(escaped(message))\(pairs)", closing: "…")
        case .journal: return cut("<\(level.priority)>\(escaped(message))\(pairs)", closing: "…")
        case .json: return json(level, now, message, fields)
        }
    }

    private static func json(
        _ level: Diagnostics.Level, _ now: Int64, _ message: String, _ fields: [(String, String)]
    ) -> [UInt8] {
        let head = "{\"@timestamp\":\"\(TimestampText.rfc3339(now))\",\"log.level\":\"\(level.rawValue)\",\"message\":"
        func line(_ limit: Int) -> String {
            let labels = fields.map { "\(JSONQuoting.quoted($0.0)):\(JSONQuoting.quoted(String($0.1.prefix(limit))))" }
            let members = labels.isEmpty ? "" : ",\"labels\":{\(labels.joined(separator: ","))}"
            return "\(head)\(JSONQuoting.quoted(String(message.prefix(limit))))\(members)}\n"
        }
        // JSON cannot be cut at the end: its texts are, until it fits.
        var limit = maxBytes
        var text = line(limit)
        while text.utf8.count > maxBytes, limit > 0 {
            limit /= 2
            text = line(limit)
        }
        return Array(text.utf8)
    }

    private static func cut(_ text: String, closing: String) -> [UInt8] {
        guard text.utf8.count >= maxBytes else { return Array(text.utf8) + [0x0A] }
        var kept = Array(text.utf8.prefix(maxBytes - 1 - closing.utf8.count))
        // Not in the middle of a character.
        while let last = kept.last, last & 0xC0 == 0x80 { kept.removeLast() }
        if let last = kept.last, last >= 0xC0 { kept.removeLast() }
        return kept + Array(closing.utf8) + [0x0A]
    }

    /// A field's value: in quotes where a blank, a quote or `=` would make it ambiguous.
    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.unicodeScalars.allSatisfy { !" \"=\\".unicodeScalars.contains($0) }
        if isPlain { return escaped(value) }
        var text = ""
        for scalar in value.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text += "\\" }
            text += escaped(scalar)
        }
        return "\"\(text)\""
    }

    /// The text with everything escaped that is not shown as itself: a file's name must not be able to move the
    /// cursor, to turn the direction of writing, or to look like a line of this log.
    static func escaped(_ text: String) -> String { text.unicodeScalars.map(escaped).joined() }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default: break
        }
        return scalar.isShownAsItself ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
    }
}
