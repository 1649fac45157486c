/// A day of the proleptic Gregorian calendar; always one that exists.
///
/// The arithmetic counts whole cycles: 400 years are 146,097 days, 100 years of them 36,524 (but for the last), 4 years
/// 1,461 (but for the last of a century). Years are 32 bits wide so that no sum of 64 bits can overflow.
public struct CivilDate: Equatable, Sendable {
    /// The year; 0 is the year before 1.
    public let year: Int32
    /// 1 to 12.
    public let month: Int32
    /// 1 to 31.
    public let day: Int32

    /// The date, or nil where the calendar has no such day.
    public init?(year: Int32, month: Int32, day: Int32) {
        guard (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year) else { return nil }
        self.init(existing: year, month, day)
    }

    private init(existing year: Int32, _ month: Int32, _ day: Int32) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day that is `days` after 1970-01-01; days beyond a 32-bit year are those of its first or last day.
    public init(daysSince1970 days: Int64) {
        let bounded = min(max(days, Self.firstDay), Self.lastDay)
        var (cycles, rest) = (bounded + Self.daysBefore1970).quotientAndRemainder(dividingBy: 146_097)
        if rest < 0 { (cycles, rest) = (cycles - 1, rest + 146_097) }
        // The last century of four and the last year of four are a day longer, which the division would call a fifth.
        let centuries = min(rest / 36_524, 3)
        rest -= centuries * 36_524
        let leapCycles = rest / 1461
        rest -= leapCycles * 1461
        let years = min(rest / 365, 3)
        rest -= years * 365
        let year = Int32(cycles * 400 + centuries * 100 + leapCycles * 4 + years + 1)
        var month: Int32 = 1
        while rest >= Self.days(inMonth: month, of: year) {
            rest -= Int64(Self.days(inMonth: month, of: year))
            month += 1
        }
        self.init(existing: year, month, Int32(rest) + 1)
    }

    /// How many days after 1970-01-01 the day is; negative before.
    public var daysSince1970: Int64 {
        Self.days(beforeYear: year) + Int64(Self.days(beforeMonth: month, of: year)) + Int64(day) - 1
    }

    /// The day of the week, 0 for Sunday.
    public var weekday: Int32 {
        // 1970-01-01 was a Thursday.
        let rest = (daysSince1970 + 4) % 7
        return Int32(rest < 0 ? rest + 7 : rest)
    }

    /// How many days from 1970-01-01 to the first of January of `year`.
    public static func days(beforeYear year: Int32) -> Int64 {
        let before = Int64(year) - 1
        let leapDays = floor(before, 4) - floor(before, 100) + floor(before, 400)
        return before * 365 + leapDays - daysBefore1970
    }

    /// How many days of `year` lie before the first of `month`, which is 1 to 12.
    public static func days(beforeMonth month: Int32, of year: Int32) -> Int32 {
        var days: Int32 = 0
        for earlier in 1..<max(month, 1) { days += Self.days(inMonth: earlier, of: year) }
        return days
    }

    /// How many days `month`, which is 1 to 12, has in `year`.
    public static func days(inMonth month: Int32, of year: Int32) -> Int32 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Whether `year` has a 29th of February.
    public static func isLeap(_ year: Int32) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    /// From 0001-01-01, where the cycles begin, to 1970-01-01.
    private static let daysBefore1970: Int64 = 719_162
    private static let firstDay = days(beforeYear: .min)
    private static let lastDay = days(beforeYear: .max) + 364
}

/// The quotient rounded down, also below zero; the divisor is positive.
func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
}
