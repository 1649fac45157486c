import LogfoldParsing
import Testing

/// What a test sees of a parsed traceback.
struct ParsedText: Equatable {
    var isTraceback = false
    /// `relation Type: text [functions]`, by the parser's order.
    var chain: [String] = []
    var rootCause: String?
    var trace = ""
    var stackInfo = ""
    var fingerprint: [UInt64] = []

    init(_ lines: String, typeLineSuffices: Bool = false) {
        var parser = ExceptionParser()
        self.init(lines, parser: &parser, typeLineSuffices: typeLineSuffices)
    }

    init(_ lines: String, parser: inout ExceptionParser, typeLineSuffices: Bool = false) {
        let bytes = Array(lines.utf8)
        bytes.withSpan { (text: RawSpan) in
            isTraceback = parser.parse(text, ByteRange(0, bytes.count), typeLineSuffices: typeLineSuffices)
            chain = parser.exceptions.map { exception in
                let calls = exception.frames.map { index in
                    let frame = parser.frames[index]
                    return text.string(frame.function) + (frame.repeated > 0 ? "+\(frame.repeated)" : "")
                }
                let message = exception.message.isEmpty ? "" : ": " + text.string(exception.message)
                return "\(exception.relation) \(text.string(exception.type))\(message) \(calls)"
            }
            rootCause = parser.rootCause.map { text.string(parser.exceptions[$0].type) }
            trace = text.string(parser.trace)
            stackInfo = text.string(parser.stackInfo)
            fingerprint = [parser.fingerprint.0, parser.fingerprint.1]
        }
    }
}

@Suite struct ExceptionsParserTests {
    static let header = "Traceback (most recent call last):\n"
    static let frameF = "  File \"/srv/g.py\", line 3, in f\n    raise E\n"
    static let cause = "\nThe above exception was the direct cause of the following exception:\n\n"
    static let context = "\nDuring handling of the above exception, another exception occurred:\n\n"

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var text: String
        var chain: [String]

