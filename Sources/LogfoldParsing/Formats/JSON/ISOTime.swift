/// A date and time of day in ISO 8601's order: `YYYY-MM-DD`, `T` or a space, `HH:MM:SS`, perhaps `.` or `,` and digits.
struct ISOTime {
    /// Seconds since 1970-01-01T00:00:00 of the same clock.
    var seconds: Int64
    /// The fraction of the second.
    var fraction: DecimalFraction
    /// Offset behind the last digit; what follows (`Z`, an offset) is for the caller.
    var end: Int

    /// Reads the time that begins at `start`, or nil where there is none, or one that 64 bits of nanoseconds cannot
    /// count.
    init?(_ bytes: RawSpan, _ start: Int, _ limit: Int) {
        guard limit - start >= 19, let year = bytes.digits(start, 4), let month = bytes.digits(start + 5, 2),
            let day = bytes.digits(start + 8, 2), let hour = bytes.digits(start + 11, 2),
            let minute = bytes.digits(start + 14, 2), let second = bytes.digits(start + 17, 2),
            bytes[start + 4] == UInt8(ascii: "-"), bytes[start + 7] == UInt8(ascii: "-"),
            bytes[start + 10] == UInt8(ascii: " ") || bytes[start + 10] == UInt8(ascii: "T"),
            bytes[start + 13] == UInt8(ascii: ":"), bytes[start + 16] == UInt8(ascii: ":"),
            1700...2261 ~= year, 1...12 ~= month, 1...31 ~= day, hour < 24, minute < 60, second <= 60
        else { return nil }
        seconds = Self.days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
        (fraction, end) = DecimalFraction.read(bytes, start + 19, limit)
    }

    /// Days since 1970-01-01 of a Gregorian date. Years begin in March here, so that the leap day comes last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}

/// The fraction of a second as it is printed.
struct DecimalFraction {
    /// Its value; digits after the ninth are dropped.
    var nanoseconds: Int64 = 0
    /// How many digits were printed, at most 9.
    var digits: UInt8 = 0

    /// Reads `.` or `,` and digits at `start`, and says where they end; without them the fraction is zero of no digits.
    static func read(_ bytes: RawSpan, _ start: Int, _ limit: Int) -> (DecimalFraction, end: Int) {
        guard start < limit, bytes[start] == UInt8(ascii: ".") || bytes[start] == UInt8(ascii: ",") else {
            return (DecimalFraction(), start)
        }
        var fraction = DecimalFraction()
        var unit: Int64 = 100_000_000
        var at = start + 1
        while at < limit, let digit = bytes.digits(at, 1) {
            fraction.nanoseconds += digit * unit
            if unit > 0 { fraction.digits += 1 }
            unit /= 10
            at += 1
        }
        return at == start + 1 ? (DecimalFraction(), start) : (fraction, at)
    }
}

extension RawSpan {
    /// The number of exactly `count` digits at `start`, which must lie inside the span.
    func digits(_ start: Int, _ count: Int) -> Int64? {
        var value: Int64 = 0
        for offset in start..<start + count {
            let digit = self[offset] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }
}
