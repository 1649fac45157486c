import Foundation
import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

/// What others have left at the path, or do to the file.
@Suite("File sink: files of others")
struct FileSinkForeignTests {
    private static let plain = Array("{\"message\":\"a\"}\n{\"message\":\"b\"}\n".utf8)

    private static func members(_ compression: OutputCompression) throws -> [UInt8] {
        let compressor = try MemberCompressor(compression, level: 1)
        return try plain.split(separator: 0x0A).flatMap { line -> [UInt8] in
            let line = Array(line) + [0x0A]
            return try compressor.member(line.span.bytes) ?? line
        }
    }

    @Test("a file that is there is continued behind its last whole event", arguments: OutputCompression.allCases)
    func continued(compression: OutputCompression) throws {
        let whole = try Self.members(compression)
        for length in 0...whole.count {
            let bench = try FileSinkBench(compression: compression)
            try bench.scratch.write(whole[..<length], to: "logs/out.jsonl")
            let sink = try bench.sink(ScriptedFileSystem())
            sink.take(batch(["new"]))
            do {
                try sink.commit()
            } catch {
                // The first bytes do not show yet what it is.
                #expect(compression != .none && length < 4 && length > 0)
                continue
            }
            let messages = try bench.messages()
            #expect([["new"], ["a", "new"], ["a", "b", "new"]].contains(messages))
            #expect(messages.count == 3 || length < whole.count)
            #expect(bench.reports.lines.isEmpty == (bench.reports.lines.first?.contains("cut off path=") != true))
        }
    }

