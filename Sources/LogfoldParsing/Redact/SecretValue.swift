/// A value as it is written behind a key: where its bytes lie and where it is over.
struct SecretValue {
    /// The bytes between the quotation marks, or the bare word.
    var content: ByteRange
    /// Offset behind the value with its closing mark.
    var end: Int
    /// Whether quotation marks stand around it.
    var isQuoted: Bool

    /// The quoted value that begins at `start`: `"v"`, `'v'`, `u'v'`, `b'v'`, and inside a string `\"v\"`.
    ///
    /// A value without its closing mark reaches to the end of the line, or of the text when `overLines` is set: what
    /// cut the text has cut the mark off. Nil when no quotation mark stands there.
    static func quoted(_ text: RawSpan, _ start: Int, _ end: Int, overLines: Bool) -> SecretValue? {
        var at = start
        while at < end && at < start + 2 && isStringPrefix(text[at]) { at += 1 }
        guard let mark = QuoteMark(text, at, end) else { return nil }
        let first = at + mark.length
        at = first
        var backslashes = 0
        while at < end {
            let byte = text[at]
            if byte == UInt8(ascii: "\\") {
                backslashes += 1
            } else {
                if byte == mark.quote && mark.isClosed(by: backslashes) {
                    return SecretValue(
                        content: ByteRange(first, at - min(backslashes, mark.depth)), end: at + 1, isQuoted: true)
                }
                if byte == UInt8(ascii: "\n") && !overLines { break }
                backslashes = 0
            }
            at += 1
        }
        return SecretValue(content: ByteRange(first, at), end: at, isQuoted: true)
    }

    /// The bare word that begins at `start`, behind a `=` or an option.
    ///
    /// It ends at white space or a quotation mark, or where `,`, `;` or `&` begin the next assignment; closing
    /// brackets and separators at its end are not part of it.
    static func bare(_ text: RawSpan, _ start: Int, _ end: Int) -> SecretValue {
        var at = start
        while at < end && !endsWord(text, at, end) {
            if isSeparator(text[at]) && beginsAssignment(text, at + 1, end) { break }
            if text[at] == UInt8(ascii: "%") && text.has("%26", at: at, limit: end)
                && beginsAssignment(text, at + 3, end)
            {
                break
            }
            at += 1
        }
        var last = at
        while last > start && isTrailing(text[last - 1]) { last -= 1 }
        return SecretValue(content: ByteRange(start, last), end: at, isQuoted: false)
    }

    /// The rest of a header's line that begins at `start`, up to `mark` when the header stands in quotation marks.
    static func line(_ text: RawSpan, _ start: Int, _ end: Int, mark: UInt8?) -> SecretValue {
        var at = start
        while at < end && text[at] != UInt8(ascii: "\n") && text[at] != UInt8(ascii: "\r") && text[at] != 0x1b {
            if text[at] == mark || (mark == nil && isQuote(text[at])) { break }
            if text[at] == UInt8(ascii: "\\"), at + 1 < end, isEscapeLetter(text[at + 1]) || isQuote(text[at + 1]) {
                break
            }
            at += 1
        }
        var last = at
        while last > start && text[last - 1] == UInt8(ascii: " ") { last -= 1 }
        return SecretValue(content: ByteRange(start, last), end: at, isQuoted: false)
    }

    /// Whether there is nothing to hide: empty, `***`, `true`, `false`, `none`, `null`, a number without quotation
    /// marks, a hash that keystoneauth printed in place of the token, a place-holder of a statement or a template.
    func isHarmless(_ text: RawSpan) -> Bool {
        let first = content.start
        guard !content.isEmpty else { return true }
        switch text[first] {
        case UInt8(ascii: "*"): return allSatisfy(text) { $0 == UInt8(ascii: "*") }
        case UInt8(ascii: "{"):
            return text.has("{SHA", at: first, limit: content.end) || (!isQuoted && opensObject(text))
        case UInt8(ascii: "["), UInt8(ascii: "("): return !isQuoted && opensObject(text)
        case UInt8(ascii: "<"): return !isQuoted
        case UInt8(ascii: "?"): return content.count == 1
        case UInt8(ascii: "%"): return content.count == 2 || text.has("%(", at: first, limit: content.end)
        default: return isWordForNothing(text) || (!isQuoted && isNumber(text))
        }
    }

