import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

@Suite("Headers of syslog, Apache and file names")
struct LayersHeaderTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let kind: HeaderKind
        let line: String
        var host = ""
        var service = ""
        var pid = ""
        var level = Severity.unknown
        var text = ""
        var testDescription: String { line }
    }

    static let samples: [Sample] = [
        Sample(
            kind: .syslogBSD, line: "<134>Oct  6 10:00:00 ctl1 haproxy[77]: Proxy keystone started.", host: "ctl1",
            service: "haproxy", pid: "77", level: .info, text: "Proxy keystone started."),
        Sample(
            kind: .syslogBSD,
            line: "Nov 22 16:50:52.123456 cmp1 devstack@n-cpu.service[77]: INFO nova.service [-] Starting",
            host: "cmp1", service: "n-cpu", pid: "77", text: "INFO nova.service [-] Starting"),
        Sample(
            kind: .syslogBSD, line: "Nov 22 16:50:52 dnsmasq[12]: started, version 2.90", service: "dnsmasq",
            pid: "12", text: "started, version 2.90"),
        Sample(
            kind: .syslogBSD, line: "Nov 22 16:50:52 fe80::1 sshd[priv]: two  blanks", host: "fe80::1",
            service: "sshd", text: "two  blanks"),
        Sample(
            kind: .syslogBSD, line: "Nov 22 16:50:52 ctl1 last message repeated 2 times", host: "ctl1",
            text: "last message repeated 2 times"),
        Sample(kind: .syslogBSD, line: "Nov 22 16:50:52 ctl1 app:", host: "ctl1", service: "app", text: ""),
        Sample(
            kind: .syslogBSD, line: "Nov 22 16:50:52 ctl1 app:   File \"x.py\", line 1", host: "ctl1", service: "app",
            text: "  File \"x.py\", line 1"),
        Sample(
            kind: .syslogBSD, line: "<131>Nov 22 16:50:52 c app: one#012two#011tab #033[0m #040 #123 #000 #9 #01",
            host: "c", service: "app", level: .error,
            text: "one\ntwo\ttab \u{1B}[0m #040 #123 #000 #9 #01"),
        Sample(
            kind: .syslogBSD, line: "Nov 22 16:50:52 c app: caf#303#251 and #342#202#254, ticket #303", host: "c",
            service: "app", text: "café and €, ticket #303"),
        Sample(
            kind: .syslog5424,
            line: "<46>1 2017-04-27T07:50:47.381967+02:00 logserver rsyslogd - - "
                + #"[origin software="rsyslogd" swVersion="8.4.2"] start"#,
            host: "logserver", service: "rsyslogd", level: .info, text: "start"),
        Sample(
            kind: .syslog5424,
            line: #"<11>1 2017-04-27T05:50:47Z h app 42 ID1 [a b="\"]x"][c d="e"] "# + "\u{FEFF}text ü", host: "h",
            service: "app", pid: "42", level: .error, text: "text ü"),
        Sample(kind: .syslog5424, line: "<15>1 - - - - - -", level: .debug),
        Sample(
            kind: .syslogISO, line: "2025-08-31T09:36:55.418891-07:00 ctl01 rsyslogd: rsyslogd was HUPed",
            host: "ctl01", service: "rsyslogd", text: "rsyslogd was HUPed"),
        Sample(
            kind: .syslogISO, line: "2026-11-22T17:58:07+0000 ctl01 oslo_driver.py[3846]: text", host: "ctl01",
            service: "oslo_driver.py", pid: "3846", text: "text"),
        Sample(
            kind: .doubleTime,
            line:
                "2026-11-22 16:50:52.123456 2026-11-22 16:50:52.123 77 INFO keystone.common.wsgi [-] GET https://k/v3",
            text: "2026-11-22 16:50:52.123 77 INFO keystone.common.wsgi [-] GET https://k/v3"),
        Sample(
            kind: .doubleTime, line: #"2026-11-22 17:12:33.499125     raise E('a\\nb') \xc3\xa9\t\q"#,
            text: #"    raise E('a\nb') é"# + "\t" + #"\q"#),
        Sample(kind: .doubleTime, line: "2026-11-22 17:12:33.498984 ", text: ""),
        Sample(
            kind: .fileName,
            line: "nova-api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:00.008 25746 INFO nova.wsgi [-] text",
            service: "nova-api", text: "2017-05-16 00:00:00.008 25746 INFO nova.wsgi [-] text"),
        Sample(
            kind: .apacheError,
            line: "[Tue May 04 01:39:46.541666 2021] [wsgi:error] [pid 21282:tid 139806546745088] "
                + "[remote 192.168.100.39:52938] 2021-05-04 01:39:46.541 21282 ERROR barbican.api [-] Failed",
            pid: "21282", text: "2021-05-04 01:39:46.541 21282 ERROR barbican.api [-] Failed"),
        Sample(
            kind: .apacheError,
            line: "[Thu May 12 08:28:57.652118 2011] [core:warn] [pid 8777] [client ::1:58619] AH1: a [b] c",
            pid: "8777", level: .warning, text: "AH1: a [b] c"),
        Sample(
            kind: .apacheError, line: "[Thu Jan  3 02:42:49 2013] [notice] Digest: done", level: .notice,
            text: "Digest: done"),
        Sample(
            kind: .apacheError, line: #"[Thu Jan 17 02:42:49 2013] [wsgi:trace8] [pid 1:tid 2] a\nb"#, pid: "1",
            level: .trace, text: "a\nb"),
        Sample(kind: .apacheError, line: "[Thu Jan 17 02:42:49 2013] [wsgi:error] [pid 1:tid 2] ", pid: "1", text: ""),
        Sample(
            kind: .stamp, line: #"2023-10-18T13:26:43.697000001Z 2023-10-18 13:26:43.697 13 INFO nova [-] a\nb"#,
            text: #"2023-10-18 13:26:43.697 13 INFO nova [-] a\nb"#),
        Sample(kind: .stamp, line: "2023-10-18T13:26:43.6+01:00 text", text: "text"),
        Sample(
            kind: .syslogBSD, line: "<134>Oct 18 13:26:43 2023-10-18 13:26:43.697 13 INFO nova [-] x", level: .info,
            text: "2023-10-18 13:26:43.697 13 INFO nova [-] x"),
        Sample(kind: .fileName, line: "rabbit@ctl1.log Traceback", service: "rabbit@ctl1", text: "Traceback"),
    ]

    @Test("each kind of header gives its host, program, process, level and text", arguments: samples)
    func partsOfAHeader(sample: Sample) throws {
        let found = try #require(header(sample.line, sample.kind))
        #expect(found.host == sample.host)
        #expect(found.service == sample.service)
        #expect(found.pid == sample.pid)
        #expect(found.level == sample.level)
        #expect(found.text == sample.text)
    }

    @Test(
        "a line that only resembles a header is left alone",
        arguments: [
            (HeaderKind.syslogBSD, "<192>Oct  6 10:00:00 ctl1 haproxy[77]: text"),
            (.syslogBSD, "<>Oct  6 10:00:00 ctl1 haproxy[77]: text"),
            (.syslogBSD, "Oct 32 10:00:00 ctl1 haproxy[77]: text"),
            (.syslogBSD, "Feb 30 10:00:00 ctl1 haproxy[77]: text"),
            (.syslogBSD, "Oct  6 24:00:00 ctl1 haproxy[77]: text"),
            (.syslogBSD, "Oct  6 10:00:00"),
            (.syslog5424, "<46>2 2017-04-27T07:50:47+02:00 h a - - - text"),
            (.syslog5424, "<46>1 2017-04-27 07:50:47 h a - - - text"),
            (.syslog5424, "<46>1 2017-04-27T07:50:47Z h a - - [open text"),
            (.syslogISO, "2026-11-22T16:50:52.123 ctl1 nova: no zone"),
            (.syslogISO, "2026-11-22T16:50:52.123456Z 0 [Note] [MY-010116] [Server] mysqld"),
            (.syslogISO, "2026-11-22T16:50:52.123+0000 7f12 -1 mon.a@0(leader) e1"),
            (.syslogISO, "2026-02-29T16:50:52Z ctl1 nova: no such day"),
            (.doubleTime, "2026-11-22 16:50:52.123 77 INFO nova [-] text"),
            (.doubleTime, "2026-11-22 17:12:27.806557+00:00 [info] <0.1.0> rabbit"),
            (.fileName, "nova-api.logs 2017-05-16 00:00:00.008 text"),
            (.fileName, ".log 2017-05-16 00:00:00.008 text"),
            (.fileName, "nova/api.log 2017-05-16 00:00:00.008 text"),
            (.syslogISO, "2023-10-18T13:26:43.697000001Z 2023-10-18 13:26:43.697 13 INFO nova [-] a stamp of kubectl"),
            (.apacheError, "[Tue May 04 01:39:46.541666 2021] [hello] no level"),
            (.apacheError, "[Tue Feb 30 01:39:46.541666 2021] [wsgi:error] [pid 1:tid 2] no such day"),
            (.apacheError, "[pid: 2543|app: 0|req: 58/107] 10.0.0.1 () {40 vars in 605 bytes} [Sun Nov 22 2026] GET /"),
            (.stamp, "2023-10-18 13:26:43.697 no zone"),
            (.none, "anything"),
        ])
    func lookAlikes(kind: HeaderKind, line: String) {
        #expect(header(line, kind) == nil)
    }

    @Test("times are UTC where the header has a zone, wall time where not, and without year where it has none")
    func times() {
        let iso = header("2025-08-31T09:36:55.418891-07:00 c d: text", .syslogISO)?.time
        let utc = nanoseconds("2025-08-31T16:36:55Z", plus: 418_891_000)
        #expect(iso == LogTime(nanoseconds: utc, kind: .utc, fractionDigits: 6))

        let outer = header("2024-02-29 16:50:52.123456 text", .doubleTime)?.time
        let wall = nanoseconds("2024-02-29T16:50:52Z", plus: 123_456_000)
        #expect(outer == LogTime(nanoseconds: wall, kind: .wall, fractionDigits: 6))

        let bsd = header("Mar  1 00:00:01.5 c d: text", .syslogBSD)?.time
        let yearless = nanoseconds("1972-03-01T00:00:01Z", plus: 500_000_000) - nanoseconds("1972-01-01T00:00:00Z")
        #expect(bsd == LogTime(nanoseconds: yearless, kind: .yearless, fractionDigits: 1))
    }

    @Test("host and tag make the stream, and the generations of a rotated file are one")
    func streams() {
        let nova = header("Nov 22 16:50:52 a nova: x", .syslogBSD)?.stream
        #expect(nova == header("Nov 23 16:50:52 a nova[7]: y", .syslogBSD)?.stream)
        #expect(nova != header("Nov 22 16:50:52 b nova: x", .syslogBSD)?.stream)
        #expect(nova != header("Nov 22 16:50:52 a cinder: x", .syslogBSD)?.stream)
        let file = header("nova-api.log.1.2017-05-16_13:53:08 x", .fileName)?.stream
        #expect(file == header("nova-api.log.2017-05-17_12:02:19 y", .fileName)?.stream)
        #expect(file != header("nova-compute.log.1.2017-05-16_13:53:08 x", .fileName)?.stream)
        #expect(header("2024-02-29 16:50:52.123456 text", .doubleTime)?.stream == 0)
    }

    @Test("a message that syslog carried over several lines is one record")
    func records() {
        #expect(header("Nov 22 16:50:52 a nova: one#012two", .syslogBSD)?.isRecord == true)
        #expect(header("Nov 22 16:50:52 a nova: one#033[0m", .syslogBSD)?.isRecord == false)
    }

    @Test(
        "the recorded syslog files give back the texts that were sent, and say which were cut",
        arguments: [
            ("syslog.log", HeaderKind.syslogBSD), ("syslog-iso.log", .syslogISO), ("syslog5424.log", .syslog5424),
        ])
    func recordings(name: String, kind: HeaderKind) throws {
        let sent = try rawTexts(of: "corpus/oslo-formats/syslog.truth.jsonl")
        let received = try lines(of: "corpus/oslo-formats/" + name)
        #expect(sent.count == received.count)
        var cut = 0
        for (text, line) in zip(sent, received) {
            let found = try #require(header(line, kind))
            #expect(found.host == "ctl01" && found.service == "oslo_driver.py")
            // syslog(3) ends a text at a NUL, and rsyslog drops a final newline: neither leaves a trace.
            let seen = String(text.prefix { $0 != "\0" })
            let isWhole = found.text == (seen.hasSuffix("\n") ? String(seen.dropLast()) : seen)
            #expect(found.flags.contains(.lostAtSource) == !isWhole)
            #expect(text.hasPrefix(found.text), "\(found.text.suffix(80))")
            cut += isWhole ? 0 : 1
        }
        #expect(cut > 0)
    }

    @Test("a header inside a transport is decoded in place and keeps the transport's better time")
    func insideATransport() throws {
        let line = [UInt8]("2026-11-22T16:50:52.5Z stderr F Nov 22 16:50:51 ctl1 app[9]: one#012two".utf8)
        var arena = ByteBuffer()
        let transport = Transport(.cri)
        let result = line.withSpan { bytes in
            transport.unwrap(bytes, ByteRange(0, bytes.byteCount), offset: 7, length: 8, into: &arena)
        }
        guard case .facts(var facts) = result else {
            Issue.record("no CRI line")
            return
        }
        let outer = facts.stream
        #expect(HeaderLayer.parsePayload(of: &facts, kind: .syslogBSD, in: &arena))
        let found = Unlayered(facts, in: arena)
        #expect(found.text == "one\ntwo" && found.host == "ctl1" && found.service == "app" && found.pid == "9")
        #expect(found.time.kind == .utc && found.offset == 7 && found.length == 8 && found.stream != outer)
    }
}
