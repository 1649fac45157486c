import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// When events happened, in UTC (`Docs/rules.md`, *Times*).
struct TimeTests {
    private func times(_ stamps: [String], zone: String) throws -> [String] {
        let rules = try ZoneFixture.rules(zone)
        let text = stamps.map { "\($0) 1 INFO nova.x [-] m\n" }.joined()
        return events(
            of: text,
            options {
                $0.timeZone = rules
                $0.timeZoneName = "there"
            }
        ).map { $0["@timestamp"] + ($0["logfold.flags"] == "-" ? "" : " " + $0["logfold.flags"]) }
    }

    @Test func `a text without zone is of the zone that is assumed`() throws {
        #expect(
            try times(["2026-11-22 16:59:18.000", "2026-07-01 16:59:18.000"], zone: "Europe/Paris") == [
                "2026-11-22T15:59:18.000Z", "2026-07-01T14:59:18.000Z",
            ])
        let text = "2026-11-22 16:59:18.000 1 INFO nova.x [-] m\n"
        #expect(events(of: text)[0]["event.timezone"] == "UTC")
        let utc = "2026-11-22T16:59:18.000Z ctl01 nova[1]: INFO nova.x [-] m\n"
        #expect(events(of: utc)[0]["event.timezone"] == "-")
    }

    @Test func `a repeated hour is the earlier one until the clock steps back`() throws {
        #expect(
            try times(
                [
                    "2026-10-25 01:59:59.000", "2026-10-25 02:10:00.000", "2026-10-25 02:50:00.000",
                    "2026-10-25 02:05:00.000", "2026-10-25 02:50:00.000", "2026-10-25 03:00:00.000",
                ], zone: "Europe/Paris") == [
                    "2026-10-24T23:59:59.000Z", "2026-10-25T00:10:00.000Z [time_ambiguous]",
                    "2026-10-25T00:50:00.000Z [time_ambiguous]", "2026-10-25T01:05:00.000Z [time_ambiguous]",
                    "2026-10-25T01:50:00.000Z [time_ambiguous]", "2026-10-25T02:00:00.000Z",
                ])
    }

    @Test func `a skipped hour is shifted forward`() throws {
        #expect(
            try times(
                ["2026-03-29 01:59:59.000", "2026-03-29 02:30:00.000", "2026-03-29 03:30:00.000"], zone: "Europe/Paris")
                == [
                    "2026-03-29T00:59:59.000Z", "2026-03-29T01:30:00.000Z [time_ambiguous]",
                    "2026-03-29T01:30:00.000Z",
                ])
    }

    @Test(arguments: [
        // The reference is 2026-01-10T00:00:00Z.
        ("Jan  9 23:59:59", "2026-01-09T23:59:59.000Z"),
        ("Jan 11 00:00:01", "2025-01-11T00:00:01.000Z"),
        ("Dec 31 23:59:59", "2025-12-31T23:59:59.000Z"),
        ("Feb 29 12:00:00", "2024-02-29T12:00:00.000Z"),
    ])
    func `a stamp without year is the last before the reference`(stamp: String, time: String) {
        let found = events(
            of: "\(stamp) cmp1 nova[1]: text\n", options { $0.referenceTime = 1_768_003_200_000_000_000 })
        #expect(found[0]["@timestamp"] == time)
        #expect(found[0]["logfold.flags"].contains("year_assumed"))
    }

    @Test func `an event without time takes that of the one before it`() {
        let text = "first\n2026-11-22 16:59:18.000 1 INFO nova.x [-] m\n--- Logging error ---\n"
        let found = events(of: text, options { $0.referenceTime = 1_000_000_000 })
        #expect(
            found.shown(["@timestamp", "logfold.flags"]) == """
                1970-01-01T00:00:01.000Z | [unparsed time_assumed]
                2026-11-22T16:59:18.000Z | -
                2026-11-22T16:59:18.000Z | [unparsed time_assumed]
                """)
    }

    @Test(arguments: [
        "0000-00-00 00:00:00.000", "9999-12-31 23:59:59.999", "2026-13-01 00:00:00.000", "2026-02-30 00:00:00.000",
        "2026-11-22 24:00:00.000", "2026-11-22 23:59:60.000", "1677-01-01 00:00:00.000",
    ])
    func `no stamp is fatal`(stamp: String) {
        let text = "\(stamp) 1 INFO nova.x [-] m\n2026-11-22 16:59:18.000 1 INFO nova.x [-] after\n"
        let found = events(of: text)
        #expect(found.last?["message"] == "after" && found.last?["@timestamp"] == "2026-11-22T16:59:18.000Z")
    }
}
