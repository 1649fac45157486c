import LogfoldCore
import LogfoldTestSupport
import Testing

@Suite("Time zone rules")
struct TimeZoneRulesTests {
    struct Instant: Sendable {
        let zone: String, utc: String, offset: Int32
        init(_ zone: String, _ utc: String, _ offset: Int32) {
            (self.zone, self.utc, self.offset) = (zone, utc, offset)
        }
    }

    // Made with Python's zoneinfo.
    static let instants = [
        Instant("Europe/Paris", "1900-01-01 00:00:00", 561),
        Instant("Europe/Paris", "1945-08-01 00:00:00", 7200),
        Instant("Europe/Paris", "2026-03-29 00:59:59", 3600),
        Instant("Europe/Paris", "2026-03-29 01:00:00", 7200),
        Instant("Europe/Paris", "2026-10-25 00:59:59", 7200),
        Instant("Europe/Paris", "2026-10-25 01:00:00", 3600),
        Instant("Europe/Paris", "2100-07-01 00:00:00", 7200),
        Instant("America/New_York", "1883-11-18 16:59:00", -17762),
        Instant("America/New_York", "1918-07-01 00:00:00", -14400),
        Instant("America/New_York", "2006-04-01 00:00:00", -18000),
        Instant("America/New_York", "2026-03-08 06:59:59", -18000),
        Instant("America/New_York", "2026-03-08 07:00:00", -14400),
        Instant("America/New_York", "2026-11-01 06:00:00", -18000),
        Instant("America/New_York", "2090-01-01 00:00:00", -18000),
        Instant("Asia/Kolkata", "1944-01-01 00:00:00", 23400),
        Instant("Asia/Kolkata", "2026-01-01 00:00:00", 19800),
        Instant("Australia/Lord_Howe", "2026-04-04 14:59:59", 39600),
        Instant("Australia/Lord_Howe", "2026-04-04 15:00:00", 37800),
        Instant("Australia/Lord_Howe", "2026-10-03 15:30:00", 39600),
        Instant("Europe/Dublin", "1970-06-01 00:00:00", 3600),
        Instant("Europe/Dublin", "2026-01-01 00:00:00", 0),
        Instant("Europe/Dublin", "2026-07-01 00:00:00", 3600),
        Instant("Europe/Dublin", "2080-07-01 00:00:00", 3600),
        Instant("Europe/Dublin", "2080-12-01 00:00:00", 0),
        Instant("America/Godthab", "2020-07-01 00:00:00", -7200),
        Instant("America/Godthab", "2050-03-27 00:59:59", -7200),
        Instant("America/Godthab", "2050-03-27 01:00:00", -3600),
        Instant("UTC", "2026-01-01 00:00:00", 0),
    ]

    @Test("a zone file gives the offset of any time", arguments: instants)
    func offsets(_ instant: Instant) throws {
        #expect(try ZoneFixture.rules(instant.zone).offset(atUTC: seconds(instant.utc)) == instant.offset)
    }

    @Test(
        "a wall time has one offset, two or none",
        arguments: [
            ("Europe/Paris", "2026-10-25 01:59:59", WallResolution.unique(offset: 7200)),
            ("Europe/Paris", "2026-10-25 02:00:00", .repeated(first: 7200, second: 3600)),
            ("Europe/Paris", "2026-10-25 02:59:59", .repeated(first: 7200, second: 3600)),
            ("Europe/Paris", "2026-10-25 03:00:00", .unique(offset: 3600)),
            ("Europe/Paris", "2026-03-29 01:59:59", .unique(offset: 3600)),
            ("Europe/Paris", "2026-03-29 02:00:00", .skipped(before: 3600, after: 7200)),
            ("Europe/Paris", "2026-03-29 02:59:59", .skipped(before: 3600, after: 7200)),
            ("Europe/Paris", "2026-03-29 03:00:00", .unique(offset: 7200)),
            ("America/New_York", "2006-10-29 01:30:00", .repeated(first: -14400, second: -18000)),
            ("America/New_York", "2050-03-13 02:30:00", .skipped(before: -18000, after: -14400)),
            ("Australia/Lord_Howe", "2026-04-05 01:29:59", .unique(offset: 39600)),
            ("Australia/Lord_Howe", "2026-04-05 01:30:00", .repeated(first: 39600, second: 37800)),
            ("Australia/Lord_Howe", "2026-04-05 02:00:00", .unique(offset: 37800)),
            ("Australia/Lord_Howe", "2026-10-04 02:15:00", .skipped(before: 37800, after: 39600)),
            ("Europe/Dublin", "2026-10-25 01:30:00", .repeated(first: 3600, second: 0)),
            ("Europe/Dublin", "2026-03-29 01:30:00", .skipped(before: 0, after: 3600)),
            ("Asia/Kolkata", "2026-03-29 02:30:00", .unique(offset: 19800)),
            ("UTC", "2026-03-29 02:30:00", .unique(offset: 0)),
        ])
    func walls(_ zone: String, _ wall: String, _ expected: WallResolution) throws {
        #expect(try ZoneFixture.rules(zone).resolve(wallSeconds: seconds(wall)) == expected)
    }

