import LogfoldCore

/// A part of a time in a path or in the name of an index, by its letter in strftime(3); all of them numbers, in UTC.
enum TimePart: Character, CaseIterable, Sendable {
    case year = "Y"
    case month = "m"
    case day = "d"
    case hour = "H"
    case minute = "M"
    case dayOfYear = "j"
    case shortYear = "y"
    /// The year that ``week`` belongs to.
    case weekYear = "G"
    /// The week by ISO 8601, which begins on Monday; the first one has the year's first Thursday.
    case week = "V"

    /// The part's text for a minute, counted from 1970 UTC.
    func text(minute: Int64) -> String {
        let (day, rest) = Self.split(minute, by: 1_440)
        let date = CivilDate(daysSince1970: day)
        return switch self {
        case .year: Self.digits(date.year, 4)
        case .month: Self.digits(date.month, 2)
        case .day: Self.digits(date.day, 2)
        case .hour: Self.digits(Int32(rest / 60), 2)
        case .minute: Self.digits(Int32(rest % 60), 2)
        case .dayOfYear: Self.digits(Self.dayOfYear(date), 3)
        case .shortYear: Self.digits(((date.year % 100) + 100) % 100, 2)
        case .weekYear: Self.digits(Self.thursday(date).year, 4)
        case .week: Self.digits((Self.dayOfYear(Self.thursday(date)) - 1) / 7 + 1, 2)
        }
    }

    /// The minute that a time in nanoseconds lies in.
    static func minute(_ nanoseconds: Int64) -> Int64 { split(nanoseconds, by: 60_000_000_000).quotient }

    private static func split(_ value: Int64, by divisor: Int64) -> (quotient: Int64, rest: Int64) {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
    }

    private static func dayOfYear(_ date: CivilDate) -> Int32 {
        CivilDate.days(beforeMonth: date.month, of: date.year) + date.day
    }

    /// The Thursday of the date's week, whose year is the week's.
    private static func thursday(_ date: CivilDate) -> CivilDate {
        let daysSinceMonday = (date.weekday + 6) % 7
        return CivilDate(daysSince1970: date.daysSince1970 + Int64(3 - daysSinceMonday))
    }

    private static func digits(_ number: Int32, _ width: Int) -> String {
        let text = String(max(number, 0))
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
