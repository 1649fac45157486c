import LogfoldParsing
import LogfoldTestSupport
import Testing

/// One record of every layout that oslo.log, and what came before it, has printed by default (`Docs/rules.md`,
/// *Layouts by release*).
struct OsloFormatsTests {
    private static let head = ["@timestamp", "log.level", "log.logger", "process.pid", "message"]
    private static let identity = [
        "http.request.id", "openstack.global_request_id", "user.id", "user.name", "openstack.project.id",
        "openstack.project.name", "openstack.domain.id", "openstack.system_scope", "openstack.user_domain.id",
        "openstack.project_domain.id",
    ]

    @Test(arguments: [
        (
            "Diablo", "2011-09-20 12:00:00,123 INFO nova.compute.manager [-] Updating host status",
            "2011-09-20T12:00:00.123Z | info | nova.compute.manager | - | Updating host status"
        ),
        (
            "Essex",
            "2012-04-05 12:00:00 INFO nova.api.openstack.wsgi [req-38101a0b-2096-447d-96ea-a692162415ae 1 2] up",
            "2012-04-05T12:00:00.000Z | info | nova.api.openstack.wsgi | - | up"
        ),
        (
            "Essex's debug suffix", "2012-04-05 12:00:00 DEBUG nova.x [-] done from (pid=77) f /opt/nova/x.py:12",
            "2012-04-05T12:00:00.000Z | debug | nova.x | 77 | done"
        ),
        (
            "Folsom's glance", "2012-09-27 12:00:00     INFO [glance.api] started",
            "2012-09-27T12:00:00.000Z | info | glance.api | - | started"
        ),
        (
            "Grizzly", "2013-04-04 12:00:00.123 77 AUDIT nova.compute [-] Auditing",
            "2013-04-04T12:00:00.123Z | notice | nova.compute | 77 | Auditing"
        ),
        (
            "Juno", "2014-10-28 10:42:22.772 23623 WARN neutron.x [req-40743023-00ed-441c-9d0a-19b8167ea0ad None] w",
            "2014-10-28T10:42:22.772Z | warning | neutron.x | 23623 | w"
        ),
        (
            "today", "2026-11-22 16:59:18.060 4314 CRITICAL nova.compute.manager \(context) hello",
            "2026-11-22T16:59:18.060Z | critical | nova.compute.manager | 4314 | hello"
        ),
        (
            "today, without a space behind the bracket", "2026-11-22 16:59:18.060 4314 INFO nova.x [-]",
            "2026-11-22T16:59:18.060Z | info | nova.x | 4314 | "
        ),
        (
            "isotime, padded level",
            "2026-11-22T16:59:18.060123+01:00 ctl01 nova-api[4314]: INFO     nova.x [-] hello",
            "2026-11-22T15:59:18.060123Z | info | nova.x | 4314 | hello"
        ),
        (
            "an unnamed level", "2026-11-22 16:59:18.060 4314 Level 21 nova.x [-] hello",
            "2026-11-22T16:59:18.060Z | level 21 | nova.x | 4314 | hello"
        ),
        (
            "Rally's level", "2026-11-22 16:59:18.060 4314 RALLYDEBUG rally.x [-] hello",
            "2026-11-22T16:59:18.060Z | rallydebug | rally.x | 4314 | hello"
        ),
        (
            "Python's own", "(sqlalchemy.orm.mapper.Mapper): 2021-04-27 06:25:32,122 INFO (User|user) Identified",
            "2021-04-27T06:25:32.122Z | info | sqlalchemy.orm.mapper.Mapper | - | (User|user) Identified"
        ),
        (
            "devstack, dated", "2014-05-01 10:00:00.123 DEBUG nova.x [-] hello from (pid=9) f /opt/x.py:3",
            "2014-05-01T10:00:00.123Z | debug | nova.x | 9 | hello"
        ),
        (
            "devstack in the journal", "DEBUG nova.x [None req-1 admin demo] hello {{(pid=9) f /opt/x.py:3}}",
            "1970-01-01T00:00:00.000Z | debug | nova.x | 9 | hello"
        ),
        (
            "colours",
            "2026-11-22 16:59:18.060 4314 \u{1b}[01;31mERROR nova.x [\u{1b}[00;36m-\u{1b}[01;31m] bad\u{1b}[00m",
            "2026-11-22T16:59:18.060Z | error | nova.x | 4314 | bad"
        ),
    ])
    func `a head of each release is understood`(release: String, line: String, event: String) {
        #expect(shown(line + "\n", Self.head) == event, "\(release)")
    }

    @Test(arguments: [
        ("[-]", "- | - | - | - | - | - | - | - | - | -"),
        ("[req-1 None None]", "req-1 | - | - | - | - | - | - | - | - | -"),
        (
            "[req-1 0123456789abcdef0123456789abcdef fedcba9876543210fedcba9876543210]",
            "req-1 | - | 0123456789abcdef0123456789abcdef | - | fedcba9876543210fedcba9876543210 | - | - | - | - | -"
        ),
        ("[req-1 u p d - -]", "req-1 | - | - | u | - | p | d | - | - | -"),
        ("[None req-1 u p - - default default]", "req-1 | - | - | u | - | p | - | - | default | default"),
        ("[req-0 req-1 u p d all ud pd]", "req-1 | req-0 | - | u | - | p | d | all | ud | pd"),
        // The context had no such key: an empty token (R2).
        ("[ req-1 u p - - - -]", "req-1 | - | - | u | - | p | - | - | - | -"),
        // Two names are devstack's, which prints the project first.
        ("[None req-1 demo admin]", "req-1 | - | - | admin | - | demo | - | - | - | -"),
    ])
    func `the number of tokens tells the context's layout`(bracket: String, event: String) {
        let line = "2026-11-22 16:59:18.060 4314 INFO nova.x \(bracket) hello\n"
        #expect(shown(line, Self.identity) == event)
        #expect(events(of: line).messages == ["hello"])
    }

