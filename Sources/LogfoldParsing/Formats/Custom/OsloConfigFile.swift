/// One file as oslo.config's `iniparser` reads it: a small language that is not quite that of other INI readers.
///
/// - A line that begins with `[` names a section and ends in `]`; the name of `DEFAULT` and of other groups ignores
///   case. An assignment before any section is an error.
/// - `key = value` or `key: value`, whichever sign comes first. Blanks round both are dropped, then one pair of equal
///   quotes round the value.
/// - A line that begins with a blank continues the value before it (also if it looks like a comment), joined by a
///   newline; an empty line ends a value.
/// - `#` and `;` begin a comment at the start of a line only. There is no `%` interpolation.
package struct OsloConfigFile {
    /// An assignment as it stands in the file, before `$` is resolved.
    package struct Assignment: Equatable {
        /// Section, `DEFAULT` or lower case.
        package var group: String
        /// Name of the option, as written.
        package var option: String
        /// The value; continuation lines are joined by newlines.
        package var value: String
        /// Number of the line where the assignment begins.
        package var line: Int
    }

    /// Name of the file.
    package let name: String
    /// All assignments in the order of the file.
    package private(set) var assignments: [Assignment] = []
    /// Every line that oslo.config would refuse. Reading goes on after each.
    package private(set) var problems: [OsloConfigProblem] = []

    private var group: String?
    private var isOpen = false

    /// Reads a file's text; invalid UTF-8 is repaired.
    package init(name: String, text: [UInt8]) {
        self.name = name
        var number = 0
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            read(String(decoding: line, as: UTF8.self).trimmedEnd, number)
        }
    }

    private mutating func read(_ line: Substring, _ number: Int) {
        guard let first = line.first else {
            isOpen = false
            return
        }
        if first == " " || first == "\t" {
            guard isOpen else {
                return refuse(number, "unexpected continuation line “\(line.trimmed)”", "remove the blank before it")
            }
            assignments[assignments.count - 1].value += "\n" + line.trimmed
            return
        }
        isOpen = false
        switch first {
        case "[": section(line, number)
        case "#", ";": break
        default: assignment(line, number)
        }
    }

    private mutating func section(_ line: Substring, _ number: Int) {
        guard line.last == "]" else {
            return refuse(number, "section “\(line)” does not end with “]”", "write a comment on a line of its own")
        }
        guard line.count > 2 else {
            return refuse(number, "section without a name", "write [DEFAULT] or a group's name")
        }
        group = Self.group(named: line.dropFirst().dropLast())
    }

    private mutating func assignment(_ line: Substring, _ number: Int) {
        guard let sign = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            return refuse(number, "no “=” or “:” in “\(line)”", "write option = value, or # before a comment")
        }
        let option = line[..<sign].trimmed
        guard !option.isEmpty else { return refuse(number, "no option before “\(line)”", "write option = value") }
        guard let group else {
            return refuse(number, "“\(option)” stands before any section", "write [DEFAULT] on a line before it")
        }
        let value = Self.unquoted(line[line.index(after: sign)...].trimmed)
        assignments.append(Assignment(group: group, option: String(option), value: String(value), line: number))
        isOpen = true
    }

    private mutating func refuse(_ line: Int, _ problem: String, _ wayOut: String) {
        problems.append(OsloConfigProblem(file: name, line: line, problem: problem, wayOut: wayOut))
    }

    private static func unquoted(_ value: Substring) -> Substring {
        guard let first = value.first, first == value.last, first == "\"" || first == "'" else { return value }
        return value.dropFirst().dropLast()
    }

    /// The normal form of a group's name.
    static func group(named name: Substring) -> String {
        name.uppercased() == "DEFAULT" ? "DEFAULT" : name.lowercased()
    }
}

extension Substring {
    /// Without whitespace at both ends.
    fileprivate var trimmed: Substring { String(drop { $0.isWhitespace }).trimmedEnd }
}

extension String {
    /// Without whitespace at the end.
    fileprivate var trimmedEnd: Substring {
        var text = self[...]
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text
    }
}
