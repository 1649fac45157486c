import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldSinks

/// A sink that takes everything.
private final class Taker: Sink {
    let name = "s"
    private(set) var taken = 0
    let isFull = false
    var deadline: Int64? { nil }
    let state: [UInt8] = []
    let bytesWritten: Int64 = 0

    func take(_ batch: Batch, route: UInt64) { taken += batch.entries.count }
    func commit() throws(SinkFailure) {}
    func close() {}
}

/// Dead letters that are sent once more.
@Suite("Dead letters: sent once more")
struct DeadLetterRetryTests {
    /// Letters of 100 bytes and more, so that the file is read in several pieces.
    private func letters(_ count: Int, in scratch: ScratchDirectory) throws -> String {
        let text = (0..<count).map { number in
            #"{"@timestamp":"2026-11-22T17:22:07.000Z","sink":"s","status":400,"reason":"bad","commit":1,"#
                + #""event":{"@timestamp":"2026-11-22T17:22:07.000Z","message":"\#(number) \#(String(repeating: "x", count: 100))"}}"#
        }
        try scratch.write((text.joined(separator: "\n") + "\n").utf8, to: "dead-letters/s.jsonl")
        return "\(scratch.path)/dead-letters/s.jsonl"
    }

    private func bytes(_ path: String) throws -> [UInt8] {
        try OpenFile(path, in: PosixFileSystem()).readAll(limit: 1 << 24)
    }

    @Test("A file that cannot be read to its end is left as it is, though some of it was delivered")
    func readInPart() throws {
        let scratch = try ScratchDirectory()
        let path = try letters(4_000, in: scratch)
        let before = try bytes(path)
        let files = ScriptedFileSystem()
        // The first letters are read; what follows them in the file is not.
        let reads = Monitor(0)
        files.follow { call in
            guard call.operation == .read, call.path == path else { return .made }
            return reads.withLock { reads in
                reads += 1
                return reads > 2 ? .failed(5) : .made
            }
        }
        let sink = Taker()
        var retry = DeadLetterRetry(of: "s", inDirectory: scratch.path, files)
        let result = try #require(try retry.run { _ in sink })
        #expect(sink.taken >= 1_000)
        #expect(result.failure != nil)
        #expect(try bytes(path) == before)
    }

    @Test("What was delivered is removed, and the file with the last letter")
    func all() throws {
        let scratch = try ScratchDirectory()
        let path = try letters(2_500, in: scratch)
        var retry = DeadLetterRetry(of: "s", inDirectory: scratch.path, PosixFileSystem())
        let result = try #require(try retry.run { _ in Taker() })
        #expect(result == DeadLetterRetry.Result(delivered: 2_500, left: 0))
        #expect(try PosixFileSystem().statusIfPresent(at: path) == nil)
    }
}
