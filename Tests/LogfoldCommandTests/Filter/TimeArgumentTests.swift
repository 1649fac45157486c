import LogfoldCore
import Testing

@testable import logfold

@Suite struct TimeArgumentTests {
    @Test(
        "times are read as a person types them",
        arguments: [
            ("2026-11-22T16:59:18Z", 1_795_366_758), ("2026-11-22 16:59:18", 1_795_366_758),
            ("2026-11-22 16:59", 1_795_366_740),
            ("2026-11-22T16:59Z", 1_795_366_740), ("2026-11-22T17:59+01:00", 1_795_366_740),
            ("2026-11-22", 1_795_305_600),
            ("2026-11-22T17:59:18+01:00", 1_795_366_758),
            ("15m", 99_100), ("2h", 92_800), ("0s", 100_000),
        ])
    func times(text: String, seconds: Int64) {
        let found = TimeArgument.nanoseconds(text, zone: .utc, now: 100_000 * 1_000_000_000)
        #expect(found == seconds * 1_000_000_000)
    }

    @Test("other text is none", arguments: ["", "noon", "15", "m", "-5m", "99999999999999999d", "2026-13-01"])
    func refused(text: String) { #expect(TimeArgument.nanoseconds(text, zone: .utc, now: 0) == nil) }
}
