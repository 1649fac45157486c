import Testing

@testable import logfold

@Suite("Spelling")
struct SpellingTests {
    @Test(
        "the distance counts insertions, losses, replacements and swaps of neighbours",
        arguments: [
            ("explain", "explain", 0), ("explian", "explain", 1), ("expain", "explain", 1), ("exxplain", "explain", 1),
            ("explaim", "explain", 1), ("xeplian", "explain", 2), ("", "ab", 2), ("ab", "", 2), ("ca", "abc", 3),
        ])
    func distances(left: String, right: String, edits: Int) {
        #expect(Spelling.distance(left, right, limit: 3) == edits)
        #expect(Spelling.distance(right, left, limit: 3) == edits)
        #expect(Spelling.distance(left, right, limit: edits - 1) == nil)
    }

    @Test(
        "the nearest word is found, or none where nothing is near",
        arguments: [
            ("--ouput", "--output"), ("--sinc", "--since"), ("--output", "--output"), ("--out", "--output"),
            ("--s", nil), ("--verbose", nil), ("", nil), ("-", nil),
        ])
    func nearest(word: String, expected: String?) {
        #expect(Spelling.nearest(to: word, among: ["--output", "--since", "--service"]) == expected)
    }

    @Test("of equally near words the first one of the table is taken")
    func ties() {
        #expect(Spelling.nearest(to: "cat", among: ["bat", "cut", "rat"]) == "bat")
    }

    @Test("an argument of a megabyte is refused without work")
    func long() {
        #expect(Spelling.nearest(to: String(repeating: "x", count: 1 << 20), among: ["--output"]) == nil)
    }
}

@Suite("Units")
struct UnitsTests {
    @Test(
        "sizes are whole numbers with a unit",
        arguments: [
            ("0", 0), ("4096", 4096), ("1B", 1), ("64KiB", 65_536), ("1MiB", 1_048_576), ("1mib", 1_048_576),
            ("10MB", 10_000_000), ("2kB", 2_000), ("1GiB", 1 << 30),
            ("", nil), ("MiB", nil), ("1.5MiB", nil), ("-1", nil), ("1 MiB", nil), ("1TiB", nil), ("1M", nil),
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
