import LogfoldCore
import Testing

@Suite("Units")
struct UnitsTests {
    @Test(
        "sizes are whole numbers with a unit",
        arguments: [
            ("0", 0), ("4096", 4096), ("1B", 1), ("64KiB", 65_536), ("1MiB", 1_048_576), ("1mib", 1_048_576),
            ("10MB", 10_000_000), ("2kB", 2_000), ("1GiB", 1 << 30), ("2TiB", 2 << 40), ("1TB", 1_000_000_000_000),
            ("", nil), ("MiB", nil), ("1.5MiB", nil), ("-1", nil), ("1 MiB", nil), ("1PiB", nil), ("1M", nil),
            ("9223372036854775807", Int.max), ("9223372036854775808", nil), ("9223372036854775807KiB", nil),
            ("٣", nil),
        ])
    func sizes(text: String, bytes: Int?) {
        #expect(Units.bytes(text) == bytes)
    }

    @Test(
        "durations need a unit",
        arguments: [
            ("250ms", .milliseconds(250)), ("2s", .seconds(2)), ("1m", .seconds(60)), ("1h", .seconds(3600)),
            ("7d", .seconds(604_800)),
            ("0s", .zero), ("2", nil), ("s", nil), ("-1s", nil), ("1.5s", nil), ("1M", nil), ("2s ", nil),
            ("9223372036854775807h", nil),
        ] as [(String, Duration?)])
    func durations(text: String, duration: Duration?) {
        #expect(Units.duration(text) == duration)
    }

    @Test("limits are printed in the unit that divides them", arguments: ["1KiB", "64MiB", "1500", "3GiB", "0"])
    func printedSizes(text: String) throws {
        #expect(Units.text(bytes: try #require(Units.bytes(text))) == text)
    }

    @Test("durations are printed in the unit that divides them", arguments: ["1ms", "1500ms", "2s", "1m", "1h"])
    func printedDurations(text: String) throws {
        #expect(Units.text(duration: try #require(Units.duration(text))) == text)
    }
}
