import LogfoldCore
import LogfoldTestSupport
import Testing

@Suite("Wall clock")
struct WallClockTests {
    static let billion: Int64 = 1_000_000_000

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let zone: String
        /// Wall time, UTC time, and `?` where the answer is assumed.
        let stamps: [(String, String, String)]
    }

    static let cases = [
        Case(
            testDescription: "a repeated hour is the first until the clock steps back, then the second",
            zone: "Europe/Paris",
            stamps: [
                ("2026-10-25 01:59:59", "2026-10-24 23:59:59", ""), ("2026-10-25 02:10:00", "2026-10-25 00:10:00", "?"),
                ("2026-10-25 02:59:58", "2026-10-25 00:59:58", "?"),
                ("2026-10-25 02:00:01", "2026-10-25 01:00:01", "?"),
                ("2026-10-25 02:59:59", "2026-10-25 01:59:59", "?"), ("2026-10-25 03:00:00", "2026-10-25 02:00:00", ""),
            ]),
        Case(
            testDescription: "lines that are a second out of order are no step back", zone: "Europe/Paris",
            stamps: [
                ("2026-10-25 02:10:01", "2026-10-25 00:10:01", "?"),
                ("2026-10-25 02:10:00", "2026-10-25 00:10:00", "?"),
                ("2026-10-25 02:10:02", "2026-10-25 00:10:02", "?"),
                ("2026-10-25 02:10:01", "2026-10-25 00:10:01", "?"),
            ]),
        Case(
            testDescription: "a line out of order behind the second pass belongs to it", zone: "Europe/Paris",
            stamps: [
                ("2026-10-25 03:00:00", "2026-10-25 02:00:00", ""), ("2026-10-25 02:59:59", "2026-10-25 01:59:59", "?"),
            ]),
        Case(
            testDescription: "each autumn begins with the first pass, whatever happened in the last",
            zone: "America/New_York",
            stamps: [
                ("2025-11-02 01:30:00", "2025-11-02 05:30:00", "?"),
                ("2025-11-02 01:10:00", "2025-11-02 06:10:00", "?"),
                ("2026-11-01 01:30:00", "2026-11-01 05:30:00", "?"),
                ("2026-11-01 01:10:00", "2026-11-01 06:10:00", "?"),
            ]),
        Case(
            testDescription: "files joined in the wrong order begin the repeated hour anew", zone: "Europe/Paris",
            stamps: [
                ("2026-10-25 02:30:00", "2026-10-25 00:30:00", "?"),
                ("2026-10-25 02:10:00", "2026-10-25 01:10:00", "?"),
                ("2026-10-25 00:10:00", "2026-10-24 22:10:00", ""), ("2026-10-25 02:05:00", "2026-10-25 00:05:00", "?"),
            ]),
        Case(
            testDescription: "half an hour is repeated on Lord Howe Island", zone: "Australia/Lord_Howe",
            stamps: [
                ("2026-04-05 01:29:59", "2026-04-04 14:29:59", ""), ("2026-04-05 01:45:00", "2026-04-04 14:45:00", "?"),
                ("2026-04-05 01:30:00", "2026-04-04 15:00:00", "?"), ("2026-04-05 02:00:00", "2026-04-04 15:30:00", ""),
            ]),
        Case(
            testDescription: "a skipped hour is shifted forward", zone: "Europe/Paris",
            stamps: [
                ("2026-03-29 01:59:59", "2026-03-29 00:59:59", ""), ("2026-03-29 02:30:00", "2026-03-29 01:30:00", "?"),
                ("2026-03-29 03:00:00", "2026-03-29 01:00:00", ""), ("2026-03-29 02:00:00", "2026-03-29 01:00:00", "?"),
            ]),
        Case(
            testDescription: "seasons follow one another in any order", zone: "Europe/Dublin",
            stamps: [
                ("2026-01-01 12:00:00", "2026-01-01 12:00:00", ""), ("2026-07-01 12:00:00", "2026-07-01 11:00:00", ""),
                ("2026-12-01 12:00:00", "2026-12-01 12:00:00", ""), ("1975-07-01 12:00:00", "1975-07-01 11:00:00", ""),
            ]),
        Case(
            testDescription: "a zone without changes is never in doubt", zone: "Asia/Kolkata",
            stamps: [
                ("2026-10-25 02:10:00", "2026-10-24 20:40:00", ""), ("2026-10-25 02:00:00", "2026-10-24 20:30:00", ""),
            ]),
    ]

    @Test("the stamps of a stream become UTC", arguments: cases)
    func streams(_ example: Case) throws {
        var clock = WallClock(rules: try ZoneFixture.rules(example.zone))
        for (wall, expected, mark) in example.stamps {
            let (utc, ambiguous) = clock.utc(wallNanoseconds: try seconds(wall) * Self.billion + 123_456_789)
            #expect("\(text((utc - 123_456_789) / Self.billion))" == expected, "\(wall)")
            #expect(ambiguous == (mark == "?"), "\(wall)")
        }
    }

    @Test("a clock that has seen other stamps and one that has not agree on every unique time")
    func agreement() throws {
        let rules = try ZoneFixture.rules("America/New_York")
        var seasoned = WallClock(rules: rules)
        var time = try seconds("1880-01-01 00:00:00")
        let end = try seconds("2060-01-01 00:00:00")
        while time < end {
            time += 86400 * 3 + 12_345
            var fresh = WallClock(rules: rules)
            let (utc, ambiguous) = seasoned.utc(wallNanoseconds: time * Self.billion)
            #expect(utc == fresh.utc(wallNanoseconds: time * Self.billion).utc)
            if !ambiguous {
                #expect(utc / Self.billion + Int64(rules.offset(atUTC: utc / Self.billion)) == time)
            }
        }
    }

    @Test("times at the bounds of 64 bits are cut, not lost", arguments: ["Europe/Paris", "America/New_York", "UTC"])
    func bounds(_ zone: String) throws {
        let rules = try ZoneFixture.rules(zone)
        for wall in [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max] {
            var clock = WallClock(rules: rules)
            let (utc, _) = clock.utc(wallNanoseconds: wall)
            #expect((utc < 0) == (wall < 0) || abs(utc) < 100_000 * Self.billion)
        }
    }

    @Test(
        "a stamp without year gets the year that puts it last before the reference time",
        arguments: [
            ("UTC", "11-23 10:00:00", "2026-11-23 10:00:01", "2026-11-23 10:00:00"),
            ("UTC", "11-23 10:00:00", "2026-11-23 10:00:00", "2026-11-23 10:00:00"),
            ("UTC", "11-23 10:00:01", "2026-11-23 10:00:00", "2025-11-23 10:00:01"),
            ("UTC", "12-31 23:59:59", "2026-01-01 00:00:00", "2025-12-31 23:59:59"),
            ("UTC", "01-01 00:00:00", "2026-01-01 00:00:00", "2026-01-01 00:00:00"),
            ("UTC", "02-28 12:00:00", "2026-11-23 00:00:00", "2026-02-28 12:00:00"),
            ("UTC", "02-29 12:00:00", "2026-11-23 00:00:00", "2024-02-29 12:00:00"),
            ("UTC", "02-29 12:00:00", "2024-02-29 11:59:59", "2020-02-29 12:00:00"),
            ("UTC", "02-29 12:00:00", "1904-01-01 00:00:00", "1896-02-29 12:00:00"),
            ("UTC", "03-01 00:00:00", "2026-11-23 00:00:00", "2026-03-01 00:00:00"),
            ("UTC", "03-01 00:00:00", "2024-11-23 00:00:00", "2024-03-01 00:00:00"),
            // The year has begun in Kolkata, not in New York.
            ("Asia/Kolkata", "01-01 00:30:00", "2025-12-31 20:00:00", "2025-12-31 19:00:00"),
            ("America/New_York", "12-31 20:00:00", "2026-01-01 02:00:00", "2026-01-01 01:00:00"),
            // 02:50 of the first pass lies before 02:10 of the second.
            ("Europe/Paris", "10-25 02:50:00", "2026-10-25 01:10:00", "2026-10-25 00:50:00"),
        ])
    func yearless(_ zone: String, _ stamp: String, _ reference: String, _ expected: String) throws {
        let count = try (seconds("1972-" + stamp) - seconds("1972-01-01 00:00:00")) * Self.billion
        var clock = WallClock(rules: try ZoneFixture.rules(zone))
        for _ in 0..<2 {
            let (utc, _) = clock.utc(yearlessNanoseconds: count, before: try seconds(reference) * Self.billion)
            #expect(text(utc / Self.billion) == expected)
        }
    }

    @Test(
        "a count that is no day of a year is cut to one", arguments: [Int64.min, -1, 366 * 86400 * 1_000_000_000, .max])
    func yearlessBounds(_ count: Int64) throws {
        for reference in [Int64.min, 0, .max] {
            var clock = WallClock(rules: try ZoneFixture.rules("Europe/Paris"))
            _ = clock.utc(yearlessNanoseconds: count, before: reference)
        }
        var clock = WallClock(rules: .utc)
        let (utc, _) = clock.utc(yearlessNanoseconds: count, before: try seconds("2025-01-01 00:00:00") * Self.billion)
        #expect(text(utc / Self.billion) == (count < 0 ? "2025-01-01 00:00:00" : "2024-12-31 23:59:59"))
    }
}
