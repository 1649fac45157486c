import LogfoldCore
import Testing

@testable import LogfoldParsing

@Suite struct CustomFormatTests {
    /// The format of a `[DEFAULT]` section with these lines, at line 2 and on.
    private func format(_ lines: [String]) throws -> CustomFormat {
        let text = "[DEFAULT]\n" + lines.joined(separator: "\n")
        let read = CustomFormat.read([("nova.conf", Array(text.utf8))])
        #expect(read.problems.isEmpty)
        return try #require(read.format)
    }

    /// What a line was read as: `kind|time|pid|level|logger|instance|payload` and the fields that are there.
    private func read(_ format: CustomFormat, _ line: String) -> String? {
        Array(line.utf8).withSpan { (span: RawSpan) -> String? in
            var head = Head()
            var fields = CustomFields()
            guard format.match(span, 0, span.byteCount, &head, &fields) else { return nil }
            var record = Record()
            fields.apply(to: &record, span)
            let kind = head.kind == .traceback ? "traceback" : fields.form == .context ? "context" : "plain"
            var parts = [kind, Self.text(head.time)]
            parts += [head.pid, head.levelText, head.logger, head.instance].map { span.string($0) }
            parts.append(span.string(ByteRange(head.payload, span.byteCount)))
            let named: [(String, ByteRange)] = [
                ("global", record.globalRequestID), ("request", record.requestID), ("user", record.userID),
                ("user_name", record.userName), ("project", record.projectID), ("project_name", record.projectName),
                ("domain", record.domainID), ("scope", record.systemScope), ("user_domain", record.userDomainID),
                ("project_domain", record.projectDomainID), ("host", record.host), ("thread", record.threadID),
                ("thread_name", record.threadName), ("process", record.processName), ("function", record.function),
                ("file", record.file), ("line", record.line), ("given_up", fields.givenUp),
            ]
            parts += named.filter { !$0.1.isEmpty }.map { "\($0.0)=\(span.string($0.1))" }
            return parts.joined(separator: "|")
        }
    }

    /// `kind:nanoseconds:digits`.
    private static func text(_ time: LogTime) -> String {
        time.kind == .absent ? "" : "\(time.kind):\(time.nanoseconds):\(time.fractionDigits)"
    }

    private static let escape = "\u{1B}["
    private static let devstack = [
        "logging_context_format_string = %(asctime)s.%(msecs)03d %(color)s%(levelname)s %(name)s "
            + "[\(escape)01;36m%(request_id)s \(escape)00;36m%(project_name)s %(user_name)s%(color)s] "
            + "\(escape)01;35m%(instance)s%(color)s%(message)s\(escape)00m",
        "logging_default_format_string = %(asctime)s.%(msecs)03d %(color)s%(levelname)s %(name)s "
            + "[\(escape)00;36m-%(color)s] \(escape)01;35m%(instance)s%(color)s%(message)s\(escape)00m",
        "logging_debug_format_suffix = "
            + "\(escape)00;33mfrom (pid=%(process)d) %(funcName)s %(pathname)s:%(lineno)d\(escape)00m",
        "logging_exception_prefix = "
            + "\"%(color)s%(asctime)s.%(msecs)03d TRACE %(name)s \(escape)01;35m%(instance)s\(escape)00m\"",
    ]

