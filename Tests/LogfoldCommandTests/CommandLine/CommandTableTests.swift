import Testing

@testable import logfold

private let table = CommandTable(formats: ["auto", "oslo"])

@Suite("Command tables")
struct CommandTableTests {
    @Test("every command has a table, and the filter comes first")
    func complete() {
        #expect(table.commands.map(\.name) == CommandName.allCases)
    }

    @Test("no two options of a command share a spelling", arguments: table.commands.map(\.name))
    func unique(name: CommandName) {
        let options = table[name].options
        let spellings = options.flatMap(\.spellings) + options.compactMap(\.short).map { "-\($0)" }
        #expect(Set(spellings).count == spellings.count)
    }

    @Test("every default is a value that the option itself takes", arguments: table.commands.map(\.name))
    func defaults(name: CommandName) {
        for option in table[name].options {
            guard let value = option.defaultValue else { continue }
            #expect(option.value?.objection(to: value) == nil, "--\(option.name)=\(value)")
        }
    }

    @Test("help is a sentence without a full stop, in ASCII", arguments: table.commands.map(\.name))
    func wording(name: CommandName) {
        let command = table[name]
        for help in command.options.map(\.help) {
            #expect(help.first?.isUppercase == true && help.last != ".", "\(help)")
        }
        let texts = [command.summary] + command.description + command.options.map(\.help)
        #expect(texts.allSatisfy { $0.allSatisfy(\.isASCII) })
    }

    @Test("every spelling of every option is in the help, the man page and all completions")
    func agreement() {
        let bash = Set(BashCompletion.script(for: table).split(whereSeparator: { " '\n)".contains($0) }))
        let zsh = ZshCompletion.script(for: table)
        let fish = FishCompletion.script(for: table)
        for command in table.commands {
            let help = HelpPage.text(of: command, in: table)
            let page = ManPage.text(of: command, in: table)
            for option in command.options {
                #expect(help.contains(option.display), "\(option.name)")
                #expect(page.contains(ManPage.escape(option.display)), "\(option.name)")
                for spelling in option.spellings {
                    #expect(bash.contains(spelling[...]), "\(spelling)")
                    #expect(zsh.contains(")\(spelling)") || zsh.contains("*\(spelling)"), "\(spelling)")
                    #expect(fish.contains(" -l \(spelling.dropFirst(2)) "), "\(spelling)")
                }
            }
        }
    }

    @Test(
        "every example is a command line that is understood",
        arguments: table.commands.flatMap(\.examples).map(\.command))
    func examples(line: String) throws {
        for stage in line.split(whereSeparator: { "|<>".contains($0) }) {
            let text = stage.hasPrefix("(") ? stage.dropFirst() : stage
            var words = text.split(separator: " ").map { $0.trimming(")") }
            guard words.first == "logfold" else { continue }
            words.removeFirst()
            _ = try table.parse(words)
        }
    }
}

extension Substring {
    fileprivate func trimming(_ end: Character) -> String { String(last == end ? dropLast() : self) }
}
