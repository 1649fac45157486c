// Keys and their values: `Docs/redaction.md`.

extension Redactor {
    /// Masks the value that `word` is the key of, if it is a secret's key and a value follows in one of the forms
    /// `k=v`, `k="v"`, `"k": "v"`, `H: v`, `('k', 'v')`, `k "v"`, `<k>v</k>`, `--k v`, `k -v v`.
    mutating func keyedValue(_ text: RawSpan, _ word: ByteRange, _ start: Int, _ end: Int) {
        var key = word
        while key.count > 0 && text[key.start] == UInt8(ascii: "-") { key.lower += 1 }
        guard key.count >= 3, let form = KeyForm(text, word, start, end) else { return }
        let kind = SecretKey(text, key)
        if case .harmless = kind { return pathToken(text, word, start, end) }
        guard !SourceLine.contains(text, word.start, from: start) else { return }
        take(text, form, kind, end)
    }

    private mutating func take(_ text: RawSpan, _ form: KeyForm, _ kind: SecretKey, _ end: Int) {
        switch form.syntax {
        case .element: return element(text, form.value, end)
        case .option: return option(text, form.value, end)
        case .path: return
        case .pair, .assignment, .member: break
        }
        if let value = SecretValue.quoted(text, form.value, end, overLines: form.isKeyQuoted) {
            // `keystonemiddleware.auth_token "error": {` is a logger's name and then an object.
            if form.isDotted, case .pair = form.syntax, value.end < end, text[value.end] == UInt8(ascii: ":") { return }
            return hide(text, value)
        }
        if form.value < end && (text[form.value] == UInt8(ascii: "[") || text[form.value] == UInt8(ascii: "{")) {
            if object(text, form.value, kind, end) { return }
        }
        bareValue(text, form, kind, end)
    }

    /// Masks a value without quotation marks: behind `=`, and behind the `:` of a header.
    private mutating func bareValue(_ text: RawSpan, _ form: KeyForm, _ kind: SecretKey, _ end: Int) {
        switch (form.syntax, kind) {
        case (.assignment, .lineHeader): return  // `cookie=0x9, priority=3` is a flow of Open vSwitch.
        case (.assignment, _):
            // What an empty option of the configuration dump has behind its `=` is the name of the caller.
            if text.has("log_opt_values ", at: form.value, limit: end) { return }
            hide(text, .bare(text, form.value, end))
        case (.member, .tokenHeader) where !form.isKeyQuoted: hide(text, .bare(text, form.value, end))
        case (.member, .lineHeader) where !form.isKeyQuoted:
            let value = SecretValue.line(text, form.value, end, mark: form.opener)
            if form.isCapitalised || holdsCredential(text, value.content) { hide(text, value) }
        default: return
        }
    }

    /// Whether the value of a header in lower case is one and not a sentence: `Basic …`, `a=b`.
    private func holdsCredential(_ text: RawSpan, _ value: ByteRange) -> Bool {
        let word = min(value.end, text.index(of: UInt8(ascii: " "), from: value.start, to: value.end))
        if text.index(of: UInt8(ascii: "="), from: value.start, to: word) < word { return true }
        switch word - value.start {
        case 5:
            return text.has("Basic", at: value.start, limit: word) || text.has("Token", at: value.start, limit: word)
        case 6:
            return text.has("Bearer", at: value.start, limit: word) || text.has("Digest", at: value.start, limit: word)
        default: return word - value.start >= 16 || text.has("AWS", at: value.start, limit: word)
        }
    }

    /// `<k>v</k>`: the value is what stands in front of the next `<`.
    private mutating func element(_ text: RawSpan, _ start: Int, _ end: Int) {
        let close = text.index(of: UInt8(ascii: "<"), from: start, to: end)
        guard close + 1 < end, text[close + 1] == UInt8(ascii: "/") else { return }
        hide(text, SecretValue(content: ByteRange(start, close), end: close, isQuoted: false))
    }

