// Stamps without year (RFC 3164): nanoseconds from the start of 1972, a leap year, so that the 29th of February has a
// place. A stamp gets the year that puts it last before the reference time, or at it.

extension WallClock {
    /// The year of the reference time in the clock's zone.
    struct ReferenceYear: Sendable {
        /// The reference time, UTC nanoseconds.
        var reference: Int64
        /// The year.
        var year: Int32
        /// Wall nanoseconds that are before the reference whatever the offset: a day earlier.
        var surelyBefore: Int64
    }

    /// UTC nanoseconds of a stamp without year, and whether its hour was repeated or skipped.
    package mutating func utc(
        yearlessNanoseconds count: Int64, before reference: Int64
    ) -> (utc: Int64, ambiguous: Bool) {
        let current = referenceYear(of: reference)
        if let wall = Self.wall(yearlessNanoseconds: count, in: current.year), wall < current.surelyBefore {
            return utc(wallNanoseconds: wall)
        }
        let year = Self.year(forYearlessNanoseconds: count, before: reference, rules: rules)
        return utc(wallNanoseconds: Self.wall(yearlessNanoseconds: count, in: year) ?? reference)
    }

    private mutating func referenceYear(of reference: Int64) -> ReferenceYear {
        if let kept = referenceYear, kept.reference == reference { return kept }
        let wall = Self.wallSeconds(of: reference, rules)
        let fresh = ReferenceYear(
            reference: reference, year: CivilDate(daysSince1970: floor(wall, 86400)).year,
            surelyBefore: saturatedNanoseconds(wall - 86400))
        referenceYear = fresh
        return fresh
    }

    private static func wallSeconds(of utc: Int64, _ rules: TimeZoneRules) -> Int64 {
        let seconds = floor(utc, billion)
        return seconds + Int64(rules.offset(atUTC: seconds))
    }

    /// The year that puts a stamp last before the reference time, which is UTC nanoseconds, or at it.
    ///
    /// The 29th of February is of a leap year. Of a repeated hour the first pass is meant.
    package static func year(
        forYearlessNanoseconds count: Int64, before reference: Int64, rules: TimeZoneRules
    ) -> Int32 {
        var year = CivilDate(daysSince1970: floor(wallSeconds(of: reference, rules), 86400)).year
        // Leap years are at most eight apart.
        for _ in 0..<9 {
            if let wall = wall(yearlessNanoseconds: count, in: year) {
                var clock = WallClock(rules: rules)
                if clock.utc(wallNanoseconds: wall).utc <= reference { return year }
            }
            year -= 1
        }
        return year
    }

    /// Wall nanoseconds since 1970 of a stamp counted from the start of 1972, put into `year`; nil for a 29th of
    /// February in a year without one. Counts beyond a leap year are cut to it.
    package static func wall(yearlessNanoseconds count: Int64, in year: Int32) -> Int64? {
        let nanosecondsOfDay = 86400 * billion
        let bounded = min(max(count, 0), 366 * nanosecondsOfDay - 1)
        var (day, time) = bounded.quotientAndRemainder(dividingBy: nanosecondsOfDay)
        let leapDay: Int64 = 31 + 28
        if day >= leapDay, !CivilDate.isLeap(year) {
            guard day != leapDay else { return nil }
            day -= 1
        }
        let (wall, overflow) = saturatedNanoseconds((CivilDate.days(beforeYear: year) + day) * 86400)
            .addingReportingOverflow(time)
        return overflow ? .max : wall
    }
}
