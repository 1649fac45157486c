/// A Python `%` format string taken apart: literal text and directives such as `%(levelname)-8s`.
///
/// Colours are gone from it as they are from the log: `ESC[…m` in literals, `%(color)s` and `%(reset_color)s` (R12).
struct FormatTokens: Equatable {
    /// A piece of a format string.
    enum Token: Equatable {
        /// Text that stands in the log as it is; never empty, and never next to another literal.
        case literal([UInt8])
        /// A field of the record.
        case directive(Directive)
    }

    /// `%(name)` with what follows it.
    struct Directive: Equatable {
        /// The key in the parentheses.
        var name: String
        /// Whether blanks fill up to ``width`` on the right (`-`), not on the left.
        var isLeftAligned = false
        /// Whether zeros fill up to ``width``.
        var isZeroFilled = false
        /// The least number of characters, at most 255; 0 where none is given.
        var width = 0
        /// The greatest number of characters of a text, or nil.
        var precision: Int?
        /// `s`, `d`, `f` and so on.
        var conversion: UInt8 = UInt8(ascii: "s")
    }

    /// The pieces in order.
    var tokens: [Token] = []

    /// No pieces.
    init() {}

    /// Takes a format string apart; fails with what is wrong in it.
    init(_ format: String) throws(FormatError) {
        var rest = Self.withoutColours(Array(format.utf8))[...]
        while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
            append(rest[..<percent])
            rest = rest[(percent + 1)...]
            if rest.first == UInt8(ascii: "%") {
                append(rest.prefix(1))
                rest.removeFirst()
                continue
            }
            let directive = try Self.takeDirective(&rest)
            if directive.name != "color", directive.name != "reset_color" { tokens.append(.directive(directive)) }
        }
        append(rest)
    }

    /// Adds literal text.
    mutating func append(_ text: ArraySlice<UInt8>) {
        guard !text.isEmpty else { return }
        if case .literal(let before)? = tokens.last {
            tokens[tokens.count - 1] = .literal(before + text)
        } else {
            tokens.append(.literal(Array(text)))
        }
    }

    /// Adds the pieces of another format.
    mutating func append(_ other: [Token]) {
        for token in other {
            if case .literal(let text) = token { append(text[...]) } else { tokens.append(token) }
        }
    }

    private static func takeDirective(_ rest: inout ArraySlice<UInt8>) throws(FormatError) -> Directive {
        guard rest.first == UInt8(ascii: "("), let close = rest.firstIndex(of: UInt8(ascii: ")")) else {
            let shown = String(decoding: rest.prefix(8), as: UTF8.self)
            throw FormatError(
                problem: "“%\(shown)” names no field", wayOut: "write %(field)s, or %% for a per cent sign")
        }
        var directive = Directive(name: String(decoding: rest[(rest.startIndex + 1)..<close], as: UTF8.self))
        rest = rest[(close + 1)...]
        while let flag = rest.first, "-+ #0".utf8.contains(flag) {
            if flag == UInt8(ascii: "-") { directive.isLeftAligned = true }
            if flag == UInt8(ascii: "0") { directive.isZeroFilled = true }
            rest.removeFirst()
        }
        directive.width = min(takeNumber(&rest) ?? 0, 255)
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            directive.precision = takeNumber(&rest) ?? 0
        }
        if let modifier = rest.first, "hlL".utf8.contains(modifier) { rest.removeFirst() }
        guard let conversion = rest.popFirst(), "diouxXeEfFgGcrsa".utf8.contains(conversion) else {
            throw FormatError(
                problem: "“%(\(directive.name))” has no conversion behind it", wayOut: "write %(\(directive.name))s")
        }
        directive.conversion = conversion
        return directive
    }

    private static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix { $0 &- 0x30 < 10 }
        rest = rest[digits.endIndex...]
        return digits.isEmpty ? nil : Int(String(decoding: digits.prefix(6), as: UTF8.self))
    }

    /// The bytes without `ESC [ … m`.
    private static func withoutColours(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes[...]
        while let escape = rest.firstIndex(of: 0x1B) {
            result += rest[..<escape]
            rest = rest[escape...]
            let parameters = rest.dropFirst(2).prefix { $0 &- 0x30 < 10 || $0 == UInt8(ascii: ";") }
            let after = rest[parameters.endIndex...]
            if rest.dropFirst().first == UInt8(ascii: "["), after.first == UInt8(ascii: "m") {
                rest = after.dropFirst()
            } else {
                result.append(0x1B)
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }
}

/// Why a format string cannot be used, and what to do; the caller knows whose it is.
struct FormatError: Error, Equatable {
    /// What is wrong.
    var problem: String
    /// What the operator can do.
    var wayOut: String
}
