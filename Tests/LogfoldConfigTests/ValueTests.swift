import LogfoldConfig
import LogfoldTestSupport
import Testing

private enum Codec: String, CaseIterable {
    case none, gzip, zstd
}

@Suite("Typed values")
struct ValueTests {
    /// Asks for a value of each type, so that a table can be written as `TYPE: VALUE`; answers with what came.
    private func ask(_ root: ConfigSection) -> String? {
        switch root.keys.first {
        case "text": root.text("text")
        case "required": root.requiredText("required")
        case "flag": root.optionalFlag("flag").map { "\($0)" }
        case "count": root.optionalInteger("count", in: 1...5000).map { "\($0)" }
        case "port": root.optionalInteger("port", in: 1...Int.max).map { "\($0)" }
        case "size": root.optionalSize("size", in: 1024...(64 << 20)).map { "\($0)" }
        case "wait": root.optionalDuration("wait", in: .milliseconds(1)...(.seconds(3600))).map { "\($0)" }
        case "age": root.optionalDuration("age", in: .seconds(1)...(.seconds(Int64.max))).map { "\($0)" }
        case "codec": root.optionalChoice("codec", of: Codec.self).map(\.rawValue)
        case "list": root.texts("list").joined(separator: "|")
        default: nil
        }
    }

    @Test(
        "right values are read",
        arguments: [
            ("text: /var/log", "/var/log"), ("text: 'a b'", "a b"), ("text: \"\"", ""), ("text: 12", "12"),
            ("text: true", "true"), ("text: \"null\"", "null"), ("text: !!str ~", "~"),
            ("text: |\n  a\n  b\n", "a\nb\n"),
            ("required: x", "x"),
            ("flag: true", "true"), ("flag: False", "false"), ("flag: yes", "true"), ("flag: NO", "false"),
            ("flag: on", "true"), ("flag: off", "false"),
            ("count: 1", "1"), ("count: 5000", "5000"), ("count: +7", "7"), ("port: 65536", "65536"),
            ("size: 64KiB", "65536"), ("size: 4096", "4096"), ("size: \"1MiB\"", "1048576"), ("size: 10kb", "10000"),
            ("wait: 30ms", "0.03 seconds"), ("wait: 1h", "3600.0 seconds"), ("age: 24h", "86400.0 seconds"),
            ("codec: zstd", "zstd"), ("codec: 'none'", "none"),
            ("list: a", "a"), ("list: [a, 'b c', 3]", "a|b c|3"), ("list:\n- a\n- b\n", "a|b"), ("list: []", ""),
        ])
    func right(yaml: String, value: String) {
        let configuration = read(yaml)
        #expect(ask(configuration.root) == value)
        #expect(configuration.lines == [])
    }

    @Test(
        "wrong values are named with what would be right",
        arguments: [
            ("text: [a]", "1:7: 'text' is a list; give a text"),
            ("text: {a: b}", "1:7: 'text' is a section; give a text"),
            ("text:", "1:6: 'text' has no value; give a text, or remove the key"),
            ("text: ~", "1:7: 'text' has no value; give a text, or remove the key"),
            ("text: \"a\\0b\"", "1:7: 'text' has a NUL character in it; remove it"),
            ("required: ''", "1:11: 'required' is empty; give it a value"),
            ("required: null", "1:11: 'required' has no value; give a text, or remove the key"),
            ("flag: maybe", "1:7: 'maybe' is no flag for 'flag'; give true or false"),
            ("flag: 1", "1:7: '1' is no flag for 'flag'; give true or false"),
            (
                "flag: 'true'",
                "1:7: 'true' is no flag for 'flag', because text in quotes is text; give true or false without quotes"
            ),
            ("count: many", "1:8: 'many' is no whole number for 'count'; give a whole number"),
            ("count: 1.5", "1:8: '1.5' is no whole number for 'count'; give a whole number"),
            ("count: 0", "1:8: '0' is out of range for 'count'; give 1 to 5000"),
            (
                "count: 99999999999999999999",
                "1:8: '99999999999999999999' is no whole number for 'count'; give a whole number"
            ),
            (
                "count: \"7\"",
                "1:8: '7' is no whole number for 'count', because text in quotes is text; "
                    + "give a whole number without quotes"
            ),
            ("port: 0", "1:7: '0' is out of range for 'port'; give 1 or more"),
            ("size: abc", "1:7: 'abc' is no size for 'size'; give a size such as 64KiB or 1MiB"),
            ("size: 1M", "1:7: '1M' is no size for 'size'; give a size such as 64KiB or 1MiB"),
            ("size: 1GiB", "1:7: '1GiB' is out of range for 'size'; give 1KiB to 64MiB"),
            ("wait: 30", "1:7: '30' is no duration for 'wait'; give a duration such as 30ms, 2s, 5m or 24h"),
            ("wait: 2h", "1:7: '2h' is out of range for 'wait'; give 1ms to 1h"),
            ("age: 0s", "1:6: '0s' is out of range for 'age'; give 1s or more"),
            ("codec: gzp", "1:8: 'gzp' is no value for 'codec'; did you mean 'gzip'? (give one of none, gzip, zstd)"),
            ("codec: lz4", "1:8: 'lz4' is no value for 'codec'; give one of none, gzip, zstd"),
            ("codec: GZIP", "1:8: 'GZIP' is no value for 'codec'; did you mean 'gzip'? (give one of none, gzip, zstd)"),
            ("list: {a: b}", "1:7: 'list' is a section; give a text"),
            ("list: [a, [b]]", "1:11: 'list' is a list; give a text"),
            ("list: [a, ~]", "1:11: 'list' has no value; give a text, or remove the key"),
            ("count: \"a\\tb\\e[31m\"", #"1:8: 'a\tb\u{1B}[31m' is no whole number for 'count'; give a whole number"#),
        ])
    func wrong(yaml: String, problem: String) {
        let configuration = read(yaml)
        _ = ask(configuration.root)
        #expect(configuration.lines == [problem])
    }

    @Test("a long value is cut in a problem")
    func long() {
        let configuration = read("count: \(String(repeating: "x", count: 100))")
        _ = ask(configuration.root)
        #expect(
            configuration.lines == [
                "1:8: '\(String(repeating: "x", count: 60))…' is no whole number for 'count'; give a whole number"
            ])
    }

    @Test("an absent or wrong value gives the default")
    func defaults() {
        for yaml in ["other: 1", "text: []\nflag: x\ncount: x\nsize: x\nwait: x\ncodec: x\n"] {
            let root = read(yaml).root
            #expect(root.text("text", default: "d") == "d")
            #expect(root.flag("flag", default: true))
            #expect(root.integer("count", in: 1...9, default: 3) == 3)
            #expect(root.size("size", in: 1...9, default: 4) == 4)
            #expect(root.duration("wait", in: .zero ... .seconds(9), default: .seconds(5)) == .seconds(5))
            #expect(root.choice("codec", default: Codec.gzip) == .gzip)
        }
    }

    @Test("what must be there and is not is said at the section")
    func missing() throws {
        let configuration = read("sinks:\n  local:\n    type: file\n")
        let sink = try #require(configuration.root.sections("sinks").first)
        #expect(sink.requiredText("path") == nil)
        #expect(configuration.root.requiredText("data_dir") == nil)
        #expect(
            configuration.lines == [
                "1:1: 'data_dir' is missing; write 'data_dir: …'",
                "2:3: 'path' is missing in sinks.local; write 'path: …'",
            ])
    }
}
