/// Finds the secrets in an event's text: `Docs/redaction.md`.
///
/// One pass. ``SecretFingerprints`` skips sixteen bytes at a time over text in which no rule can match; where a
/// fingerprint shows up, the exact rules are asked: a secret's shape, a command's option, a URL's credentials, a key
/// and its value. The result is a list of ranges whose bytes are to be replaced by `***` in every copy of the text.
///
/// The work is linear in the text: a word is examined once, a value is walked once, look-back is bounded.
package struct Redactor {
    /// Where the secrets lie: offsets into the span last scanned, sorted, disjoint, none empty.
    ///
    /// The storage is reused by the next scan.
    package private(set) var masks: [ByteRange] = []

    /// The text behind this offset holds no mask yet; in front of it nothing is changed any more.
    private(set) var maskedEnd = 0
    /// Words in front of this offset have been examined.
    private var examinedEnd = 0

    /// Where the text begins: nothing in front of it is looked at.
    private(set) var textStart = 0
    /// Words in front of this offset hold no web token.
    var refusedEnd = 0
    /// Offset behind the last `@` that was examined.
    private(set) var lastMark = 0

    /// A redactor with the built-in rules.
    package init() { masks.reserveCapacity(16) }

    /// Empties ``masks``: nothing is masked in the next text.
    @inline(__always)
    mutating func forget() {
        if !masks.isEmpty { masks.removeAll(keepingCapacity: true) }
    }

    /// Fills ``masks`` for the text in `range`, which may hold several lines.
    package mutating func scan(_ text: RawSpan, _ range: ByteRange) {
        if !masks.isEmpty { masks.removeAll(keepingCapacity: true) }
        let start = range.start
        let end = min(range.end, text.byteCount)
        guard start < end else { return }
        maskedEnd = start
        examinedEnd = start
        lastMark = start
        refusedEnd = start
        textStart = start
        let wide = min(end, text.byteCount - SecretFingerprints.reach)
        var at = start
        while at < wide {
            let hits = SecretFingerprints.block(text, at).words
            if hits[0] | hits[1] != 0 { examine(hits, text, at, start, end) }
            at &+= SecretFingerprints.width
        }
        while at < end {
            examine(text, at, start, end)
            at &+= 1
        }
        if let token = SwiftProxyLine.token(text, start, end) { insert(token) }
    }

    /// Adds the secret `range`, which lies behind all that were found before; empty ranges are ignored.
    mutating func mask(_ range: ByteRange) {
        guard !range.isEmpty, range.start >= maskedEnd else { return }
        masks.append(range)
        maskedEnd = range.end
        examinedEnd = max(examinedEnd, range.end)
    }

    /// Adds a secret found out of order, unless one that was found before overlaps it.
    private mutating func insert(_ range: ByteRange) {
        var index = masks.count
        while index > 0 && masks[index - 1].start >= range.end { index -= 1 }
        if index > 0 && masks[index - 1].end > range.start { return }
        masks.insert(range, at: index)
    }

    /// Looks at the places of one block of text in which a fingerprint stands.
    @inline(never)
    private mutating func examine(_ hits: SIMD2<UInt64>, _ text: RawSpan, _ at: Int, _ start: Int, _ end: Int) {
        for half in 0..<2 {
            var word = UInt64(littleEndian: hits[half])
            while word != 0 {
                let lane = word.trailingZeroBitCount >> 3
                word &= ~(0xff << UInt64(truncatingIfNeeded: lane << 3))
                let place = at &+ half &* 8 &+ lane
                if place >= maskedEnd && place < end { examine(text, place, start, end) }
            }
        }
    }

    /// Applies the exact rules at `place`, where a fingerprint stands, to the text `start..<end`.
    private mutating func examine(_ text: RawSpan, _ place: Int, _ start: Int, _ end: Int) {
        guard place >= maskedEnd else { return }
        switch SecretFingerprints.find(text, place, from: start, limit: end) {
        case .nothing: return
        case .key: break
        case .credentials:
            credentials(text, before: place, end)
            lastMark = place + 1
            return
        case .option:
            return commandOption(text, place, end)
        case .shape:
            if let secret = shape(text, place, start, end) { return mask(secret) }
        }
        guard place >= examinedEnd else { return }
        let floor = max(maskedEnd, examinedEnd)
        var last = place
        while last < end && isWordByte(text[last]) { last += 1 }
        examinedEnd = max(last, place + 1)
        if mayFollowKey(text, last, end) { keyedValue(text, word(text, from: floor, place, last), start, end) }
    }

    /// Whether what stands at `at`, behind a word, lets the word be a key: most words end here.
    @inline(__always)
    private func mayFollowKey(_ text: RawSpan, _ at: Int, _ end: Int) -> Bool {
        guard at < end else { return false }
        switch text[at] {
        case UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"),
            UInt8(ascii: ":"), UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "%"):
            return true
        case UInt8(ascii: "/"): return text.has("tokens", at: at - 6, limit: at)
        default: return false
        }
    }

    /// The run of identifier bytes around `place` that ends at `last`, none of them in front of `floor`.
    private func word(_ text: RawSpan, from floor: Int, _ place: Int, _ last: Int) -> ByteRange {
        var first = place
        while first > floor && isWordByte(text[first - 1]) { first -= 1 }
        guard first > floor, last - first >= 3 else { return ByteRange(first, last) }
        if text[first - 1] == UInt8(ascii: "\\") && isEscapeLetter(text[first]) {
            // In `\npassword`, as a line end looks inside a JSON or Python string, the `n` is no letter of the word.
            first += 1
        } else if text[first - 1] == UInt8(ascii: "%") {
            // The same for `%26password`, an `&` in a path that the Swift proxy has encoded once more.
            first += 2
        }
        return ByteRange(first, last)
    }
}

/// Whether a byte may stand in a key, an option or a base64url token: letters, digits, `_`, `-`.
@inline(__always)
func isWordByte(_ byte: UInt8) -> Bool {
    // One bit for each of the bytes 0x00–0x3f and 0x40–0x7f.
    let bits: UInt64 = byte < 0x40 ? 0x03ff_2000_0000_0000 : 0x07ff_fffe_87ff_fffe
    return byte < 0x80 && bits >> UInt64(byte & 0x3f) & 1 != 0
}

/// Whether a byte behind a backslash stands for white space: `\n`, `\r`, `\t`.
@inline(__always)
func isEscapeLetter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "n") || byte == UInt8(ascii: "r") || byte == UInt8(ascii: "t")
}

/// Whether a byte is a quotation mark.
@inline(__always)
func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
