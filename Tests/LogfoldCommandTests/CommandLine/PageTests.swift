import Testing

@testable import logfold

/// A command that has one of everything.
private let sample = CommandSpec(
    .test, summary: "compare -x with 'y'", description: ["First paragraph.", ".dots and \\n stay"],
    argument: .some(ValueSpec("DIR", .directory)),
    groups: [
        OptionGroup(
            "Shape",
            [
                .value(
                    "output", "o", "SHAPE", .choice(["ecs", "raw"]), default: "ecs", help: "The shape of the events"),
                .value("oslo-config", nil, "PATH", .file, repeatable: true, help: "Read the format from here"),
                .flag("redact", nil, .onByDefault, help: "Leave secrets"),
                .flag("line-buffered", nil, .either, help: "Print at once"),
            ])
    ],
    examples: [Example("Try it", "logfold test x")])
private let table = CommandTable([
    CommandSpec(.filter, summary: "filter", description: []), sample,
])
private let real = CommandTable(formats: ["auto", "oslo", "oslo_json"])

@Suite("Help")
struct HelpPageTests {
    @Test("the help is made from the table")
    func page() {
        #expect(
            HelpPage.text(of: sample, in: table) == """
                logfold test: compare -x with 'y'

                Usage: logfold test [OPTION...] DIR...

                First paragraph.

                .dots and \\n stay

                Shape:
                  -o, --output=SHAPE          The shape of the events: ecs, raw (default: ecs)
                      --oslo-config=PATH      Read the format from here (may be repeated)
                      --no-redact             Leave secrets
                      --[no-]line-buffered    Print at once

                Other:
                  -h, --help                  Show this help and exit
                  -V, --version               Show the version and exit

                Examples:
                  # Try it
                  logfold test x

                """)
    }

    @Test("no line of any help is wider than 80 columns", arguments: real.commands.map(\.name))
    func width(name: CommandName) {
        let lines = HelpPage.text(of: real[name], in: real).split(separator: "\n")
        #expect(lines.filter { $0.count > 80 } == [])
    }

    @Test("a long term stands alone, a long word is not broken")
    func columns() {
        let rows = TextWrap.twoColumns(
            "--a-long-one", "alpha beta gamma-delta-epsilon", indent: 2, column: 10, width: 22)
        #expect(rows == ["  --a-long-one", "          alpha beta", "          gamma-delta-epsilon"])
        #expect(TextWrap.lines("", width: 10) == [""])
    }
}

@Suite("Man pages")
struct ManPageTests {
    @Test("the man page is made from the table")
    func page() {
        let page = ManPage.text(of: sample, in: table)
        #expect(
            page.hasPrefix(
                """
                .TH LOGFOLD\\-TEST 1 "" "logfold \(Version.current)" "User Commands"
                .SH NAME
                logfold\\-test \\- compare \\-x with \\(aqy\\(aq
                .SH SYNOPSIS
                \\fBlogfold test\\fR [\\fIOPTION...\\fR] \\fIDIR...\\fR
                .SH DESCRIPTION
                First paragraph.
                .PP
                \\&.dots and \\en stay
                .SH OPTIONS
                .SS Shape
                .TP
                \\fB\\-o\\fR, \\fB\\-\\-output\\fR=\\fISHAPE\\fR
                The shape of the events: ecs, raw (default: ecs).
                .TP
                \\fB\\-\\-oslo\\-config\\fR=\\fIPATH\\fR
                Read the format from here (may be repeated).

                """))
        #expect(page.contains("\n.SH EXIT STATUS\n.TP\n\\fB0\\fR\n"))
        #expect(page.hasSuffix("logfold test x\n.fi\n.RE\n.SH SEE ALSO\n\\fBlogfold\\fR(1)\n"))
    }

    @Test("no line of a page begins a request by accident", arguments: real.commands.map(\.name))
    func requests(name: CommandName) {
        let known = [".TH", ".SH", ".SS", ".TP", ".PP", ".RS", ".RE", ".nf", ".fi", ".br"]
        let lines = ManPage.text(of: real[name], in: real).split(separator: "\n")
        let requests = lines.filter { $0.hasPrefix(".") || $0.hasPrefix("'") }
        #expect(requests.filter { !known.contains(String($0.prefix(3))) } == [])
    }
}

@Suite("Messages")
struct TerminalTests {
    @Test("a file's name cannot steer the terminal")
    func harmless() {
        #expect(Terminal.harmless("a\u{1B}[31m\u{7}b\nc\u{9B}é") == "a?[31m?b?c?é")
    }

    @Test("the exit codes are those that the documentation promises")
    func exitCodes() {
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3])
    }
}
