/// A pattern for paths, as a shell has them: `*` and `?` within a name, `[a-z]` and `[!a-z]`, `**` as a whole name for
/// any number of directories, `{a,b}` for alternatives, and a backslash before what is meant as it is.
///
/// `*`, `?` and `**` leave out names that begin with a dot, as in a shell.
package struct GlobPattern: Sendable, Equatable {
    /// What one name of a path has to be.
    enum Component: Sendable, Equatable {
        /// Exactly this.
        case name(String)
        /// What these pieces match.
        case pattern([Piece])
        /// Any number of directories, none as well.
        case anyDirectories
    }

    /// A piece of a pattern for a name.
    enum Piece: Sendable, Equatable {
        case character(Unicode.Scalar)
        case anyCharacter
        case anyText
        case set(ranges: [ClosedRange<UInt32>], isNegated: Bool)
    }

    /// Why a text is no pattern.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case unclosedSet, unclosedAlternatives, unopenedAlternatives, tooManyAlternatives, emptySet

        /// A sentence without capital and full stop.
        package var description: String {
            switch self {
            case .unclosedSet: "a '[' without ']'; write '\\[' for the character itself"
            case .emptySet: "nothing can match a range that ends before it begins, such as '[z-a]'"
            case .unclosedAlternatives: "a '{' without '}'; write '\\{' for the character itself"
            case .unopenedAlternatives: "a '}' without '{'; write '\\}' for the character itself"
            case .tooManyAlternatives: "more than \(GlobPattern.mostAlternatives) alternatives; use several patterns"
            }
        }
    }

    static let mostAlternatives = 1000

    /// The pattern as it was written.
    package let text: String
    /// The components of each alternative, from the root on.
    let alternatives: [[Component]]

    /// Compiles a pattern.
    package init(_ text: String) throws(Failure) {
        self.text = text
        var alternatives: [[Component]] = []
        for alternative in try Self.expand(Array(text.unicodeScalars)) {
            var components: [Component] = []
            for name in alternative.split(separator: "/") { components.append(try Self.component(Array(name))) }
            alternatives.append(components)
        }
        self.alternatives = alternatives
    }

    /// Whether a path fits.
    package func matches(_ path: String) -> Bool {
        let names = path.split(separator: "/")
        return alternatives.contains { Self.matches($0[...], names[...]) }
    }

    /// Whether a single name fits the whole pattern, which has no slash.
    package func matches(name: String) -> Bool {
        alternatives.contains { $0.count == 1 && Self.matches($0[0], name[...]) }
    }

    private static func matches(_ components: ArraySlice<Component>, _ names: ArraySlice<Substring>) -> Bool {
        guard let first = components.first else { return names.isEmpty }
        if case .anyDirectories = first {
            if matches(components.dropFirst(), names) { return true }
            guard let name = names.first, !name.hasPrefix(".") else { return false }
            return matches(components, names.dropFirst())
        }
        guard let name = names.first, matches(first, name) else { return false }
        return matches(components.dropFirst(), names.dropFirst())
    }

    /// Whether a name fits one component.
    static func matches(_ component: Component, _ name: Substring) -> Bool {
        switch component {
        case .name(let text): return text == name
        case .anyDirectories: return !name.hasPrefix(".")
        case .pattern(let pieces):
            if name.hasPrefix("."), pieces.first != .character(".") { return false }
            return matches(pieces, Array(name.unicodeScalars))
        }
    }

    /// One mark to come back to is enough: a later `*` can stand for whatever an earlier one could.
    private static func matches(_ pieces: [Piece], _ text: [Unicode.Scalar]) -> Bool {
        var (piece, at) = (0, 0)
        var retry: (piece: Int, at: Int)?
        while at < text.count {
            if piece < pieces.count, pieces[piece] == .anyText {
                retry = (piece + 1, at)
                piece += 1
            } else if piece < pieces.count, matches(pieces[piece], text[at]) {
                piece += 1
                at += 1
            } else if let mark = retry {
                retry = (mark.piece, mark.at + 1)
                (piece, at) = (mark.piece, mark.at + 1)
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { $0 == .anyText }
    }

    private static func matches(_ piece: Piece, _ scalar: Unicode.Scalar) -> Bool {
        switch piece {
        case .character(let own): own == scalar
        case .anyCharacter, .anyText: true
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar.value) } != isNegated
        }
    }
}