    private func allSatisfy(_ text: RawSpan, _ holds: (UInt8) -> Bool) -> Bool {
        for at in content.start..<content.end where !holds(text[at]) { return false }
        return true
    }

    /// Whether a bare word is the beginning of an object's text, which is scanned for keys of its own.
    private func opensObject(_ text: RawSpan) -> Bool {
        guard content.count > 1 else { return true }
        let next = text[content.start + 1]
        return isQuote(next) || next == UInt8(ascii: "\\") || next == UInt8(ascii: "{")
    }

    private func isWordForNothing(_ text: RawSpan) -> Bool {
        guard content.count == 4 || content.count == 5 else { return false }
        var word: UInt64 = 0
        for at in content.start..<content.end { word = word << 8 | UInt64(text[at] | 0x20) }
        switch word {
        case 0x7472_7565, 0x66_616c_7365, 0x6e6f_6e65, 0x6e75_6c6c: return true
        default: return false
        }
    }

    /// Whether the word is a number, also hexadecimal, or two of them with a `/` (a flow's cookie and its mask).
    private func isNumber(_ text: RawSpan) -> Bool {
        let isHex = content.count > 2 && text[content.start] == 0x30 && text[content.start + 1] | 0x20 == 0x78
        return allSatisfy(text) { byte in
            let folded = byte | 0x20
            return (byte >= 0x2b && byte <= 0x39 && byte != UInt8(ascii: ","))
                || (isHex && ((folded >= 0x61 && folded <= 0x66) || folded == 0x78))
        }
    }

    private static func isStringPrefix(_ byte: UInt8) -> Bool {
        let folded = byte | 0x20
        return folded == UInt8(ascii: "u") || folded == UInt8(ascii: "b") || folded == UInt8(ascii: "r")
    }

    private static func endsWord(_ text: RawSpan, _ at: Int, _ end: Int) -> Bool {
        let byte = text[at]
        if byte <= 0x20 || isQuote(byte) { return true }
        guard byte == UInt8(ascii: "\\"), at + 1 < end else { return false }
        return isEscapeLetter(text[at + 1]) || isQuote(text[at + 1])
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "&")
    }

    /// Whether `name=` stands at `start`; a name is at most 40 bytes here.
    private static func beginsAssignment(_ text: RawSpan, _ start: Int, _ end: Int) -> Bool {
        var at = start
        let limit = min(end, start + 40)
        while at < limit && isWordByte(text[at]) { at += 1 }
        guard at > start, at < limit else { return false }
        return text[at] == UInt8(ascii: "=") || text.has("%3D", at: at, limit: end)
    }

    private static func isTrailing(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"),
            UInt8(ascii: ">"):
            true
        default: false
        }
    }
}

/// A quotation mark and the backslashes in front of it: `"`, and `\"` or `\\\"` in a string inside a string.
struct QuoteMark {
    /// The mark itself.
    let quote: UInt8
    /// How many backslashes stand in front of it.
    let depth: Int

    /// How many bytes the mark has.
    var length: Int { depth + 1 }

    /// The mark at `start`, or nil; at most seven backslashes, which is a string in a string in a string.
    init?(_ text: RawSpan, _ start: Int, _ end: Int) {
        var at = start
        while at < end && at - start < 7 && text[at] == UInt8(ascii: "\\") { at += 1 }
        guard at < end, isQuote(text[at]) else { return nil }
        quote = text[at]
        depth = at - start
    }

    /// Whether the same quotation mark behind `backslashes` backslashes ends the string that this one has begun.
    ///
    /// Each level doubles what is inside it: an escaped backslash of the string is `2 (depth + 1)` of them here.
    func isClosed(by backslashes: Int) -> Bool {
        backslashes < depth || backslashes % (2 * (depth + 1)) == depth
    }
}
