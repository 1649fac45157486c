import LogfoldParsing
import Testing

@Suite struct PlainBlockTests {
    /// The lines with a mark: `>` begins a block, `|` continues it, ` ` is other text; `.` behind a line that
    /// completes its block.
    private func marked(_ text: String) -> [String] {
        var block = PlainBlock()
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let bytes = Array(line.utf8)
            let mark = bytes.withSpan { (span: RawSpan) in
                if !block.isComplete, block.continues(span, 0, bytes.count) { return "|" }
                return block.begins(span, 0, bytes.count) ? ">" : " "
            }
            return mark + line + (mark != " " && block.isComplete ? "." : "")
        }
    }

    @Test(arguments: [
        // print_exc() between lines of stdout
        """
        >Traceback (most recent call last):
        |  File "/srv/opt/g.py", line 3, in f
        |    def f(n): return {'a': 1}[n]
        |                     ~~~~~~~~^^^
        |KeyError: '0'
         ordinary stdout line 0
        >Traceback (most recent call last):
        |  File "/srv/opt/g.py", line 3, in f
        |KeyError: '1'
        >Traceback (most recent call last):
        |  File "/srv/opt/g.py", line 3, in f
        |NoMsg
        """,
        // a chain; the text's second line is indented
        """
        >Traceback (most recent call last):
        |  File "/srv/opt/g.py", line 3, in f
        |KeyError: 'zz'
        |
        |The above exception was the direct cause of the following exception:
        |
        |Traceback (most recent call last):
        |  File "/srv/opt/g.py", line 7, in <module>
        |RuntimeError: start-up failed:
        |  config file missing
         done
        """,
        // a group, a thread, a place
        """
        >  + Exception Group Traceback (most recent call last):
        |  |   File "/srv/opt/g.py", line 13, in <module>
        |  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
        |  +-+---------------- 1 ----------------
        |    | KeyError: 'p'
        |    +------------------------------------
         done
        >Exception in thread worker-1:
        |Traceback (most recent call last):
        |  File "/etc/nova/conf.py", line 2
        |    x = [1, 2
        |        ^
        |SyntaxError: '[' was never closed
         main goes on
        >Exception ignored in: <_io.TextIOWrapper name='<stdout>' mode='w' encoding='utf-8'>
        |BrokenPipeError: [Errno 32] Broken pipe
        """,
        // warnings: two lines each
        """
        >/usr/lib/python3/dist-packages/eventlet/greenlets.py:6: DeprecationWarning: distutils Version classes
        |  preserves_excinfo = (distutils.version.LooseVersion(greenlet.__version__).
        >sys:1: ResourceWarning: unclosed file
        >/a.py:7: UserWarning: x
        |  >= distutils.version.LooseVersion('0.3.2')).
           indented text of nobody
         Warning: this is no warning of Python
        """,
        // texts of several lines that are known
        """
        >Traceback (most recent call last):
        |  File "/a.py", line 3, in f
        |sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: instances
        |[SQL: SELECT instances.id AS instances_id,
        |FROM instances
        |WHERE instances.deleted = ?]
        |[parameters: (0, 'cmp01')]
        |(Background on this error at: https://sqlalche.me/e/14/e3q8)
         [pid: 2543|app: 0|req: 58/107] 10.0.0.1 () {36 vars in 500 bytes}
        >Traceback (most recent call last):
        |  File "/a.py", line 3, in f
        |ConnectionError: {
        |  "error": 500
        |}
         (12345) wsgi exited, is_accepting=True
        >Traceback (most recent call last):
        |  File "/a.py", line 3, in f
        |IndexError_Remote: list index out of range
        |Traceback (most recent call last):
        |
        |  File "/a.py", line 3, in f
        |    f()
        |
        |IndexError: list index out of range
        >Traceback (most recent call last):
        |  File "/a.py", line 3, in f
        |TimeoutError
        |Removing descriptor: 7.
        """,
        // records that could not be formatted
        """
        >--- Logging error ---
        |Traceback (most recent call last):
        |  File "/log.py", line 500, in format
        |TypeError: not enough arguments for format string
        |
        |During handling of the above exception, another exception occurred:
        |
        |Traceback (most recent call last):
        |  File "/log.py", line 506, in format
        |TypeError: not all arguments converted
        |Call stack:
        |  File "/srv/opt/driver.py", line 182, in <module>
        |    work(0)
        |Message: "Error formatting log line"
        |Arguments: ('only one',).
         next
        >Traceback (most recent call last):
        |  File "/usr/lib/python2.7/logging/__init__.py", line 861, in emit
        |TypeError: not enough arguments for format string
        |Logged from file driver.py, line 155.
         next
        """,
    ])
    func linesFindTheirBlock(_ expected: String) {
        let plain = expected.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let text = line.dropFirst()
            let isLast =
                text.hasSuffix("__).") || text.hasSuffix("')).") || text.hasSuffix(",).") || text.hasSuffix("7.")
                || text.hasSuffix("155.")
            return String(isLast ? text.dropLast() : text)
        }
        let found = marked(plain.joined(separator: "\n"))
        #expect(found.joined(separator: "\n") == expected)
    }
}

@Suite struct PlainBlockLineTests {
    @Test(arguments: [
        ("Traceback (most recent call last):", TracebackLine.tracebackHeader),
        ("Traceback (most recent call last): \r", .tracebackHeader),
        ("Traceback (most recent call last): x", .other),
        ("  + Exception Group Traceback (most recent call last):", .groupHeader),
        ("Exception Group Traceback (most recent call last):", .groupHeader),
        (#"  File "/a.py", line 3, in f"#, .frame),
        (#"    File "/a.py", line 3, in f"#, .indented),
        ("    raise E", .indented), ("\tat x", .indented), ("    ...<3 lines>...", .indented),
        ("    ~~~~^^", .marker), ("    ~x^", .indented),
        ("  [Previous line repeated 975 more times]", .repeated),
        ("The above exception was the direct cause of the following exception:", .chainSentence),
        ("During handling of the above exception, another exception occurred: ", .chainSentence),
        ("  | x", .margin), ("  |", .margin), ("    +-+---------------- 1 ----------------", .margin),
        ("", .blank), ("   ", .blank), ("\r", .blank), (" \t", .blank),
        ("ValueError", .typeLine), ("a.b.E: text", .typeLine), ("E:", .typeLine), ("Ärger: x", .typeLine),
        ("m.<locals>.E: x", .typeLine), ("_E", .typeLine),
        ("E :x", .other), ("a b: c", .other), ("E:x", .other), ("1E: x", .other), ("[SQL: x]", .other),
        ("Stack (most recent call last):", .stackInfoHeader), ("Stack: x", .typeLine),
    ])
    func aLineIsJudged(_ line: String, _ kind: TracebackLine) {
        let bytes = Array(line.utf8)
        let found = bytes.withSpan { (text: RawSpan) in TracebackLine.classify(text, 0, bytes.count) }
        #expect(found == kind)
    }
}