    @Test func `names that hold blanks are given up together and not guessed`() {
        let line = "2026-11-22 16:59:18.060 4314 INFO nova.x [None req-1 svc nova My Project] hello\n"
        let event = events(of: line)[0]
        #expect(event["http.request.id"] == "req-1")
        #expect(event["message"] == "hello")
        #expect(event["user.name"] == "-" && event["openstack.project.name"] == "-")
    }

    @Test(arguments: [
        ("[instance: 3f4a1b2c-0000-4000-8000-000000000001] Took 5", "3f4a1b2c-0000-4000-8000-000000000001 | Took 5"),
        ("[instance: 3f4a] x", "3f4a | x"),
        ("rawstringx", "- | rawstringx"),
        ("[instance: no end", "- | [instance: no end"),
    ])
    func `an instance is taken off the message`(message: String, event: String) {
        let line = "2026-11-22 16:59:18.060 4314 INFO nova.x \(context) \(message)\n"
        #expect(shown(line, ["openstack.instance.id", "message"]) == event)
    }

    @Test(arguments: [
        ("dbg msg <module> /srv/demo/gen.py:18", "dbg msg | <module> | /srv/demo/gen.py | 18"),
        ("line one\nline two\nline three f /srv/gen.py:19", "line one⏎line two⏎line three | f | /srv/gen.py | 19"),
        ("see http://h/x:80", "see http://h/x:80 | - | - | -"),
    ])
    func `the suffix of DEBUG becomes the origin`(message: String, event: String) {
        let fields = ["message", "log.origin.function", "log.origin.file.name", "log.origin.file.line"]
        #expect(shown("2026-11-22 16:59:18.060 4314 DEBUG nova.x [-] \(message)\n", fields) == event)
    }

    @Test(arguments: [
        // Bexar to Diablo: no time on traceback lines.
        """
        2011-09-20 12:00:00,123 ERROR nova.x [-] bad
        (nova.x): TRACE: Traceback (most recent call last):
        (nova.x): TRACE:   File "/a.py", line 3, in f
        (nova.x): TRACE: KeyError: 'x'
        (nova.x): TRACE: 
        """,
        // Essex: no pid, whole seconds.
        """
        2012-04-05 12:00:00 ERROR nova.x [req-1 u p] bad
        2012-04-05 12:00:00 TRACE nova.x Traceback (most recent call last):
        2012-04-05 12:00:00 TRACE nova.x   File "/a.py", line 3, in f
        2012-04-05 12:00:00 TRACE nova.x KeyError: 'x'
        2012-04-05 12:00:00 TRACE nova.x 
        """,
        // Grizzly: a pid on traceback lines only.
        """
        2013-04-04 12:00:00.123 ERROR nova.x [req-1 u p] bad
        2013-04-04 12:00:00.123 77 TRACE nova.x Traceback (most recent call last):
        2013-04-04 12:00:00.123 77 TRACE nova.x   File "/a.py", line 3, in f
        2013-04-04 12:00:00.123 77 TRACE nova.x KeyError: 'x'
        2013-04-04 12:00:00.123 77 TRACE nova.x 
        """,
        // Liberty and later.
        """
        2026-11-22 16:59:18.060 4314 ERROR nova.x [None req-1 u p - - - -] bad: KeyError: 'x'
        2026-11-22 16:59:18.060 4314 ERROR nova.x Traceback (most recent call last):
        2026-11-22 16:59:18.060 4314 ERROR nova.x   File "/a.py", line 3, in f
        2026-11-22 16:59:18.060 4314 ERROR nova.x KeyError: 'x'
        2026-11-22 16:59:18.060 4314 ERROR nova.x 
        """,
        // devstack under systemd.
        """
        ERROR nova.x [None req-1 u p] bad: KeyError: 'x'
        ERROR nova.x Traceback (most recent call last):
        ERROR nova.x   File "/a.py", line 3, in f
        ERROR nova.x KeyError: 'x'
        ERROR nova.x 
        """,
        // An empty exception prefix.
        """
        2026-11-22 16:59:18.060 4314 ERROR nova.x [None req-1 u p - - - -] bad: KeyError: 'x'
        Traceback (most recent call last):
          File "/a.py", line 3, in f
        KeyError: 'x'
        """,
    ])
    func `the traceback of each release belongs to its record`(text: String) {
        let fields = ["message", "log.level", "error.type", "error.message", "error.stack_trace"]
        let stack = #"Traceback (most recent call last):⏎  File "/a.py", line 3, in f⏎KeyError: 'x'"#
        #expect(shown(text + "\n", fields) == "bad | error | KeyError | 'x' | \(stack)")
    }

    @Test func `devstack's heads are no heads among dated ones`() {
        let text = """
            2026-11-22 16:59:18.060 4314 INFO nova.x [-] dump:
            INFO nova.y [-] quoted
            2026-11-22 16:59:18.061 4314 INFO nova.x [-] next

            """
        #expect(events(of: text).messages == ["dump:⏎INFO nova.y [-] quoted", "next"])
    }

    @Test func `a source that changes to devstack's heads is followed`() {
        let dated = "2026-11-22 16:59:18.060 4314 INFO nova.x [-] dated\n"
        let weak = (1...20).map { "INFO nova.y [-] weak \($0)\n" }.joined()
        let messages = events(of: dated + weak).messages
        #expect(messages.last == "weak 20" && messages.count > 10)
    }
}
