/// A place in a configuration file.
package struct ConfigPosition: Sendable, Hashable, Comparable {
    /// Name of the file as the user gave it.
    package let file: String
    /// Line, counted from 1.
    package let line: Int
    /// Column in Unicode scalars, counted from 1.
    package let column: Int

    /// A place.
    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// The place that lies some Unicode scalars to the right.
    func advanced(by columns: Int) -> ConfigPosition {
        ConfigPosition(file: file, line: line, column: column + columns)
    }

    /// Places of one file in the order of its text.
    package static func < (left: ConfigPosition, right: ConfigPosition) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}

/// What is wrong at a place of the configuration, and the way out.
package struct ConfigProblem: Sendable, Hashable, CustomStringConvertible {
    /// Where it is.
    package let position: ConfigPosition
    /// The problem and, after a semicolon, what to do.
    package let text: String

    /// Name of the file as the user gave it.
    package var file: String { position.file }
    /// Line, counted from 1.
    package var line: Int { position.line }
    /// Column in Unicode scalars, counted from 1.
    package var column: Int { position.column }

    /// A problem.
    package init(position: ConfigPosition, text: String) {
        self.position = position
        self.text = text
    }

    /// `file:line:column: problem; way out`.
    package var description: String { "\(file):\(line):\(column): \(text)" }
}

/// The problems that all sections of a configuration note while it is read.
final class ConfigProblems {
    /// More are not kept: nobody reads them, and a hostile file must not fill the memory.
    static let limit = 1_000

    private var noted: [ConfigProblem] = []
    private var known: Set<ConfigProblem> = []
    private var dropped = 0
    private var isClosed = false

    /// What was noted, in the order of the text; at the end how many were too many.
    var sorted: [ConfigProblem] {
        let kept = noted.enumerated().sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }
            .map(\.element)
        guard dropped > 0, let last = kept.last else { return kept }
        return kept + [
            ConfigProblem(position: last.position, text: "\(dropped) more problems are not shown; correct these first")
        ]
    }

    /// Whether further problems are only counted.
    var isFull: Bool { noted.count >= Self.limit }

    /// Notes a problem. The same one again is left out: several may ask for one value, and an alias repeats a value.
    func note(_ text: String, at position: ConfigPosition) {
        let problem = ConfigProblem(position: position, text: text)
        guard !isClosed, !known.contains(problem) else { return }
        guard !isFull else {
            dropped += 1
            return
        }
        known.insert(problem)
        noted.append(problem)
    }

    /// Notes why the file cannot be read, and nothing after it: what would be missed then is not missing.
    func close(_ text: String, at position: ConfigPosition) {
        note(text, at: position)
        isClosed = true
    }
}
