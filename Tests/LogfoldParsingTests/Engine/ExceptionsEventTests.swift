import LogfoldParsing
import LogfoldTestSupport
import Testing

/// What a traceback becomes in its event.
struct ExceptionsEventTests {
    /// The record of a head with this message and these traceback lines.
    private func record(_ message: String, _ stack: String, level: String = "ERROR", glued: String = "") -> ShownEvent {
        let lines = stack.split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { "2026-11-22 16:59:18.000 1 ERROR nova.x \(glued)\($0)\n" }.joined()
        let found = events(of: "2026-11-22 16:59:18.000 1 \(level) nova.x [-] \(glued)\(message)\n" + text)
        #expect(found.count == 1)
        return found[0]
    }

    @Test func `a chain is told from the outermost`() {
        let event = record(
            "failed: nova.exc.Second: two",
            """
            Traceback (most recent call last):
              File "/srv/opt/a.py", line 3, in f
                raise KeyError('x')
            KeyError: 'x'

            The above exception was the direct cause of the following exception:

            Traceback (most recent call last):
              File "/srv/opt/b.py", line 5, in g
                f()
            nova.exc.Second: two

            """)
        #expect(event["message"] == "failed")
        #expect(event["error.type"] == "nova.exc.Second")
        #expect(event["error.message"] == "two")
        #expect(event["openstack.exception.root_cause"] == "KeyError")
        #expect(event["openstack.exception.chain.0.type"] == "nova.exc.Second")
        #expect(event["openstack.exception.chain.0.frames.0.function"] == "g")
        #expect(event["openstack.exception.chain.1.type"] == "KeyError")
        #expect(event["openstack.exception.chain.1.relation"] == "cause")
        #expect(event["openstack.exception.chain.1.frames.0.line"] == "3")
        #expect(event["error.stack_trace"].hasSuffix("⏎nova.exc.Second: two"))
        #expect(event["error.stack_trace"].contains("KeyError: 'x'⏎⏎The above exception"))
    }

    @Test func `members of a group are told apart`() {
        let event = record(
            "failed: ExceptionGroup: many (2 sub-exceptions)",
            """
              + Exception Group Traceback (most recent call last):
              |   File "/a.py", line 1, in f
              | ExceptionGroup: many (2 sub-exceptions)
              +-+---------------- 1 ----------------
                | KeyError: 'p'
                +---------------- 2 ----------------
                | ValueError: q
                +------------------------------------

            """)
        #expect(event["message"] == "failed")
        #expect(event["error.type"] == "ExceptionGroup")
        #expect(event["openstack.exception.chain.1.type"] == "KeyError")
        #expect(event["openstack.exception.chain.2.type"] == "ValueError")
        #expect(event["openstack.exception.chain.2.relation"] == "group")
    }

    @Test func `a fingerprint is the same over lines, ids and messages, and differs over functions`() {
        func print(_ file: String, _ line: Int, _ function: String, _ text: String) -> String {
            let stack = """
                Traceback (most recent call last):
                  File "\(file)", line \(line), in \(function)
                KeyError: \(text)

                """
            return record("bad", stack)["openstack.exception.fingerprint"]
        }
        let first = print("/usr/lib/python3/dist-packages/nova/a.py", 3, "f", "'x'")
        #expect(first.count > 8)
        #expect(first == print("/opt/venv/lib/python3.11/site-packages/nova/a.py", 77, "f", "'0x7f00'"))
        #expect(first != print("/usr/lib/python3/dist-packages/nova/a.py", 3, "g", "'x'"))
    }

    @Test(arguments: [
        ("failed: KeyError: 'x'", "failed"),
        (": KeyError: 'x'", ""),
        ("failed", "failed"),
        ("failed: KeyError: 'y'", "failed: KeyError: 'y'"),
        ("KeyError: 'x'", "KeyError: 'x'"),
    ])
    func `the summary is removed where it says what the traceback says`(message: String, expected: String) {
        let stack = """
            Traceback (most recent call last):
              File "/a.py", line 1, in f
            KeyError: 'x'

            """
        #expect(record(message, stack)["message"] == expected)
    }