    /// `--k v`: a word that is not an option itself, nor one of a sentence about the option.
    private mutating func option(_ text: RawSpan, _ start: Int, _ end: Int) {
        if let value = SecretValue.quoted(text, start, end, overLines: false) { return hide(text, value) }
        guard start < end, text[start] != UInt8(ascii: "-") else { return }
        let value = SecretValue.bare(text, start, end)
        for word: StaticString in ["is", "to", "or", "and", "option", "argument", "for", "was", "has", "with"]
        where text.equal(value.content, word) { return }
        hide(text, value)
    }

    /// A list or object as a value: lists of strings are masked string by string, of `personality` all, and of
    /// `"token": {"id": "…"}` the id. Whether there was anything to mask; other objects have keys of their own.
    private mutating func object(_ text: RawSpan, _ start: Int, _ kind: SecretKey, _ end: Int) -> Bool {
        if case .files = kind {
            mask(ByteRange(start, Bracketed.end(text, start, end)))
            return true
        }
        if text[start] == UInt8(ascii: "{") {
            guard case .token = kind, let value = Bracketed.identifier(text, start, end) else { return false }
            hide(text, value)
            return true
        }
        var at = start + 1
        while let value = SecretValue.quoted(text, at, end, overLines: false), value.end > at {
            hide(text, value)
            at = value.end
            while at < end && (text[at] == UInt8(ascii: ",") || text[at] == UInt8(ascii: " ")) { at += 1 }
        }
        return at > start + 1
    }

    /// `/tokens/<id>`: a UUID token of 32 hex digits in the path of a request.
    private mutating func pathToken(_ text: RawSpan, _ word: ByteRange, _ start: Int, _ end: Int) {
        guard text.equal(word, "tokens"), word.start > start, text[word.start - 1] == UInt8(ascii: "/"),
            text[word.end] == UInt8(ascii: "/")
        else { return }
        var at = word.end + 1
        while at < end && isHexDigit(text[at]) { at += 1 }
        guard at - word.end - 1 == 32, at == end || !isWordByte(text[at]) else { return }
        mask(ByteRange(word.end + 1, at))
    }

    /// Masks a value unless there is nothing to hide.
    mutating func hide(_ text: RawSpan, _ value: SecretValue) {
        if !value.isHarmless(text) { mask(value.content) }
    }
}

/// Whether a byte is a digit of a hexadecimal number in lower case.
@inline(__always)
func isHexDigit(_ byte: UInt8) -> Bool { (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66) }

/// Objects and lists in a text that is neither JSON nor Python for certain.
enum Bracketed {
    /// Offset behind the bracket that closes the one at `start`, strings skipped; the end of the text if none does.
    static func end(_ text: RawSpan, _ start: Int, _ end: Int) -> Int {
        var depth = 0
        var at = start
        while at < end {
            switch text[at] {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return at + 1 }
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                guard let value = SecretValue.quoted(text, at, end, overLines: true) else { break }
                at = value.end - 1
            default: break
            }
            at += 1
        }
        return end
    }

    /// The value of the member `id` of the flat object at `start`, when it is a string of 32 or more bytes.
    static func identifier(_ text: RawSpan, _ start: Int, _ end: Int) -> SecretValue? {
        let limit = min(end, start + 512)
        var at = start + 1
        while at < limit && text[at] != UInt8(ascii: "}") {
            if text.has("id", at: at, limit: limit), let mark = QuoteMark(text, at + 2, limit),
                isQuote(text[at - 1])
            {
                at += 2 + mark.length
                while at < limit && (text[at] == UInt8(ascii: ":") || text[at] <= 0x20) { at += 1 }
                guard let value = SecretValue.quoted(text, at, end, overLines: false) else { return nil }
                return value.content.count >= 32 ? value : nil
            }
            at += 1
        }
        return nil
    }
}
