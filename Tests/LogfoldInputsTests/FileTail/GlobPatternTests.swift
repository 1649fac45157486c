import Testing

@testable import LogfoldInputs

@Suite("Patterns for paths")
struct GlobPatternTests {
    @Test(
        "a pattern matches what a shell's would",
        arguments: [
            ("/l/*.log", "/l/a.log", true), ("/l/*.log", "/l/x/a.log", false), ("/l/*.log", "/l/.a.log", false),
            ("/l/.*.log", "/l/.a.log", true), ("/l/?.log", "/l/ä.log", true), ("/l/?.log", "/l/ab.log", false),
            ("/l/?.log", "/l/.log", false), ("/l/[a-c]x", "/l/bx", true), ("/l/[a-c]x", "/l/dx", false),
            ("/l/[!a-c]x", "/l/dx", true), ("/l/[^a-c]x", "/l/ax", false), ("/l/[]a]x", "/l/]x", true),
            ("/l/[a-]x", "/l/-x", true), ("/l/\\*.log", "/l/*.log", true), ("/l/\\*.log", "/l/a.log", false),
            ("/l/**/a.log", "/l/a.log", true), ("/l/**/a.log", "/l/x/y/a.log", true),
            ("/l/**/a.log", "/l/.x/a.log", false), ("/l/**", "/l/x/a.log", true), ("/**/*.log", "/a.log", true),
            ("/l/{nova,glance}/*.log", "/l/nova/a.log", true), ("/l/{nova,glance}/*.log", "/l/heat/a.log", false),
            ("/{a,b/c}/{x,y{1,2}}", "/b/c/y2", true), ("/{a,b/c}/{x,y{1,2}}", "/a/y3", false), ("/a{,.1}", "/a", true),
            ("/a\\{b,c\\}", "/a{b,c}", true), ("/[{]a", "/{a", true), ("/a*b*c", "/axxbyybzzc", true),
            ("/a*b*c", "/axxbyybzz", false), ("/***", "/a", true), ("//l//*.log", "/l/a.log", true),
        ])
    func matches(pattern: String, path: String, expected: Bool) throws {
        #expect(try GlobPattern(pattern).matches(path) == expected)
    }

    @Test(
        "what is no pattern is said, with the way out",
        arguments: [
            ("/a[b", GlobPattern.Failure.unclosedSet), ("/a{b", .unclosedAlternatives), ("/a}b", .unopenedAlternatives),
            ("/[z-a]", .emptySet), ("/" + String(repeating: "{a,b}", count: 10), .tooManyAlternatives),
        ])
    func failures(pattern: String, expected: GlobPattern.Failure) {
        #expect(throws: expected) { try GlobPattern(pattern) }
        #expect(
            expected.description.contains(
                expected == .emptySet ? "range" : expected == .tooManyAlternatives ? "use" : "write"))
    }

    @Test("a pattern that could be matched in very many ways takes no time")
    func backtracking() throws {
        let pattern = try GlobPattern("/" + String(repeating: "*a", count: 30) + "b")
        #expect(!pattern.matches("/" + String(repeating: "a", count: 3000)))
    }

    @Test("an exclude with a slash is for paths, one without for names")
    func excludes() throws {
        let excludes = GlobExcludes([try GlobPattern("*-access.log"), try GlobPattern("/l/x/*")])
        #expect(excludes.contain("/l/y/nova-access.log"))
        #expect(excludes.contain("/l/x/a.log"))
        #expect(!excludes.contain("/l/y/a.log"))
    }
}