    @Test(
        "a POSIX rule gives the offset of any time",
        arguments: [
            ("UTC0", "2026-07-01 00:00:00", 0),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29 00:59:59", 3600),
            ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29 01:00:00", 7200),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-10-03 15:29:59", 37800),
            ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-10-03 15:30:00", 39600),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29 00:59:59", -7200),
            ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29 01:00:00", -3600),
            // Gaza, from the documentation of the format: a change 50 hours after a day's midnight.
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27 23:59:59", 7200),
            ("EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28 00:00:00", 10800),
            // Summer the whole year, over its seam.
            ("XXX3EDT4,0/0,J365/23", "2026-01-01 02:59:59", -14400),
            ("XXX3EDT4,0/0,J365/23", "2026-01-01 03:00:00", -14400),
            ("XXX3EDT4,0/0,J365/23", "2026-07-01 00:00:00", -14400),
            // J60 is the first of March, in leap years too; 60 is it in common years only.
            ("AAA0BBB,J60/0,J300/0", "2024-02-29 23:59:59", 0),
            ("AAA0BBB,J60/0,J300/0", "2024-03-01 00:00:00", 3600),
            ("AAA0BBB,60/0,300/0", "2024-02-29 23:59:59", 0),
            ("AAA0BBB,60/0,300/0", "2024-03-01 00:00:00", 3600),
            ("AAA0BBB,59/0,300/0", "2024-02-29 00:00:00", 3600),
            // No days given: those of the United States.
            ("EST5EDT", "2026-03-08 06:59:59", -18000),
            ("EST5EDT", "2026-03-08 07:00:00", -14400),
        ] as [(String, String, Int32)])
    func posix(_ rule: String, _ utc: String, _ offset: Int32) throws {
        #expect(try TimeZoneRules(posix: rule).offset(atUTC: seconds(utc)) == offset)
    }

    @Test(
        "a rule that cannot be read says why",
        arguments: [
            ("", "a name of three letters or more is missing"),
            ("CE-1", "a name of three letters or more is missing"),
            ("<+03-3", "'>' is missing behind the name"),
            ("CET", "the hour is missing"),
            ("CET-25", "the hour is not from 0 to 24"),
            ("CET-1CEST,M3.5.0", "',' and the day on which it ends are missing"),
            ("CET-1CEST,M13.5.0,M10.5.0", "the month is not from 1 to 12"),
            ("CET-1CEST,M3.6.0,M10.5.0", "the week of the month is not from 1 to 5"),
            ("CET-1CEST,J0,J5", "the day of the year is not from 1 to 365"),
            ("CET-1CEST,M3.5.0,M10.5.0/168", "the hour is not from 0 to 167"),
            ("CET-1CEST,M3.5.0,M10.5.0/3x", "something follows the second day of change"),
        ])
    func badRules(_ rule: String, _ reason: String) {
        #expect(throws: TimeZoneError.badRule(rule, reason: reason)) { try TimeZoneRules(posix: rule) }
    }

    @Test("a file of version 1 has its table only")
    func version1() throws {
        var bytes = Array("TZif".utf8) + [UInt8](repeating: 0, count: 16)
        for count: UInt8 in [0, 0, 0, 1, 2, 8] { bytes += [0, 0, 0, count] }
        bytes += [0, 0, 3, 0xE8, 1]  // At second 1000 to type 1.
        bytes += [0, 0, 0, 0, 0, 0] + [0xFF, 0xFF, 0xF1, 0xF0, 1, 4]  // 0, and -3600.
        bytes += Array("AAA\0BBB\0".utf8)
        let rules = try TimeZoneRules(tzif: bytes)
        #expect(rules.offset(atUTC: 999) == 0)
        #expect(rules.offset(atUTC: 1000) == -3600)
        #expect(rules.offset(atUTC: .max) == -3600)
    }

    @Test("a file that counts leap seconds changes at the same UTC times")
    func leapSeconds() throws {
        var bytes = Array("TZif".utf8) + [UInt8](repeating: 0, count: 16)
        for count: UInt8 in [0, 0, 1, 2, 2, 4] { bytes += [0, 0, 0, count] }
        bytes += [0, 0, 3, 0xE8] + [0, 0, 7, 0xD1] + [1, 0]  // At 1000, and at 2000 + 1.
        bytes += [0, 0, 0, 0, 0, 0] + [0, 0, 0x0E, 0x10, 1, 0]
        bytes += Array("AAA\0".utf8) + [0, 0, 5, 0] + [0, 0, 0, 1]  // One second from 1280 on.
        let rules = try TimeZoneRules(tzif: bytes)
        #expect(rules.offset(atUTC: 1000) == 3600)
        #expect(rules.offset(atUTC: 1999) == 3600)
        #expect(rules.offset(atUTC: 2000) == 0)
    }

    @Test("a file cut anywhere is refused and never read beyond its end")
    func truncatedFiles() throws {
        let whole = try ZoneFixture.bytes("Europe/Dublin")
        for length in 0..<whole.count {
            #expect(throws: TimeZoneError.self) { try TimeZoneRules(tzif: Array(whole[..<length])) }
        }
    }

    @Test("a file with any byte changed is refused or gives rules that answer for any time")
    func damagedFiles() throws {
        let whole = try ZoneFixture.bytes("Australia/Lord_Howe")
        for at in whole.indices {
            for value: UInt8 in [0, 0x7F, 0xFF, whole[at] ^ 1] {
                var damaged = whole
                damaged[at] = value
                guard let rules = try? TimeZoneRules(tzif: damaged) else { continue }
                for time in [Int64.min, -4_000_000_000, 0, 1_775_314_800, 4_000_000_000, .max] {
                    #expect(abs(rules.offset(atUTC: time)) <= 26 * 3600)
                    _ = rules.resolve(wallSeconds: time)
                }
            }
        }
    }

    @Test("what is no zone file says so")
    func notAZoneFile() {
        #expect(throws: TimeZoneError.notZoneFile) { try TimeZoneRules(tzif: Array("#!/bin/sh\n".utf8)) }
        #expect(throws: TimeZoneError.notZoneFile) { try TimeZoneRules(tzif: []) }
    }
}
