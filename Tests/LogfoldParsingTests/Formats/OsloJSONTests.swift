import Foundation
import LogfoldCore
import LogfoldParsing
import Testing

/// What the parser makes of one line: `field=value` lines in the order of the schema, extras as `+key=value`.
private func fields(_ line: String) -> [String]? {
    var parser = OsloJSONParser()
    return fields(line, &parser)
}

private func fields(_ line: String, _ parser: inout OsloJSONParser) -> [String]? {
    var record = Record()
    var text = ByteBuffer()
    text.append("what the buffer held before")
    let isRecord = Array(line.utf8).withSpan { bytes in
        parser.record(bytes, ByteRange(0, bytes.byteCount), into: &text, &record)
    }
    guard isRecord else { return nil }
    return text.withSpan { describe(record, $0) }
}

private func describe(_ record: Record, _ text: RawSpan) -> [String] {
    let ranges: [(String, ByteRange)] = [
        ("levelText", record.levelText), ("message", record.message), ("logger", record.logger),
        ("function", record.function), ("file", record.file), ("line", record.line), ("pid", record.pid),
        ("processName", record.processName), ("threadID", record.threadID), ("threadName", record.threadName),
        ("service", record.service), ("host", record.host), ("requestID", record.requestID),
        ("globalRequestID", record.globalRequestID), ("userID", record.userID), ("userName", record.userName),
        ("projectID", record.projectID), ("projectName", record.projectName), ("domainID", record.domainID),
        ("systemScope", record.systemScope), ("userDomainID", record.userDomainID),
        ("projectDomainID", record.projectDomainID), ("instance", record.instance),
        ("stackTrace", record.stackTrace), ("errorSummary", record.errorSummary), ("stackInfo", record.stackInfo),
    ]
    var lines = ["time=\(record.time.kind) \(record.time.nanoseconds)/\(record.time.fractionDigits) \(record.level)"]
    for (name, range) in ranges where !range.isEmpty { lines.append("\(name)=\(text.string(range))") }
    for extra in record.extras {
        lines.append("+\(text.string(extra.key))=\(text.string(extra.value))" + (extra.isText ? "" : " (literal)"))
    }
    for (flag, name) in EventFlags.names where record.flags.contains(flag) { lines.append("flag \(name)") }
    return lines
}

private let fixture: [String] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    let text = try? String(contentsOf: root.appending(path: "Fixtures/oslo-json/use-json.log"), encoding: .utf8)
    return text?.split(separator: "\n").map(String.init) ?? []
}()

