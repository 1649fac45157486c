/// Lines of aligned columns for a terminal.
struct TableText {
    /// Where the text of a column stands.
    enum Alignment {
        case left, right
    }

    /// A cell: its text and how it looks.
    struct Cell {
        var text: String
        var color = Color.plain

        init(_ text: String, _ color: Color = .plain) {
            // From a file's name or a server's answer: it must not be able to steer the terminal.
            self.text = Terminal.harmless(text)
            self.color = color
        }
    }

    /// Colours, as few as are needed.
    enum Color: String {
        case plain = ""
        case bold = "1"
        case good = "32"
        case warning = "33"
        case bad = "31;1"

        /// The text in this colour, where there are colours.
        func paint(_ text: String, _ hasColor: Bool) -> String {
            hasColor && self != .plain ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
        }
    }

    private let columns: [(title: String, alignment: Alignment)]
    private var rows: [[Cell]] = []

    /// A table with these columns.
    init(_ columns: [(title: String, alignment: Alignment)]) { self.columns = columns }

    /// Adds a row of as many cells as there are columns.
    mutating func add(_ row: [Cell]) { rows.append(row) }

    /// The lines with their newlines, the titles first where there are any.
    func text(hasColor: Bool) -> String {
        let hasTitles = columns.contains { !$0.title.isEmpty }
        let all = (hasTitles ? [columns.map { Cell($0.title, .bold) }] : []) + rows
        let widths = columns.indices.map { column in all.map { $0[column].text.count }.max() ?? 0 }
        return all.map { row in line(row, widths, hasColor) }.joined()
    }

    private func line(_ row: [Cell], _ widths: [Int], _ hasColor: Bool) -> String {
        var line = ""
        for (index, cell) in row.enumerated() {
            if index > 0 { line += "  " }
            let padding = String(repeating: " ", count: widths[index] - cell.text.count)
            let painted = cell.color.paint(cell.text, hasColor)
            switch columns[index].alignment {
            case .right: line += padding + painted
            case .left: line += index == row.count - 1 ? painted : painted + padding
            }
        }
        // A last cell without text must not leave blanks behind.
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }
}
