/// Breaks text into lines for a terminal.
enum TextWrap {
    /// The lines of `text`, broken at blanks so that none is longer than `width` characters; a longer word has a line
    /// of its own.
    static func lines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " \(word)"
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        if !line.isEmpty || lines.isEmpty { lines.append(line) }
        return lines
    }

    /// A term and its text in two columns; a term too long for its column stands on a line of its own.
    static func twoColumns(_ term: String, _ text: String, indent: Int, column: Int, width: Int) -> [String] {
        let wrapped = lines(text, width: width - column)
        let margin = String(repeating: " ", count: column)
        let head = String(repeating: " ", count: indent) + term
        if head.count + 2 > column { return [head] + wrapped.map { margin + $0 } }
        let padding = String(repeating: " ", count: column - head.count)
        return [head + padding + wrapped[0]] + wrapped.dropFirst().map { margin + $0 }
    }
}
