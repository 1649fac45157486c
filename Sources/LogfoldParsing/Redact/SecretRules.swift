/// What an operator wants masked beyond the built-in rules: names whose values are secret, and patterns.
package struct SecretRules: Sendable {
    /// Why a rule cannot be used.
    package enum Failure: Error, Equatable {
        /// The key of this number is no name.
        case key(Int)
        /// The pattern of this number, in PCRE2's words, and where in it.
        case pattern(Int, reason: String, offset: Int)
    }

    /// Finds any of the keys as a word; nil where there are none.
    let keys: Pattern?
    /// What they match is masked.
    let patterns: [Pattern]
    /// The keys in lower case, with `_` for `-`.
    private let names: [[UInt8]]

    /// Rules of these keys (letters, digits, `_`, `-` and `.`; case does not matter, `-` is the same as `_`) and
    /// patterns.
    package init(keys: [String], patterns: [String]) throws(Failure) {
        var compiled: [Pattern] = []
        for (number, text) in patterns.enumerated() {
            do throws(Pattern.Failure) {
                compiled.append(try Pattern(text))
            } catch {
                throw .pattern(number, reason: error.reason, offset: error.offset)
            }
        }
        self.patterns = compiled
        for (number, key) in keys.enumerated() where !Self.isKey(key) { throw .key(number) }
        names = keys.map { Array($0.utf8.map(Self.folded)) }
        do throws(Pattern.Failure) {
            self.keys = keys.isEmpty ? nil : try Pattern(Self.word(keys), ignoringCase: true)
        } catch {
            throw .pattern(patterns.count, reason: error.reason, offset: error.offset)
        }
    }

    private static func isKey(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.count <= 128
            && key.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ".") }
            && key.utf8.contains { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ".") }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        if byte == UInt8(ascii: "-") { return UInt8(ascii: "_") }
        return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
    }

    /// A pattern for the keys as words, also as options and behind `\n` and `%26` as ``Redactor`` knows them.
    private static func word(_ keys: [String]) -> String {
        let choices = keys.map { key in
            key.map { letter in
                switch letter {
                case "-", "_": "[-_]"
                case ".": "\\."
                default: String(letter)
                }
            }.joined()
        }
        let longestFirst = choices.sorted { $0.utf8.count > $1.utf8.count }
        return "(?:(?<![A-Za-z0-9_-])|(?<=\\\\[nrt])|(?<=%26))-{0,2}(?:\(longestFirst.joined(separator: "|")))"
            + "(?![A-Za-z0-9_-])"
    }

    /// Whether a dotted name, or its last part, is one of the keys.
    func names(_ bytes: RawSpan, _ path: ByteRange) -> Bool {
        let point = bytes.lastIndex(of: UInt8(ascii: "."), from: path.start, to: path.end)
        let last = ByteRange(point.map { $0 + 1 } ?? path.start, path.end)
        return names.contains { name in
            Self.equal(bytes, last, name) || name.contains(UInt8(ascii: ".")) && Self.ends(bytes, path, name)
        }
    }

    private static func equal(_ bytes: RawSpan, _ range: ByteRange, _ name: [UInt8]) -> Bool {
        range.count == name.count && name.indices.allSatisfy { folded(bytes[range.start + $0]) == name[$0] }
    }

    private static func ends(_ bytes: RawSpan, _ path: ByteRange, _ name: [UInt8]) -> Bool {
        let start = path.end - name.count
        guard start == path.start || (start > path.start && bytes[start - 1] == UInt8(ascii: ".")) else { return false }
        return equal(bytes, ByteRange(start, path.end), name)
    }
}

extension SecretRules {
    /// Appends to `masks` where the secrets of the text at `range` lie, in no order; they may overlap. A text for which
    /// a pattern takes too long is masked from where it began to.
    func find(_ text: RawSpan, _ range: ByteRange, _ matcher: inout PatternMatcher, _ masks: inout [ByteRange]) {
        for pattern in patterns {
            var at = range.start
            while at < range.end {
                switch matcher.find(pattern, text, range, from: at) {
                case .nothing: at = range.end
                case .limit:
                    masks.append(ByteRange(at, range.end))
                    at = range.end
                case .match(let secret):
                    // With `\K` a match may be of no length after all.
                    if !secret.isEmpty { masks.append(secret) }
                    at = secret.end > at ? secret.end : range.end
                }
            }
        }
        if let keys { findValues(keys, text, range, &matcher, &masks) }
    }

    private func findValues(
        _ keys: Pattern, _ text: RawSpan, _ range: ByteRange, _ matcher: inout PatternMatcher,
        _ masks: inout [ByteRange]
    ) {
        var at = range.start
        while at < range.end {
            guard case .match(let word) = matcher.find(keys, text, range, from: at) else { return }
            at = word.end > at ? word.end : range.end
            guard let value = Self.value(text, word, range), !Self.isMasked(text, value) else { continue }
            masks.append(value)
            at = max(at, value.end)
        }
    }

    /// The value behind a key, in the forms that ``Redactor`` knows. These keys are asked for by name, so what is
    /// written bare, a number, or a whole list or object is a value too.
    private static func value(_ text: RawSpan, _ word: ByteRange, _ range: ByteRange) -> ByteRange? {
        guard let form = KeyForm(text, word, range.start, range.end), form.value < range.end,
            !SourceLine.contains(text, word.start, from: range.start)
        else { return nil }
        switch form.syntax {
        case .path: return nil
        case .element:
            return ByteRange(form.value, text.index(of: UInt8(ascii: "<"), from: form.value, to: range.end))
        case .option, .pair, .assignment, .member: break
        }
        if let quoted = SecretValue.quoted(text, form.value, range.end, overLines: form.isKeyQuoted) {
            return quoted.content
        }
        switch text[form.value] {
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            return ByteRange(form.value, Bracketed.end(text, form.value, range.end))
        case UInt8(ascii: "-") where form.syntax == .option: return nil
        default: return SecretValue.bare(text, form.value, range.end).content
        }
    }

    private static func isMasked(_ text: RawSpan, _ value: ByteRange) -> Bool {
        (value.start..<value.end).allSatisfy { text[$0] == UInt8(ascii: "*") }
    }
}
