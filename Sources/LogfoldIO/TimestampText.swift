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

    private static func floored(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}
