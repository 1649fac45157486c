import LogfoldConfig
import LogfoldTestSupport
import Testing

@Suite("Sections")
struct SectionTests {
    @Test("sections of a section come in the order of the file, with their names and paths")
    func order() {
        let sections = read("sinks:\n  b: { type: file }\n  a: { type: console }\n  c:\n").root.sections("sinks")
        #expect(sections.map(\.name) == ["b", "a", "c"])
        #expect(sections.map(\.path) == ["sinks.b", "sinks.a", "sinks.c"])
        #expect(sections.map { $0.text("type") } == ["file", "console", nil])
        #expect(sections.map(\.position.line) == [2, 3, 4])
    }

    @Test("a list of sections is read, each with its number")
    func list() {
        let configuration = read("patterns:\n- { name: a }\n- name: b\n  pattrn: x\n- c\n")
        let sections = configuration.root.sectionList("patterns")
        #expect(sections.map { $0.text("name") } == ["a", "b"])
        configuration.root.finish()
        #expect(
            configuration.lines == [
                "4:3: unknown key 'pattrn' in patterns[1]; keys are name",
                "5:3: 'patterns' is a single value; give a section: 'key: value' on lines of their own, indented",
            ])
    }

    @Test(
        "a value that is no section is named",
        arguments: [
            (
                "sinks: x",
                "1:8: 'sinks' is a single value; give a section: 'key: value' on lines of their own, indented"
            ),
            ("sinks:\n- a", "2:1: 'sinks' is a list; give a section: 'key: value' on lines of their own, indented"),
            (
                "sinks:\n  a: file",
                "2:6: 'a' is a single value; give a section: 'key: value' on lines of their own, indented"
            ),
        ])
    func noSection(yaml: String, problem: String) {
        let configuration = read(yaml)
        #expect(configuration.root.sections("sinks").isEmpty)
        #expect(configuration.lines == [problem])
    }

    @Test("a key without a value is a section without keys, or a list without elements")
    func empty() {
        let configuration = read("metrics:\nlist:\n")
        #expect(configuration.root.section("metrics")?.keys == [])
        #expect(configuration.root.sectionList("list").isEmpty)
        #expect(configuration.problems.isEmpty)
    }

    @Test("an option may be a word or a section")
    func wordOrSection() {
        let root = read("a: auto\nb: { oslo_config: x }\n").root
        #expect(root.keys.map { root.isSection($0) } == [false, true])
        #expect(!root.isSection("c"))
    }

    @Test("pairs are the user's own names, in their order")
    func pairs() {
        let configuration = read("labels:\n  region: one\n  rack: 7\n  bad: []\n")
        let pairs = configuration.root.pairs("labels").map { "\($0.name)=\($0.value)" }
        #expect(pairs == ["region=one", "rack=7"])
        configuration.root.finish()
        #expect(configuration.lines == ["4:8: 'bad' is a list; give a text"])
    }

    @Test("keys that nobody asked for are unknown, with a suggestion among those that are free")
    func unknown() throws {
        let configuration = read(
            """
            data_dir: /a
            imputs: {}
            xyz: 1
            sinks:
              local:
                paht: /b
                path: /c
                tls: { cafile: x }
                whatever: { left: alone }
              other: { type: kafka, a: b }
            """)
        let root = configuration.root
        _ = (root.text("data_dir"), root.section("inputs"))
        let sinks = root.sections("sinks")
        _ = (sinks[0].text("path"), sinks[0].text("path_2"), sinks[0].section("tls")?.text("ca"))
        sinks[1].takeAll()
        root.finish()
        root.finish()
        #expect(
            configuration.lines == [
                "2:1: unknown key 'imputs'; did you mean 'inputs'?",
                "3:1: unknown key 'xyz'; keys are data_dir, inputs, sinks",
                "6:5: unknown key 'paht' in sinks.local; keys are path, path_2, tls",
                "8:12: unknown key 'cafile' in sinks.local.tls; keys are ca",
                "9:5: unknown key 'whatever' in sinks.local; keys are path, path_2, tls",
            ])
    }

    @Test("who asks for a section twice shares what was asked")
    func shared() {
        let configuration = read("tls: { ca: a, key: b }\n")
        _ = configuration.root.section("tls")?.text("ca")
        _ = configuration.root.section("tls")?.text("key")
        configuration.root.finish()
        #expect(configuration.problems.isEmpty)
    }

    @Test("all problems come at once, in the order of the text, each once")
    func sorted() {
        let configuration = read("a: 1\nb: x\nc: x\na: 2\nd: 5\n")
        for _ in 0..<2 {
            _ = configuration.root.integer("c", in: 0...1, default: 0)
            _ = configuration.root.integer("b", in: 0...1, default: 0)
            configuration.root.problem("is not there", at: "e")
            configuration.root.finish()
        }
        #expect(configuration.problems.map(\.line) == [1, 1, 2, 3, 4, 5])
        #expect(configuration.problems.first?.description == "a.yaml:1:1: is not there")
    }

    @Test("a thousand problems are kept, and the rest is counted")
    func tooMany() {
        let configuration = read((0..<1_250).map { "k\($0): x\n" }.joined())
        configuration.root.finish()
        #expect(configuration.problems.count == 1_001)
        #expect(
            configuration.lines.last == "1000:1: 250 more problems are not shown; correct these first")
    }

    @Test(
        "a problem inside a text stands at its character where the text is written as it is",
        arguments: [
            ("drop: level < info", "1:15"), ("drop: 'level < info'", "1:16"), ("drop: \"level < info\"", "1:16"),
            ("drop: \"l\\u0065vel < info\"", "1:7"), ("drop: |\n  level < info\n", "1:7"),
            ("drop: &a level < info", "1:7"), ("drop: 'it''s < info'", "1:7"),
        ])
    func inside(yaml: String, place: String) {
        let configuration = read(yaml)
        configuration.root.problem("here", at: "drop", offset: 8)
        #expect(configuration.lines == ["\(place): here"])
    }

    @Test("a problem with an element of a list stands at it")
    func element() {
        let configuration = read("include:\n  - a\n  - b\nexclude: c\n")
        configuration.root.problem("here", at: "include", element: 1)
        configuration.root.problem("here", at: "exclude", element: 0)
        #expect(configuration.lines == ["3:5: here", "4:10: here"])
    }

    @Test("sections are the same if they say the same, wherever they stand")
    func same() {
        let root = read(
            "a: { x: 1, y: [p, q] }\nb:\n  x: 1\n  y: [p, q]\nc: { x: '1', y: [p, q] }\nd: { x: 1, y: [p] }\n"
        ).root
        let sections = ["b", "c", "d"].compactMap { root.section($0) }
        #expect(sections.map { root.section("a")?.isSame(as: $0) } == [true, false, false])
    }
    @Test("a key of the user's is printed on one line and cut")
    func oddKeys() {
        let configuration = read("\"a\\nb\": { \"\(String(repeating: "k", count: 70))\": 1 }")
        for section in configuration.root.keys.compactMap({ configuration.root.section($0) }) {
            _ = section.section(section.keys[0])
            _ = section.requiredText("c")
        }
        #expect(
            configuration.lines == [
                "1:1: 'c' is missing in a\\nb; write 'c: …'",
                "1:85: '\(String(repeating: "k", count: 60))…' is a single value; "
                    + "give a section: 'key: value' on lines of their own, indented",
            ])
    }

    @Test("a section does not print what it says")
    func description() throws {
        let section = try #require(read("a: { token: hunter2 }").root.section("a"))
        var dumped = ""
        dump(section, to: &dumped)
        #expect("\(section)" == "a")
        #expect(!dumped.contains("hunter2"))
    }
}
