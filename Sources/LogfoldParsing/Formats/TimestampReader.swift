import LogfoldCore

/// Reads `YYYY-MM-DD HH:MM:SS` with all that oslo.log has put behind it since Essex: nothing, `.mmm`, `,mmm`,
/// `.uuuuuu`, and for the RFC 3339 forms `Z`, `+00:00` or `+0000`.
///
/// Lines of one second come together, so the last second is remembered as three words: the common line costs a
/// comparison and three digits.
package struct TimestampReader {
    private var date: UInt64 = 0
    private var hours: UInt64 = 0
    private var seconds: UInt64 = 0
    private var wallSeconds: Int64 = 0

    /// A reader that has seen nothing.
    package init() {}

    /// Reads the time at `start` and returns the offset behind it, or nil if there is none. The span must be padded.
    @inline(__always)
    package mutating func read(_ bytes: RawSpan, _ start: Int, _ end: Int, _ time: inout LogTime) -> Int? {
        guard end - start >= 19, bytes[start] &- 0x30 < 10 else { return nil }
        let tail = bytes.u64(start + 16)
        if bytes.u64(start) == date, bytes.u64(start + 8) == hours, tail & 0xff_ffff == seconds {
            if end - start >= 23, let milliseconds = Self.milliseconds(tail) {
                let whole = wallSeconds &* 1_000_000_000
                time = LogTime(nanoseconds: whole &+ milliseconds &* 1_000_000, kind: .wall, fractionDigits: 3)
                return start + 23
            }
            return fraction(bytes, start + 19, end, &time)
        }
        guard remember(bytes, start) else { return nil }
        return fraction(bytes, start + 19, end, &time)
    }

    /// The value of `.mmm` in bytes 3 to 6 of the word, when a blank follows it.
    @inline(__always)
    private static func milliseconds(_ tail: UInt64) -> Int64? {
        // '.' at byte 3, ' ' at byte 7, digits between: the xor leaves each digit's value in its byte.
        let digits = (tail ^ 0x2030_3030_2e00_0000) >> 24
        guard digits & 0xff00_0000_ff == 0 else { return nil }
        let (hundreds, tens, ones) = ((digits >> 8) & 0xff, (digits >> 16) & 0xff, (digits >> 24) & 0xff)
        guard hundreds < 10, tens < 10, ones < 10 else { return nil }
        return Int64(hundreds &* 100 &+ tens &* 10 &+ ones)
    }

    /// Checks the 19 characters of date and time at `start` and makes them the remembered second.
    private mutating func remember(_ bytes: RawSpan, _ start: Int) -> Bool {
        guard bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"),
            bytes[start + 10] == UInt8(ascii: " ") || bytes[start + 10] == UInt8(ascii: "T"),
            bytes[start + 13] == UInt8(ascii: ":"), bytes[start + 16] == UInt8(ascii: ":"),
            let century = bytes.twoDigits(start), let year = bytes.twoDigits(start + 2),
            let month = bytes.twoDigits(start + 5), let day = bytes.twoDigits(start + 8),
            let hour = bytes.twoDigits(start + 11), let minute = bytes.twoDigits(start + 14),
            let second = bytes.twoDigits(start + 17),
            hour < 24, minute < 60, second < 61, Self.centuries.contains(century),
            let civil = CivilDate(year: Int32(century * 100 + year), month: Int32(month), day: Int32(day))
        else { return false }
        wallSeconds = civil.daysSince1970 * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
        date = bytes.u64(start)
        hours = bytes.u64(start + 8)
        seconds = bytes.u64(start + 16) & 0xff_ffff
        return true
    }

    /// Nanoseconds since 1970 in 64 bits reach from 1677 to 2262.
    static let centuries = 17...21

    /// Reads what may follow the remembered second at `start`: a fraction, then an offset.
    private func fraction(_ bytes: RawSpan, _ start: Int, _ end: Int, _ time: inout LogTime) -> Int? {
        var at = start
        var nanoseconds: Int64 = 0
        var digits: UInt8 = 0
        if at < end, bytes[at] == UInt8(ascii: ".") || bytes[at] == UInt8(ascii: ",") {
            at += 1
            while at < end, bytes[at] &- 0x30 < 10 {
                guard digits < 9 else { return nil }
                nanoseconds = nanoseconds * 10 + Int64(bytes[at] &- 0x30)
                digits += 1
                at += 1
            }
            guard digits > 0 else { return nil }
            for _ in digits..<9 { nanoseconds *= 10 }
        }
        var kind = LogTime.Kind.wall
        var offset = 0
        if at < end, let zone = bytes.zoneOffset(at, end) {
            kind = .utc
            offset = zone.seconds
            at = zone.end
        }
        time = LogTime(
            nanoseconds: (wallSeconds - Int64(offset)) * 1_000_000_000 + nanoseconds, kind: kind, fractionDigits: digits
        )
        return at
    }
}

extension RawSpan {
    /// The value of two digits at `at`, or nil.
    @inline(__always)
    package func twoDigits(_ at: Int) -> Int? {
        let (tens, ones) = (self[at] &- 0x30, self[at + 1] &- 0x30)
        return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : nil
    }

    /// The UTC offset printed at `at` as `Z`, `+hh:mm` or `+hhmm` (RFC 3339 section 5.6), in seconds.
    package func zoneOffset(_ at: Int, _ end: Int) -> (seconds: Int, end: Int)? {
        let first = self[at]
        if first == UInt8(ascii: "Z") { return (0, at + 1) }
        guard first == UInt8(ascii: "+") || first == UInt8(ascii: "-"), at + 5 <= end, let hours = twoDigits(at + 1)
        else { return nil }
        let minutesAt = self[at + 3] == UInt8(ascii: ":") ? at + 4 : at + 3
        guard minutesAt + 2 <= end, let minutes = twoDigits(minutesAt), hours < 24, minutes < 60 else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return (first == UInt8(ascii: "-") ? -seconds : seconds, minutesAt + 2)
    }
}