    @Test func `a summary stays where no traceback follows`() {
        let text = "2026-11-22 16:59:18.000 1 WARNING nova.x [-] w: RuntimeError: boom\n"
        #expect(events(of: text).messages == ["w: RuntimeError: boom"])
    }

    @Test func `a syntax error's summary is its place`() {
        let event = record(
            #"Exception during message handling:   File "/etc/nova/hook.py", line 2"#,
            """
            Traceback (most recent call last):
              File "/a.py", line 1, in f
              File "/etc/nova/hook.py", line 2
                x = [1, 2
                    ^
            SyntaxError: '[' was never closed

            """)
        #expect(event["message"] == "Exception during message handling")
        #expect(event["error.type"] == "SyntaxError")
        #expect(event["error.message"].contains("'[' was never closed"))
    }

    @Test func `exc_info without an exception is none`() {
        let event = record("nothing", "NoneType: None\n")
        #expect(event["message"] == "nothing")
        #expect(event["error.type"] == "-")
    }

    @Test func `stack_info is kept apart from the traceback`() {
        let text = """
            2026-11-22 16:59:18.000 1 ERROR nova.x [-] m: KeyError: 'x'
            2026-11-22 16:59:18.000 1 ERROR nova.x Traceback (most recent call last):
            2026-11-22 16:59:18.000 1 ERROR nova.x   File "/a.py", line 1, in f
            2026-11-22 16:59:18.000 1 ERROR nova.x KeyError: 'x'
            2026-11-22 16:59:18.000 1 ERROR nova.x 
            Stack (most recent call last):
              File "/b.py", line 2, in g
                log()

            """
        let found = events(of: text)
        #expect(found.count == 1)
        #expect(found[0]["openstack.stack_info"].hasPrefix("Stack (most recent call last):⏎"))
        #expect(found[0]["error.stack_trace"].hasSuffix("KeyError: 'x'"))
        #expect(found[0]["message"] == "m")
    }

    @Test func `an instance that is glued to every line is removed from the stack`() {
        let event = record(
            "m: KeyError: 'x'",
            """
            Traceback (most recent call last):
              File "/a.py", line 1, in f
            KeyError: 'x'

            """, glued: "rawstr")
        #expect(event["error.stack_trace"].hasPrefix("Traceback (most recent call last):⏎  File"))
        #expect(event["error.type"] == "KeyError")
    }

    @Test func `a remote traceback in the message stays there`() {
        let text = """
            2026-11-22 16:59:18.000 1 ERROR nova.x [-] failed: nova.exc.Boom_Remote: boom
            Traceback (most recent call last):
              File "/remote.py", line 9, in r
            nova.exc.Boom: boom
            2026-11-22 16:59:18.000 1 ERROR nova.x Traceback (most recent call last):
            2026-11-22 16:59:18.000 1 ERROR nova.x   File "/a.py", line 1, in f
            2026-11-22 16:59:18.000 1 ERROR nova.x nova.exc.Boom_Remote: boom
            2026-11-22 16:59:18.000 1 ERROR nova.x Traceback (most recent call last):
            2026-11-22 16:59:18.000 1 ERROR nova.x   File "/remote.py", line 9, in r
            2026-11-22 16:59:18.000 1 ERROR nova.x nova.exc.Boom: boom
            2026-11-22 16:59:18.000 1 ERROR nova.x 

            """
        let found = events(of: text)
        #expect(found.count == 1)
        #expect(found[0]["error.type"] == "nova.exc.Boom_Remote")
        #expect(found[0]["error.stack_trace"].hasPrefix(#"Traceback (most recent call last):⏎  File "/a.py""#))
    }

    @Test func `exceptions whose text has the shape of a type line keep it`() {
        let event = record(
            "m",
            """
            Traceback (most recent call last):
              File "/a.py", line 1, in f
            oslo_concurrency.processutils.ProcessExecutionError: Unexpected error
            Command: ip link
            Exit code: 1
            Stdout: ''
            Stderr: 'no'

            """)
        #expect(event["error.type"] == "oslo_concurrency.processutils.ProcessExecutionError")
        #expect(event["error.message"] == "Unexpected error⏎Command: ip link⏎Exit code: 1⏎Stdout: ''⏎Stderr: 'no'")
    }
}
