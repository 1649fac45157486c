import LogfoldCore
import LogfoldParsing
import LogfoldTestSupport
import Testing

/// Text that is no record of anyone (real logs, 6).
struct PlainTextTests {
    private let record = "2026-11-22 16:59:18.000 1 INFO nova.x [-] up\n"
    private let ruler = String(repeating: "=", count: 72)
    private var report: String {
        """
        \(ruler)
        ====                          Guru Meditation                           ====
        \(ruler)
        \(String(repeating: "|", count: 72))


        \(ruler)
        ====                            Package                             ====
        \(ruler)
        product = OpenStack Nova
        Traceback (most recent call last):
        no grammar here

        """
    }

    @Test func `a report is one event`() {
        let found = events(of: report)
        #expect(found.count == 1)
        #expect(found[0]["logfold.lines"] == "12" && found[0]["logfold.format"] == "text")
    }

    @Test func `a report behind a record begins with its ruler`() {
        let found = events(of: record + report + record)
        #expect(found.messages.map { $0.prefix(4) } == ["up", "====", "up"])
        #expect(found.map { $0["logfold.lines"] } == ["-", "12", "-"])
        #expect(found[1].entry.offset == Int64(record.utf8.count))
        #expect(found.map(\.entry.rawLength)[1] == Int64(report.utf8.count))
    }

    @Test func `reports of two workers are two events`() {
        #expect(events(of: report + report).map { $0["logfold.lines"] } == ["12", "12"])
    }

    /// A record with its traceback, which ends with the line that has nothing but its prefix.
    private let failed = """
        2026-11-22 16:59:18.000 1 ERROR nova.x [-] Failed: ValueError: v
        2026-11-22 16:59:18.000 1 ERROR nova.x Traceback (most recent call last):
        2026-11-22 16:59:18.000 1 ERROR nova.x   File "/x.py", line 1, in f
        2026-11-22 16:59:18.000 1 ERROR nova.x     g()
        2026-11-22 16:59:18.000 1 ERROR nova.x ValueError: v
        2026-11-22 16:59:18.000 1 ERROR nova.x\u{20}

        """

    @Test(arguments: [
        ("+ sudo -E kolla\nINFO:__main__:Loading\n", ["Failed", "+ sudo -E kolla", "INFO:__main__:Loading"]),
        ("\n+ sudo\n", ["Failed", "+ sudo"]),
        ("/x.py:1: UserWarning: old\n  f()\n", ["Failed", "/x.py:1: UserWarning: old⏎  f()"]),
        (
            "Traceback (most recent call last):\n  File \"/y.py\", line 2, in h\nKeyError: k\n",
            ["Failed", "KeyError: k"]
        ),
    ])
    func `what comes without a prefix behind the end of a traceback is not of it`(text: String, messages: [String]) {
        let found = events(of: failed + text)
        #expect(found.messages == messages)
        #expect(found[0]["error.message"] == "v")
        #expect(found[0]["error.type"] == "ValueError")
    }

    @Test func `the stack that stack_info asks for is of the record`() {
        let stack = "Stack (most recent call last):\n  File \"/x.py\", line 9, in <module>\n    main()\n"
        let found = events(of: failed + stack)
        #expect(found.count == 1)
        #expect(found[0]["error.message"] == "v")
        #expect(found[0]["openstack.stack_info"].hasPrefix("Stack (most recent call last):"))
    }

    @Test(arguments: [
        "!!! uWSGI process 2407 got Segmentation Fault !!!", "DAMN ! worker 1 (pid: 7) died :( trying respawn ...",
        "Respawned uWSGI worker 1 (new pid: 8)", "Fatal Python error: Segmentation fault",
        "Exception ignored in: <function f at 0x7fc8ae830040>",
    ])
    func `what tells of a death is not of the record before it`(line: String) {
        let found = events(of: record + line + "\n" + record)
        #expect(found.messages == ["up", line, "up"])
    }

    @Test func `a failure of logging is an event, the record before it another`() {
        let failure = """
            --- Logging error ---
            Traceback (most recent call last):
              File "/usr/lib/python3.11/logging/__init__.py", line 1110, in emit
                msg = self.format(record)
            TypeError: not all arguments converted during string formatting
            Call stack:
              File "/a.py", line 3, in <module>
                main()
            Message: 'text %d'
            Arguments: ('x',)

            """
        let found = events(of: record + failure + record)
        #expect(found.map { $0["logfold.lines"] } == ["-", "10", "-"])
    }

    @Test func `each line that continues nothing is an event`() {
        #expect(events(of: "one\ntwo\n\nthree\n").messages == ["one", "two⏎", "three"])
        #expect(events(of: "one\n").shown(["logfold.format", "logfold.flags"]) == "text | [unparsed time_assumed]")
    }

    @Test func `warnings have two lines`() {
        let text = """
            /usr/lib/python3/eventlet/greenlets.py:6: DeprecationWarning: distutils
              preserves_excinfo = (distutils.version.LooseVersion(greenlet.__version__).
            done

            """
        #expect(events(of: text).map { $0["logfold.lines"] } == ["2", "-"])
    }

    @Test func `a request line of uWSGI is no text of the record before it`() {
        let line =
            "[pid: 2543|app: 0|req: 58/107] 10.0.0.5 () {34 vars in 500 bytes} [Sun Nov 22 16:59:18 2026] "
            + "GET /v3/ => generated 300 bytes in 5 msecs (HTTP/1.1 200) 6 headers in 200 bytes (1 switches on core 0)\n"
        #expect(events(of: record + line + record).count == 3)
    }

    @Test func `a traceback between records of the same file is theirs, and said so where two are open`() {
        let other = record.replacing(" 1 INFO", with: " 2 INFO")
        let found = events(
            of: record + other + "Traceback (most recent call last):\n  File \"/a.py\", line 3, in f\nKeyError\n")
        #expect(found.map { $0["logfold.lines"] } == ["-", "4"])
        #expect(found[1]["logfold.flags"] == "[continuation_assumed]")
    }

    @Test func `a format that is said to be text has no records`() {
        let found = events(of: record + record, options { $0.format = .text })
        #expect(found.count == 2 && found.allSatisfy { $0["log.level"] == "-" })
    }
}
