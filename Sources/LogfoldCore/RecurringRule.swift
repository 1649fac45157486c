/// The rule of a `TZ` string: a standard offset and, in many places, a summer offset with its two days of change.
///
/// POSIX.1-2017 §8.3 with the extensions of RFC 9636 §3.3.2: hours of the change from -167 to 167. A zone of two
/// offsets without days of change takes those of the United States, as C libraries do.
struct RecurringRule: Sendable, Equatable {
    /// Seconds east of UTC in standard time.
    var standard: Int32
    /// The other offset, and when it holds; nil where the clocks are never changed.
    var daylight: Daylight?

    /// The part of a year that has another offset.
    struct Daylight: Sendable, Equatable {
        /// Seconds east of UTC; less than standard in Ireland, where winter is the exception.
        var offset: Int32
        /// When it begins, by the standard wall clock.
        var start: YearlyTime
        /// When it ends, by its own wall clock.
        var end: YearlyTime
    }

    /// A day of each year, and the seconds from its midnight.
    struct YearlyTime: Sendable, Equatable {
        /// How the rule names the day.
        enum Day: Sendable, Equatable {
            /// `Jn`: 1 to 365, the 29th of February is not counted.
            case withoutLeapDay(Int32)
            /// `n`: 0 to 365, the 29th of February is counted.
            case zeroBased(Int32)
            /// `Mm.w.d`: the w-th weekday d (0 is Sunday) of month m; w = 5 is the last.
            case weekday(month: Int32, week: Int32, day: Int32)
        }

        /// The day.
        var day: Day
        /// Seconds from its midnight; may be negative or more than a day.
        var seconds: Int32

        /// Wall seconds since 1970 of the change in `year`.
        func wallSeconds(in year: Int32) -> Int64 {
            let newYear = CivilDate.days(beforeYear: year)
            let days: Int64
            switch day {
            case .withoutLeapDay(let number):
                days = newYear + Int64(number) - (CivilDate.isLeap(year) && number >= 60 ? 0 : 1)
            case .zeroBased(let number):
                days = newYear + Int64(number)
            case .weekday(let month, let week, let wanted):
                let first = newYear + Int64(CivilDate.days(beforeMonth: month, of: year))
                let ahead = (wanted - CivilDate(daysSince1970: first).weekday + 7) % 7
                let inMonth = ahead + (week - 1) * 7
                // Only the fifth week can reach beyond the month: then it means the fourth.
                days = first + Int64(inMonth < CivilDate.days(inMonth: month, of: year) ? inMonth : inMonth - 7)
            }
            return days * 86400 + Int64(seconds)
        }
    }

    /// The stretch of one offset that holds a UTC time; the time is within `TimeZoneRules.widestTime`.
    func interval(atUTC seconds: Int64) -> TimeZoneRules.Interval {
        typealias Interval = TimeZoneRules.Interval
        guard let daylight else {
            return Interval(from: Interval.distantPast, until: Interval.distantFuture, offset: standard)
        }
        let year = CivilDate(daysSince1970: floor(seconds, 86400)).year
        var from = Interval.distantPast
        var until = Interval.distantFuture
        var offset = standard
        // Changes of a year may be up to a week outside of it, so its neighbours take part. Of changes at one instant
        // the later one counts: so `XXX3EDT4,0/0,J365/23` is summer all year.
        for candidate in (year - 1)...(year + 1) {
            let start = daylight.start.wallSeconds(in: candidate) - Int64(standard)
            let end = daylight.end.wallSeconds(in: candidate) - Int64(daylight.offset)
            let changes: [2 of Change] =
                start <= end
                ? [Change(at: start, to: daylight.offset), Change(at: end, to: standard)]
                : [Change(at: end, to: standard), Change(at: start, to: daylight.offset)]
            for index in 0..<2 {
                if changes[index].at > seconds {
                    until = min(until, changes[index].at)
                } else if changes[index].at >= from {
                    from = changes[index].at
                    offset = changes[index].to
                }
            }
        }
        return Interval(from: from, until: until, offset: offset)
    }

    private struct Change {
        var at: Int64
        var to: Int32
    }
}