    @Test(arguments: [
        (
            "2026-11-22 17:45:45.244 INFO neutron.agent [req-1f6f9b83-829e-4699-b614-edc9fbc6241b admin demo] 60 lines",
            "context|wall:1795369545244000000:3||INFO|neutron.agent||60 lines|"
                + "request=req-1f6f9b83-829e-4699-b614-edc9fbc6241b|user_name=demo|project_name=admin"
        ),
        (
            "2026-11-22 17:45:45.244 INFO neutron.agent [req-1f6f9b83-829e-4699-b614-edc9fbc6241b My Project svc nova] x",
            "context|wall:1795369545244000000:3||INFO|neutron.agent||x|"
                + "request=req-1f6f9b83-829e-4699-b614-edc9fbc6241b|given_up=My Project svc nova"
        ),
        (
            "2026-11-22 17:45:45.224 ERROR nova.virt [-] Exception: DeviceDetachFailed",
            "plain|wall:1795369545224000000:3||ERROR|nova.virt||Exception: DeviceDetachFailed"
        ),
        (
            "2026-11-22 17:45:45.224 TRACE nova.virt Traceback (most recent call last):",
            "traceback|wall:1795369545224000000:3|||nova.virt||Traceback (most recent call last):"
        ),
        (
            "2026-11-22 17:45:45.224 TRACE nova.virt [instance: ac625540-8691-4ca8-9dc5-5848cbbabd4c]     try: f1(9)",
            "traceback|wall:1795369545224000000:3|||nova.virt|ac625540-8691-4ca8-9dc5-5848cbbabd4c|    try: f1(9)"
        ),
        ("2026-11-22 17:45:45.224 TRACE nova.virt ", "traceback|wall:1795369545224000000:3|||nova.virt||"),
        ("2026-11-22 17:45:45.224 TRACE nova.virt", "traceback|wall:1795369545224000000:3|||nova.virt||"),
    ])
    func `devstack's coloured format`(line: String, expected: String) throws {
        #expect(try read(format(Self.devstack), line) == expected)
    }

    private static let systemd = [
        "logging_context_format_string = %(color)s%(levelname)s %(name)s [\(escape)01;36m%(global_request_id)s "
            + "%(request_id)s \(escape)00;36m%(project_name)s %(user_name)s%(color)s] \(escape)01;35m%(instance)s"
            + "%(color)s%(message)s\(escape)00m",
        "logging_default_format_string = %(color)s%(levelname)s %(name)s [\(escape)00;36m-%(color)s] "
            + "\(escape)01;35m%(instance)s%(color)s%(message)s\(escape)00m",
        "logging_debug_format_suffix = {{(pid=%(process)d) %(funcName)s %(pathname)s:%(lineno)d}}",
        "logging_exception_prefix = ERROR %(name)s \(escape)01;35m%(instance)s\(escape)00m",
    ]

    @Test(arguments: [
        (
            "INFO cinder.volume.manager [None req-eb3258be-e7b2-443d-8b03-6178114dde93 service demo] 60 lines",
            "context|||INFO|cinder.volume.manager||60 lines|request=req-eb3258be-e7b2-443d-8b03-6178114dde93"
                + "|user_name=demo|project_name=service"
        ),
        ("ERROR nova.virt [-] refused", "plain|||ERROR|nova.virt||refused"),
        (
            "ERROR nova.virt   File \"/srv/opt/oslo_driver.py\", line 139, in one",
            "traceback||||nova.virt||  File \"/srv/opt/oslo_driver.py\", line 139, in one"
        ),
        (
            "ERROR nova.virt [instance: ac625540-8691-4ca8-9dc5-5848cbbabd4c] x",
            "traceback||||nova.virt|ac625540-8691-4ca8-9dc5-5848cbbabd4c|x"
        ),
        ("ERROR nova.virt [Errno 111] Connection refused", "traceback||||nova.virt||[Errno 111] Connection refused"),
        ("Level 21 nova.virt [-] x", "plain|||Level 21|nova.virt||x"),
    ])
    func `devstack's format under systemd, without time and pid`(line: String, expected: String) throws {
        #expect(try read(format(Self.systemd), line) == expected)
    }

    private static let isotime = [
        "head = %(isotime)s ctl01 %(project)s[%(process)d]:",
        "logging_context_format_string = $head %(levelname)-8s %(name)s [%(request_id)s %(user_identity)s] "
            + "%(instance)s%(message)s",
        "logging_default_format_string = $head %(levelname)-8s %(name)s [-] %(instance)s%(message)s",
        "logging_exception_prefix = '$head TRACE    %(name)s %(instance)s'",
    ]

