import Foundation
import LogfoldIO
import LogfoldParsing
import LogfoldTestSupport
import Testing

@testable import logfold

@Suite("Playing a log into a live file")
struct ReplayTests {
    private let scratch: Scratch
    private let clock = FakeClock(now: 0)

    init() throws { scratch = try Scratch() }

    private var target: String { scratch.folder.appending(path: "live.log").path }

    private func content(_ suffix: String = "") throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: target + suffix)), as: UTF8.self)
    }

    /// Plays a text; the file's length at each pause, with the milliseconds at which the pause ends.
    private func play(
        _ text: String, _ pace: ReplayPace = ReplayPace(.unlimited, longest: 0),
        rotation: (how: LiveFile.Rotation, records: Int)? = nil, files: any FileSystem = PosixFileSystem()
    ) throws -> (ending: Replay.Ending, pauses: [String]) {
        let log = try OpenFile(try scratch.file("old.log", Data(text.utf8)), in: PosixFileSystem())
        let progress = ReplayProgress(.never, total: 0, OpenFile(standard: .standardError, in: files))
        let live = try LiveFile(target, rotation: rotation, in: files)
        var pauses: [String] = []
        var replay = Replay(pace, live, progress, clock: clock) { due in
            let length = (try? content().utf8.count) ?? -1
            clock.advance(milliseconds: (due - clock.monotonic) / 1_000_000)
            pauses.append("\(length) bytes until \(clock.monotonic / 1_000_000) ms")
        }
        let ending = replay.play(RecordedLog(InputReader(log), options: EngineOptions(), referenceTime: 0))
        return (ending, pauses)
    }

    @Test("each record comes when it did, after the one before it")
    func pace() throws {
        let text = [head(1, "one"), head(2, "two\nlines"), head(2, "three"), head(5, "four")]
        let played = try play(text.joined(), ReplayPace(.times(2), longest: .max))
        let length = text[0].utf8.count
        #expect(
            played.pauses == [
                "\(length) bytes until 500 ms", "\(text[0...2].joined().utf8.count) bytes until 2000 ms",
            ])
        #expect(try content() == text.joined())
    }

    @Test("a record is written in one piece")
    func onePiece() throws {
        let files = FaultyFileSystem(.init())
        _ = try play(head(1, "one\ntwo\nthree") + head(2, "four") + "five\n", files: files)
        #expect(files.calls(of: .write) == 2)
    }

    @Test("the file's own content stays")
    func appended() throws {
        _ = try scratch.file("live.log", Data("before\n".utf8))
        _ = try play(head(1, "one"))
        #expect(try content() == "before\n" + head(1, "one"))
    }

    @Test("rotation by both ways leaves every record on the disk", arguments: LiveFile.Rotation.allCases)
    func rotation(how: LiveFile.Rotation) throws {
        let records = (1...7).map { head($0, "record \($0)") }
        _ = try play(records.joined(), rotation: (how, 3))
        #expect(try content() == records[6])
        #expect(try content(".1") == records[3...5].joined())
        #expect(try content(".2") == records[0...2].joined())
        #expect(!FileManager.default.fileExists(atPath: target + ".3"))
    }

    @Test("a renamed file is another file, a truncated one the same")
    func identity() throws {
        for how in LiveFile.Rotation.allCases {
            var live = try LiveFile(target, rotation: (how, 1), in: PosixFileSystem())
            let before = try live.status.inode
            for text in ["one\n", "two\n"] { try Array(text.utf8).withSpan { try live.write($0) } }
            #expect((try live.status.inode == before) == (how == .copytruncate))
            #expect(try content() == "two\n")
        }
    }

    @Test("files that were rotated before move on")
    func earlier() throws {
        for name in ["live.log", "live.log.1", "live.log.2"] { _ = try scratch.file(name, Data("\(name)\n".utf8)) }
        _ = try play(head(1, "one") + head(2, "two"), rotation: (.rename, 1))
        #expect(try content() == head(2, "two"))
        #expect(try content(".1") == "live.log\n" + head(1, "one"))
        #expect(try content(".2") == "live.log.1\n")
        #expect(try content(".3") == "live.log.2\n")
    }

    @Test("a full disk ends it with the reason")
    func full() throws {
        var faults = FaultyFileSystem.Faults()
        faults.errors = [(.write, 2, ENOSPC)]
        let played = try play(head(1, "one") + head(2, "two") + head(3, "three"), files: FaultyFileSystem(faults))
        guard case .unwritable(let error) = played.ending else {
            Issue.record("it did not end: \(played.ending)")
            return
        }
        #expect(error.description == "cannot write '\(target)': no space is left on the device")
        #expect(try content() == head(1, "one"))
    }
}

