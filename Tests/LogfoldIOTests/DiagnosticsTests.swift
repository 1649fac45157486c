import Foundation
import Glibc
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldIO

/// Keeps the lines of a log; refuses them while a test says so.
final class LineRecorder: DiagnosticsOutput {
    private let kept = Mutex<[String]>([])
    private let refuses = Mutex(false)

    func write(_ line: [UInt8]) -> Bool {
        guard !refuses.withLock({ $0 }) else { return false }
        kept.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        return true
    }

    func refuse(_ isRefusing: Bool) { refuses.withLock { $0 = isRefusing } }
    var lines: [String] { kept.withLock { $0 } }
}

@Suite("The agent's own log")
struct DiagnosticsTests {
    let clock = FakeClock(now: 1_795_341_600_123_000_000)
    let output = LineRecorder()

    func log(_ form: Diagnostics.Form, minimum: Diagnostics.Level = .debug) -> Diagnostics {
        Diagnostics(form: form, minimum: minimum, clock: clock, output: output)
    }

    @Test(
        "a message has the look of its form",
        arguments: [
            (Diagnostics.Form.text, "2026-11-22T10:00:00.123Z WARNING The disk is full path=/var free=\"3 MiB\"\n"),
            (.journal, "<4>The disk is full path=/var free=\"3 MiB\"\n"),
            (
                .json,
                #"{"@timestamp":"2026-11-22T10:00:00.123Z","log.level":"warning","message":"The disk is full","#
                    + #""labels":{"path":"/var","free":"3 MiB"}}"# + "\n"
            ),
        ])
    func forms(form: Diagnostics.Form, line: String) {
        log(form).warning("The disk is full", [("path", "/var"), ("free", "3 MiB")])
        #expect(output.lines == [line])
    }

    @Test("every level has its priority in the journal")
    func priorities() {
        let log = log(.journal)
        log.debug("a")
        log.info("b")
        log.warning("c")
        log.error("d")
        #expect(output.lines == ["<7>a\n", "<6>b\n", "<4>c\n", "<3>d\n"])
    }

    @Test("messages below the least level are left out")
    func minimum() {
        let log = log(.journal, minimum: .warning)
        log.info("a")
        log.warning("b")
        log.error("c")
        #expect(output.lines == ["<4>b\n", "<3>c\n"])
    }

