// A text with parts of events in it: where a file sink writes, which index an event goes to.
//
//   {service.name}   the value of an event's field, by its dotted name; `unknown` where the event has none
//   {+%Y-%m-%d}      the event's own time in UTC

/// A text with fields and times of events in it.
package struct EventTemplate: Equatable, Sendable {
    /// A part of the text.
    enum Piece: Equatable, Sendable {
        case literal(String)
        /// A field by its dotted name.
        case field(String)
        /// A part of the event's time.
        case time(TimePart)
    }

    /// What is wrong with a template, and the way out.
    package struct Problem: Error, Equatable, CustomStringConvertible {
        /// `…; …`
        package let description: String
    }

    /// The template as it was written.
    package let text: String
    let pieces: [Piece]

    /// A text without fields and times, which is not looked at.
    init(constant text: String) {
        self.text = text
        pieces = [.literal(text)]
    }

    /// Reads a template.
    package init(_ text: String) throws(Problem) {
        self.text = text
        pieces = try Self.pieces(of: text)
    }

    /// The names of the fields, in the order of the text.
    var fields: [String] {
        pieces.compactMap { if case .field(let name) = $0 { name } else { nil } }
    }

    /// The literal parts, in the order of the text.
    var literals: [String] {
        pieces.compactMap { if case .literal(let text) = $0 { text } else { nil } }
    }

    /// The text where there is nothing to fill in.
    var constant: String? {
        guard pieces.count == 1, case .literal(let text) = pieces[0] else { return nil }
        return text
    }

    /// Whether an event's time is in the text.
    var hasTime: Bool {
        pieces.contains { if case .time = $0 { true } else { false } }
    }
}

extension EventTemplate {
    private static func pieces(of text: String) throws(Problem) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while !rest.isEmpty {
            let brace = rest.firstIndex { $0 == "{" || $0 == "}" } ?? rest.endIndex
            if brace > rest.startIndex { pieces.append(.literal(String(rest[..<brace]))) }
            guard brace < rest.endIndex else { break }
            guard rest[brace] == "{" else {
                throw Problem(description: "'}' without '{' before it; write a field as {service.name}")
            }
            let inside = rest[rest.index(after: brace)...]
            guard let end = inside.firstIndex(where: { $0 == "}" || $0 == "{" }), inside[end] == "}" else {
                throw Problem(description: "'{' without its '}'; write a field as {service.name}")
            }
            pieces += try template(inside[..<end])
            rest = inside[inside.index(after: end)...]
        }
        return pieces
    }

    private static func template(_ inside: Substring) throws(Problem) -> [Piece] {
        if inside.first == "+" { return try times(inside.dropFirst()) }
        let names = inside.split(separator: ".", omittingEmptySubsequences: false)
        let isName = names.allSatisfy { name in
            !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x2F && $0 != 0x5C }
        }
        guard isName else {
            throw Problem(
                description:
                    "'{\(inside)}' is no field; write a dotted name as {service.name}, or a time as {+%Y-%m-%d}")
        }
        return [.field(String(inside))]
    }

    private static func times(_ format: Substring) throws(Problem) -> [Piece] {
        var pieces: [Piece] = []
        var literal = ""
        var letters = format.makeIterator()
        while let letter = letters.next() {
            guard letter == "%" else {
                literal.append(letter)
                continue
            }
            let code = letters.next()
            if code == "%" {
                literal.append("%")
                continue
            }
            guard let code, let part = TimePart(rawValue: code) else {
                let known = TimePart.allCases.map { "%\($0.rawValue)" }.joined(separator: " ")
                throw Problem(
                    description: "'%\(code.map(String.init) ?? "")' is no part of a time; there are \(known) %%")
            }
            if !literal.isEmpty { pieces.append(.literal(literal)) }
            literal = ""
            pieces.append(.time(part))
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        return pieces
    }
}
