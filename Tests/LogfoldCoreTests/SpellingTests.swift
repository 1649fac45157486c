import LogfoldCore
import Testing

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
