import LogfoldParsing
import Testing

@Suite struct ExceptionsSummaryTests {
    static let header = ExceptionsParserTests.header + ExceptionsParserTests.frameF
    static let syntax = header + "  File \"<x>\", line 1\n    x = = 2\n        ^\nSyntaxError: invalid syntax\n"
    static let group = """
          + Exception Group Traceback (most recent call last):
          | ExceptionGroup: grp
          | two (1 sub-exception)
          +-+---------------- 1 ----------------
            | ValueError: a
            +------------------------------------

        """

    static let withSummary: [(String, String, String)] = [
        ("failed: E: x", header + "E: x\n", "failed"),
        (": NoMsg", header + "NoMsg\n", ""),
        (": ValueError:", header + "ValueError: \n\n", ""),
        ("a\nb: E: x\ny", header + "E: x\ny\n", "a\nb"),
        ("failed: E: x\ny", header + "E: x  \ny\nnote: z\n", "failed"),
        ("failed: E: x", header + "E: x\ny\n", "failed"),
        ("failed: E: x \n\ny", header + "E: x\n\ny\n", "failed"),
        ("failed: E: x: E: x", header + "E: x\n", "failed: E: x"),
        ("syn:   File \"<x>\", line 1", syntax, "syn"),
        ("syn: File \"<x>\", line 1", syntax, "syn"),
        ("grp fail: ExceptionGroup: grp\ntwo (1 sub-exception)", group, "grp fail"),
    ]

    @Test(arguments: withSummary)
    func theSummaryIsTakenOff(message: String, traceback: String, bare: String) {
        #expect(bareMessage(message, traceback) == bare)
    }

    static let withoutSummary: [(String, String)] = [
        ("failed", header + "E: x\n"), ("failed: x", header + "E: x\n"), ("failed:E: x", header + "E: x\n"),
        ("E: x", header + "E: x\n"), ("failed: E: x\nz", header + "E: x\ny\n"), ("failed: E: xy", header + "E: x\n"),
        ("", header + "E: x\n"), ("failed: ", header), ("failed: E: x y", header + "E: x\n"),
    ]

    @Test(arguments: withoutSummary)
    func aMessageWithoutSummaryStays(message: String, traceback: String) {
        #expect(bareMessage(message, traceback) == nil)
    }

    private func bareMessage(_ message: String, _ traceback: String) -> String? {
        let bytes = Array((message + "\n" + traceback).utf8)
        let length = message.utf8.count
        var parser = ExceptionParser()
        return bytes.withSpan { (text: RawSpan) in
            _ = parser.parse(text, ByteRange(length + 1, bytes.count))
            return parser.bareMessage(text, ByteRange(0, length)).map { text.string($0) }
        }
    }
}