    @Test(
        "what could steer a terminal or forge a line is escaped",
        arguments: [
            ("a\nb", "\"a\\nb\"", #"a\nb"#), ("\u{1B}[2J", #"\u{1b}[2J"#, #"\u001b[2J"#),
            ("\u{9B}1m", #"\u{9b}1m"#, #"\u009b1m"#), ("\u{202E}gpj.exe", #"\u{202e}gpj.exe"#, #"\u202egpj.exe"#),
            ("a\u{2028}b", #"a\u{2028}b"#, #"a\u2028b"#), (#"say "hi" \"#, #""say \"hi\" \\""#, #"say \"hi\" \\"#),
            ("", "\"\"", ""), ("a=b", "\"a=b\"", "a=b"), ("é😀", "é😀", "é😀"),
        ])
    func escaping(value: String, text: String, json: String) {
        log(.journal).info("M", [("k", value)])
        log(.json).info("M", [("k", value)])
        // A lone newline needs no quotes to stay one line.
        let expected = value == "a\nb" ? #"a\nb"# : text
        #expect(output.lines[0] == "<6>M k=\(expected)\n")
        #expect(output.lines[1].hasSuffix("\"labels\":{\"k\":\"\(json)\"}}\n"))
        #expect(JSONValue(output.lines[1])?["labels"]?["k"]?.text == value)
    }

    @Test("a message itself is escaped too")
    func escapedMessage() {
        log(.journal).info("one\n<0>two\u{1B}")
        #expect(output.lines == ["<6>one\\n<0>two\\u{1b}\n"])
    }

    @Test("a line is never longer than a pipe takes whole", arguments: Diagnostics.Form.allCases)
    func longLine(form: Diagnostics.Form) throws {
        log(form).error("Refused", [("answer", String(repeating: "é\"\u{1}", count: 10_000))])
        let line = try #require(output.lines.first)
        #expect(line.utf8.count <= 4095 && line.utf8.count > 1000)
        #expect(!line.contains("\u{FFFD}") && line.hasSuffix("\n"))
        if form == .json { #expect(JSONValue(line) != nil) } else { #expect(line.hasSuffix("…\n")) }
    }

    // MARK: - Repetitions

    @Test("a storm of one message is five lines and a count")
    func storm() {
        let log = log(.journal)
        for _ in 0..<1000 { log.warning("The sink cannot go on", [("sink", "es"), ("error", "refused")]) }
        #expect(output.lines == Array(repeating: "<4>The sink cannot go on sink=es error=refused\n", count: 5))
        clock.advance(milliseconds: 60_000)
        log.info("Something else")
        #expect(
            output.lines.dropFirst(5) == [
                "<4>Repeated: The sink cannot go on sink=es times=995\n", "<6>Something else\n",
            ])
    }

    @Test("a message about another thing is not taken for a repetition")
    func subjects() {
        let log = log(.journal)
        for _ in 0..<100 { log.warning("The sink cannot go on", [("sink", "es")]) }
        log.warning("The sink cannot go on", [("sink", "kafka")])
        #expect(output.lines.count == 6 && output.lines.last == "<4>The sink cannot go on sink=kafka\n")
    }

    @Test("of one message about very many things no more than fifty are named")
    func manySubjects() {
        let log = log(.journal)
        for number in 0..<5000 { log.warning("The file cannot be read", [("path", "/var/log/\(number)")]) }
        #expect(output.lines.count == 50)
        log.flush()
        #expect(output.lines.dropFirst(50) == ["<4>Repeated: The file cannot be read times=4950\n"])
    }

    @Test("what is remembered of messages is bounded")
    func manyMessages() {
        let log = log(.journal)
        for number in 0..<3000 { log.info("Message \(number)") }
        #expect(output.lines.count == 1000)
        log.flush()
        #expect(output.lines.dropFirst(1000) == ["<6>Repeated: other messages times=2000\n"])
    }

    @Test("after a minute a message is said again")
    func nextMinute() {
        let log = log(.journal)
        for _ in 0..<6 { log.info("Again") }
        clock.advance(milliseconds: 59_999)
        log.info("Again")
        #expect(output.lines.count == 5)
        clock.advance(milliseconds: 1)
        log.info("Again")
        #expect(output.lines.dropFirst(5) == ["<6>Repeated: Again times=2\n", "<6>Again\n"])
    }

    @Test("what was counted is said at the end, once")
    func flush() {
        let log = log(.journal)
        for _ in 0..<8 { log.error("Lost") }
        log.flush()
        log.flush()
        #expect(output.lines.dropFirst(5) == ["<3>Repeated: Lost times=3\n"])
    }

    // MARK: - Output that fails

    @Test("lines that cannot be written are counted, and the count is the next line")
    func dropped() {
        let log = log(.journal)
        output.refuse(true)
        log.info("a")
        log.info("b")
        output.refuse(false)
        log.info("c")
        #expect(output.lines == ["<4>Lines of this log were dropped lines=2\n", "<6>c\n"])
        #expect(log.droppedLines == 2)
    }

    @Test("lines of many threads stay whole")
    func threads() {
        let log = log(.text)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for number in 0..<100 { log.info("Message \(thread) \(number)", [("thread", "\(thread)")]) }
        }
        #expect(output.lines.count == 800)
        #expect(output.lines.allSatisfy { $0.hasPrefix("2026-") && $0.filter { $0 == "\n" }.count == 1 })
    }
}

@Suite("stderr")
struct StandardErrorTests {
    /// Files of which stderr is a descriptor of the test's own.
    struct Redirected: FileSystemWrapper {
        let base = PosixFileSystem()
        let standardError: Int32

        func write(_ file: FileDescriptor, _ bytes: UnsafeRawBufferPointer) throws(FileSystemError) -> Int {
            try base.write(FileDescriptor(standardError, name: file.name), bytes)
        }

        func wait(
            for readiness: Readiness, of file: FileDescriptor, milliseconds: Int32?
        ) throws(FileSystemError) -> Bool {
            try base.wait(
                for: readiness, of: FileDescriptor(standardError, name: file.name), milliseconds: milliseconds)
        }

        func status(of file: FileDescriptor) throws(FileSystemError) -> FileStatus {
            try base.status(of: FileDescriptor(standardError, name: file.name))
        }
    }

    @Test("a pipe that nobody empties stops nothing: lines are dropped, and come again once there is room")
    func fullPipe() throws {
        let pipe = Pipe()
        let output = StandardErrorOutput(
            Redirected(standardError: pipe.fileHandleForWriting.fileDescriptor), milliseconds: 10)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 4094) + [0x0A]
        var written = 0
        while output.write(line) { written += 1 }
        #expect(written > 0 && written < 100)
        #expect(!output.write(line))
        _ = try pipe.fileHandleForReading.read(upToCount: 8190)
        #expect(output.write(line))
    }

    @Test("a line that was torn by a full disk does not swallow the next")
    func tornLine() throws {
        let directory = try ScratchDirectory()
        let path = try directory.write([], to: "log")
        let handle = try #require(FileHandle(forWritingAtPath: path))
        let files = TearingFiles(standardError: handle.fileDescriptor)
        let output = StandardErrorOutput(files)
        #expect(!output.write(Array("first line\n".utf8)))
        #expect(output.write(Array("second line\n".utf8)))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "first\nsecond line\n")
    }

    /// Writes five bytes of the first line.
    final class TearingFiles: FileSystemWrapper {
        let base = PosixFileSystem()
        let standardError: Int32
        private let hasTorn = Atomic(false)

        init(standardError: Int32) { self.standardError = standardError }

        func write(_ file: FileDescriptor, _ bytes: UnsafeRawBufferPointer) throws(FileSystemError) -> Int {
            let isFirst = !hasTorn.exchange(true, ordering: .relaxed)
            return try base.write(
                FileDescriptor(standardError, name: file.name), .init(rebasing: bytes.prefix(isFirst ? 5 : .max)))
        }
    }

    @Test(
        "the journal's form is chosen where stderr goes to the journal",
        arguments: [("8:123", true), ("8:124", false), ("", false), (nil, false)] as [(String?, Bool)])
    func journalStream(variable: String?, isJournal: Bool) {
        let status = FileStatus(kind: .socket, size: 0, modified: 0, device: 8, inode: 123)
        #expect(status.isJournal(variable) == isJournal)
    }

    @Test("the process knows the file that its own log goes to")
    func ownStreams() throws {
        let directory = try ScratchDirectory()
        let path = try directory.write([], to: "own.log")
        let other = try directory.write([], to: "other.log")
        let handle = try #require(FileHandle(forWritingAtPath: path))
        let streams = OwnStreams(in: Redirected(standardError: handle.fileDescriptor))
        try FileManager.default.moveItem(atPath: path, toPath: directory.path + "/own.log.1")
        #expect(streams.contains(try PosixFileSystem().status(at: directory.path + "/own.log.1")))
        #expect(!streams.contains(try PosixFileSystem().status(at: other)))
    }
}
