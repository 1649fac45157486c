import LogfoldConfig
import LogfoldTestSupport
import Testing

@Suite("A preset under a configuration")
struct PresetTests {
    private static let preset = """
        timezone: UTC
        inputs:
          nova: { type: file, include: [/a, /b], fold: { max_lines: 10, quiet: 30ms } }
          neutron: { type: file, include: [/c] }
        """

    @Test("sections are joined key by key, other values replaced whole")
    func joined() {
        let own = """
            preset: kolla
            timezone: local
            inputs:
              nova:
                include: [/x]
                fold: { max_lines: 99 }
              mine: { type: stdin }
              neutron:
            """
        let configuration = read(own).over(preset: Array(Self.preset.utf8), file: "preset kolla")
        #expect(
            configuration.show() == """
                timezone: local
                inputs:
                  nova:
                    type: file
                    include:
                      - /x
                    fold:
                      max_lines: 99
                      quiet: 30ms
                  neutron:
                    type: file
                    include:
                      - /c
                  mine:
                    type: stdin
                preset: kolla

                """)
        #expect(configuration.problems.isEmpty)
    }

    @Test("a problem stands in the file that says it")
    func places() throws {
        let configuration = read("inputs:\n  nova: { fold: { max_lines: 99 } }\n")
            .over(preset: Array(Self.preset.utf8), file: "preset kolla")
        let nova = try #require(configuration.root.sections("inputs").first)
        nova.problem("mine", at: "fold")
        nova.problem("the preset's", at: "include")
        #expect(
            configuration.problems.map(\.description) == [
                "a.yaml:2:17: mine", "preset kolla:3:32: the preset's",
            ])
    }

    @Test("a word where the preset has a section is a problem of the configuration")
    func word() {
        let configuration = read("inputs: none\n").over(preset: Array(Self.preset.utf8), file: "preset kolla")
        #expect(configuration.root.sections("inputs").isEmpty)
        #expect(configuration.lines.map { $0.prefix(4) } == ["1:9:"])
    }

    @Test("a configuration that cannot be read stays so")
    func unreadable() {
        let configuration = read("a: [\n").over(preset: Array(Self.preset.utf8), file: "preset kolla")
        configuration.root.finish()
        #expect(configuration.problems.count == 1)
    }
}
