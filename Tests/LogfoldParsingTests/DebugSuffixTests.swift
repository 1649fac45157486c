import Testing

@testable import LogfoldParsing

@Suite struct DebugSuffixTests {
    /// `message|function|file|line|pid` of the suffix in `text`, or nil.
    private func find(_ text: String) -> String? {
        Array(text.utf8).withSpan { (span: RawSpan) -> String? in
            guard let suffix = DebugSuffix.find(span, ByteRange(0, span.byteCount)) else { return nil }
            return [suffix.message, suffix.function, suffix.file, suffix.line, suffix.pid]
                .map { span.string($0) }.joined(separator: "|")
        }
    }

    @Test(arguments: [
        ("Took 5 s _run /opt/nova/manager.py:1780", "Took 5 s|_run|/opt/nova/manager.py|1780|"),
        ("x <module> /usr/bin/nova-compute:10", "x|<module>|/usr/bin/nova-compute|10|"),
        ("x <lambda> manager.py:1", "x|<lambda>|manager.py|1|"),
        ("x f <string>:1", "x|f|<string>|1|"),
        ("x größe /a/b.py:1", "x|größe|/a/b.py|1|"),
        ("</domain>\n _get_guest_xml /usr/lib/driver.py:7512", "</domain>\n|_get_guest_xml|/usr/lib/driver.py|7512|"),
        (" f /a.py:1", "|f|/a.py|1|"),
        ("two  f /a.py:1", "two |f|/a.py|1|"),
        ("a: /b.py:3 f /c.py:1", "a: /b.py:3|f|/c.py|1|"),
        ("Checking from (pid=42) f /a.py:7", "Checking|f|/a.py|7|42"),
        ("Checking {{(pid=4242) _get /opt/m.py:1780}}", "Checking|_get|/opt/m.py|1780|4242"),
        ("Checking {{_get /opt/m.py:1780}}", "Checking|_get|/opt/m.py|1780|"),
    ])
    func `the suffix of each release is found at the end of a message`(text: String, expected: String) {
        #expect(find(text) == expected)
    }

    @Test(arguments: [
        "", "x", "see http://x:80", "GET http://10.0.0.1:8774/v2:80", "at port: 80", "took 0.35", "f /a.py:", "/a.py:1",
        "f /a.py:1", "connected to host:5672", "x 3f /a.py:1", "x f-g /a.py:1", "x f /a.py:1 ", "x f /a.py:12345678901",
        "x f /:1 }}", "x {{f /a.py}}", "x (pid=3) f /a.py:1", "x {(pid=3) f /a.py:1}}", "{{f /a.py:1}}", "}}", "x }}",
        "x f\t/a.py:1", "from (pid=1) f /a.py:1", "x <> /a.py:1",
    ])
    func `ordinary text is no suffix`(text: String) {
        #expect(find(text) == nil)
    }
}
