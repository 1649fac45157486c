import Testing

@testable import LogfoldParsing

@Suite struct CustomFormatRobustnessTests {
    /// A repeatable stream of numbers (xorshift).
    private struct Noise: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    private static let pieces = [
        "%(asctime)s", ".%(msecs)03d", " ", "%(levelname)-8s", "%(name)s", "[", "]", "%(request_id)s",
        "%(user_identity)s", "%(instance)s", "%(message)s", "%(user_name)s", "%(hostname)s", "%(lineno)d",
        "%(created)f",
        "%(funcName)s", ": ", "%(process)d", "%(color)s", "%%", "%", "$", "é", "%(levelname).1s", "%(isotime)s",
        "\u{1B}[0m",
    ]
    private static let texts = [
        "2026-11-22 17:45:45", ".123", " ", "INFO    ", "nova.api", "[", "]", "req-1", "a b c d e", "[instance: x] ",
        "x",
        "Level 99999", "1795369545.5", ": ", "%", "é", "I", "2026-11-22T17:45:20.865014+01:00", "",
        "99999999999999999999999",
    ]

    @Test(arguments: 1...40)
    func `no format and no line brings the parser down`(seed: UInt64) {
        var noise = Noise(state: seed &* 0x9E37_79B9_7F4A_7C15)
        for _ in 0..<50 {
            let format = (0..<8).map { _ in Self.pieces.randomElement(using: &noise)! }.joined()
            let text = """
                [DEFAULT]
                logging_default_format_string = \(format)%(message)s \(format)
                logging_context_format_string = %(asctime)s \(format)%(message)s
                logging_exception_prefix = \(format)
                logging_debug_format_suffix = \(format)
                logging_user_identity_format = \(format)
                """
            let read = CustomFormat.read([("n", Array(text.utf8))])
            guard let custom = read.format else {
                #expect(!read.problems.isEmpty)
                continue
            }
            for _ in 0..<20 { check(custom, (0..<9).map { _ in Self.texts.randomElement(using: &noise)! }.joined()) }
        }
    }

    /// A directive, what it prints, and what is read back.
    private static let printed: [(directive: String, text: String, read: String)] = [
        ("%(asctime)s.%(msecs)03d", "2026-11-22 17:45:45.007", "time=1795369545007000000"),
        ("%(levelname)-8s", "INFO    ", "level=INFO"), ("%(levelname)8s", " WARNING", "level=WARNING"),
        ("%(name)s", "nova.api", "logger=nova.api"), ("%(name)-12s", "oslo.db     ", "logger=oslo.db"),
        ("%(process)5d", "   42", "pid=42"), ("%(request_id)s", "req-1-2", "request=req-1-2"),
        ("%(user_name)s", "jürgen w", "user=jürgen w"), ("%(hostname)s", "ctl-1.example", "host=ctl-1.example"),
        ("%(funcName)s", "<lambda>", "function=<lambda>"), ("%(pathname)s:%(lineno)d", "/a/b.py:7", "file=/a/b.py"),
        ("%(threadName)-10s", "Thread 1  ", "thread=Thread 1"), ("%(color)s", "", ""), ("%%", "%", ""),
        ("%(resource)s", "volume 1", ""),
    ]

    @Test(arguments: 1...60)
    func `what a format prints is read back`(seed: UInt64) throws {
        var noise = Noise(state: seed &* 0x9E37_79B9_7F4A_7C15)
        for _ in 0..<20 {
            let parts = [Self.printed[0]] + Self.printed.dropFirst().shuffled(using: &noise).prefix(6)
            let order = Set(parts.map { $0.read.prefix { $0 != "=" } }).count == parts.count ? parts : [parts[0]]
            var (format, line, expected) = ("", "", Set<String>())
            for part in order.shuffled(using: &noise) {
                let sign = [" | ", "] [", ": <", " -> "].randomElement(using: &noise)!
                format += part.directive + sign
                line += part.text + sign
                expected.insert(part.read)
            }
            expected.remove("")
            let text = "[DEFAULT]\nlogging_default_format_string = #\(format)#%(message)s\n"
            let custom = try #require(CustomFormat.read([("n", Array(text.utf8))]).format)
            #expect(readBack(custom, "#\(line)#the message | ] [ : < -> ") == expected, "\(format)")
        }
    }

    private func readBack(_ format: CustomFormat, _ line: String) -> Set<String>? {
        Array(line.utf8).withSpan { (span: RawSpan) -> Set<String>? in
            var head = Head()
            var fields = CustomFields()
            guard format.match(span, 0, span.byteCount, &head, &fields),
                span.string(ByteRange(head.payload, span.byteCount)) == "the message | ] [ : < -> "
            else { return nil }
            let read: [(String, ByteRange)] = [
                ("level", head.levelText), ("logger", head.logger), ("pid", head.pid), ("request", fields.requestID),
                ("user", fields.userName), ("host", fields.host), ("function", fields.function), ("file", fields.file),
                ("thread", fields.threadName),
            ]
            var found = Set(read.filter { !$0.1.isEmpty }.map { "\($0.0)=\(span.string($0.1))" })
            if head.time.kind != .absent { found.insert("time=\(head.time.nanoseconds)") }
            return found
        }
    }

    /// Matches inside a longer span; nothing may reach out of the line.
    private func check(_ format: CustomFormat, _ line: String) {
        Array(("<<" + line + ">>").utf8).withSpan { (span: RawSpan) in
            let end = span.byteCount - 2
            var head = Head()
            var fields = CustomFields()
            if format.match(span, 2, end, &head, &fields) {
                #expect(head.payload >= 2 && head.payload <= end)
                for range in [head.pid, head.levelText, head.logger, head.instance, fields.requestID, fields.givenUp] {
                    #expect(range.isEmpty || range.start >= 2 && range.end <= end)
                }
                let message = format.message(span, ByteRange(head.payload, end), &head, &fields)
                #expect(message.start == head.payload && message.end <= end)
            }
            _ = format.debugSuffix(span, ByteRange(2, end))
            var http = HTTPFields()
            _ = RequestLine.parse(span, ByteRange(2, end), &http)
        }
    }

    @Test func `a long line costs one pass`() throws {
        let text =
            "[DEFAULT]\nlogging_default_format_string = %(user_name)s %(levelname)s %(project_name)s] %(message)s"
        let format = try #require(CustomFormat.read([("n", Array(text.utf8))]).format)
        // Half a million places where a field might end: quadratic time would not come back.
        let line =
            [UInt8](repeating: UInt8(ascii: " "), count: 1 << 19)
            + Array(repeating: Array("INFO ".utf8), count: 1 << 17).joined()
        line.withSpan { (span: RawSpan) in
            var head = Head()
            var fields = CustomFields()
            #expect(!format.match(span, 0, span.byteCount, &head, &fields))
            #expect(format.debugSuffix(span, ByteRange(0, span.byteCount)) == nil)
        }
    }
}
