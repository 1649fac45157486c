/// A word of a condition's text, with its place.
struct ConditionToken: Equatable {
    enum Kind: Equatable {
        /// A field, an operator that is a word, or a level.
        case word(String)
        /// Text in quotes, without them.
        case text(String)
        /// A number as it is written.
        case number(String)
        /// `== != < <= > >= ( ) [ ] ,`
        case symbol(String)
        /// Behind the last one.
        case end
    }

    let kind: Kind
    /// Column of its first character, in Unicode scalars from 1.
    let column: Int
    /// Column behind its last character.
    let end: Int

    /// How a message calls it.
    var shown: String {
        switch kind {
        case .word(let text), .number(let text), .symbol(let text): "'\(text)'"
        case .text(let text): "the text \"\(text.unicodeScalars.count > 40 ? text.prefix(40) + "…" : text)\""
        case .end: "the end"
        }
    }

    func `is`(_ symbol: String) -> Bool { kind == .symbol(symbol) }
    func isWord(_ word: String) -> Bool { kind == .word(word) }
}

/// Cuts a condition's text into tokens.
struct ConditionTokens {
    private let scalars: [Unicode.Scalar]
    private var at = 0

    /// Longer texts are no conditions.
    static let longest = 16_384

    private init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// The tokens of a text; the last one is ``ConditionToken/Kind/end``.
    static func all(of text: String) throws(ConditionError) -> [ConditionToken] {
        var tokens = ConditionTokens(text)
        guard tokens.scalars.count <= longest else {
            throw ConditionError(column: 1, text: "the condition is longer than \(longest) characters; split it")
        }
        var all: [ConditionToken] = []
        repeat { all.append(try tokens.next()) } while all.last?.kind != .end
        return all
    }

    private mutating func next() throws(ConditionError) -> ConditionToken {
        while at < scalars.count, scalars[at].properties.isWhitespace { at += 1 }
        let start = at
        guard at < scalars.count else { return token(.end, from: start) }
        switch scalars[at] {
        case "\"", "'": return try text()
        case "0"..."9", "-": return try number()
        case "a"..."z", "A"..."Z", "_", "@":
            while at < scalars.count, Self.isWordScalar(scalars[at]) { at += 1 }
            return token(.word(string(start, at)), from: start)
        default: return try symbol()
        }
    }

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "@", ".", "-": true
        default: false
        }
    }

    private func string(_ start: Int, _ end: Int) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[start..<end])
        return String(view)
    }

    private func token(_ kind: ConditionToken.Kind, from start: Int) -> ConditionToken {
        ConditionToken(kind: kind, column: start + 1, end: at + 1)
    }

    /// A text in quotes. A backslash takes the quote or another backslash as it is; before anything else it is itself,
    /// so that patterns need no second one: `"\d+"`.
    private mutating func text() throws(ConditionError) -> ConditionToken {
        let start = at
        let quote = scalars[at]
        var view = String.UnicodeScalarView()
        at += 1
        while at < scalars.count, scalars[at] != quote {
            let isEscape = scalars[at] == "\\" && at + 1 < scalars.count
            if isEscape, scalars[at + 1] == quote || scalars[at + 1] == "\\" { at += 1 }
            view.append(scalars[at])
            at += 1
        }
        guard at < scalars.count else {
            throw ConditionError(column: start + 1, text: "the text has no end; close it with \(quote)")
        }
        at += 1
        return token(.text(String(view)), from: start)
    }

    private mutating func number() throws(ConditionError) -> ConditionToken {
        let start = at
        at += 1
        while at < scalars.count, Self.isWordScalar(scalars[at]) || scalars[at] == "+" { at += 1 }
        let written = string(start, at)
        guard FieldNumber(written) != nil else {
            throw ConditionError(column: start + 1, text: "'\(written)' is no number; put text in quotes")
        }
        return token(.number(written), from: start)
    }

    private mutating func symbol() throws(ConditionError) -> ConditionToken {
        let start = at
        let two = string(at, min(at + 2, scalars.count))
        for known in ["==", "!=", "<=", ">="] where known == two {
            at += 2
            return token(.symbol(two), from: start)
        }
        let one = string(at, at + 1)
        if ["<", ">", "(", ")", "[", "]", ","].contains(one) {
            at += 1
            return token(.symbol(one), from: start)
        }
        throw ConditionError(column: start + 1, text: Self.objection(to: one, two))
    }

    private static func objection(to one: String, _ two: String) -> String {
        switch (one, two) {
        case (_, "=~"), ("~", _): "unknown operator '\(two == "=~" ? two : one)'; write 'matches'"
        case (_, "=>"), (_, "=<"): "unknown operator '\(two)'; write '\(two == "=>" ? ">=" : "<=")'"
        case ("=", _): "unknown operator '='; write '=='"
        case ("!", _): "unknown operator '!'; write 'not'"
        case ("&", _): "unknown operator '\(two == "&&" ? two : one)'; write 'and'"
        case ("|", _): "unknown operator '\(two == "||" ? two : one)'; write 'or'"
        default: "unexpected \(shown(one)); put text in quotes"
        }
    }

    /// A character by itself, or by its number where it cannot be seen.
    private static func shown(_ character: String) -> String {
        guard let scalar = character.unicodeScalars.first else { return "character" }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .nonspacingMark:
            return "character U+\(String(scalar.value, radix: 16, uppercase: true))"
        default: return "'\(character)'"
        }
    }
}
