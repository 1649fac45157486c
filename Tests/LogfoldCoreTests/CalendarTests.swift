import LogfoldCore
import Testing

@Suite("Calendar")
struct CalendarTests {
    struct Known: Sendable {
        let year: Int32, month: Int32, day: Int32, days: Int64, weekday: Int32
    }

    @Test(
        "a date is so many days from 1970, and has its day of the week",
        arguments: [
            Known(year: 1970, month: 1, day: 1, days: 0, weekday: 4),
            Known(year: 1969, month: 12, day: 31, days: -1, weekday: 3),
            Known(year: 2000, month: 2, day: 29, days: 11016, weekday: 2),
            Known(year: 2026, month: 11, day: 23, days: 20780, weekday: 1),
            Known(year: 2100, month: 3, day: 1, days: 47541, weekday: 1),
            Known(year: 1, month: 1, day: 1, days: -719162, weekday: 1),
            Known(year: 0, month: 12, day: 31, days: -719163, weekday: 0),
            Known(year: 9999, month: 12, day: 31, days: 2932896, weekday: 5),
        ])
    func knownDates(_ known: Known) throws {
        let date = try #require(CivilDate(year: known.year, month: known.month, day: known.day))
        #expect(date.daysSince1970 == known.days)
        #expect(date.weekday == known.weekday)
        #expect(CivilDate(daysSince1970: known.days) == date)
    }

    @Test("every day of eight centuries follows the one before it")
    func consecutiveDays() throws {
        var expected = try #require(CivilDate(year: 1600, month: 1, day: 1))
        for days in expected.daysSince1970..<(expected.daysSince1970 + 292_194) {
            #expect(CivilDate(daysSince1970: days) == expected)
            #expect(expected.daysSince1970 == days)
            expected = try #require(
                CivilDate(year: expected.year, month: expected.month, day: expected.day + 1)
                    ?? CivilDate(year: expected.year, month: expected.month + 1, day: 1)
                    ?? CivilDate(year: expected.year + 1, month: 1, day: 1))
        }
        #expect(expected.year == 2400)
    }

    @Test(
        "a date that does not exist is none",
        arguments: [(2026, 2, 29), (1900, 2, 29), (2026, 4, 31), (2026, 0, 1), (2026, 13, 1), (2026, 1, 0)])
    func impossible(_ year: Int32, _ month: Int32, _ day: Int32) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test("days beyond a 32-bit year are cut to its bounds", arguments: [Int64.min, Int64.max])
    func bounds(_ days: Int64) {
        #expect(CivilDate(daysSince1970: days).year == (days < 0 ? Int32.min : Int32.max))
    }
}
