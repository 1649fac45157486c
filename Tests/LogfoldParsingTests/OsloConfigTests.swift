import Testing

@testable import LogfoldParsing

@Suite struct OsloConfigTests {
    private func config(_ files: String...) -> OsloConfig {
        OsloConfig(files.enumerated().map { ("\($0.offset + 1).conf", Array($0.element.utf8)) })
    }

    /// The value of `a`, or the problem.
    private func value(_ text: String) -> String? {
        do throws(OsloConfigProblem) {
            return try config(text).value("a")?.text
        } catch {
            return error.description
        }
    }

    @Test(arguments: [
        ("[DEFAULT]\na = b", "b"), ("[DEFAULT]\r\na=b\r\n", "b"), ("[default]\na : b = c", "b = c"),
        ("[DEFAULT]\na=%(x)s: y", "%(x)s: y"), ("[DEFAULT]\na = first\na = last", "last"),
        ("[DEFAULT]\na = 'b '", "b "), ("[DEFAULT]\na = \"b \" # no comment", "\"b \" # no comment"),
        ("[DEFAULT]\na = 'b\"", "'b\""), ("[DEFAULT]\na = '", ""), ("[DEFAULT]\na =", ""),
        ("[DEFAULT]\na = b\n  c\n\td \n", "b\nc\nd"), ("[DEFAULT]\na = b\n # c\n", "b\n# c"),
        ("[DEFAULT]\na = b\n#c\n[x]\na = d\n", "b"), ("[x]\na = d\n[DEFAULT]\n;a = e\na = b", "b"),
        ("[DEFAULT]\na = $b/$c\nb = 1\nc = ${b}2", "1/12"),
        ("[DEFAULT]\na = $$b \\$b $ $1 ${b b}$", "$b $b $ $1 ${b b}$"),
        ("[DEFAULT]\na = ${g.x} $g.x\n[G]\nx = $y\ny = 1", "1 1"), ("[DEFAULT]\na = $g.x\ny = 2\n[g]\nx = $y", "2"),
        ("[DEFAULT]\na = é$b\nb = ü", "éü"),
    ])
    func `values are read as oslo.config reads them`(text: String, expected: String) {
        #expect(config(text).problems.isEmpty)
        #expect(value(text) == expected)
    }

    @Test func `the last file wins`() throws {
        let merged = config("[DEFAULT]\na = 1\nb = 1", "[DEFAULT]\nb = 2")
        #expect(try merged.value("a")?.text == "1")
        #expect(try merged.value("b") == OsloConfig.Value(option: "b", text: "2", file: "2.conf", line: 2))
        #expect(try merged.value("c") == nil)
    }

    @Test(arguments: [
        (
            "[DEFAULT]\na = $nothing",
            "1.conf:2: “$nothing” in a is not set in these files; give the file that sets it as well, or write $$ for a dollar"
        ),
        (
            "[DEFAULT]\na = $b\nb = $a",
            "1.conf:2: “$b” in a leads back to itself; write the value in its place, or $$ for a dollar"
        ),
        (
            "[DEFAULT]\na = $g.x\n[other]\nx = 1",
            "1.conf:2: “$g.x” in a is not set in these files; give the file that sets it as well, or write $$ for a dollar"
        ),
    ])
    func `a reference that leads nowhere is an error`(text: String, expected: String) {
        #expect(value(text) == expected)
    }

    @Test(arguments: ["", "xxxxxxxxxxxxxxxx"])
    func `a value cannot grow without end`(innermost: String) {
        var text = "[DEFAULT]\na = $b\nb = $c0$c0$c0$c0$c0$c0$c0$c0\n"
        for level in 0..<8 { text += "c\(level) = " + String(repeating: "$c\(level + 1)", count: 16) + "\n" }
        text += "c8 = " + innermost
        #expect(value(text)?.contains("grows without end") == true)
    }

    @Test func `every line that oslo.config refuses is reported`() {
        let problems = config("a = 1\n  x\n[DEFAULT\n[]\nfoo\n= 2\n[DEFAULT]\n x\nb = 1\n\n  y\n").problems
        #expect(
            problems.map(\.description) == [
                "1.conf:1: “a” stands before any section; write [DEFAULT] on a line before it",
                "1.conf:2: unexpected continuation line “x”; remove the blank before it",
                "1.conf:3: section “[DEFAULT” does not end with “]”; write a comment on a line of its own",
                "1.conf:4: section without a name; write [DEFAULT] or a group's name",
                "1.conf:5: no “=” or “:” in “foo”; write option = value, or # before a comment",
                "1.conf:6: no option before “= 2”; write option = value",
                "1.conf:8: unexpected continuation line “x”; remove the blank before it",
                "1.conf:11: unexpected continuation line “y”; remove the blank before it",
            ])
    }

    @Test func `options that no file sets are oslo.log's own`() throws {
        let text = "[DEFAULT]\nlogging_debug_format_suffix =\nlog_date_format = '%H'\nuse_json = False\n"
        let read = OsloLogOptions.read([("n.conf", Array(text.utf8))])
        let options = try #require(read.options)
        #expect(options.debugSuffix.text.isEmpty && options.debugSuffix.isSet)
        #expect(options.dateFormat.text == "%H")
        #expect(options.exceptionPrefix.text == "%(asctime)s.%(msecs)03d %(process)d ERROR %(name)s %(instance)s")
        #expect(!options.exceptionPrefix.isSet)
    }

    @Test func `services whose log is not made of these options are told apart, with all problems at once`() {
        let text = "[DEFAULT]\nuse_json = True\nlog_config_append = $dir/logging.ini\ndir = /etc/nova\nfoo\n"
        let read = OsloLogOptions.read([("n.conf", Array(text.utf8))])
        #expect(read.options == nil)
        #expect(
            read.problems.map(\.description) == [
                "n.conf:5: no “=” or “:” in “foo”; write option = value, or # before a comment",
                "n.conf:3: log_config_append = /etc/nova/logging.ini: the formatters in that file decide what this "
                    + "service's log looks like, not the options here; name the format by --format, or give "
                    + "--oslo-config a file that holds the format strings",
                "n.conf:2: use_json = True: this service writes JSON; use --format oslo_json",
            ])
    }
}
