/// The parts of a time while a line is being read.
struct Clock {
    var year: Int?, month: Int?, day: Int?, dayOfYear: Int?
    var hour = 0, minute = 0, second = 0
    var isAfternoon: Bool?
    /// Nanoseconds within the second, and how many digits of it were printed.
    var nanoseconds: Int64 = 0, fractionDigits: UInt8 = 0
    /// Seconds east of UTC, where the zone is printed.
    var offset: Int?
    /// Seconds since 1970 UTC, where they are printed.
    var epoch: Int?

    /// Takes a number; false where it is no such part.
    mutating func set(_ part: DateProgram.Part, _ value: Int) -> Bool {
        switch part {
        case .year:
            year = value
        case .shortYear:
            // POSIX: 69 to 99 are of the twentieth century.
            year = value < 69 ? 2000 + value : 1900 + value
        case .month:
            month = value
            return value >= 1 && value <= 12
        case .day:
            day = value
            return value >= 1 && value <= 31
        case .dayOfYear:
            dayOfYear = value
            return value >= 1 && value <= 366
        case .hour:
            hour = value
            return value < 24
        case .hour12:
            hour = value
            return value >= 1 && value <= 12
        case .minute:
            minute = value
            return value < 60
        case .second:
            second = value
            // A leap second.
            return value <= 60
        case .ignored:
            break
        }
        return true
    }

    /// Takes `%(msecs)d`, unless a finer fraction is known.
    mutating func setMilliseconds(_ value: Int) {
        guard fractionDigits == 0, value < 1000 else { return }
        nanoseconds = Int64(value) * 1_000_000
        fractionDigits = 3
    }

    /// The time; absent where the parts do not make a date.
    var time: LogTime {
        if let epoch { return stamp(Int64(epoch), .utc) }
        let months = month.flatMap { month in day.map { Self.daysBefore(month, year ?? 1972) + $0 - 1 } }
        guard let days = months ?? dayOfYear.map({ $0 - 1 }) else { return .absent }
        let clockHour = isAfternoon.map { hour % 12 + ($0 ? 12 : 0) } ?? hour
        var seconds = Int64(days * 86_400 + clockHour * 3600 + minute * 60 + second)
        guard let year else { return stamp(seconds, .yearless) }
        seconds += Int64(Self.days(before: year)) * 86_400
        guard let offset else { return stamp(seconds, .wall) }
        return stamp(seconds - Int64(offset), .utc)
    }

    private func stamp(_ seconds: Int64, _ kind: LogTime.Kind) -> LogTime {
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = scaled.addingReportingOverflow(nanoseconds)
        return overflow || carry ? .absent : LogTime(nanoseconds: sum, kind: kind, fractionDigits: fractionDigits)
    }

    /// Days from 1970-01-01 to the first day of a year.
    private static func days(before year: Int) -> Int {
        let past = year - 1
        return past * 365 + past / 4 - past / 100 + past / 400 - 719_162
    }

    /// Days from the first day of a year to the first of a month.
    private static func daysBefore(_ month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        // Months from March on follow one line: 153 days for five of them.
        guard month > 2 else { return (month - 1) * 31 }
        return (153 * (month - 3) + 2) / 5 + (isLeap ? 60 : 59)
    }
}
