import LogfoldParsing
import LogfoldTestSupport
import Testing

@Suite("Detection of layers")
struct LayersDetectionTests {
    static func transport(_ line: [UInt8]) -> TransportKind {
        line.withSpan { LayerDetector.transport(of: $0, line: ByteRange(0, $0.byteCount)) }
    }

    static func header(_ line: [UInt8]) -> HeaderKind {
        line.withSpan { LayerDetector.header(of: $0, line: ByteRange(0, $0.byteCount)) }
    }

    @Test(
        "a transport shows in a single line",
        arguments: [
            (TransportKind.cri, "2026-11-22T16:50:52.123456789Z stdout F 2026-11-22 16:50:52.123 1 INFO nova [-] x"),
            (.dockerJSON, #"{"log":"x\n","stream":"stdout","time":"2026-11-22T16:50:52.1Z"}"#),
            (.journalJSON, #"{"MESSAGE":"x","A":[1,{"b":2}],"__CURSOR":"s=1"}"#),
            (.journalExport, "__CURSOR=s=dab9ee19fa164029834b4c7d7c325b53;i=88"),
            (.journalExport, "__REALTIME_TIMESTAMP=1795370287721835"),
            (.none, #"{"message":"x","asctime":"2026-11-22 16:50:52","log":"a"}"#),
            (.none, "2026-11-22 16:50:52.123 1 INFO nova.service [-] Starting"),
            (.none, "2026-11-22T16:50:52.123+00:00 ctl01 nova[7]: INFO     nova.service [-] x"),
            (.none, #"{"__CURSOR"#),
            (.none, ""),
        ])
    func transports(kind: TransportKind, line: String) {
        #expect(Self.transport([UInt8](line.utf8)) == kind)
    }

    @Test(
        "a header shows in a single line, and its look-alikes do not",
        arguments: [
            (HeaderKind.syslogBSD, "<134>Oct  6 10:00:00 ctl1 haproxy[77]: Proxy keystone started."),
            (.syslogBSD, "Nov 22 16:50:52 dnsmasq[12]: started"),
            (.syslog5424, "<46>1 2017-04-27T07:50:47.381967+02:00 logserver rsyslogd - - - start"),
            (.syslogISO, "2025-08-31T09:36:55.418891-07:00 ctl01 rsyslogd: rsyslogd was HUPed"),
            (.doubleTime, "2026-11-22 16:50:52.123456 2026-11-22 16:50:52.123 77 INFO keystone.wsgi [-] x"),
            (.doubleTime, "2026-11-22 17:12:27.836011 mod_wsgi (pid=27230): Attach interpreter ''."),
            (.doubleTime, "2026-11-22 17:12:33.492273 Traceback (most recent call last):"),
            (.doubleTime, "2026-11-22 17:12:33.492273 AH00558: apache2: Could not determine the name"),
            (.fileName, "nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO nova [-] x"),
            (.apacheError, "[Sun Nov 22 17:12:27.080789 2026] [wsgi:info] [pid 27230:tid 27230] mod_wsgi (pid=2): x"),
            (.stamp, "2023-10-18T13:26:43.697000001Z 2023-10-18 13:26:43.697 13 INFO nova [-] x"),
            (.none, "2023-10-18T13:26:43.697000001Z etcd: starting"),
            (.none, "2026-11-22 17:12:33.498719   File \"/srv/opt/infra/apache/app.py\", line 7"),
            (.none, "2026-11-22 16:50:52.123456 I | etcdserver: starting member"),
            (.none, "2026-11-22 16:50:52.123456+00:00 [info] <0.222.0> Server startup complete"),
            (.none, "2026-11-22 16:50:52.123456 7f1234567890  0 ceph version"),
            (.none, "2026-11-22 16:50:52.123 77 INFO nova.service [-] Starting"),
            (.none, "2026-11-22T16:50:52.123 77 INFO nova.service [-] iso date"),
            (.none, "2026-11-22T16:50:52.123456Z 0 [Note] [MY-010116] [Server] mysqld"),
            (.none, "reading nova-api.log 2017-05-16 00:00:00"),
            (.none, "Traceback (most recent call last):"),
            (.none, "Nov 22 2026 was a Sunday, ctl1: yes"),
            (.none, "<134>"),
            (.none, ""),
        ])
    func headers(kind: HeaderKind, line: String) {
        #expect(Self.header([UInt8](line.utf8)) == kind)
    }

    @Test(
        "every line of a recorded syslog file shows its header",
        arguments: [
            ("oslo-formats/syslog.log", HeaderKind.syslogBSD), ("oslo-formats/syslog-iso.log", .syslogISO),
            ("oslo-formats/syslog5424.log", .syslog5424), ("infra/haproxy-2.6-syslog.log", .syslogBSD),
            ("infra/apache-2.4-error-modwsgi.log", .apacheError),
        ])
    func recordedHeaders(name: String, kind: HeaderKind) throws {
        for line in try lines(of: "corpus/" + name) { #expect(Self.header(line) == kind) }
    }

    @Test("no line of a recording without layers seems to have one")
    func recordingsWithoutLayers() throws {
        let layered = ["syslog", "journal", "usec-format", "isotime", "error-modwsgi"]
        for name in Fixtures.names(in: "corpus", suffix: ".log") where !layered.contains(where: name.contains) {
            for line in try lines(of: name) {
                #expect(Self.transport(line) == .none && Self.header(line) == .none, "\(name)")
            }
        }
    }

    @Test("among the first lines of a mod_wsgi error log some show the double time, and all can be taken")
    func recordedDoubleTime() throws {
        let recorded = try lines(of: "corpus/infra/apache-2.4-error-usec-format.log")
        #expect(recorded.prefix(20).contains { Self.header($0) == .doubleTime })
        #expect(recorded.allSatisfy { LogfoldParsingTests.header($0, .doubleTime) != nil })
        #expect(LogfoldParsingTests.header(recorded[17], .doubleTime)?.text.contains(#"'wsgi boom\nsecond"#) == true)
    }
}
