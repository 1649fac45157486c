import LogfoldTestSupport
import Testing

/// The scorer has to be able to find fault: one good output, and what each kind of damage does to its score.
struct TruthScorerTests {
    private static let log = """
        2026-11-22 17:00:00.001 42 ERROR nova.a [None req-1 u p - - d d] [instance: \(id)] It broke: KeyError: 'k'
        2026-11-22 17:00:00.001 42 ERROR nova.a [instance: \(id)] Traceback (most recent call last):
        2026-11-22 17:00:00.001 42 ERROR nova.a [instance: \(id)] KeyError: 'k'
        2026-11-22 17:00:00.001 42 ERROR nova.a [instance: \(id)]\(" ")
        2026-11-22 17:00:00.002 42 DEBUG nova.b [-] two
        lines run /x.py:7

        """
    private static let id = "3f4a1b2c-0000-4000-8000-000000000001"

    private static var truth: Truth {
        var broken = TruthRecord()
        broken.logger = "nova.a"
        broken.level = "ERROR"
        broken.pid = 42
        broken.time = "2026-11-22 17:00:00"
        broken.milliseconds = 1
        broken.message = "It broke"
        broken.summary = "KeyError: 'k'"
        broken.traceback = "Traceback (most recent call last):\nKeyError: 'k'\n"
        broken.exceptionType = "KeyError"
        broken.exceptionMessage = "'k'"
        broken.chain = [("builtins", "KeyError")]
        broken.context = ["request_id": "req-1", "user": "u", "project": "p"]
        broken.instance = id
        broken.place = .init(offset: 0, line: 1, lines: 4)
        broken.lineNumbers = [1, 2, 3, 4]
        var debug = TruthRecord()
        debug.logger = "nova.b"
        debug.level = "DEBUG"
        debug.pid = 42
        debug.time = "2026-11-22 17:00:00"
        debug.milliseconds = 2
        debug.message = "two\nlines"
        (debug.function, debug.path, debug.pathLine) = ("run", "/x.py", 7)
        debug.place = .init(offset: second, line: 5, lines: 2)
        debug.lineNumbers = [5, 6]
        return Truth(records: [broken, debug])
    }

    private static let second =
        log.utf8.count - "2026-11-22 17:00:00.002 42 DEBUG nova.b [-] two\nlines run /x.py:7\n".utf8.count

    private static let good = #"""
        {"@timestamp":"2026-11-22T17:00:00.001Z","message":"It broke","log":{"level":"error","logger":"nova.a","offset":0},"process":{"pid":42},"http":{"request":{"id":"req-1"}},"user":{"name":"u"},"openstack":{"project":{"name":"p"},"instance":{"id":"ID"},"exception":{"chain":[{"type":"KeyError"}]}},"error":{"type":"KeyError","message":"'k'","stack_trace":"Traceback (most recent call last):\nKeyError: 'k'"},"logfold":{"lines":4}}
        {"@timestamp":"2026-11-22T17:00:00.002Z","message":"two\nlines","log":{"level":"debug","logger":"nova.b","offset":SECOND,"origin":{"function":"run","file":{"name":"/x.py","line":7}}},"process":{"pid":42},"logfold":{"lines":2}}

        """#.replacing("ID", with: id).replacing("SECOND", with: "\(second)")

    private func score(_ output: String) throws -> TruthScore {
        try TruthScorer.score(
            name: "hand-made", truth: Self.truth, log: Array(Self.log.utf8), output: Array(output.utf8))
    }

    @Test func `a right output has a full score`() throws {
        let score = try score(Self.good)
        #expect(score.complaints == [])
        #expect(score.boundaries == 2)
        #expect(score.texts == 2)
        #expect(score.boundaryRate == 1)
        for field in TruthField.allCases { #expect(score.isExact(field), "\(field)") }
        #expect(score.fields[.pid] == .init(expected: 2, right: 2, spurious: 0))
        #expect(score.fields[.requestID] == .init(expected: 1, right: 1, spurious: 0))
    }

    @Test(arguments: [
        ("\"lines\":4", "\"lines\":3", "at 0: 3 lines instead of 4"),
        ("\"message\":\"It broke\"", "\"message\":\"It broke: KeyError: 'k'\"", "at 0: message: "),
        ("KeyError: 'k'\"}", "KeyError: 'q'\"}", "at 0: stack trace: "),
        ("17:00:00.001Z", "18:00:00.001Z", "at 0: timestamp is"),
        ("\"id\":\"req-1\"", "\"id\":\"req-2\"", "at 0: request id is req-2 instead of req-1"),
        ("\"user\":{\"name\":\"u\"},", "", "at 0: user is absent instead of u"),
        ("\"type\":\"KeyError\",", "\"type\":\"Key\",", "at 0: exception type is Key instead of KeyError"),
        (
            "\"pid\":42},\"logfold\":{\"lines\":2", "\"pid\":42},\"user\":{\"id\":\"x\"},\"logfold\":{\"lines\":2",
            "user is x though"
        ),
        ("\"function\":\"run\"", "\"function\":\"ran\"", "function is ran instead of run"),
        ("\"lines\":2}}\n", "\"lines\":2}}\n{\"message\":\"two\",\"log\":{\"offset\":9999}}\n", "an event too many"),
    ])
    func `each kind of damage is found`(damage: (from: String, to: String, complaint: String)) throws {
        #expect(Self.good.contains(damage.from))
        let score = try score(Self.good.replacing(damage.from, with: damage.to))
        #expect(score.complaints.contains { $0.contains(damage.complaint) }, "\(score.complaints)")
    }

    @Test func `a lost event and swapped events are counted`() throws {
        let lines = Self.good.split(separator: "\n").map(String.init)
        let lost = try score(lines[1] + "\n")
        #expect(lost.missed == 1)
        #expect(lost.boundaryRate == 0.5)
        #expect(try score(lines[1] + "\n" + lines[0] + "\n").outOfOrder == 1)
    }

    @Test func `torn records and the neighbours of their fragments are named, not judged`() throws {
        var truth = Self.truth
        truth.records[1].isTorn = true
        truth.records[1].lineNumbers = []
        let log = Self.log.replacing("2026-11-22 17:00:00.002 42 DEBUG nova.b [-] two", with: "va.b [-] two")
        let score = try TruthScorer.score(
            name: "torn", truth: truth, log: Array(log.utf8), output: Array(Self.good.utf8))
        #expect(score.excluded == [.torn: 1, .fragment: 1])
        #expect(score.judged == 0)
    }

    @Test func `every recording has a truth that can be read, and its places lie at line borders`() throws {
        #expect(TruthPair.all.count == 36)
        for pair in TruthPair.all {
            let truth = try Truth(path: pair.truth)
            #expect(!truth.records.isEmpty, "\(pair)")
            #expect(truth.records.allSatisfy { !$0.logger.isEmpty && !$0.level.isEmpty && $0.nanoseconds != nil })
        }
    }
}
