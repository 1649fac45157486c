import LogfoldParsing
import Testing

@Suite struct ExceptionsFingerprintTests {
    static func traceback(_ frames: [(file: String, function: String)], _ last: String = "E: x", line: Int = 7)
        -> String
    {
        ExceptionsParserTests.header
            + frames.map { "  File \"\($0.file)\", line \(line), in \($0.function)\n    call()\n" }.joined() + last
            + "\n"
    }

    static func chained(_ first: String, _ sentence: String, _ second: String) -> String {
        traceback([("/a/b.py", "f")], first) + sentence + traceback([("/a/b.py", "g")], second)
    }

    static let base = traceback([("/usr/lib/python3/dist-packages/nova/a.py", "f")])
    static let cause = ExceptionsParserTests.cause
    static let context = ExceptionsParserTests.context

    static let same: [(String, String, String)] = [
        ("message", traceback([("/a/b.py", "f")], "E: id 1"), traceback([("/a/b.py", "f")], "E: other\nlines")),
        ("line", traceback([("/a/b.py", "f")], line: 1), traceback([("/a/b.py", "f")], line: 22)),
        ("site-packages", base, traceback([("/opt/venv/lib/python3.12/site-packages/nova/a.py", "f")])),
        ("egg", base, traceback([("/usr/lib/python2.7/site-packages/nova-1.2-py2.7.egg/nova/a.py", "f")])),
        (
            "standard library", traceback([("/usr/lib/python3.11/threading.py", "run")]),
            traceback([("/usr/lib64/python3.9/threading.py", "run")])
        ),
        (
            "script", traceback([("/usr/bin/nova-api", "main")]),
            traceback([("/var/lib/kolla/venv/bin/nova-api", "main")])
        ),
        ("generated code", traceback([("<decorator-gen-12>", "f")]), traceback([("<decorator-gen-9>", "f")])),
        ("recursion", traceback([("/a/b.py", "f")]), traceback(Array(repeating: ("/a/b.py", "f"), count: 5))),
        (
            "folded recursion", traceback([("/a/b.py", "f")]),
            traceback([("/a/b.py", "f")], "  [Previous line repeated 99 more times]\nE: x")
        ),
        (
            "mutual recursion", traceback([("/a/b.py", "f"), ("/a/b.py", "g")]),
            traceback((0..<40).map { ("/a/b.py", $0 % 2 == 0 ? "f" : "g") })
        ),
        ("text before", base, "Exception in thread worker-3:\n" + base),
    ]

    @Test(arguments: same)
    func itStaysTheSame(whatDiffers: String, left: String, right: String) {
        #expect(ParsedText(left).fingerprint == ParsedText(right).fingerprint)
        #expect(ParsedText(left).fingerprint != [0, 0])
    }

    static let different: [(String, String, String)] = [
        ("type", base, traceback([("/usr/lib/python3/dist-packages/nova/a.py", "f")], "F: x")),
        ("function", base, traceback([("/usr/lib/python3/dist-packages/nova/a.py", "g")])),
        ("file", base, traceback([("/usr/lib/python3/dist-packages/nova/b.py", "f")])),
        ("folder", base, traceback([("/usr/lib/python3/dist-packages/cinder/a.py", "f")])),
        ("one more frame", base, base.replacing("E: x", with: "  File \"/a/b.py\", line 1, in g\nE: x")),
        ("order", traceback([("/a/b.py", "f"), ("/a/b.py", "g")]), traceback([("/a/b.py", "g"), ("/a/b.py", "f")])),
        (
            "return to a function", traceback([("/a/b.py", "f"), ("/a/b.py", "g")]),
            traceback([("/a/b.py", "f"), ("/a/b.py", "g"), ("/a/b.py", "f")])
        ),
        ("where a name ends", traceback([("/a/b.pyx", "f")]), traceback([("/a/b.py", "xf")])),
        ("cause", chained("A: a", cause, "B: b"), chained("Z: a", cause, "B: b")),
        ("relation", chained("A: a", cause, "B: b"), chained("A: a", context, "B: b")),
        ("chain", traceback([("/a/b.py", "g")], "B: b"), chained("A: a", context, "B: b")),
    ]

    @Test(arguments: different)
    func itDiffers(byWhat: String, left: String, right: String) {
        #expect(ParsedText(left).fingerprint != ParsedText(right).fingerprint)
    }

    /// Fingerprints are stored: this value is part of the format.
    @Test func itNeverChanges() {
        #expect(ParsedText(Self.base).fingerprint == [0x4dba_ef56_3aae_b904, 0x1d58_3f6f_42fc_8ab0])
    }
}
