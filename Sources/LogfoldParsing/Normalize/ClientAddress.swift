/// Addresses of clients as services print them: one, or a list out of `X-Forwarded-For`, with or without blanks. Spans
/// must be padded.
package enum ClientAddress {
    /// Whether the text is a list of addresses and of the words that stand for one: `-`, `unknown`, `<local>`.
    package static func isList(_ bytes: RawSpan, _ range: ByteRange) -> Bool {
        var at = range.start
        while at < range.end {
            let end = bytes.index(of: UInt8(ascii: ","), from: at, to: range.end)
            let item = trimmed(bytes, at, end)
            guard isStandIn(bytes, item) || !ip(bytes, item).isEmpty else { return false }
            at = end + 1
        }
        return !range.isEmpty
    }

    /// The first valid IPv4 or IPv6 address of a list, without a zone (`%eth0`), port or brackets; else nothing.
    package static func firstIP(_ bytes: RawSpan, _ range: ByteRange) -> ByteRange {
        var at = range.start
        while at < range.end {
            let end = bytes.index(of: UInt8(ascii: ","), from: at, to: range.end)
            let found = ip(bytes, trimmed(bytes, at, end))
            if !found.isEmpty { return found }
            at = end + 1
        }
        return .none
    }

    private static func isStandIn(_ bytes: RawSpan, _ item: ByteRange) -> Bool {
        bytes.equal(item, "-") || bytes.equal(item, "unknown") || bytes.equal(item, "<local>")
    }

    /// The address inside `10.0.0.1`, `10.0.0.1:80`, `fe80::1%eth0`, `[fe80::1]`, `[fe80::1]:80`; else nothing.
    private static func ip(_ bytes: RawSpan, _ item: ByteRange) -> ByteRange {
        guard !item.isEmpty else { return .none }
        if bytes[item.start] == UInt8(ascii: "[") {
            let end = bytes.index(of: UInt8(ascii: "]"), from: item.start, to: item.end)
            return ipv6(bytes, item.start + 1, end)
        }
        let colon = bytes.index(of: UInt8(ascii: ":"), from: item.start, to: item.end)
        if isIPv4(bytes, item.start, colon) { return ByteRange(item.start, colon) }
        return ipv6(bytes, item.start, item.end)
    }

    private static func ipv6(_ bytes: RawSpan, _ start: Int, _ end: Int) -> ByteRange {
        guard start < end else { return .none }
        let zone = bytes.index(of: UInt8(ascii: "%"), from: start, to: end)
        return isIPv6(bytes, start, zone) ? ByteRange(start, zone) : .none
    }

    /// Four decimal numbers up to 255, none with a leading zero. The span must be padded.
    package static func isIPv4(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        guard end - start >= 7, end - start <= 15 else { return false }
        var at = start
        for part in 0..<4 {
            guard let next = endOfPart(bytes, at, end) else { return false }
            if part == 3 { return next == end }
            guard next < end, bytes[next] == UInt8(ascii: ".") else { return false }
            at = next &+ 1
        }
        return false
    }

    /// Where the number at `at` ends; nil if it is none, above 255, or begins with a zero that is not all of it.
    @inline(__always)
    private static func endOfPart(_ bytes: RawSpan, _ at: Int, _ end: Int) -> Int? {
        let next = bytes.endOfDigits(at, Swift.min(at &+ 4, end))
        let first = Int(bytes[at] &- 0x30)
        switch next &- at {
        case 1: return next
        case 2: return first > 0 ? next : nil
        case 3:
            let value = first &* 100 &+ Int(bytes[at &+ 1] &- 0x30) &* 10 &+ Int(bytes[at &+ 2] &- 0x30)
            return first > 0 && value < 256 ? next : nil
        default: return nil
        }
    }

    /// Eight groups of one to four hex digits, one `::` in place of one or more of them, the last two also as IPv4.
    package static func isIPv6(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Bool {
        guard end - start >= 2, end - start <= 45 else { return false }
        var groups = 0
        var gap = false
        var at = start
        if bytes[at] == UInt8(ascii: ":") {
            guard bytes[at + 1] == UInt8(ascii: ":") else { return false }
            gap = true
            at += 2
            if at == end { return true }
        }
        while true {
            let begin = at
            while at < end, at - begin < 4, isHex(bytes[at]) { at += 1 }
            if at < end, bytes[at] == UInt8(ascii: ".") {
                return isIPv4(bytes, begin, end) && (gap ? groups < 6 : groups == 6)
            }
            guard at > begin else { return false }
            groups += 1
            if at == end { return gap ? groups < 8 : groups == 8 }
            guard groups < 8, bytes[at] == UInt8(ascii: ":"), at + 1 < end else { return false }
            at += 1
            if bytes[at] == UInt8(ascii: ":") {
                guard !gap else { return false }
                gap = true
                at += 1
                if at == end { return groups < 8 }
            }
        }
    }

    private static func isHex(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6 }

    private static func trimmed(_ bytes: RawSpan, _ start: Int, _ end: Int) -> ByteRange {
        var (start, end) = (start, end)
        while start < end, bytes[start] == UInt8(ascii: " ") { start += 1 }
        while end > start, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
        return ByteRange(start, end)
    }
}
