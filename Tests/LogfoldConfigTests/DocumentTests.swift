import LogfoldConfig
import LogfoldTestSupport
import Testing

@Suite("A YAML document")
struct DocumentTests {
    @Test(
        "a text that is not YAML is one problem at its place, with a way out",
        arguments: [
            (
                "a: 1\n\tb: 2\n",
                "2:1: found a tab character that violates indentation while scanning a plain scalar, begun in line 1; "
                    + "indent with spaces, not with tabs"
            ),
            (
                "a:\n\tb: 2\n",
                "2:1: found character that cannot start any token while scanning for the next token; "
                    + "indent with spaces, not with tabs"
            ),
            (
                "a:\n  b: 1\n c: 2\n",
                "3:2: did not find expected key while parsing a block mapping, begun in line 1; "
                    + "check the indentation and the quotes of this line and of the one before it"
            ),
            (
                "a: b: c\n",
                "1:5: mapping values are not allowed in this context; "
                    + "correct the indentation, or put a text with ': ' in it into quotes"
            ),
            (
                "include: *.log\n",
                "1:11: did not find expected alphabetic or numeric character while scanning an alias; "
                    + "put a text that begins with one of * & ! @ % ` into quotes"
            ),
            (
                "include: [*.log]\n",
                "1:12: did not find expected alphabetic or numeric character while scanning an alias; "
                    + "put a text that begins with one of * & ! @ % ` into quotes"
            ),
            (
                "unit: @n-cpu\n",
                "1:7: found character that cannot start any token while scanning for the next token; "
                    + "put a text that begins with one of * & ! @ % ` into quotes"
            ),
            (
                "a: \"b\n",
                "2:1: found unexpected end of stream while scanning a quoted scalar, begun in line 1; close the quotes"
            ),
            (
                "a: \"\\d\"\n",
                "1:5: found unknown escape character while parsing a quoted scalar; "
                    + "write \\\\ for a backslash, or use single quotes"
            ),
            (
                "a: { port: ${PORT} }\n",
                "1:13: did not find expected ',' or '}' while parsing a flow mapping; "
                    + "close the bracket, and put a text with one of { } [ ] , in it into quotes"
            ),
            (
                "a: [b\nc: d\n",
                "2:2: did not find expected ',' or ']' while parsing a flow sequence, begun in line 1; "
                    + "close the bracket, and put a text with one of { } [ ] , in it into quotes"
            ),
            (
                "a: 1\nb\nc: 2\n",
                "3:1: could not find expected ':' while scanning a simple key, begun in line 2; "
                    + "write 'key: value', with a space after the colon"
            ),
            ("a: 1\n---\nb: 2\n", "2:1: a second document begins here; remove the line '---'"),
            ("", "1:1: the file has no settings; it needs inputs or a preset, and sinks"),
            ("# nothing\n---\n", "1:1: the file has no settings; it needs inputs or a preset, and sinks"),
            ("- a\n", "1:1: the file is a list; write keys with values: 'sinks:' …"),
            ("sinks\n", "1:1: the file is a single value; write keys with values: 'sinks:' …"),
        ])
    func syntax(yaml: String, problem: String) {
        let configuration = read(yaml)
        configuration.root.problem("what is missing then is not said")
        configuration.root.finish()
        #expect(configuration.lines == [problem])
    }

    @Test(
        "bytes that are no text are named",
        arguments: [
            (
                Array("a: 1\nä: ".utf8) + [0xC3, 0x28],
                "2:5: invalid trailing UTF-8 octet (0x28); save the file as UTF-8 text without control characters"
            ),
            (
                [0x61, 0x3A, 0x20, 0xFF],
                "1:4: invalid leading UTF-8 octet (0xFF); save the file as UTF-8 text without control characters"
            ),
            (
                Array("a: \u{1}".utf8),
                "1:4: control characters are not allowed (0x1); save the file as UTF-8 text without control characters"
            ),
        ] as [([UInt8], String)])
    func noText(bytes: [UInt8], problem: String) {
        #expect(read(bytes).lines == [problem])
    }

    @Test(
        "a byte order mark, Windows line ends and UTF-16 are read, and columns count characters",
        arguments: [
            Array("\u{FEFF}é: 1\nä:  x".utf8), Array("é: 1\r\nä:  x\r\n".utf8),
            [0xFF, 0xFE] + "é: 1\nä:  x".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
        ] as [[UInt8]])
    func encodings(bytes: [UInt8]) {
        let configuration = read(bytes)
        #expect(configuration.root.integer("é", in: 0...9, default: 0) == 1)
        configuration.root.problem("here", at: "ä")
        #expect(configuration.lines == ["2:5: here"])
    }

    @Test("a configuration longer than a megabyte is refused")
    func tooLong() {
        let configuration = read([UInt8](repeating: UInt8(ascii: "#"), count: 1 << 20 + 1))
        #expect(configuration.lines == ["1:1: the file is longer than 1048576 bytes; is it a configuration?"])
    }