    @Test(arguments: [
        (
            "2026-11-22T17:45:20.865014+01:00 ctl01 7cc1ef5d4180f46ef276707f8ddd7608[16429]: INFO     heat.engine "
                + "[req-30bb11da-5e3d-4a32-9bcc-af3c9a808d06 67827d1eb50c27e08ac331debebeb04e "
                + "7cc1ef5d4180f46ef276707f8ddd7608 - - default default]   x",
            "context|utc:1795365920865014000:6|16429|INFO|heat.engine||  x|"
                + "request=req-30bb11da-5e3d-4a32-9bcc-af3c9a808d06|user=67827d1eb50c27e08ac331debebeb04e"
                + "|project=7cc1ef5d4180f46ef276707f8ddd7608|user_domain=default|project_domain=default"
        ),
        (
            "2026-11-22T17:45:20.000000Z ctl01 unknown[1]: CRITICAL nova [-] x",
            "plain|utc:1795369520000000000:6|1|CRITICAL|nova||x"
        ),
        (
            "2026-11-22T17:45:20.865014+00:00 ctl01 unknown[1]: TRACE    nova Traceback (most recent call last):",
            "traceback|utc:1795369520865014000:6|1||nova||Traceback (most recent call last):"
        ),
    ])
    func `isotime, a program with its pid, a padded level`(line: String, expected: String) throws {
        #expect(try read(format(Self.isotime), line) == expected)
    }

    @Test(arguments: [
        ("2026-11-22 16:59:18.059 4314 INFO nova [-] plain", "plain|wall:1795366758059000000:3|4314|INFO|nova||plain"),
        (
            "2026-11-22 16:59:18.060 4314 INFO nova [None req-cf402d0e-decf-4f00-aa55-0552c08067cc u1 p1 - all d1 d2] x",
            "context|wall:1795366758060000000:3|4314|INFO|nova||x|request=req-cf402d0e-decf-4f00-aa55-0552c08067cc"
                + "|user_name=u1|project_name=p1|scope=all|user_domain=d1|project_domain=d2"
        ),
        (
            "2026-11-22 16:59:18.060 4314 INFO nova [ req-cf402d0e-decf-4f00-aa55-0552c08067cc - - - - - -] x",
            "context|wall:1795366758060000000:3|4314|INFO|nova||x|request=req-cf402d0e-decf-4f00-aa55-0552c08067cc"
        ),
        (
            "2026-11-22 16:59:18.060 4314 INFO nova [req-1 req-2 u1 p1 d0 d1 d2] x",
            "context|wall:1795366758060000000:3|4314|INFO|nova||x|global=req-1|request=req-2"
                + "|user_name=u1|project_name=p1|domain=d0|user_domain=d1|project_domain=d2"
        ),
        (
            "2026-11-22 16:59:18.060 4314 INFO nova [req-2 u1 p1] x",
            "context|wall:1795366758060000000:3|4314|INFO|nova||x|request=req-2|user_name=u1|project_name=p1"
        ),
        (
            "2026-11-22 16:59:18.061 4314 ERROR nova [instance: 3f4a1b2c-0000-4000-8000-000000000001] Took 5",
            "traceback|wall:1795366758061000000:3|4314||nova|3f4a1b2c-0000-4000-8000-000000000001|Took 5"
        ),
        (
            "2026-11-22 16:59:18.061 4314 ERROR nova [SQL: SELECT 1]",
            "traceback|wall:1795366758061000000:3|4314||nova||[SQL: SELECT 1]"
        ),
    ])
    func `an empty section means the default formats of any release`(line: String, expected: String) throws {
        #expect(try read(format([]), line) == expected)
    }

    @Test(arguments: [
        "", " ", "Traceback (most recent call last):", "2026-11-22 16:59:18", "2026-11-22 16:59:18.061 4314 INFO",
        "2026-11-22 16:59:18.061 4314 INFO nova.compute no bracket", "2026-13-22 16:59:18.061 4314 INFO nova [-] x",
        "2026-11-22 16:59:18.061 x INFO nova [-] x", "2026-11-22 16:59:18.061 4314 info nova [-] x",
    ])
    func `other text is no head`(line: String) throws {
        #expect(try read(format([]), line) == nil)
    }

