import LogfoldIO
import Testing

@Suite("Times in text")
struct TimestampTextTests {
    @Test(
        "a time is RFC 3339 in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_341_600_123_999_999, "2026-11-22T10:00:00.123Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (Int64.max, "2262-04-11T23:47:16.854Z"),
            (Int64.min, "1677-09-21T00:12:43.145Z"),
        ])
    func text(time: Int64, text: String) { #expect(TimestampText.rfc3339(time) == text) }

    @Test(
        "a text is read back as its time",
        arguments: [
            ("1970-01-01T00:00:00.000Z", 0), ("2026-11-22T10:00:00.123Z", 1_795_341_600_123_000_000),
            ("1969-12-31T23:59:59.999Z", -1_000_000), ("2026-02-29T00:00:00.000Z", nil),
            ("2026-11-22T24:00:00.000Z", nil), ("2026-11-22T10:00:00Z", nil), ("2026-11-22 10:00:00.123Z", nil),
            ("9999-12-31T23:59:59.999Z", nil), ("", nil), ("not a time, but 24 long..", nil),
        ] as [(String, Int64?)])
    func reading(text: String, time: Int64?) { #expect(TimestampText.nanoseconds(text) == time) }
}
