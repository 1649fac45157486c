// `path:` of a file sink: `/var/log/logfold/{service.name}/{+%Y-%m-%d}.jsonl`
//
//   {service.name}   the value of an event's field, by its dotted name; `unknown` where the event has none
//   {+%Y-%m-%d}      the event's own time in UTC
//
// Everything before the first template up to its last slash is the base directory: no value can lead out of it, since
// a value is never more than a part of one name.

/// A path with fields and times of events in it.
package struct PathTemplate: Equatable, Sendable {
    /// A part of the path.
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

    /// A path without templates, which is not checked.
    init(constant text: String) {
        self.text = text
        pieces = [.literal(text)]
    }

    /// The names of the fields, in the order of the path.
    var fields: [String] {
        pieces.compactMap { if case .field(let name) = $0 { name } else { nil } }
    }

    /// Whether an event's time is in the path.
    var hasTime: Bool {
        pieces.contains { if case .time = $0 { true } else { false } }
    }

    /// The path where there is nothing to fill in.
    var constant: String? {
        guard pieces.count == 1, case .literal(let text) = pieces[0] else { return nil }
        return text
    }

    /// The directory that every path of this template lies in.
    package var baseDirectory: String {
        guard case .literal(let first)? = pieces.first, let slash = first.lastIndex(of: "/") else { return "." }
        return slash == first.startIndex ? "/" : String(first[..<slash])
    }
}

extension PathTemplate {
    /// Longest template in bytes. Linux's paths have at most 4,096, and each name in them 255.
    static let maximumLength = 1_024

    /// Reads a template.
    package init(_ text: String) throws(Problem) {
        self.text = text
        pieces = try Self.pieces(of: text)
        try check()
    }

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

    private func check() throws(Problem) {
        guard text.utf8.count <= Self.maximumLength else {
            throw Problem(description: "the path is longer than \(Self.maximumLength) bytes; shorten it")
        }
        guard text.hasPrefix("/") else {
            throw Problem(description: "the path does not begin with '/'; give it from the root, as /var/log/logfold/…")
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw Problem(description: "the path has a control character in it; remove it")
        }
        let names = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = names.last, !last.isEmpty, last != ".", last != ".." else {
            throw Problem(description: "the path has no file name at its end; append one, as /events.jsonl")
        }
        guard !names.contains("..") else {
            throw Problem(description: "the path has '..' in it; give it without")
        }
        guard !text.hasPrefix("/{") else {
            throw Problem(description: "the path has no directory before its first field; put one there, as /var/log/…")
        }
    }
}
