import Glibc
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
            guard commit(sink) else { return false }
            saved.append(Saved(next: number + 1, state: sink.state))
        }
        sink.close()
        return true
    }

    /// Tries as long as what stands in the way may pass.
    private func commit(_ sink: FileSink) -> Bool {
        for _ in 0..<20 where (try? sink.commit()) != nil { return true }
        return false
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

    /// Sixty ways to be killed, or as many as `LOGFOLD_TEST_SEEDS` says.
    static let seeds = 1...max(1, environmentVariable("LOGFOLD_TEST_SEEDS").flatMap(Int.init) ?? 60)

    static let expected = batches.flatMap { batch -> [String] in
        batch.withLines { lines in
            lines.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        }.split(separator: "\n").compactMap { EventLine(Array($0.utf8)[...])?.message }
    }.sorted()

    static func bench(
        _ compression: OutputCompression, _ synchronization: FileSinkOptions.Synchronization, keep: Int = 40
    ) throws -> FileSinkBench {
        try FileSinkBench("{service.name}/{+%j}.jsonl", compression: compression) { options in
            options.rotation.size = compression == .none ? 700 : 160
            options.rotation.age = .seconds(130)
            options.rotation.keep = keep
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

    /// Kills a sink nine times, also while it undoes what it did, with states that are up to two commits old and with
    /// inodes that are used again; calls fail besides where `isFaulty`. Then lets it run to its end.
    private func killAgainAndAgain(_ bench: FileSinkBench, _ random: inout SplitMix64, isFaulty: Bool) throws {
        let inodes = InodeTable()
        let runner = Runner(bench, Self.batches)
        func kill(before limit: Int, from start: Saved) {
            let last = Int.random(in: 1...limit, using: &random)
            let faults = isFaulty ? Set((0..<3).map { _ in Int.random(in: 1...limit, using: &random) }) : []
            let files = ScriptedFileSystem(inodes: inodes) { call in
                if call.number >= last { return call.number == last ? .halfDone(EIO) : .failed(EIO) }
                return faults.contains(call.number) ? .halfDone(ENOSPC) : .made
            }
            _ = runner.run(files, from: start)
        }
        kill(before: 120, from: Saved(next: 0, state: []))
        for _ in 0..<8 { kill(before: 90, from: runner.restored(back: Int.random(in: 0..<3, using: &random))) }
        try #require(runner.run(ScriptedFileSystem(inodes: inodes), from: runner.restored(back: 0)))
    }

    @Test("killed again and again, also while it undoes what it did, nothing is lost or doubled", arguments: Self.seeds)
    func again(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let compression = OutputCompression.allCases[seed % 3]
        let bench = try Self.bench(compression, seed % 2 == 0 ? .never : .interval(.seconds(60)))
        try killAgainAndAgain(bench, &random, isFaulty: seed % 4 > 1)
        #expect(try bench.messages() == Self.expected)
    }

    @Test("where old files are removed as well, the last batch is there and nothing is doubled", arguments: Self.seeds)
    func againWithFewFiles(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed) << 32)
        let compression = OutputCompression.allCases[seed % 3]
        let bench = try Self.bench(compression, seed % 2 == 0 ? .never : .always, keep: 1)
        try killAgainAndAgain(bench, &random, isFaulty: seed % 4 > 1)
        let messages = try bench.messages()
        #expect(messages.count == Set(messages).count && messages.count < Self.expected.count)
        #expect(Self.expected.filter { $0.hasPrefix("9-") } == messages.filter { $0.hasPrefix("9-") })
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
