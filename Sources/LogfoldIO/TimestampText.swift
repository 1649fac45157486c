import LogfoldCore

/// A time as RFC 3339 in UTC with milliseconds, `2026-11-22T10:00:00.123Z`: for messages and status, never per event.
package enum TimestampText {
    /// The text of a wall time, nanoseconds since 1970 UTC. Years beyond four digits are cut to what fits.
    package static func rfc3339(_ nanoseconds: Int64) -> String {
        let (seconds, rest) = floored(nanoseconds, 1_000_000_000)
        let (days, second) = floored(seconds, 86_400)
        let date = CivilDate(daysSince1970: days)
        let year = min(max(Int64(date.year), 0), 9_999)
        return padded(year, 4) + "-" + padded(Int64(date.month), 2) + "-" + padded(Int64(date.day), 2) + "T"
            + padded(second / 3_600, 2) + ":" + padded(second / 60 % 60, 2) + ":" + padded(second % 60, 2) + "."
            + padded(rest / 1_000_000, 3) + "Z"
    }

    /// The time of such a text; nil where it is none.
    package static func nanoseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 24, bytes[23] == UInt8(ascii: "Z") else { return nil }
        for (at, separator) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, ".")]
        where bytes[at] != separator.utf8.first { return nil }
        let fields = [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19, 20..<23].compactMap { number(bytes[$0]) }
        guard fields.count == 7, fields[3] < 24, fields[4] < 60, fields[5] < 60,
            let date = CivilDate(year: Int32(fields[0]), month: Int32(fields[1]), day: Int32(fields[2]))
        else { return nil }
        let seconds = date.daysSince1970 * 86_400 + fields[3] * 3_600 + fields[4] * 60 + fields[5]
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(fields[6] * 1_000_000)
        return overflow || carry ? nil : sum
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        digits.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) } : nil
    }

    private static func floored(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}