@Suite struct OsloJSONTests {
    @Test("a record of oslo.log 5 with a list of traceback lines has every field in its place")
    func listTraceback() throws {
        try #require(fixture.count == 10)
        #expect(
            fields(fixture[1]) == [
                "time=utc 1795369538979385400/7 error", "levelText=ERROR", "message=Failed to attach volume",
                "logger=nova.virt.libvirt.guest", "function=one", "file=/srv/opt/oslo_driver.py", "line=142",
                "pid=16912", "processName=MainProcess", "threadID=139917553643584", "threadName=MainThread",
                "host=ctl01", "requestID=req-a5b7af59-ed1d-4fda-a7a4-708bc7124c7f",
                "userID=3073cba10f608a129dde556348139aea", "userName=jürgen",
                "projectID=e7d5003806590d9328c64e52436611fc", "projectName=admin", "userDomainID=default",
                "projectDomainID=default", "instance=28a0d324-0c18-4e48-9cb5-9e01ba610b30",
                """
                stackTrace=Traceback (most recent call last):
                  File "/srv/opt/oslo_driver.py", line 139, in one
                    try: what[1]()
                         ^^^^^^^^^
                  File "/srv/opt/oslo_driver.py", line 31, in e_simple
                    def e_simple(): f1(7)
                                    ^^^^^
                  File "/srv/opt/oslo_driver.py", line 30, in f1
                    def f1(x): return f2(x)
                                      ^^^^^
                  File "/srv/opt/oslo_driver.py", line 29, in f2
                    def f2(x): return f3(x)
                                      ^^^^^
                  File "/srv/opt/oslo_driver.py", line 28, in f3
                    def f3(x): return {'a': [1, 2]}['a'][x]
                                      ~~~~~~~~~~~~~~~~~~^^^
                IndexError: list index out of range
                """,
                "+context.is_admin=false (literal)", "+context.read_only=false (literal)",
                "+context.show_deleted=false (literal)", "+context.is_admin_project=true (literal)",
                "+extra.instance.name=i",
            ])
    }

    @Test("a record of oslo.log 8 with its traceback in one string, and its twin without")
    func stringTraceback() throws {
        try #require(fixture.count == 10)
        let head = [
            "logger=nova.compute.manager", "function=<module>", "file=/srv/demo/gen.py", "pid=24902",
            "processName=MainProcess", "threadID=139928499940224", "threadName=MainThread", "host=ctl1",
            "requestID=req-1421ef4c-661e-43b0-a1e2-b407e66f656f",
        ]
        let failed = try #require(fields(fixture[8]))
        #expect(failed.filter(head.contains) == head)
        #expect(failed.contains("message=failed 1") && failed.contains("instance=3f4a"))
        #expect(failed.contains("+msg=failed %(a)s") && failed.contains("+args.a=1 (literal)"))
        #expect(
            failed.contains(
                """
                stackTrace=Traceback (most recent call last):
                  File "/srv/demo/gen.py", line 70, in <module>
                    try: 1/0
                         ~^~
                ZeroDivisionError: division by zero
                """))
        #expect(!failed.contains { $0.hasPrefix("errorSummary") })
        let plain = try #require(fields(fixture[9]))
        #expect(plain.filter(head.contains) == head)
        #expect(plain.contains("+msg=plain %s") && plain.contains("+args.0=x"))
        #expect(!plain.contains { $0.hasPrefix("stackTrace") || $0.hasPrefix("instance") })
    }

    @Test(
        "what other records of the driver carry",
        arguments: [
            (0, ["message=Unexpected error while handling\nsecond line of log message"]),
            (2, ["message={'a': 1}", "+msg.a=1 (literal)"]),
            (3, ["message=dict args x\ny", "+msg=dict args %(a)s", "+args.a=x\ny"]),
            (4, ["message=\n", "instance=879aeb69-5f28-4737-9405-bf6d4e1ee58d", "+msg=%s"]),
            (5, ["instance=f7dd6901-5319-4032-9303-ca1a08df34ce"]),
            (6, ["systemScope=all", "errorSummary=RuntimeError: while stopping"]),
            (
                7,
                [
                    "time=utc 1795369542099326600/7 debug",
                    "file=/usr/lib/python3/dist-packages/oslo_concurrency/processutils.py",
                ]
            ),
        ]
    )
    func corpus(number: Int, expected: [String]) throws {
        try #require(fixture.count == 10)
        let found = try #require(fields(fixture[number]))
        #expect(found.filter(expected.contains) == expected)
    }

    @Test("one parser reads record after record without mixing them")
    func reuse() {
        var parser = OsloJSONParser()
        for line in fixture + fixture.reversed() {
            let alone = fields(line)
            #expect(fields(line, &parser) == alone)
        }
    }

    /// A record with only what is needed, and more members.
    private static func line(_ more: String) -> String {
        #"{"message": "m", "levelname": "INFO", "name": "n", "created": 1.5\#(more.isEmpty ? "" : ", " + more)}"#
    }

    @Test(
        "single members",
        arguments: [
            ("", []),
            (#""process": null, "lineno": null, "hostname": "", "traceback": null, "error_summary": """#, []),
            (#""process": 7, "thread": 8, "lineno": 9"#, ["line=9", "pid=7", "threadID=8"]),
            (#""process": "seven""#, ["+process=seven"]),
            (#""context": {"user": "demo", "project": "My Project"}"#, ["userName=demo", "projectName=My Project"]),
            (
                #""context": {"user": "None", "project_id": "-", "domain": "", "roles": ["a", "b"]}"#,
                ["+context.roles.0=a", "+context.roles.1=b"]
            ),
            (
                #""context": {"tenant": "00000000-0000-4000-8000-00000000000f"}"#,
                ["projectID=00000000-0000-4000-8000-00000000000f"]
            ),
            (
                #""extra": {"request_id": "req-1", "user": "0123456789abcdef0123456789abcdef"}"#,
                ["requestID=req-1", "userID=0123456789abcdef0123456789abcdef"]
            ),
            (#""extra": {"project": "nova", "version": "29.0"}"#, ["+extra.project=nova", "+extra.version=29.0"]),
            (#""extra": {"instance": "plain"}, "context": {"resource_uuid": "other"}"#, ["instance=plain"]),
            (#""context": {"resource_uuid": "other"}, "extra": {"instance": {"uuid": "u"}}"#, ["instance=u"]),
            (#""context": {"auth_token": "s3cret", "service_catalog": [{"endpoints": ["x"]}], "password": "p"}"#, []),
            (
                #""args": {"auth_token": "s3cret", "deep": [[{"auth_token": {"id": "s3cret"}}, 1]]}"#,
                ["+args.deep.0.1=1 (literal)"]
            ),
            (#""args": [[], {}, "", null, "é", 1e5, "m"]"#, ["+args.4=é", "+args.5=1e5 (literal)"]),
            (#""unheard.of": {"a\tb": true}"#, ["+unheard.of.a\tb=true (literal)"]),
            (#""a.b": 1, "a": {"b": 2}"#, ["+a.b=1 (literal)"]),
            (#""stack_info": "Stack:\n  x""#, ["stackInfo=Stack:\n  x"]),
            (#""hostname": "\ud800""#, ["host=\u{FFFD}", "flag invalid_utf8"]),
            (#""traceback": [], "error_summary": "E: x""#, ["errorSummary=E: x"]),
            (#""error_summary": "E: x", "traceback": "Traceback:\nE: x\n""#, ["stackTrace=Traceback:\nE: x"]),
        ] as [(String, [String])]
    )
    func members(more: String, expected: [String]) {
        let head = ["time=utc 1500000000/1 info", "levelText=INFO", "message=m", "logger=n"]
        #expect(fields(Self.line(more))?.filter { !head.contains($0) } == expected)
    }

    @Test("the instance is taken off the message")
    func instancePrefix() {
        let line = #"{"message": "[instance: 3f4a] Checking", "levelname": "INFO", "name": "n", "created": 1}"#
        #expect(
            fields(line) == [
                "time=utc 1000000000/0 info", "levelText=INFO", "message=Checking", "logger=n", "instance=3f4a",
            ])
    }

    @Test("extras are bounded in number and size, and the event says so")
    func bounds() throws {
        let many = (0..<100).map { "\"k\($0)\": \($0)" }.joined(separator: ", ")
        let found = try #require(fields(Self.line(many + #", "context": {"request_id": "req-1"}"#)))
        #expect(found.filter { $0.hasPrefix("+") }.count == OsloJSONParser.maximumExtras)
        #expect(found.contains("flag truncated") && found.contains("requestID=req-1"))

        let big = String(repeating: "x", count: 20_000)
        let two = #""a": "\#(big)", "b": "\#(big)", "c": 1, "extra": {"instance": {"uuid": "u"}}"#
        let kept = try #require(fields(Self.line(two)))
        #expect(kept.suffix(4) == ["instance=u", "+a=\(big)", "+c=1 (literal)", "flag truncated"])
    }

    @Test("deep, long keys do not multiply")
    func amplification() {
        let name = String(repeating: "k", count: 5_000)
        let nested = String(repeating: "{\"\(name)\": ", count: 60) + "1" + String(repeating: "}", count: 60)
        let line = Self.line("\"a\": \(nested)")
        var record = Record()
        var text = ByteBuffer()
        var parser = OsloJSONParser()
        let isRecord = Array(line.utf8).withSpan { bytes in
            parser.record(bytes, ByteRange(0, bytes.byteCount), into: &text, &record)
        }
        let size = text.count
        #expect(isRecord && record.flags == .truncated && size < OsloJSONParser.maximumExtraBytes + 100)
    }
}

@Suite struct OsloJSONHeadTests {
    /// `pid level logger time` of a line, or nil where it is refused.
    private func head(_ line: String) -> String? {
        Array(("## " + line).utf8).withSpan { bytes in
            var head = Head()
            guard OsloJSONParser.looksLike(bytes, 3, bytes.byteCount),
                OsloJSONParser().head(bytes, 3, bytes.byteCount, &head)
            else { return nil }
            return "\(bytes.string(head.pid)) \(head.level) \(bytes.string(head.levelText)) "
                + "\(bytes.string(head.logger)) \(head.time.kind) \(head.time.nanoseconds)/\(head.time.fractionDigits)"
        }
    }

    @Test("a real record is a head, with white space behind it too")
    func real() throws {
        try #require(fixture.count == 10)
        let expected = "16912 error ERROR keystonemiddleware.auth_token utc 1795369538929723000/6"
        #expect(head(fixture[0]) == expected)
        #expect(head(fixture[0] + "\r") == expected)
        for line in fixture { #expect(head(line) != nil) }
    }

    @Test("a torn record is refused wherever it was torn")
    func torn() throws {
        try #require(fixture.count == 10)
        let bytes = Array(fixture[9].utf8)
        for length in 0..<bytes.count {
            #expect(head(String(decoding: bytes[..<length], as: UTF8.self)) == nil)
            if length > 0 { #expect(head(String(decoding: bytes[length...], as: UTF8.self)) == nil) }
        }
        #expect(head(fixture[9] + fixture[9]) == nil)
    }

    @Test(
        "other JSON is refused",
        arguments: [
            "{}", "[]", "{ }", #"{"message": "m", "levelname": "INFO", "name": "n"}"#,
            #"{"message": 1, "levelname": "INFO", "name": "n", "created": 1}"#,
            #"{"message": "m", "levelname": "", "name": "n", "created": 1}"#,
            #"{"message": "m", "levelname": "INFO", "created": 1}"#,
            #"{"level": "info", "ts": 1.5, "caller": "x.go:1", "msg": "zap"}"#,
        ]
    )
    func otherPrograms(line: String) {
        #expect(head(line) == nil)
    }

    @Test(
        "times",
        arguments: [
            (#""created": 1795369538"#, "utc 1795369538000000000/0"),
            (#""created": 1795369538.5"#, "utc 1795369538500000000/1"),
            (#""created": 1795369538.12345678901"#, "utc 1795369538123456789/9"),
            (#""created": 0.0"#, "utc 0/1"),
            (#""asctime": "2026-11-22 17:45:38", "msecs": 929.0"#, "wall 1795369538929000000/3"),
            (#""asctime": "2026-11-22T17:45:38", "msecs": 9.123, "created": 1e9"#, "wall 1795369538009000000/3"),
            (#""asctime": "2024-02-29 23:59:59,123", "msecs": 5.0"#, "wall 1709251199123000000/3"),
            (#""asctime": "1970-01-01 00:00:00""#, "wall 0/0"),
            (#""asctime": "1700-01-01 00:00:00""#, "wall -8520336000000000000/0"),
            (#""asctime": "2261-12-31 23:59:59,999""#, "wall 9214646399999000000/3"),
            (#""created": -1, "asctime": "2026-11-22 17:45:38""#, "wall 1795369538000000000/0"),
            (#""created": 99999999999999999999, "asctime": "2026-11-22 17:45:38""#, "wall 1795369538000000000/0"),
        ]
    )
    func times(members: String, expected: String) {
        let line = #"{"message": "m", "levelname": "WARN", "name": "n", \#(members)}"#
        #expect(head(line) == " warning WARN n " + expected)
    }

    @Test(
        "times that cannot be read are no times",
        arguments: [
            #""created": 1e9"#, #""created": 9999999999"#, #""created": "1.5""#, #""asctime": "22/Nov/2026 17:45:38""#,
            #""asctime": "2026-13-22 17:45:38""#, #""asctime": "2026-11-22 17:45:38 UTC""#, #""asctime": """#,
            #""asctime": "2026-11-22 17:45:38.""#, #""asctime": "2026-11-22 17:4""#,
            #""asctime": "0000-01-01 00:00:00""#, #""asctime": "2262-01-01 00:00:00""#,
        ]
    )
    func badTimes(members: String) {
        #expect(head(#"{"message": "m", "levelname": "INFO", "name": "n", \#(members)}"#) == nil)
    }

    @Test("an unknown level keeps its word")
    func levels() {
        #expect(
            head(#"{"message": "m", "levelname": "Level 21", "name": "n", "created": 1}"#)
                == " unknown Level 21 n utc 1000000000/0")
    }
}
