import Foundation
import LogfoldIO
import LogfoldParsing
import LogfoldTestSupport
import Testing

@testable import logfold

/// A head that was logged so many seconds after midnight.
func head(_ second: Int, pid: Int = 77, _ message: String) -> String {
    "2026-11-22 00:00:0\(second).000 \(pid) INFO nova.compute.manager [-] \(message)\n"
}

/// A line of that head's traceback.
func traceback(_ second: Int, pid: Int = 77, _ text: String) -> String {
    "2026-11-22 00:00:0\(second).000 \(pid) ERROR nova.compute.manager \(text)\n"
}

@Suite("A recorded log in pieces")
struct RecordedLogTests {
    private let midnight: Int64 = 1_795_305_600

    /// The pieces of a text with the seconds of their times, read so many bytes at a time.
    private func pieces(_ text: String, reading largest: Int = .max) throws -> [(second: Int64?, text: String)] {
        let scratch = try Scratch()
        var faults = FaultyFileSystem.Faults()
        faults.largestTransfer = largest
        let file = try OpenFile(try scratch.file("x.log", Data(text.utf8)), in: FaultyFileSystem(faults))
        var log = RecordedLog(InputReader(file), options: EngineOptions(), referenceTime: 0)
        var pieces: [(second: Int64?, text: String)] = []
        while let piece = try log.next() {
            let second = piece.time.map { $0 / 1_000_000_000 - midnight }
            pieces.append((second, String(decoding: piece.bytes, as: UTF8.self)))
        }
        return pieces
    }

    @Test("a record is a piece with all its lines", arguments: [Int.max, 7, 1])
    func records(largest: Int) throws {
        let records = [
            head(1, "one"), head(2, "two\nof two lines"),
            head(3, "three") + traceback(3, "Traceback (most recent call last):") + traceback(3, "ValueError: 3")
                + traceback(3, ""), head(4, "four"),
        ]
        let pieces = try pieces(records.joined(), reading: largest)
        #expect(pieces.map(\.text) == records)
        #expect(pieces.map(\.second) == [1, 2, 3, 4])
    }

    @Test("text without a time goes with the record before it")
    func untimed() throws {
        let text = [
            "no time yet\n", "nor here\n", head(1, "one"), "Traceback (most recent call last):\n",
            "  File \"x.py\", line 1, in f\n", "ValueError: 1\n", "and a line\n", head(2, "two"),
        ]
        let pieces = try pieces(text.joined())
        #expect(pieces.map(\.text) == [text[0...1].joined(), text[2...6].joined(), text[7]])
        #expect(pieces.map(\.second) == [nil, 1, 2])
    }

    @Test("the lines of two workers stay in their order")
    func mixed() throws {
        let text = [
            head(1, pid: 1, "one") + traceback(1, pid: 1, "Traceback (most recent call last):"),
            head(1, pid: 2, "two") + traceback(1, pid: 1, "ValueError: 1") + traceback(1, pid: 1, ""),
            head(2, pid: 1, "three"),
        ]
        #expect(try pieces(text.joined()).map(\.text) == text)
    }

    @Test("an empty log has no pieces, and one without a newline at its end loses nothing")
    func ends() throws {
        #expect(try pieces("").isEmpty)
        #expect(try pieces("x").map(\.text) == ["x"])
        #expect(try pieces(head(1, "one") + "tail").map(\.text) == [head(1, "one") + "tail"])
    }

    @Test("text without any time does not fill the memory")
    func longText() throws {
        let line = String(repeating: "x", count: 99) + "\n"
        let pieces = try pieces(String(repeating: line, count: 30_000))
        #expect(pieces.count == 3)
        #expect(pieces.allSatisfy { $0.second == nil && $0.text.utf8.count <= (1 << 20) + 200 })
        #expect(pieces.reduce(0) { $0 + $1.text.utf8.count } == 3_000_000)
    }

    @Test(
        "the pieces of a recording together are the recording",
        arguments: [
            "nova/nova-compute-debug.log", "interleaved/cinder-api-stderr-pipe.log", "oslo-formats/journal.export",
        ])
    func whole(name: String) throws {
        let recording = try Fixtures.bytes("corpus/" + name)
        let file = try OpenFile(Fixtures.path("corpus/" + name), in: PosixFileSystem())
        var log = RecordedLog(InputReader(file), options: EngineOptions(), referenceTime: 0)
        var bytes: [UInt8] = []
        var pieces = 0
        while let piece = try log.next() {
            bytes += piece.bytes
            pieces += 1
        }
        #expect(bytes == recording)
        #expect(pieces > 10)
    }

    @Test("what could be read comes before an error")
    func failure() throws {
        let scratch = try Scratch()
        let path = try scratch.file("x.log", Data((head(1, "one") + head(2, "two")).utf8))
        var faults = FaultyFileSystem.Faults()
        faults.errors = [(.read, 2, EIO)]
        var log = RecordedLog(
            InputReader(try OpenFile(path, in: FaultyFileSystem(faults))), options: EngineOptions(), referenceTime: 0)
        #expect(try log.next()?.bytes.count == head(1, "one").utf8.count)
        #expect(try log.next()?.bytes.count == head(2, "two").utf8.count)
        #expect(throws: InputError.self) { try log.next() }
    }
}