    /// A default format of this text, and a context format that no line here has.
    private func plain(_ text: String, _ more: String...) throws -> CustomFormat {
        try format(
            ["logging_default_format_string = \(text)", "logging_context_format_string = @@%(levelname)s %(message)s"]
                + more)
    }

    @Test(arguments: [
        (
            "%(levelname).1s%(asctime)s %(name)s: %(message)s", "W2026-11-22 17:45:45 nova.api: x",
            "plain|wall:1795369545000000000:0||W|nova.api||x"
        ),
        (
            "%(asctime)s [%(levelname)8s] (%(name)s) %(message)s", "2026-11-22 17:45:45 [    INFO] (nova) x",
            "plain|wall:1795369545000000000:0||INFO|nova||x"
        ),
        (
            "%(asctime)s.%(msecs)d %(levelname)s %(message)s", "2026-11-22 17:45:45.7 INFO x",
            "plain|wall:1795369545007000000:3||INFO|||x"
        ),
        (
            "%(created)f %(levelno)s %(name)s.%(funcName)s %(message)s", "1795369545.25 30 nova.api.get x",
            "plain|utc:1795369545250000000:2||30|nova.api||x|function=get"
        ),
        (
            "%(asctime)s %(hostname)s %(processName)s %(levelname)s %(message)s",
            "2026-11-22 17:45:45 ctl01 Main Process INFO x INFO y",
            "plain|wall:1795369545000000000:0||INFO|||x INFO y|host=ctl01|process=Main Process"
        ),
        (
            "%(asctime)s %(levelname)-8s|%(threadName)-12s|%(thread)d %(pathname)s:%(lineno)d: %(message)s",
            "2026-11-22 17:45:45 INFO    |MainThread  |77 /a/b.py:12: x",
            "plain|wall:1795369545000000000:0||INFO|||x|thread=77|thread_name=MainThread|file=/a/b.py|line=12"
        ),
        (
            "%(asctime)s %(levelname)s %(resource)s%(message)s", "2026-11-22 17:45:45 INFO [volume x] y",
            "plain|wall:1795369545000000000:0||INFO|||[volume x] y"
        ),
        (
            "%(asctime)s %(levelname)s %(resource)s %(instance)s%(message)s",
            "2026-11-22 17:45:45 INFO r [instance: i] x",
            "plain|wall:1795369545000000000:0||INFO|||r [instance: i] x"
        ),
        ("100%% %(levelname)s: %(message)s", "100% INFO: x", "plain|||INFO|||x"),
    ])
    func `directives with flags, widths and precisions`(text: String, line: String, expected: String) throws {
        #expect(try read(plain(text), line) == expected)
    }

    @Test(arguments: [
        ("%d/%b/%Y:%H:%M:%S %z", "22/Nov/2026:17:45:45 -0130", "utc:1795374945000000000:0"),
        ("%a %e %B %y %I:%M:%S %p", "Sun  1 March 26 12:00:01 AM", "wall:1772323201000000000:0"),
        ("%Y%m%dT%H%M%SZ", "20260301T000001Z", "wall:1772323201000000000:0"),
        ("%F %T %Z", "2026-03-01 00:00:01 UTC", "utc:1772323201000000000:0"),
        ("%F %T %Z", "2026-03-01 00:00:01 CET", "wall:1772323201000000000:0"),
        ("%b %d %H:%M:%S", "Mar 01 00:00:01", "yearless:5184001000000000:0"),
        ("%Y.%j", "2024.366", "wall:1735603200000000000:0"), ("%H:%M:%S", "10:00:00", ""),
        ("%s", "1772323201", "utc:1772323201000000000:0"),
        ("%c", "Sun Mar  1 00:00:01 2026", "wall:1772323201000000000:0"),
        ("%D %R", "03/01/26 00:00", "wall:1772323200000000000:0"),
        ("%F %T,%f", "2026-03-01 00:00:01,%f", "wall:1772323201000000000:0"),
        ("%F %T,%f", "2026-03-01 00:00:01,25", "wall:1772323201250000000:2"),
        ("'%-d.%-m.%Y %k:%M'", "1.3.2026  0:00", "wall:1772323200000000000:0"),
        ("", "2026-03-01 00:00:01,250", "wall:1772323201250000000:3"),
        ("%F", "0000-02-29", "wall:-62162121600000000000:0"),
    ])
    func `log_date_format`(date: String, printed: String, expected: String) throws {
        let format = try plain("%(asctime)s %(levelname)s %(message)s", "log_date_format = \(date)")
        let read = read(format, printed + " INFO x")
        // Year 0 lies before what 64 bits of nanoseconds can count.
        let time = printed.hasPrefix("0000") ? "" : expected
        #expect(read == "plain|\(time)||INFO|||x")
    }