extension GlobPattern {
    /// Resolves `{a,b}`, outermost first.
    private static func expand(_ text: [Unicode.Scalar]) throws(Failure) -> [[Unicode.Scalar]] {
        var done: [[Unicode.Scalar]] = []
        var open = [text]
        while let next = open.popLast() {
            guard let braces = try braces(in: next) else {
                done.append(next)
                continue
            }
            for alternative in braces.alternatives.reversed() {
                open.append(Array([next[..<braces.start], alternative, next[braces.end...]].joined()))
            }
            guard done.count + open.count <= mostAlternatives else { throw .tooManyAlternatives }
        }
        return done
    }

    /// The first braces, and what stands between their commas.
    private static func braces(
        in text: [Unicode.Scalar]
    ) throws(Failure) -> (start: Int, end: Int, alternatives: [ArraySlice<Unicode.Scalar>])? {
        var depth = 0
        var (start, from) = (0, 0)
        var alternatives: [ArraySlice<Unicode.Scalar>] = []
        var at = 0
        while at < text.count {
            switch text[at] {
            case "\\": at += 1
            case "[" where depth == 0: at = endOfSet(text[...], at) ?? at
            case "{":
                depth += 1
                if depth == 1 { (start, from) = (at, at + 1) }
            case "," where depth == 1:
                alternatives.append(text[from..<at])
                from = at + 1
            case "}":
                depth -= 1
                if depth < 0 { throw .unopenedAlternatives }
                if depth == 0 { return (start, at + 1, alternatives + [text[from..<at]]) }
            default: break
            }
            at += 1
        }
        if depth > 0 { throw .unclosedAlternatives }
        return nil
    }

    /// Where the `]` of the set that begins at `start` stands; one right behind the `[` belongs to the set.
    private static func endOfSet(_ text: ArraySlice<Unicode.Scalar>, _ start: Int) -> Int? {
        var at = start + 1
        if at < text.endIndex, text[at] == "!" || text[at] == "^" { at += 1 }
        if at < text.endIndex { at += 1 }
        while at < text.endIndex, text[at] != "]" { at += 1 }
        return at < text.endIndex ? at : nil
    }

    private static func component(_ text: [Unicode.Scalar]) throws(Failure) -> Component {
        if text == ["*", "*"] { return .anyDirectories }
        var pieces: [Piece] = []
        var at = 0
        while at < text.count {
            switch text[at] {
            case "\\" where at + 1 < text.count:
                at += 1
                pieces.append(.character(text[at]))
            case "*": if pieces.last != .anyText { pieces.append(.anyText) }
            case "?": pieces.append(.anyCharacter)
            case "[":
                guard let end = endOfSet(text[...], at) else { throw .unclosedSet }
                pieces.append(try set(text[(at + 1)..<end]))
                at = end
            default: pieces.append(.character(text[at]))
            }
            at += 1
        }
        var name = ""
        for piece in pieces {
            guard case .character(let scalar) = piece else { return .pattern(pieces) }
            name.unicodeScalars.append(scalar)
        }
        return .name(name)
    }

    private static func set(_ text: ArraySlice<Unicode.Scalar>) throws(Failure) -> Piece {
        let isNegated = text.first == "!" || text.first == "^"
        let members = Array(isNegated ? text.dropFirst() : text)
        var ranges: [ClosedRange<UInt32>] = []
        var at = 0
        while at < members.count {
            var last = at
            if at + 2 < members.count, members[at + 1] == "-" { last = at + 2 }
            guard members[at].value <= members[last].value else { throw .emptySet }
            ranges.append(members[at].value...members[last].value)
            at = last + 1
        }
        return .set(ranges: ranges, isNegated: isNegated)
    }
}