    @Test("a file that cannot be read is one problem")
    func unreadable() {
        let configuration = Configuration.read(path: "/etc/logfold.yaml", environment: .fake([:], [:]))
        #expect(
            configuration.problems.map(\.description) == [
                "/etc/logfold.yaml:1:1: the configuration cannot be read: No such file or directory"
            ])
    }

    @Test("a file is read by the environment's means")
    func readable() {
        let configuration = Configuration.read(path: "/c.yaml", environment: .fake([:], ["/c.yaml": "a: b"]))
        #expect(configuration.root.text("a") == "b")
        #expect(configuration.problems.isEmpty)
    }

    @Test(
        "what is odd but readable is noted, and reading goes on",
        arguments: [
            ("a: 1\nb: 2\n\na: 3\n", ["4:1: 'a' is there twice, first in line 1; remove one of them"]),
            (
                "b: &x { c: 1 }\na:\n  <<: *x\n",
                ["3:3: merge keys ('<<') are not read; write the keys out, or repeat a whole value with '*name'"]
            ),
            ("a: 1\n? [x, y]\n: 2\n", ["2:3: a key is a list here; a key must be a text"]),
            ("a: 1\n{ x: y }: 2\n", ["2:1: a key is a section here; a key must be a text"]),
            ("a: 1\n?\n: 2\n", ["2:2: a key is empty here; write 'key: value'"]),
            ("a: !int 1\n", ["1:4: the type '!int' is not known here; remove it"]),
            ("a: !!int 1\n", ["1:4: the type 'tag:yaml.org,2002:int' is not known here; remove it"]),
        ])
    func odd(yaml: String, problems: [String]) {
        let configuration = read(yaml)
        #expect(configuration.root.has("a"))
        #expect(configuration.lines == problems)
    }

    @Test("of a key that is there twice the first counts")
    func firstCounts() {
        #expect(read("a: x\na: y\n").root.text("a") == "x")
    }
}

@Suite("Anchors and aliases")
struct AliasTests {
    @Test("an alias repeats the whole value of its anchor, and a problem in it stands at the anchor")
    func repeats() throws {
        let configuration = read("one: &tls\n  ca: /a\n  verify: maybe\ntwo: *tls\n")
        for key in ["one", "two"] {
            let section = try #require(configuration.root.section(key))
            #expect(section.text("ca") == "/a")
            #expect(section.flag("verify", default: true))
        }
        #expect(configuration.lines == ["3:11: 'maybe' is no flag for 'verify'; give true or false"])
    }

    @Test(
        "an alias without an anchor before it, or inside of it, is a problem",
        arguments: [
            (
                "a: *nova\n",
                "1:4: there is no '&nova' before this '*nova'; put a text that begins with '*' into quotes"
            ),
            ("a: &x [1, *x]\n", "1:11: the alias '*x' stands inside of what it repeats; write the value out"),
            (
                "b: &x 1\na: &x { c: *x }\n",
                "2:12: the alias '*x' stands inside of what it repeats; write the value out"
            ),
        ])
    func unknown(yaml: String, problem: String) {
        #expect(read(yaml).lines == [problem])
    }

    @Test("aliases that multiply (a billion laughs) are stopped by their number")
    func billion() {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            yaml += "a\(level): &a\(level) [\((0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]\n"
        }
        #expect(read(yaml).lines == ["4:45: the aliases up to here stand for more than 10000 values; use fewer"])
    }

    @Test("ten thousand repeated values are read, one more is not")
    func mostExpanded() {
        func aliases(_ count: Int) -> String {
            "a: &a x\nb: [\(repeatElement("*a", count: count).joined(separator: ","))]\n"
        }
        #expect(read(aliases(10_000)).root.texts("b").count == 10_000)
        #expect(read(aliases(10_001)).problems.count == 1)
    }

    @Test("what aliases repeat is bounded in bytes, too")
    func mostExpandedBytes() {
        let text = String(repeating: "x", count: 200_000)
        #expect(read("a: &a \(text)\nb: [*a, *a, *a, *a, *a]\n").problems.isEmpty)
        #expect(
            read("a: &a \(text)\nb: [*a, *a, *a, *a, *a, *a]\n").lines == [
                "2:25: the aliases up to here stand for more than 1048576 bytes; use fewer"
            ])
    }

    @Test("levels are bounded, in the text and through aliases")
    func levels() {
        func nested(_ count: Int) -> String {
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        #expect(read("a: \(nested(63))\n").problems.isEmpty)
        #expect(read("a: \(nested(64))\n").lines == ["1:67: this is nested deeper than 64 levels; flatten it"])
        #expect(read("a: \(nested(100_000))\n").lines == ["1:67: this is nested deeper than 64 levels; flatten it"])
        #expect(read("a: &a \(nested(40))\nb: [[[*a]]]\n").problems.isEmpty)
        #expect(
            read("a: &a \(nested(40))\nb: \(String(repeating: "[", count: 30))*a").lines
                == ["2:34: this is nested deeper than 64 levels; flatten it"])
    }
}
