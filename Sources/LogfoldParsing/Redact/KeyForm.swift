/// How a word and what follows it are written: which syntax, and where the value begins.
struct KeyForm {
    /// The ways to write a key and its value.
    enum Syntax {
        /// `k=v`, `k = v`.
        case assignment
        /// `k: v`, `"k": "v"`, and `'k' => 'v'`.
        case member
        /// `k "v"`, `('k', 'v')`: the value is a string.
        case pair
        /// `--k v`, `'--k', 'v'`, `k -v v`.
        case option
        /// `<k>v</k>`.
        case element
        /// `k/v`: part of a path.
        case path
    }

    /// Which of them.
    private(set) var syntax = Syntax.assignment
    /// Offset of the value's first byte, behind blanks.
    private(set) var value = 0
    /// Whether quotation marks stand around the key itself.
    private(set) var isKeyQuoted = false
    /// The quotation mark right in front of a key that has none behind it: `"H: v"`.
    private(set) var opener: UInt8?
    /// Whether a point stands in front of the key.
    private(set) var isDotted = false
    /// Whether the key begins with a capital letter.
    private(set) var isCapitalised = false

    /// The form of what follows `word`, or nil when no value does.
    init?(_ text: RawSpan, _ word: ByteRange, _ start: Int, _ end: Int) {
        var at = word.end
        let isOption = text[word.start] == UInt8(ascii: "-")
        if let mark = QuoteMark(text, at, end) {
            guard Self.isQuoted(text, word.start, start) else { return nil }
            isKeyQuoted = true
            at += mark.length
        } else if word.start > start && isQuote(text[word.start - 1]) {
            opener = text[word.start - 1]
        }
        isDotted = word.start > start && text[word.start - 1] == UInt8(ascii: ".")
        isCapitalised = text[word.start] >= 0x41 && text[word.start] <= 0x5a
        let behind = at
        at = Self.skipBlanks(text, at, end, lines: isKeyQuoted)
        guard at < end else { return nil }
        switch text[at] {
        case UInt8(ascii: "="):
            guard let value = Self.assigned(text, at, end) else { return nil }
            syntax = value.isArrow ? .member : .assignment
            self.value = Self.skipBlanks(text, value.start, end, lines: isKeyQuoted)
        case UInt8(ascii: ":"):
            guard at + 1 < end, text[at + 1] != UInt8(ascii: ":") else { return nil }
            syntax = .member
            value = Self.skipBlanks(text, at + 1, end, lines: isKeyQuoted)
        case UInt8(ascii: ","):
            guard isKeyQuoted else { return nil }
            guard let element = Self.listed(text, word, at, isOption, start, end) else { return nil }
            syntax = element.syntax
            value = element.start
        case UInt8(ascii: ">"):
            guard at == word.end, Self.opensElement(text, word.start, start) else { return nil }
            syntax = .element
            value = at + 1
        case UInt8(ascii: "%"):
            // `=` in a path that the Swift proxy has encoded once more.
            guard at == word.end, text.has("%3D", at: at, limit: end) else { return nil }
            value = at + 3
        case UInt8(ascii: "/"):
            guard at == word.end else { return nil }
            syntax = .path
            value = at + 1
        default:
            guard behind < at, !isKeyQuoted else { return nil }
            guard let spaced = Self.spaced(text, at, isOption, end) else { return nil }
            syntax = spaced.syntax
            value = spaced.start
        }
    }

    /// Whether a quotation mark stands in front of the word at `word`, or of the dotted name that it ends.
    private static func isQuoted(_ text: RawSpan, _ word: Int, _ start: Int) -> Bool {
        var at = word
        let floor = max(start, word - 64)
        while at > floor && (isWordByte(text[at - 1]) || text[at - 1] == UInt8(ascii: ".")) { at -= 1 }
        return at > start && isQuote(text[at - 1])
    }

    /// Offset of the first byte from `start` that is no blank; line ends, also escaped ones, are blanks with `lines`.
    private static func skipBlanks(_ text: RawSpan, _ start: Int, _ end: Int, lines: Bool) -> Int {
        var at = start
        while at < end {
            let byte = text[at]
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
                at += 1
            } else if lines && (byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")) {
                at += 1
            } else if lines && byte == UInt8(ascii: "\\") && at + 1 < end && isEscapeLetter(text[at + 1]) {
                at += 2
            } else {
                break
            }
        }
        return at
    }

    /// Where the value of the `=` at `at` begins; nil for `==` and `=~`.
    private static func assigned(_ text: RawSpan, _ at: Int, _ end: Int) -> (start: Int, isArrow: Bool)? {
        guard at + 1 < end else { return nil }
        switch text[at + 1] {
        case UInt8(ascii: "="), UInt8(ascii: "~"): return nil
        case UInt8(ascii: ">"): return (at + 2, true)
        default: return (at + 1, false)
        }
    }

    /// What follows the comma at `at` behind a quoted key: a pair's second half, or the next argument of a command.
    private static func listed(
        _ text: RawSpan, _ word: ByteRange, _ at: Int, _ isOption: Bool, _ start: Int, _ end: Int
    ) -> (syntax: Syntax, start: Int)? {
        let value = skipBlanks(text, at + 1, end, lines: true)
        if isOption { return (.option, value) }
        for option: StaticString in ["'-v', ", "\"-v\", ", "'--value', ", "\"--value\", "]
        where text.has(option, at: value, limit: end) { return (.option, value + option.utf8CodeUnitCount) }
        guard word.start > start else { return nil }
        var open = word.start - 1
        while open > start && (isQuote(text[open]) || text[open] == UInt8(ascii: "\\")) { open -= 1 }
        if open > start && (text[open] | 0x20) == UInt8(ascii: "u") { open -= 1 }
        guard open >= start, text[open] == UInt8(ascii: "("), let mark = QuoteMark(text, value, end) else {
            return nil
        }
        // `('X-Auth-Token', 'X-Service-Token')` is a list of names.
        if text.has("X-", at: value + mark.length, limit: end) { return nil }
        return (.pair, value)
    }

    /// What stands at `at`, behind a key and a blank.
    private static func spaced(
        _ text: RawSpan, _ at: Int, _ isOption: Bool, _ end: Int
    ) -> (syntax: Syntax, start: Int)? {
        if isOption { return (.option, at) }
        for option: StaticString in ["-v ", "--value "] where text.has(option, at: at, limit: end) {
            return (.option, at + option.utf8CodeUnitCount)
        }
        let prefix = text[at] | 0x20
        let mark = prefix == UInt8(ascii: "u") || prefix == UInt8(ascii: "b") ? at + 1 : at
        return QuoteMark(text, mark, end) == nil ? nil : (.pair, at)
    }

    /// Whether `<` or `<ns:` stands in front of `word`.
    private static func opensElement(_ text: RawSpan, _ word: Int, _ start: Int) -> Bool {
        var at = word
        if at > start && text[at - 1] == UInt8(ascii: ":") {
            at -= 1
            while at > start && isWordByte(text[at - 1]) { at -= 1 }
        }
        return at > start && text[at - 1] == UInt8(ascii: "<")
    }
}
