/// The fingerprint's hash: two lanes of 64 bits that read words of eight bytes.
///
/// Part of the documented format, because fingerprints are stored and compared: it never changes. Each lane starts
/// with its seed. A word `w` changes a lane `h` to `x ^ (x >> 29)` with `x = (h ^ w) · multiplier` modulo 2⁶⁴. A text
/// is its length as a word, then its bytes as little-endian words, the last one filled up with zeros.
///
///     lane    seed                 multiplier
///     first   0xCBF29CE484222325   0x9E3779B97F4A7C15
///     second  0x84222325CBF29CE4   0xC2B2AE3D27D4EB4F
struct StableHash {
    var first: UInt64 = 0xCBF2_9CE4_8422_2325
    var second: UInt64 = 0x8422_2325_CBF2_9CE4

    /// Takes a word in.
    @inline(__always)
    mutating func add(_ word: UInt64) {
        first = (first ^ word) &* 0x9E37_79B9_7F4A_7C15
        first ^= first >> 29
        second = (second ^ word) &* 0xC2B2_AE3D_27D4_EB4F
        second ^= second >> 29
    }

    /// Takes a text in.
    mutating func add(_ bytes: RawSpan, _ range: ByteRange) {
        add(UInt64(truncatingIfNeeded: range.count))
        var at = range.start
        while range.end - at >= 8 {
            add(bytes.u64(at))
            at += 8
        }
        guard at < range.end else { return }
        var word: UInt64 = 0
        var shift: UInt64 = 0
        while at < range.end {
            word |= UInt64(bytes[at]) << shift
            shift += 8
            at += 1
        }
        add(word)
    }
}

/// A frame as the fingerprint sees it: the hash of its file and function.
struct FrameKey: Equatable {
    var first: UInt64
    var second: UInt64
}

extension ExceptionParser {
    /// The longest cycle of calls that counts as recursion.
    private static var longestCycle: Int { 16 }

    /// Makes the fingerprint of the exceptions; `Docs/fingerprint.md` is its definition.
    mutating func fingerprint(_ text: RawSpan) {
        var hash = StableHash()
        for exception in exceptions {
            hash.add(UInt64(exception.relation.rawValue))
            hash.add(text, exception.type)
            collectKeys(text, exception.frames)
            hash.add(UInt64(frameKeys.count))
            for key in frameKeys {
                hash.add(key.first)
                hash.add(key.second)
            }
        }
        fingerprint = (hash.first, hash.second)
    }

    /// Fills ``frameKeys`` with one exception's frames, each cycle that repeats at once cut to its first round.
    private mutating func collectKeys(_ text: RawSpan, _ range: Range<Int>) {
        frameKeys.removeAll(keepingCapacity: true)
        for index in range {
            var hash = StableHash()
            Self.add(text, frames[index].file, to: &hash)
            hash.add(text, frames[index].function)
            frameKeys.append(FrameKey(first: hash.first, second: hash.second))
            cutRepeatedCycle()
        }
    }

    private mutating func cutRepeatedCycle() {
        let count = frameKeys.count
        guard count >= 2 else { return }
        for length in 1...min(Self.longestCycle, count / 2) {
            // The newest frame decides at once for nearly all lengths.
            guard frameKeys[count - 1] == frameKeys[count - 1 - length] else { continue }
            if frameKeys[(count - length)...] == frameKeys[(count - 2 * length)..<(count - length)] {
                frameKeys.removeLast(length)
                return
            }
        }
    }

    /// Takes the file's name in, without what differs between installations.
    private static func add(_ text: RawSpan, _ file: ByteRange, to hash: inout StableHash) {
        guard !file.isEmpty, text[file.start] == UInt8(ascii: "<") else {
            return hash.add(text, ByteRange(installedPath(text, file), file.end))
        }
        // `<string>`, `<decorator-gen-12>`: the number is a counter.
        for at in file.start..<file.end where text[at] &- UInt8(ascii: "0") >= 10 {
            hash.add(UInt64(text[at]))
        }
    }

    /// Where the part of a path begins that is the same in every installation.
    static func installedPath(_ text: RawSpan, _ file: ByteRange) -> Int {
        var lastSlashes = (file.start, file.start)
        var slashes = 0
        var at = file.end
        while at > file.start {
            at -= 1
            guard text[at] == UInt8(ascii: "/") else { continue }
            if endsInstallation(text, file.start, at) { return at + 1 }
            slashes += 1
            if slashes == 1 { lastSlashes.0 = at + 1 }
            if slashes == 2 { lastSlashes.1 = at + 1 }
        }
        return slashes >= 2 ? lastSlashes.1 : file.start
    }

    /// Whether the folder that ends before the slash at `end` is one that packages are installed into.
    private static func endsInstallation(_ text: RawSpan, _ start: Int, _ end: Int) -> Bool {
        switch text[max(end - 1, start)] {
        case UInt8(ascii: "s"):
            return text.has("/site-packages", at: end - 14, limit: end)
                || text.has("/dist-packages", at: end - 14, limit: end)
        case UInt8(ascii: "g"):
            return text.has(".egg", at: end - 4, limit: end)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return isLibraryFolder(text, start, end)
        default: return false
        }
    }

    /// `…/lib/pythonX.Y` and `…/lib64/pythonX.Y`.
    private static func isLibraryFolder(_ text: RawSpan, _ start: Int, _ end: Int) -> Bool {
        var at = end
        while at > start, text[at - 1] &- UInt8(ascii: "0") < 10 || text[at - 1] == UInt8(ascii: ".") { at -= 1 }
        return text.has("/lib/python", at: at - 11, limit: at) || text.has("/lib64/python", at: at - 13, limit: at)
    }
}
