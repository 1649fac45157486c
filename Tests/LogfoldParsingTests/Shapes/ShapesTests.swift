import Foundation
import LogfoldParsing
import Testing

/// The event in a shape, or nil where the line is no event.
private func shaped(_ shape: Shape, _ line: String, colours: Bool = false) -> String? {
    var writer = ShapeWriter(shape, colours: colours)
    var output = ByteBuffer()
    let isEvent = Array(line.utf8).withSpan { bytes in
        writer.write(bytes, ByteRange(0, bytes.byteCount), into: &output)
    }
    let text = output.withSpan { $0.string(ByteRange(0, $0.byteCount)) }
    return isEvent ? text : nil
}

/// A failure as nova-compute logs it.
private let failure = #"""
    {"@timestamp":"2026-11-22T16:59:18.071Z","message":"Failed to \"attach\"\nsecond line","log":{"level":"error","logger":"nova.compute.manager","offset":4096,"origin":{"function":"f","file":{"name":"/x.py","line":7}}},"event":{"dataset":"openstack.nova","severity":40,"created":"2026-11-22T16:59:19.5Z"},"process":{"pid":4314},"service":{"name":"nova-compute","type":"openstack"},"http":{"request":{"id":"req-95332f14-0bf9-4e38-a729-8f891c512654"}},"user":{"id":"113d"},"trace":{"id":"67e0bc42bc9441519dc9d2908fbd2262"},"error":{"type":"ValueError","message":"x","stack_trace":"Traceback (most recent call last):\n  File \"/x.py\", line 7, in f\nValueError: x"},"openstack":{"global_request_id":"req-67e0bc42-bc94-4151-9dc9-d2908fbd2262","project":{"id":"54fa"},"user_domain":{"id":"default"},"instance":{"id":"3f4a"},"exception":{"chain":[{"type":"ValueError","frames":[{"line":7,"ok":true}]},{}]},"extra":{"args.0":1.5,"a\tb":true}},"host":{"name":"cmp01"},"labels":{"rack":"r1"},"tags":["a","b\n"],"logfold":{"lines":5,"flags":["truncated","late"]}}
    """#

/// An API request.
private let request = #"""
    {"@timestamp":"2026-11-22T16:59:18.071234Z","message":"10.0.0.5 \"GET /v3/ HTTP/1.1\" status: 200","log":{"level":"info","logger":"nova.wsgi"},"event":{"severity":20,"duration":204000},"process":{"pid":77},"http":{"request":{"method":"GET"},"response":{"status_code":200,"body":{"bytes":4567}},"version":"1.1"},"url":{"original":"/v3/"},"client":{"address":"10.0.0.5,10.0.0.6","ip":"10.0.0.5"}}
    """#

/// A line that no format took.
private let unparsed = #"""
    {"@timestamp":"2026-11-22T16:59:18.071Z","message":"free \u001b[31mtext\u0007 \u009b2J","logfold":{"flags":["unparsed","time_assumed"]}}
    """#

@Suite struct ShapesTests {
    @Test("ecs is the event itself, with one newline behind it")
    func ecs() {
        #expect(shaped(.ecs, failure) == failure + "\n")
        #expect(shaped(.ecs, failure + "\n") == failure + "\n")
    }

    @Test("otel puts body, time, severity and trace in their places and the rest among the attributes")
    func otel() throws {
        let text = try #require(shaped(.otel, failure))
        let parts = text.components(separatedBy: "\"attributes\":")
        #expect(
            parts.first == #"""
                {"timeUnixNano":"1795366758071000000","observedTimeUnixNano":"1795366759500000000","severityNumber":17,"severityText":"error","body":{"stringValue":"Failed to \"attach\"\nsecond line"},
                """#)
        #expect(text.hasSuffix(#"],"traceId":"67e0bc42bc9441519dc9d2908fbd2262"}"# + "\n"))
        let attributes = [
            #"{"key":"log.logger","value":{"stringValue":"nova.compute.manager"}}"#,
            #"{"key":"log.offset","value":{"intValue":"4096"}}"#,
            #"{"key":"log.origin.file.line","value":{"intValue":"7"}}"#,
            #"{"key":"openstack.extra.args.0","value":{"doubleValue":1.5}}"#,
            #"{"key":"openstack.extra.a\tb","value":{"boolValue":true}}"#,
            #"{"key":"tags","value":{"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"b\n"}]}}}"#,
            #"{"key":"openstack.exception.chain","value":{"arrayValue":{"values":[{"kvlistValue":{"values":["#
                + #"{"key":"type","value":{"stringValue":"ValueError"}},{"key":"frames","value":{"arrayValue":{"values":["#
                + #"{"kvlistValue":{"values":[{"key":"line","value":{"intValue":"7"}},{"key":"ok","value":{"boolValue":true}}"#
                + #"]}}]}}}]}},{"kvlistValue":{"values":[]}}]}}}"#,
        ]
        for attribute in attributes { #expect(text.contains(attribute)) }
        for name in ["@timestamp", "message", "log.level", "trace.id", "event.created"] {
            #expect(!text.contains("\"key\":\"\(name)\""))
        }
        _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
    }

    @Test(
        "otel keeps what has no place there as an attribute",
        arguments: [
            (#""trace":{"id":"short"}"#, #"{"key":"trace.id","value":{"stringValue":"short"}}"#),
            (#""trace":{"id":"00000000000000000000000000000000"}"#, #"{"key":"trace.id","#),
            (#""@timestamp":"1969-12-31T23:59:59Z""#, #"{"key":"@timestamp","#),
            (#""@timestamp":"yesterday""#, #"{"key":"@timestamp","#),
            (#""log":{"level":"rallydebug"}"#, #""severityText":"rallydebug","body""#),
            (#""labels":{"n":123456789012345678901}"#, #"{"doubleValue":123456789012345678901}"#),
            (#""labels":{"n":-5}"#, #"{"intValue":"-5"}"#),
        ]
    )
    func otelAttributes(member: String, expected: String) throws {
        let text = try #require(shaped(.otel, #"{"message":"m",\#(member)}"#))
        #expect(text.contains(expected))
        #expect(!text.contains("traceId") && !text.contains("timeUnixNano\":\"-"))
    }

    @Test("kolla has the names and the text of its Fluentd")
    func kolla() throws {
        #expect(
            shaped(.kolla, failure) == #"""
                {"@timestamp":"2026-11-22T16:59:18.071Z","Timestamp":"2026-11-22 16:59:18.071","log_level":"ERROR","python_module":"nova.compute.manager","Pid":"4314","user_domain":"default","Hostname":"cmp01","programname":"nova-compute","global_request_id":"67e0bc42-bc94-4151-9dc9-d2908fbd2262","request_id":"95332f14-0bf9-4e38-a729-8f891c512654","user_id":"113d","tenant_id":"54fa","Logger":"openstack.nova","Payload":"[instance: 3f4a] Failed to \"attach\"\nsecond line\nTraceback (most recent call last):\n  File \"/x.py\", line 7, in f\nValueError: x"}

                """#)
        let access = try #require(shaped(.kolla, request))
        let fields = [
            #""http_method":"GET""#, #""http_url":"/v3/""#, #""http_version":"1.1""#, #""http_status":"200""#,
            #""http_bytes":"4567""#, #""clientip":"10.0.0.5""#, #""http_response_time_us":"204""#,
            #""Timestamp":"2026-11-22 16:59:18.071""#,
        ]
        for field in fields { #expect(access.contains(field)) }
        _ = try JSONSerialization.jsonObject(with: Data(access.utf8))
    }

    @Test("pretty is one line for the head, and indented lines for the rest")
    func pretty() {
        #expect(
            shaped(.pretty, failure) == """
                2026-11-22T16:59:18.071Z ERROR    nova.compute.manager [nova-compute] \
                req-95332f14-0bf9-4e38-a729-8f891c512654 [instance: 3f4a] Failed to "attach"
                    second line
                    Traceback (most recent call last):
                      File "/x.py", line 7, in f
                    ValueError: x
                    flags: truncated late

                """)
    }

    @Test("pretty shows control characters instead of sending them to the terminal")
    func prettyControls() {
        #expect(
            shaped(.pretty, unparsed) == #"""
                2026-11-22T16:59:18.071Z          free \u001b[31mtext\u0007 \u009b2J
                    flags: unparsed time_assumed

                """#)
    }

    @Test("pretty colours the level when asked")
    func prettyColours() throws {
        let text = try #require(shaped(.pretty, failure, colours: true))
        #expect(text.hasPrefix("\u{1B}[2m2026-11-22T16:59:18.071Z\u{1B}[0m \u{1B}[31mERROR\u{1B}[0m    nova.compute"))
        #expect(text.components(separatedBy: "\u{1B}[").count % 2 == 1, "every colour is ended")
    }

    @Test("raw gives the original lines back")
    func rawOriginal() {
        let event = #"{"message":"m","event":{"original":"2026 ERROR x\n  \"more\"\u001b[0m"}}"#
        #expect(shaped(.raw, event) == "2026 ERROR x\n  \"more\"\u{1B}[0m\n")
    }

    @Test("raw makes an oslo record of an event without its original, and counts it")
    func rawRebuilt() {
        #expect(
            shaped(.raw, failure) == """
                2026-11-22 16:59:18.071 4314 ERROR nova.compute.manager [req-67e0bc42-bc94-4151-9dc9-d2908fbd2262 \
                req-95332f14-0bf9-4e38-a729-8f891c512654 113d 54fa - - default -] [instance: 3f4a] Failed to "attach"
                second line
                2026-11-22 16:59:18.071 4314 ERROR nova.compute.manager Traceback (most recent call last):
                2026-11-22 16:59:18.071 4314 ERROR nova.compute.manager   File "/x.py", line 7, in f
                2026-11-22 16:59:18.071 4314 ERROR nova.compute.manager ValueError: x

                """)
        #expect(
            shaped(.raw, request) == """
                2026-11-22 16:59:18.071 77 INFO nova.wsgi [-] 10.0.0.5 "GET /v3/ HTTP/1.1" status: 200

                """)
        #expect(shaped(.raw, unparsed) == "free \u{1B}[31mtext\u{7} \u{9B}2J\n")

        var writer = ShapeWriter(.raw)
        var output = ByteBuffer()
        for line in [failure, #"{"message":"m","event":{"original":"m"}}"#, request] {
            let isEvent = Array(line.utf8).withSpan { writer.write($0, ByteRange(0, $0.byteCount), into: &output) }
            #expect(isEvent)
        }
        let rebuilt = writer.rebuilt
        #expect(rebuilt == 2)
    }

    @Test(
        "what is no event is refused in every shape, and nothing is written", arguments: Shape.allCases,
        ["", "{}", "[]", "text", #"{"message":1"#, #"{"msg":"zap"}"#, #"{"message":{"a":1}}"#, #"{"message":"m"}x"#])
    func refused(shape: Shape, line: String) {
        #expect(shaped(shape, line) == nil)
    }

    @Test("a message and nothing else is enough", arguments: Shape.allCases)
    func smallest(shape: Shape) {
        let expected: [Shape: String] = [
            .ecs: #"{"message":"m"}"#, .otel: #"{"body":{"stringValue":"m"},"attributes":[]}"#,
            .kolla: #"{"Payload":"m"}"#, .pretty: "         m", .raw: "m",
        ]
        #expect(shaped(shape, #"{"message":"m"}"#) == expected[shape].map { $0 + "\n" })
    }

    @Test("a torn event is refused wherever it was torn", arguments: Shape.allCases)
    func torn(shape: Shape) {
        let bytes = Array(failure.utf8)
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(shaped(shape, String(decoding: bytes[..<length], as: UTF8.self)) == nil)
        }
    }
}

@Suite struct DamagedInputTests {
    private static let bytes: [UInt8] = Array("\"\\{}[],:0.\n".utf8) + [0x00, 0xC2, 0xFF]

    @Test("damaged events do no harm, and what JSON shapes write is JSON", arguments: Shape.allCases)
    func events(shape: Shape) {
        var writer = ShapeWriter(shape)
        var output = ByteBuffer()
        for place in stride(from: 0, to: failure.utf8.count, by: 3) {
            for byte in Self.bytes {
                var line = Array(failure.utf8)
                line[place] = byte
                output.removeAll()
                let isEvent = line.withSpan { writer.write($0, ByteRange(0, $0.byteCount), into: &output) }
                let written = output.withSpan { span in
                    var reader = JSONReader(ByteRange(0, span.byteCount))
                    return (isEmpty: span.byteCount == 0, isJSON: reader.skipValue(span) && reader.next(span) == .end)
                }
                #expect(written.isEmpty == !isEvent)
                if isEvent, shape != .pretty, shape != .raw { #expect(written.isJSON) }
            }
        }
    }

    @Test("a line that is a head is a record")
    func records() throws {
        let line =
            #"{"message": "m", "levelname": "INFO", "name": "n", "created": 1.5, "asctime": "2026-11-22 17:45:38", "#
            + #""process": 7, "traceback": ["T", "E"], "context": {"user": "u", "roles": ["r"]}, "args": {"a": [1]}}"#
        var parser = OsloJSONParser()
        for place in line.utf8.indices {
            for byte in Self.bytes {
                var damaged = Array(line.utf8)
                damaged[line.utf8.distance(from: line.utf8.startIndex, to: place)] = byte
                damaged.withSpan { bytes in
                    var head = Head()
                    var record = Record()
                    var text = ByteBuffer()
                    let isHead = parser.head(bytes, 0, bytes.byteCount, &head)
                    let isRecord = parser.record(bytes, ByteRange(0, bytes.byteCount), into: &text, &record)
                    #expect(isRecord || !isHead)
                    #expect(!isHead || record.time == head.time)
                }
            }
        }
    }
}

@Suite struct EventViewTests {
    @Test("members are flattened to dotted paths, arrays and deep objects stay JSON, nulls are absent")
    func flatten() {
        let deep =
            #"{"message":"m","a":{"b":{"c":1},"d":null,"e":{}},"f":[1,{"g":2}],"#
            + #""1":{"2":{"3":{"4":{"5":{"6":{"7":{"8":{"9":0}}}}}}}}}"#
        Array(deep.utf8).withSpan { line in
            var view = EventView()
            let isEvent = view.read(line, ByteRange(0, line.byteCount))
            #expect(isEvent)
            let found = view.members.map { member in
                let path = view.paths.withSpan { $0.string(member.path) }
                switch member.value {
                case .string(let range), .number(let range), .json(let range): return path + "=" + line.string(range)
                case .bool(let value): return path + "=\(value)"
                }
            }
            #expect(found == ["message=m", "a.b.c=1", #"f=[1,{"g":2}]"#, #"1.2.3.4.5.6.7.8={"9":0}"#])
            let value = view.value("a.b.c")
            let missing = view.value("a.b")
            #expect(value != nil && missing == nil)
        }
    }

    @Test("paths that multiply are no event of ours")
    func amplification() {
        let name = String(repeating: "k", count: 50_000)
        let members = (0..<10).map { "\"\($0)\":1" }.joined(separator: ",")
        let text = "{\"message\":\"m\",\"\(name)\":{\(members)}}"
        Array(text.utf8).withSpan { line in
            var view = EventView()
            let isEvent = view.read(line, ByteRange(0, line.byteCount))
            #expect(!isEvent)
        }
    }
}
