import LogfoldCore

/// The values that an option or an argument takes: how they are called in the help, and which are right.
struct ValueSpec: Sendable {
    /// Which texts are right, and what completion offers.
    enum Form: Sendable {
        /// Any text that is not empty; the command checks what it means.
        case text
        /// One of these words.
        case choice([String])
        /// A level, in any of the spellings that ``Severity/init(name:)`` knows.
        case level
        /// The path of a file or of a folder; the command opens it.
        case file
        /// The path of a folder; the command opens it.
        case directory
        /// A number of bytes, as ``Units/bytes(_:)`` reads it.
        case size(ClosedRange<Int>)
        /// A whole number.
        case count(ClosedRange<Int>)
        /// A duration, as ``Units/duration(_:)`` reads it.
        case duration(ClosedRange<Duration>)
    }

    /// What stands for the value in the help: `SHAPE`, `FILE`.
    let placeholder: String
    /// Which texts are right.
    let form: Form

    /// A value of this form.
    init(_ placeholder: String, _ form: Form) {
        self.placeholder = placeholder
        self.form = form
    }

    /// The words that can be listed; empty where they cannot.
    var words: [String] {
        switch form {
        case .choice(let words): words
        case .level: Severity.allCases.map { "\($0.name)" }.filter { !$0.isEmpty }
        case .text, .file, .directory, .size, .count, .duration: []
        }
    }

    /// Why `text` is not such a value and what would be; nil where it is one.
    func objection(to text: String) -> String? {
        switch form {
        case .text, .file, .directory:
            text.isEmpty ? "it is empty" : nil
        case .choice(let words):
            words.contains(text) ? nil : misspelling(text)
        case .level:
            Severity(name: text) == nil ? misspelling(text) : nil
        case .size(let range):
            outside(range, Units.bytes(text), "a size such as 64KiB or 1MiB", Units.text(bytes:))
        case .count(let range):
            outside(range, Int(text), "a whole number") { "\($0)" }
        case .duration(let range):
            outside(range, Units.duration(text), "a duration such as 250ms, 2s or 1m", Units.text(duration:))
        }
    }

    private func misspelling(_ text: String) -> String {
        let list = "give one of \(words.joined(separator: ", "))"
        guard let meant = Spelling.nearest(to: text.lowercased(), among: words) else { return list }
        return "did you mean '\(meant)'? (\(list))"
    }

    private func outside<Value: Comparable>(
        _ range: ClosedRange<Value>, _ value: Value?, _ kind: String, _ print: (Value) -> String
    ) -> String? {
        guard let value else { return "give \(kind)" }
        return range.contains(value) ? nil : "give \(print(range.lowerBound)) to \(print(range.upperBound))"
    }
}