        init(_ name: String, _ text: String, _ chain: [String]) {
            testDescription = name
            self.text = text
            self.chain = chain
        }
    }

    static let cases = [
        Case("a type without text", header + frameF + "NoMsg\n", [#"none NoMsg ["f"]"#]),
        Case("notes behind a type without text", header + frameF + "NoMsg\nHost: a\n", [#"none NoMsg ["f"]"#]),
        Case("a text that begins on the next line", header + frameF + "E: \nx\n", ["none E: \nx [\"f\"]"]),
        Case("a blank line inside the text", header + frameF + "E: x\n\ny\n\n\n", ["none E: x\n\ny [\"f\"]"]),
        Case(
            "text like a frame", header + frameF + "E: x\n  File \"a\", line 1, in g\nT: y",
            [
                "none E: x\n  File \"a\", line 1, in g\nT: y [\"f\"]"
            ]),
        Case("markers of 3.13", header + frameF + "    ...<3 lines>...\n    )\n    ~^^^~\nE: x", [#"none E: x ["f"]"#]),
        Case("a local class", header + frameF + "m.f.<locals>.E: x", [#"none m.f.<locals>.E: x ["f"]"#]),
        Case(
            "folded recursion", header + frameF + "  [Previous line repeated 975 more times]\nE: x",
            [
                #"none E: x ["f+975"]"#
            ]),
        Case(
            "text before the header", "Exception in thread w-1:\nfoo: bar\n" + header + frameF + "E: x",
            [
                #"none E: x ["f"]"#
            ]),
        Case("a type line before the header", "foo: bar\n" + header + frameF + "E: x", [#"none E: x ["f"]"#]),
        Case(
            "cause and context", "A: a\(cause)\(header)\(frameF)B: b\(context)\(header)\(frameF)C: c",
            [
                #"none C: c ["f"]"#, #"context B: b ["f"]"#, "cause A: a []",
            ]),
        Case(
            "no blank lines, as JSON has it", header + frameF + "A: a" + cause.dropLast() + header + "B: b",
            [
                "none B: b []", #"cause A: a ["f"]"#,
            ]),
        Case(
            "blanks in the blank lines", header + frameF + "A: a\n  " + cause.dropLast() + " \n" + header + "B: b",
            [
                "none B: b []", #"cause A: a ["f"]"#,
            ]),
        Case(
            "a joining sentence as text", header + frameF + "A: a\(cause)of death",
            [
                "none A: a\nThe above exception was the direct cause of the following exception:\n\nof death [\"f\"]"
            ]),
        Case(
            "a remote traceback as text", header + frameF + "A_Remote: a\n" + header + frameF + "A: a\n",
            [
                "none A_Remote: a\n\(header)\(frameF)A: a [\"f\"]"
            ]),
        Case(
            "a remote chain as text",
            header + frameF + "B_Remote: b\n\(header)\n\(frameF)\nA: a\n\(cause)\(header)\nB: b",
            ["none B_Remote: b\n\(header)\n\(frameF)\nA: a\n\(cause)\(header)\nB: b [\"f\"]"]),
        Case(
            "a local chain behind a remote text",
            header + "A_Remote: a\n\(header)\(frameF)A: a\(cause)\(header)\(frameF)B",
            [
                #"none B ["f"]"#, "cause A_Remote: a\n\(header)\(frameF)A: a []",
            ]),
        Case("a stack that breaks off", header + frameF, [#"none  ["f"]"#]),
        Case(
            "a stack that breaks off before another", header + frameF + header + frameF + "E: x", [#"none E: x ["f"]"#]),
        Case(
            "a place instead of a frame", header + "  File \"<x>\", line 1\n    x = = 2\n        ^\nSyntaxError: bad",
            [
                "none SyntaxError: bad []"
            ]),
        Case("the end of a torn traceback", frameF + "E: x\n", [#"none E: x ["f"]"#]),
        Case("no exception", "NoneType: None\n", []),
        Case(
            "a message of Python 2", header + frameF + "error: [Errno 111] refused\n",
            [
                #"none error: [Errno 111] refused ["f"]"#
            ]),
    ]

    @Test(arguments: cases)
    func theChainIsRead(_ example: Case) {
        let parsed = ParsedText(example.text, typeLineSuffices: true)
        #expect(parsed.isTraceback)
        #expect(parsed.chain == example.chain)
    }

    @Test(arguments: ["", "\n\n", "ordinary text\n", "ValueError: x", "  | x\n  +-+---- 1 ----\n", "+", "  +-"])
    func textIsNoTraceback(_ text: String) {
        let parsed = ParsedText(text)
        #expect(!parsed.isTraceback)
        #expect(parsed.chain == [])
    }

    static let group = """
        Traceback (most recent call last):
          File "/srv/g.py", line 1, in start
        OSError: first

        During handling of the above exception, another exception occurred:

          + Exception Group Traceback (most recent call last):
          |   File "/srv/g.py", line 13, in run
          |     raise ExceptionGroup('several', es)
          | ExceptionGroup: several (4 sub-exceptions)
          +-+---------------- 1 ----------------
            | Exception Group Traceback (most recent call last):
            |   File "/srv/g.py", line 11, in inner
            | ExceptionGroup: nested (1 sub-exception)
            +-+---------------- 1 ----------------
              | KeyError: 'p'
              | 
              | The above exception was the direct cause of the following exception:
              | 
              | Traceback (most recent call last):
              |   File "/srv/g.py", line 3, in g
              | LookupError: x
              |
              | y
              +------------------------------------
            +---------------- 2 ----------------
            | ValueError: a
            +---------------- ... ----------------
            | and 2 more exceptions
            +------------------------------------

        The above exception was the direct cause of the following exception:

        Traceback (most recent call last):
          File "/srv/g.py", line 14, in main
        RuntimeError: while stopping
        """

    @Test func membersFollowTheChainOfTheirGroup() {
        let parsed = ParsedText(Self.group)
        #expect(
            parsed.chain == [
                #"none RuntimeError: while stopping ["main"]"#,
                #"cause ExceptionGroup: several (4 sub-exceptions) ["run"]"#,
                #"context OSError: first ["start"]"#,
                #"group ExceptionGroup: nested (1 sub-exception) ["inner"]"#,
                "group LookupError: x\n      |\n      | y [\"g\"]",
                "cause KeyError: 'p' []",
                "group ValueError: a []",
            ])
        #expect(parsed.rootCause == "OSError")
        #expect(parsed.trace == Self.group)
    }

    @Test func parentsNameTheGroup() {
        let bytes = Array(Self.group.utf8)
        var parser = ExceptionParser()
        bytes.withSpan { (text: RawSpan) in _ = parser.parse(text, ByteRange(0, bytes.count)) }
        #expect(parser.exceptions.map(\.parent) == [nil, 0, 1, 1, 3, 4, 1])
        #expect(parser.exceptions.map(\.isGroup) == [false, true, false, true, false, false, false])
        #expect(parser.exceptions.map(\.margin) == [0, 4, 0, 6, 8, 8, 6])
    }

    @Test func aGroupCutAnywhereIsStillRead() {
        let lines = Self.group.split(separator: "\n", omittingEmptySubsequences: false)
        for count in 1...lines.count {
            #expect(ParsedText(lines.prefix(count).joined(separator: "\n")).chain.count >= 1)
        }
        for length in 0..<Self.group.utf8.count {
            _ = ParsedText(String(decoding: Array(Self.group.utf8)[length...], as: UTF8.self))
        }
    }

    @Test func stackInfoIsNoPartOfTheException() {
        let stack = "Stack (most recent call last):\n  File \"/srv/g.py\", line 9, in main\n    work()\n"
        let parsed = ParsedText(Self.header + Self.frameF + "E: x\n\n" + stack)
        #expect(parsed.chain == [#"none E: x ["f"]"#])
        #expect(parsed.trace == Self.header + Self.frameF + "E: x")
        #expect(parsed.stackInfo == stack)
        let alone = ParsedText(stack)
        #expect(alone.isTraceback && alone.chain.isEmpty && alone.stackInfo == stack)
    }

    @Test func aReusedParserForgetsTheEventBefore() {
        var parser = ExceptionParser()
        _ = ParsedText(Self.group, parser: &parser)
        let text = Self.header + Self.frameF + "E: x"
        #expect(ParsedText(text, parser: &parser) == ParsedText(text))
        #expect(ParsedText("nothing", parser: &parser) == ParsedText("nothing"))
    }

    @Test func aFrameHasFileLineAndFunction() throws {
        let bytes = Array("  File \"/a \"b\"/c.py\", line 12, in <module>  ".utf8)
        bytes.withSpan { (text: RawSpan) in
            let frame = StackFrame(text, 0, bytes.count)
            #expect(frame.map { text.string($0.file) } == "/a \"b\"/c.py")
            #expect(frame.map { text.string($0.line) } == "12")
            #expect(frame.map { text.string($0.function) } == "<module>")
        }
    }
}