    @Test("what is cut off is said")
    func said() throws {
        let bench = try FileSinkBench()
        try bench.scratch.write(Self.plain + Array("{\"mess".utf8), to: "logs/out.jsonl")
        let sink = try bench.sink()
        sink.take(batch(["c"]))
        try sink.commit()
        #expect(
            bench.reports.lines == [
                "An output file ended in the middle of an event; its end was cut off path=\(bench.path("out.jsonl"))"
                    + " bytes=6"
            ])
        #expect(try bench.messages() == ["a", "b", "c"])
    }

    @Test(
        "a file that holds something else is refused and left as it is",
        arguments: [
            (OutputCompression.none, "plain text\n", "holds something else than JSON lines, not JSON lines"),
            (.gzip, "{\"message\":\"a\"}\n", "holds plain JSON lines, not gzip data"),
            (.zstd, "plain text\n", "holds something else than JSON lines, not Zstandard data"),
            (.none, "\u{1F}\u{8B}", "holds gzip data, not JSON lines"),
            (.gzip, "(\u{B5}/\u{FD}", "holds Zstandard data, not gzip data"),
        ])
    func refused(compression: OutputCompression, content: String, problem: String) throws {
        let bench = try FileSinkBench(compression: compression)
        // Latin-1, so that the magic numbers are bytes.
        let bytes = content.unicodeScalars.map { UInt8($0.value) }
        try bench.scratch.write(bytes, to: "logs/out.jsonl")
        let sink = try bench.sink()
        sink.take(batch(["c"]))
        let error = #expect(throws: SinkFailure.self) { try sink.commit() }
        #expect(error?.description.contains(problem) == true)
        #expect(error?.description.hasSuffix("; move it away, or give the sink another path") == true)
        #expect(try bench.bytes("out.jsonl") == bytes)
        try FileManager.default.removeItem(atPath: bench.path("out.jsonl"))
        try sink.commit()
        #expect(try bench.messages() == ["c"])
    }

    @Test(
        "a file with more behind its last event than a crash can leave is refused",
        arguments: OutputCompression.allCases)
    func tooLongTear(compression: OutputCompression) throws {
        let bench = try FileSinkBench(compression: compression)
        let bytes = try Self.members(compression) + [UInt8](repeating: 0x78, count: 9 << 20)
        try bench.scratch.write(bytes, to: "logs/out.jsonl")
        let sink = try bench.sink()
        sink.take(batch(["c"]))
        let error = #expect(throws: SinkFailure.self) { try sink.commit() }
        #expect(
            error?.description.contains("bytes behind its last whole event, more than logfold can have left") == true)
        #expect(try bench.bytes("out.jsonl").count == bytes.count)
    }

    @Test("what is no file is refused")
    func noFile() throws {
        let bench = try FileSinkBench()
        try FileManager.default.createDirectory(atPath: bench.path("out.jsonl"), withIntermediateDirectories: true)
        let sink = try bench.sink()
        sink.take(batch(["c"]))
        #expect(
            throws: SinkFailure("'\(bench.path("out.jsonl"))' is no regular file; give the sink another path")
        ) { try sink.commit() }
    }

    @Test("a file that another program moved, removed or replaced is left to it, and a new one is begun")
    func moved() throws {
        for action in ["move", "remove", "replace"] {
            let bench = try FileSinkBench()
            let sink = try bench.sink()
            sink.take(batch(["1"]))
            try sink.commit()
            let path = bench.path("out.jsonl")
            if action == "remove" {
                try FileManager.default.removeItem(atPath: path)
            } else {
                try FileManager.default.moveItem(atPath: path, toPath: path + "-20261123")
            }
            if action == "replace" { try bench.scratch.write([], to: "logs/out.jsonl") }
            sink.take(batch(["2"]))
            try sink.commit()
            #expect(try bench.lines("out.jsonl").count == 1)
            #expect(try bench.messages() == (action == "remove" ? ["2"] : ["1", "2"]))
            #expect(
                bench.reports.lines == ["An output file was moved or removed; a new one is begun path=\(path)"])
        }
    }

    @Test("a file that was moved between the saved state and a crash is cut to that state, whatever it is called now")
    func movedAndKilled() throws {
        let bench = try FileSinkBench(compression: .gzip)
        let sink = try bench.sink()
        sink.take(batch(["1"]))
        try sink.commit()
        let saved = sink.state
        sink.take(batch(["2"]))
        try sink.commit()
        let path = bench.path("out.jsonl")
        try FileManager.default.moveItem(atPath: path, toPath: path + "-20261123")
        sink.take(batch(["3"]))
        try sink.commit()
        let again = try bench.sink(restoring: saved)
        #expect(try bench.messages() == ["1"])
        again.take(batch(["2", "3"]))
        try again.commit()
        #expect(try bench.messages() == ["1", "2", "3"])
        #expect(bench.names == ["out.jsonl", "out.jsonl-20261123"])
    }

    @Test("a file that another program emptied goes on from there, and one that it appended to behind that")
    func changed() throws {
        let bench = try FileSinkBench()
        let sink = try bench.sink()
        sink.take(batch(["1"]))
        try sink.commit()
        try OpenFile(bench.path("out.jsonl"), for: .replacing, in: PosixFileSystem()).close()
        sink.take(batch(["2"]))
        try sink.commit()
        #expect(try bench.messages() == ["2"])
        try OpenFile(bench.path("out.jsonl"), for: .appending, in: PosixFileSystem()).write(Self.plain)
        sink.take(batch(["3"]))
        try sink.commit()
        #expect(try bench.messages() == ["2", "3", "a", "b"])
        #expect(bench.reports.lines.count == 2)
        #expect(bench.reports.lines.allSatisfy { $0.hasPrefix("Another program has changed an output file;") })
    }

    @Test("a restart says what has become shorter, is gone or reads otherwise, and cuts none of it")
    func restart() throws {
        let cases: [(String, ([UInt8]) -> [UInt8]?, [String])] = [
            ("has become shorter", { Array($0[..<30]) }, ["new"]),
            ("is gone", { _ in nil }, ["new"]),
            ("Another program has changed", { bytes in bytes.map { $0 == 0x31 ? 0x39 : $0 } + Self.plain }, []),
        ]
        for (word, change, expected) in cases {
            let bench = try FileSinkBench()
            let sink = try bench.sink()
            sink.take(batch(["event 1"]))
            try sink.commit()
            sink.close()
            let bytes = try bench.bytes("out.jsonl")
            if let changed = change(bytes) {
                let file = try OpenFile(bench.path("out.jsonl"), for: .replacing, in: PosixFileSystem())
                try file.write(changed)
            } else {
                try FileManager.default.removeItem(atPath: bench.path("out.jsonl"))
            }
            let again = try bench.sink(restoring: sink.state)
            #expect(bench.reports.lines.count == 1 && bench.reports.lines[0].contains(word), "\(bench.reports.lines)")
            again.take(batch(["new"]))
            try again.commit()
            #expect(try bench.messages() == (expected.isEmpty ? ["a", "b", "event 9", "new"] : expected))
        }
    }

    @Test("a damaged state is said, and nothing is removed for it")
    func damagedState() throws {
        let bench = try FileSinkBench()
        let sink = try bench.sink()
        sink.take(batch(["1"]))
        try sink.commit()
        let whole = sink.state
        for length in 1..<whole.count {
            let again = try bench.sink(restoring: Array(whole[..<length]))
            #expect(bench.reports.lines.count == length)
            #expect(again.state != whole)
        }
        #expect(throws: StateDecoder.Damaged.self) { try FileSinkState(decoding: [2] + whole.dropFirst()) }
        #expect(try bench.messages() == ["1"])
    }

    @Test("a state is read back as it was written")
    func stateRoundTrip() throws {
        var state = FileSinkState()
        state.epoch = 7
        for number in 0..<3 {
            var extent = FileExtent(identity: .init(device: .max, inode: UInt64(number)), length: .max, since: -1)
            extent.advance(Array("x\(number)".utf8).span.bytes.extracting(0..<0))
            state.files["/l/\(number)"] = FileRecord("/l/\(number)", extent)
        }
        #expect(try FileSinkState(decoding: state.encoded) == state)
    }
}