    @Test func `a traceback line is told by its text where the head has no mark of its own`() throws {
        let format = try plain(
            "%(asctime)s %(levelname)s %(name)s %(message)s", "logging_exception_prefix = '%(asctime)s ERROR %(name)s '"
        )
        let stamp = "2026-11-22 17:45:45 ERROR nova "
        for text in [
            "", "  File \"x\", line 1, in f", "Traceback (most recent call last):", "nova.exception.NotFound: x",
            "ValueError",
        ] {
            #expect(read(format, stamp + text) == "traceback|wall:1795369545000000000:0|||nova||\(text)")
        }
        for text in ["Failed: x", "it failed", "nova.exception failed"] {
            #expect(read(format, stamp + text) == "plain|wall:1795369545000000000:0||ERROR|nova||\(text)")
        }
    }

    @Test func `an empty exception prefix leaves tracebacks bare`() throws {
        let bare = try format(["logging_exception_prefix ="])
        #expect(!bare.hasExceptionPrefix)
        #expect(read(bare, "2026-11-22 16:59:18.061 4314 ERROR nova Traceback (most recent call last):") == nil)
    }

    @Test func `an instance format of one's own`() throws {
        let own = try format(["instance_format = '<vm %(name)s> '", "instance_uuid_format = '%(uuid)s '"])
        let stamp = "2026-11-22 16:59:18.059 4314 INFO nova [-] "
        let head = "plain|wall:1795366758059000000:3|4314|INFO|nova|"
        #expect(read(own, stamp + "<vm web 1> x") == head + "web 1|x")
        #expect(
            read(own, stamp + "3f4a1b2c-0000-4000-8000-000000000001 x") == head
                + "3f4a1b2c-0000-4000-8000-000000000001|x")
        #expect(read(own, stamp + "plain x") == head + "|plain x")
    }

    @Test(
        arguments: [
            (["logging_debug_format_suffix ="], "x f /a.py:1", nil), ([], "x f /a.py:1", "x|f|/a.py|1|"),
            (devstack, "x from (pid=9) f /a.py:1", "x|f|/a.py|1|9"),
            (systemd, "x {{(pid=9) f /a.py:1}}", "x|f|/a.py|1|9"),
            (
                ["logging_debug_format_suffix = <%(threadName)s|%(funcName)s@%(pathname)s:%(lineno)d>"],
                "x <a> <Main 1|f@/a.py:12>", "x <a>|f|/a.py|12|"
            ),
            (
                ["logging_debug_format_suffix = <%(threadName)s|%(funcName)s@%(pathname)s:%(lineno)d>"],
                "x <Main 1|f@/a.py:>", nil
            ),
            (["logging_debug_format_suffix = %(funcName)s"], "x f", nil),
        ] as [([String], String, String?)])
    func `the debug suffix`(lines: [String], message: String, expected: String?) throws {
        let format = try format(lines)
        let found = Array(message.utf8).withSpan { (span: RawSpan) -> String? in
            guard let suffix = format.debugSuffix(span, ByteRange(0, span.byteCount)) else { return nil }
            return [suffix.message, suffix.function, suffix.file, suffix.line, suffix.pid]
                .map { span.string($0) }.joined(separator: "|")
        }
        #expect(found == expected)
    }

    @Test func `what stands behind the message is taken off`() throws {
        let format = try plain("%(asctime)s %(levelname)s %(message)s (%(process)d in %(funcName)s)")
        let line = "2026-11-22 17:45:45 INFO done (1 of 2) (4242 in f)"
        Array(line.utf8).withSpan { (span: RawSpan) in
            var head = Head()
            var fields = CustomFields()
            #expect(format.match(span, 0, span.byteCount, &head, &fields))
            let message = format.message(span, ByteRange(head.payload, span.byteCount), &head, &fields)
            #expect(span.string(message) == "done (1 of 2)")
            #expect(span.string(head.pid) == "4242" && span.string(fields.function) == "f")
        }
    }

    @Test(arguments: [
        (
            "logging_default_format_string = %(message)s",
            "the message comes first, so nothing tells where a record begins; print %(asctime)s or %(levelname)s before %(message)s, or name the format by --format"
        ),
        (
            "logging_default_format_string = nova %(name)s %(message)s",
            "what stands before %(message)s may be any text, so nothing tells where a record begins; print %(asctime)s or %(levelname)s before %(message)s, or name the format by --format"
        ),
        (
            "logging_context_format_string = %(message)s %(asctime)s",
            "the message comes first, so nothing tells where a record begins; print %(asctime)s or %(levelname)s before %(message)s, or name the format by --format"
        ),
        (
            "logging_context_format_string = %(asctime)s %(levelname)s",
            "there is no %(message)s in it; print it at the end of the head"
        ),
        (
            "logging_context_format_string = %(asctime)s %(user_name)s%(levelname)s %(message)s",
            "a field that may hold blanks stands right before %(levelname)s, so their border cannot be found; write a bracket or another sign between them"
        ),
        (
            "logging_context_format_string = %(asctime)s %(user_name)s %(name)s %(message)s",
            "a field that may hold blanks stands before %(name)s, so the logger cannot be found; write a bracket or another sign between them"
        ),
        (
            "logging_context_format_string = %(asctime)s %(resource)s%(instance)s%(levelname)s %(message)s",
            "a field that may hold blanks and %(instance)s, which may be missing, stand before %(levelname)s, so their border cannot be found; write a bracket or another sign between them"
        ),
        (
            "logging_context_format_string = %(asctime)s %(name)s%(levelname)s %(message)s",
            "%(name)s and %(levelname)s stand side by side, so their border cannot be found; write a blank between them"
        ),
        (
            "logging_context_format_string = %(asctime)s %(name)s%(message)s",
            "%(name)s and %(message)s stand side by side, so their border cannot be found; write a blank between them"
        ),
        (
            "logging_context_format_string = %(asctime)s %s",
            "“%s” names no field; write %(field)s, or %% for a per cent sign"
        ),
        (
            "logging_context_format_string = %(asctime)s %(message)",
            "“%(message)” has no conversion behind it; write %(message)s"
        ),
        (
            "logging_exception_prefix = %(name)s",
            "nothing in it tells a line of a traceback from other text; print %(asctime)s, or leave it empty"
        ),
        (
            "log_date_format = %Y %Q",
            "“%Q” is no strftime directive that is known here; write the time with %Y-%m-%d %H:%M:%S or the like"
        ),
    ])
    func `a format that cannot be found is refused with place, value, reason and way out`(
        line: String, expected: String
    ) {
        let read = CustomFormat.read([("nova.conf", Array("[DEFAULT]\n\(line)\n".utf8))])
        #expect(read.format == nil)
        #expect(read.problems.map(\.description) == ["nova.conf:2: \(line): \(expected)"])
    }

    @Test func `all refusals come at once`() {
        let text =
            "[DEFAULT]\nlogging_default_format_string = %(message)s\nlog_date_format = %Q\nlogging_debug_format_suffix = %\n"
        #expect(CustomFormat.read([("nova.conf", Array(text.utf8))]).problems.map(\.line) == [3, 2, 4])
    }
}
