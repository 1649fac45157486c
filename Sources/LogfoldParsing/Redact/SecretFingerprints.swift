/// Pairs of neighbouring letters of which each secret's key or shape has at least one, and ordinary text few.
///
/// They are what makes redaction cheap: sixteen places of text are tested by some forty vector operations, and only
/// where a pair stands are the exact rules asked. The set was found by search: few comparisons (the pairs are products
/// of sets of first and second letters), rare in real logs. Letters are compared without their case.
///
/// | pairs | what they find |
/// |---|---|
/// | `aa as za` | gAAAAA, pass…, swifthashsuffix, authorization |
/// | `ey ty` | key, eyJ, community, personality |
/// | `ei ig ii ki` | receipt, sig, signature, configdrive, MII, cookie, PKIZ |
/// | `ke cr` | token, key, kek; secret, credential |
/// | `-p ep` | the options `-p` and `-P`; cephclusterfsid |
/// | `wd _d` | pwd, passwd, sys_pswd; user_data |
/// | `@` | credentials in a URL |
enum SecretFingerprints {
    /// One answer for each of the places of a block.
    typealias Hits = SIMDMask<SIMD16<Int8>>

    /// How many places a block has.
    static let width = 16
    /// How many bytes a block looks at.
    static let reach = 17

    /// The places `at..<at + width` at which a pair begins.
    @inline(__always)
    static func block(_ text: RawSpan, _ at: Int) -> Hits {
        let fold = SIMD16<UInt8>(repeating: 0x20)
        let first = text.simd16(at) | fold
        let second = text.simd16(at &+ 1) | fold
        let e = first .== byte("e")
        let k = first .== byte("k")
        let i = second .== byte("i")
        var hits = (e .| (first .== byte("t"))) .& (second .== byte("y"))
        hits = hits .| ((e .| k .| (first .== byte("i"))) .& (i .| (second .== byte("g"))))
        hits = hits .| ((e .| (first .== byte("-"))) .& (second .== byte("p")))
        hits =
            hits
            .| (((first .== byte("a")) .| (first .== byte("z"))) .& ((second .== byte("a")) .| (second .== byte("s"))))
        hits = hits .| (k .& (second .== byte("e")))
        hits = hits .| ((first .== byte("c")) .& (second .== byte("r")))
        // With the bit that folds letters set, `_` is DEL and `@` a back-quote.
        hits = hits .| (((first .== byte("w")) .| (first .== byte("\u{7f}"))) .& (second .== byte("d")))
        return hits .| (first .== byte("`"))
    }

    /// What may begin or lie at a place.
    enum Find {
        /// Nothing: the pair stands in an ordinary word.
        case nothing
        /// A piece of a key.
        case key
        /// A piece of a token or of a private key's first line, else of a key.
        case shape
        /// The `-p` of a command, else a piece of a key.
        case option
        /// The `@` of a URL.
        case credentials
    }

    /// What the pair at `at` may mean, by its neighbours: this refuses most places of ordinary text.
    ///
    /// No byte in front of `start` or behind `limit` is looked at.
    @inline(__always)
    static func find(_ text: RawSpan, _ at: Int, from start: Int, limit: Int) -> Find {
        let byte = text[at]
        if byte == UInt8(ascii: "@") { return .credentials }
        guard at + 1 < limit else { return .nothing }
        let before = at > start ? text[at - 1] | 0x20 : 0
        let after = at + 2 < limit ? text[at + 2] | 0x20 : 0
        switch (byte | 0x20, text[at + 1] | 0x20) {
        case ("a", "a"): return byte == UInt8(ascii: "A") && before == "g" ? .shape : .nothing
        case ("a", "s"): return before == "p" || (before == "h" && after == "h") ? .key : .nothing
        case ("-", "p"): return before == " " || before == "\"" || before == "'" ? .option : .nothing
        case ("e", "y"): return before == "k" || after == "j" ? .shape : .nothing
        case ("k", "i"): return before == "o" || before == "p" ? .shape : .nothing
        case ("k", "e"):
            return (after == "n" && before == "o") || after == "k" || after == "y" ? .key : .nothing
        case ("c", "r"):
            return after == "e" && (before == "e" || letter(text, at + 3, start, limit) == "d") ? .key : .nothing
        case ("z", "a"): return before == "i" && after == "t" ? .key : .nothing
        case ("\u{7f}", "d"): return before == "r" && after == "a" ? .key : .nothing
        case ("t", "y"):
            guard before == "i" else { return .nothing }
            let stem = letter(text, at - 2, start, limit)
            return stem == "l" || stem == "n" ? .key : .nothing
        case ("e", "i"): return before == "c" ? .key : .nothing
        case ("e", "p"): return before == "c" && after == "h" ? .key : .nothing
        case ("i", "g"): return before == "s" || before == "f" ? .key : .nothing
        case ("i", "i"): return before == "m" ? .shape : .nothing
        case ("w", "d"): return .key
        default: return .nothing
        }
    }

    /// The folded byte at `at`, or 0 outside the text.
    private static func letter(_ text: RawSpan, _ at: Int, _ start: Int, _ limit: Int) -> UInt8 {
        at >= start && at < limit ? text[at] | 0x20 : 0
    }

    @inline(__always)
    private static func byte(_ scalar: Unicode.Scalar) -> SIMD16<UInt8> {
        SIMD16(repeating: UInt8(ascii: scalar))
    }
}

/// Lets a byte be compared with a letter in a pattern.
private func ~= (scalar: Unicode.Scalar, byte: UInt8) -> Bool { byte == UInt8(ascii: scalar) }

private func == (byte: UInt8, scalar: Unicode.Scalar) -> Bool { byte == UInt8(ascii: scalar) }