@Suite("logfold replay")
struct ReplayCommandTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("a log is played, and the end says what was done")
    func program() throws {
        let live = scratch.folder.appending(path: "live.log").path
        let log = Fixtures.path("corpus/glance/zed-failures.log")
        let run = try Program.run(["replay", "--into", live, "--speed", "max", log])
        #expect(run.status == 0 && run.output.isEmpty)
        let bytes = try Fixtures.bytes("corpus/glance/zed-failures.log")
        #expect(run.messages.hasPrefix("logfold: played ") && run.messages.contains(", \(bytes.count) bytes, in "))
        #expect(try [UInt8](Data(contentsOf: URL(filePath: live))) == bytes)
    }

    @Test(
        "what cannot be done is said with the way out",
        arguments: [
            (
                ["replay", "LOG"], 2,
                "'--into' or '--config' is needed: the file, or the configuration, to play the log into"
            ),
            (["replay", "LOG", "--into", "x", "-c", "x"], 2, "'--into' and '--config' exclude each other"),
            (["replay", "LOG", "--into", "x", "--input", "nova"], 2, "'--input' is for '--config'"),
            (["replay", "LOG", "-c", "x", "--rotate", "rename"], 2, "'--rotate' is for '--into'"),
            (
                ["replay", "LOG", "-c", "x", "--format", "oslo"], 2,
                "'--format' is for '--into'; with '--config' the input says it"
            ),
            (["replay", "-", "-c", "x"], 2, "standard input is for '--into'; with '--config' name a file"),
            (["replay", "LOG", "-c", "nothing.yaml"], 2, "the configuration cannot be read"),
            (["replay"], 2, "'logfold replay' needs LOG"),
            (
                ["replay", "LOG", "--into", "x", "--speed", "fast"], 2,
                "the value 'fast' is invalid for '--speed': give a factor such as 10x or 0.5x, or max"
            ),
            (
                ["replay", "LOG", "--into", "x", "--every", "5"], 2,
                "'--every' needs '--rotate': rename or copytruncate"
            ),
            (["replay", "LOG", "--into", "LOG"], 2, "the value 'LOG' is invalid for '--into': it is the log itself"),
            (
                ["replay", "LOG", "--into", "/dev/null", "--rotate", "rename"], 2,
                "it is no regular file, so it cannot be rotated; leave '--rotate' out"
            ),
            (["replay", "nothing.log", "--into", "x"], 3, "nothing.log: there is no such file or directory"),
            (["replay", "/", "--into", "x"], 3, "/: it is a directory; name a file in it"),
            (["replay", "LOG", "--into", "/nowhere/x"], 1, "/nowhere/x: there is no such file or directory"),
        ])
    func refusals(arguments: [String], status: Int32, message: String) throws {
        let log = try scratch.file("old.log", Data(head(1, "one").utf8))
        let words = arguments.map { $0 == "LOG" ? log : $0 }
        let folder = scratch.folder.path
        let run = try Program.run(words.map { $0 == "x" || $0 == "nothing.log" ? "\(folder)/\($0)" : $0 })
        #expect(run.status == status)
        let said = run.messages.replacingOccurrences(of: log, with: "LOG").replacingOccurrences(
            of: "\(folder)/", with: "")
        #expect(said.contains(message), "\(said)")
    }
}
