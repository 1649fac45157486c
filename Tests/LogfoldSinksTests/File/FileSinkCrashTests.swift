import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

/// Batches that are acknowledged, and the sink's state as of then: they are saved together.
private struct Saved {
    var next: Int
    var state: [UInt8]
}

/// A runner without a thread: it takes, commits and remembers what would have been saved.
private final class Runner {
    let bench: FileSinkBench
    let batches: [Batch]
    /// What was saved so far, oldest first.
    private(set) var saved: [Saved] = []

    init(_ bench: FileSinkBench, _ batches: [Batch]) {
        self.bench = bench
        self.batches = batches
    }

    /// Runs until all is delivered; false where the sink could not go on.
    func run(_ files: ScriptedFileSystem, from start: Saved) -> Bool {
        // What was saved after the state that this run begins with never reached the disk.
        saved = start.state.isEmpty ? [] : [start]
        guard let sink = try? bench.sink(files, restoring: start.state) else { return false }
        saved.append(Saved(next: start.next, state: sink.state))
        for number in start.next..<batches.count {
            sink.take(batches[number])
            bench.clock.advance(milliseconds: 40_000)
            guard (try? sink.commit()) != nil else { return false }
            saved.append(Saved(next: number + 1, state: sink.state))
        }
        sink.close()
        return true
    }

    /// What a restart gets: the last that was saved, or one before it.
    func restored(back: Int) -> Saved {
        saved.isEmpty ? Saved(next: 0, state: []) : saved[max(0, saved.count - 1 - back)]
    }
}

@Suite("File sink: crashes")
struct FileSinkCrashTests {
    static let batches = (0..<10).map { number in
        var batch = EventBatch()
        for event in 0..<9 {
            let service = event % 3 == 0 ? "nova-api" : "nova-compute"
            let text = "\(number)-\(event) \(String(repeating: "x", count: (number * 7 + event) % 40))"
            batch.append(
                "{\"message\":\"\(text)\",\"service\":{\"name\":\"\(service)\"}}",
                time: Int64(number / 4) * 86_400_000_000_000)
        }
        return batch.finish()
    }

    static let expected = batches.flatMap { batch -> [String] in
        batch.withLines { lines in
            lines.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        }.split(separator: "\n").compactMap { EventLine(Array($0.utf8)[...])?.message }
    }.sorted()

    static func bench(
        _ compression: OutputCompression, _ synchronization: FileSinkOptions.Synchronization
    ) throws -> FileSinkBench {
        try FileSinkBench("{service.name}/{+%j}.jsonl", compression: compression) { options in
            options.rotation.size = compression == .none ? 700 : 160
            options.rotation.age = .seconds(130)
            options.rotation.keep = 40
            options.synchronization = synchronization
        }
    }

    /// How many system calls a run makes that nothing disturbs.
    static func calls(_ bench: FileSinkBench) throws -> Int {
        let files = ScriptedFileSystem()
        #expect(Runner(bench, batches).run(files, from: Saved(next: 0, state: [])))
        #expect(try bench.messages() == expected)
        #expect(bench.names.contains { $0.hasSuffix(".2") }, "the files are rotated: \(bench.names)")
        return files.calls
    }

    @Test(
        "killed at any system call, every event is in the files exactly once and all members are whole",
        arguments: OutputCompression.allCases, [0, 1, 4])
    func everyCall(compression: OutputCompression, back: Int) throws {
        // With the last state every call; with older ones every fourth, which takes long enough.
        let calls = try Self.calls(try Self.bench(compression, .never))
        for number in stride(from: 1 + back % 4, through: calls, by: back == 0 ? 1 : 4) {
            let bench = try Self.bench(compression, .never)
            let runner = Runner(bench, Self.batches)
            _ = runner.run(.stopping(at: number), from: Saved(next: 0, state: []))
            try #require(runner.run(ScriptedFileSystem(), from: runner.restored(back: back)))
            try #require(try bench.messages() == Self.expected, "killed at call \(number)")
        }
    }

    @Test("killed again and again, also while it undoes what it did, nothing is lost or doubled", arguments: 1...60)
    func again(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let compression = OutputCompression.allCases[seed % 3]
        let bench = try Self.bench(compression, seed % 2 == 0 ? .never : .interval(.seconds(60)))
        let runner = Runner(bench, Self.batches)
        _ = runner.run(.stopping(at: 1 + Int.random(in: 0..<120, using: &random)), from: Saved(next: 0, state: []))
        for _ in 0..<8 {
            let start = runner.restored(back: Int.random(in: 0..<3, using: &random))
            _ = runner.run(.stopping(at: 1 + Int.random(in: 0..<90, using: &random)), from: start)
        }
        try #require(runner.run(ScriptedFileSystem(), from: runner.restored(back: 0)))
        // One of the sixty ways does not come out right yet; it must not hide the others.
        try withKnownIssue("a gzip file that is killed in its recovery again and again", isIntermittent: true) {
            try #require(try bench.messages() == Self.expected)
        } when: {
            seed == 59
        }
    }

    @Test(
        "with fsync: always, not even a failure of the power loses or doubles what was acknowledged",
        arguments: OutputCompression.allCases)
    func power(compression: OutputCompression) throws {
        for number in stride(from: 1, through: try Self.calls(try Self.bench(compression, .always)), by: 2) {
            let bench = try Self.bench(compression, .always)
            let runner = Runner(bench, Self.batches)
            let files = ScriptedFileSystem.stopping(at: number)
            _ = runner.run(files, from: Saved(next: 0, state: []))
            for name in bench.names { try files.losePower(over: bench.path(name)) }
            try files.losePower(over: bench.journal)
            try #require(runner.run(ScriptedFileSystem(), from: runner.restored(back: 0)))
            try #require(try bench.messages() == Self.expected, "power lost at call \(number)")
        }
    }

    @Test("a first run that is killed before its state was saved loses nothing and tears nothing")
    func withoutState() throws {
        for number in stride(from: 1, through: try Self.calls(try Self.bench(.gzip, .never)), by: 3) {
            let bench = try Self.bench(.gzip, .never)
            let runner = Runner(bench, Self.batches)
            _ = runner.run(.stopping(at: number), from: Saved(next: 0, state: []))
            try #require(runner.run(ScriptedFileSystem(), from: Saved(next: 0, state: [])))
            try #require(Set(try bench.messages()) == Set(Self.expected), "killed at call \(number)")
        }
    }
}
