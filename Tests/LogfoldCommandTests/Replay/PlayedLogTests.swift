import Foundation
import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldPipeline
import LogfoldTestSupport
import Testing

@testable import logfold

/// A feed that writes down what it is given.
private final class ScriptedFeed: Feed {
    var isFull = false
    private(set) var calls: [String] = []
    private(set) var bytes: [UInt8] = []

    func newKey() -> UInt64 { 7 }

    func open(_ source: SourceDescription, of input: any Input) -> UInt32 {
        calls.append("open \(source.path) as \(source.key)")
        return 1
    }

    func push(_ bytes: RawSpan, of source: UInt32, at offset: Int64) {
        calls.append("\(bytes.byteCount) bytes at \(offset)")
        for index in 0..<bytes.byteCount {
            self.bytes.append(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
        }
    }

    func reachedEnd(of source: UInt32) { calls.append("end of what is there") }
    func finish(_ source: UInt32) { calls.append("finish") }
    func succeed(_ source: UInt32, with successor: SourceDescription, of input: any Input) -> UInt32 { 0 }
    func moved(_ source: UInt32) {}
    func forget(key: UInt64) { calls.append("forget \(key)") }
    func lostAtSource(_ source: UInt32?, of input: any Input, bytes: Int64, reason: String) {}
}

@Suite("A recorded log as an input")
struct PlayedLogTests {
    private let scratch: Scratch
    private let report = PlayReport()

    init() throws { scratch = try Scratch() }

    private func input(
        _ text: String, _ speed: ReplaySpeed, restored: [RestoredSource] = [],
        _ faults: FaultyFileSystem.Faults = .init()
    ) throws -> PlayedLog {
        let files = FaultyFileSystem(faults)
        let file = try OpenFile(try scratch.file("old.log", text), in: files)
        let log = RecordedLog(InputReader(file), options: EngineOptions(), referenceTime: 0)
        let context = InputContext(
            name: "nova", restored: restored, isFirstRun: true, files: files, clock: FakeClock(now: 0),
            diagnostics: Diagnostics(files: files))
        return PlayedLog(
            log, ReplayPace(speed, longest: .max),
            ReplayProgress(.never, total: 0, OpenFile(standard: .standardError, in: files)),
            as: SourceDescription(key: 0, path: "/x.log", logicalPath: "/x.log"), size: Int64(text.utf8.count), report,
            context)
    }

    private let second: Int64 = 1_000_000_000

    @Test("each record comes when its time has come, and the engine is told that nothing waits until then")
    func pace() throws {
        let text = [head(1, "one"), head(3, "three"), head(4, "four")]
        let input = try input(text.joined(), .times(1))
        let feed = ScriptedFeed()
        let length = text[0].utf8.count
        #expect(!input.run(feed, now: 100 * second))
        #expect(feed.calls == ["open /x.log as 7", "\(length) bytes at 0", "end of what is there"])
        #expect(input.deadline == 102 * second)
        #expect(!input.hasUnread(1))
        #expect(!input.run(feed, now: 101 * second))
        #expect(feed.calls.count == 4)
        #expect(!input.run(feed, now: 102 * second))
        #expect(feed.calls[4...] == ["\(length + 2) bytes at \(length)", "end of what is there"])
        #expect(!input.hasEnded)
        #expect(!input.run(feed, now: 103 * second))
        #expect(feed.calls[7...] == ["finish", "forget 7"])
        #expect(input.hasEnded && input.deadline == nil)
        #expect(feed.bytes == Array(text.joined().utf8))
        #expect(report.isAtEnd && report.records == 3 && report.bytes == feed.bytes.count)
    }

    @Test("a full feed gets nothing, and what was late is caught up with")
    func full() throws {
        let input = try input(head(1, "one") + head(2, "two") + head(3, "three"), .times(1))
        let feed = ScriptedFeed()
        feed.isFull = true
        #expect(input.run(feed, now: 100 * second))
        #expect(feed.bytes.isEmpty && input.hasUnread(1))
        feed.isFull = false
        _ = input.run(feed, now: 100 * second)
        _ = input.run(feed, now: 200 * second)
        #expect(report.records == 3 && input.hasEnded)
    }

    @Test("what could be read is played, and the reason is kept")
    func unreadable() throws {
        var faults = FaultyFileSystem.Faults()
        faults.errors = [(.read, 2, EIO)]
        let input = try input(head(1, "one") + head(2, "two"), .unlimited, faults)
        let feed = ScriptedFeed()
        while !input.hasEnded { _ = input.run(feed, now: second) }
        #expect(report.records == 2)
        #expect(report.failure?.isEmpty == false)
    }

    @Test("what a replay that was killed has left is forgotten, and what a file has left stays")
    func left() throws {
        func source(_ key: UInt64, place: [UInt8]) -> RestoredSource {
            let checkpoint = SourceCheckpoint(key: key, input: "nova", position: SourcePosition(), place: place)
            return RestoredSource(
                checkpoint: checkpoint, resume: ResumePoint(position: SourcePosition(), delivered: []))
        }
        let input = try input(
            head(1, "one"), .unlimited, restored: [source(3, place: []), source(4, place: [1])])
        let feed = ScriptedFeed()
        _ = input.run(feed, now: second)
        #expect(feed.calls.filter { $0.hasPrefix("forget") } == ["forget 3", "forget 7"])
    }
}
