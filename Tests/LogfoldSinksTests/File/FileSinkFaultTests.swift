import Foundation
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldSinks

@Suite("File sink: faults")
struct FileSinkFaultTests {
    static let messages = (10..<40).map { "event number \($0)" }

    /// Delivers all messages three at a time, with up to `tries` calls of each commit; the errors on the way.
    private func deliver(_ sink: FileSink, tries: Int = 20) throws -> [String] {
        var errors: [String] = []
        for start in stride(from: 0, to: Self.messages.count, by: 3) {
            sink.take(batch(Array(Self.messages[start..<start + 3]), service: start % 2 == 0 ? "a" : "b"))
            for number in 1...tries {
                do {
                    try sink.commit()
                    break
                } catch {
                    errors.append("\(error)")
                    try #require(number < tries, "it never succeeds: \(error)")
                }
            }
        }
        return errors
    }

    private func bench(_ compression: OutputCompression) throws -> FileSinkBench {
        try FileSinkBench("{service.name}.jsonl", compression: compression) {
            $0.rotation.size = compression == .none ? 400 : 300
            $0.rotation.keep = 50
            $0.synchronization = .always
        }
    }

    @Test(
        "any call of any kind may fail once: the file is cut back, and the next commit goes on",
        arguments: OutputCompression.allCases, [ENOSPC, EIO])
    func anyCall(compression: OutputCompression, code: Int32) throws {
        let files = ScriptedFileSystem()
        _ = try deliver(try bench(compression).sink(files))
        for number in stride(from: code == EIO ? 1 : 2, through: files.calls, by: 2) {
            let bench = try bench(compression)
            let faulty = ScriptedFileSystem { $0.number == number ? .halfDone(code) : .made }
            guard let sink = try? bench.sink(faulty) else { continue }
            let errors = try deliver(sink)
            #expect(errors.count <= 1)
            sink.close()
            try #require(try bench.messages() == Self.messages, "call \(number), \(errors)")
        }
    }

    @Test(
        "a disk that stays full holds the sink, tears nothing, and loses nothing", arguments: OutputCompression.allCases
    )
    func fullDisk(compression: OutputCompression) throws {
        let bench = try bench(compression)
        let files = ScriptedFileSystem()
        let sink = try bench.sink(files)
        sink.take(batch(["event 1"], service: "a"))
        try sink.commit()
        files.follow { $0.operation == .write ? .halfDone(ENOSPC) : .made }
        sink.take(batch(["event 2", "event 3"], service: "a"))
        let state = sink.state
        for _ in 0..<3 {
            let error = #expect(throws: SinkFailure.self) { try sink.commit() }
            #expect(error?.description == "cannot write '\(bench.path("a.jsonl"))': no space is left on the device")
            #expect(try bench.messages() == ["event 1"])
        }
        #expect(sink.state == state && sink.deadline != nil)
        files.follow { _ in .made }
        try sink.commit()
        #expect(try bench.messages() == ["event 1", "event 2", "event 3"])
    }

    @Test("what cannot be cut back is cut before the next write, also by the next run")
    func uncut() throws {
        for isRestarted in [false, true] {
            let bench = try FileSinkBench()
            let files = ScriptedFileSystem()
            var sink = try bench.sink(files)
            sink.take(batch(["event 1"]))
            try sink.commit()
            files.follow { $0.operation == .write ? .halfDone(EIO) : $0.operation == .truncate ? .failed(EIO) : .made }
            sink.take(batch(["event 2"]))
            #expect(throws: SinkFailure.self) { try sink.commit() }
            #expect(try !bench.text("out.jsonl").hasSuffix("\n"))
            files.follow { _ in .made }
            if isRestarted {
                sink = try bench.sink(restoring: sink.state)
                #expect(try bench.messages() == ["event 1"])
                sink.take(batch(["event 2"]))
            }
            try sink.commit()
            #expect(try bench.messages() == ["event 1", "event 2"])
            #expect(bench.reports.lines.isEmpty)
        }
    }

    @Test("one file that cannot be written does not hold up the others")
    func others() throws {
        let bench = try FileSinkBench("{service.name}.jsonl")
        let files = ScriptedFileSystem {
            $0.operation == .open && $0.path.hasSuffix("a.jsonl") ? .failed(EACCES) : .made
        }
        let sink = try bench.sink(files)
        sink.take(batch(["for a"], service: "a"))
        sink.take(batch(["for b"], service: "b"))
        let error = #expect(throws: SinkFailure.self) { try sink.commit() }
        #expect(error?.description.contains("permission denied") == true)
        #expect(try bench.messages() == ["for b"])
        files.follow { _ in .made }
        try sink.commit()
        #expect(try bench.messages() == ["for a", "for b"])
        let state = try FileSinkState(decoding: sink.state)
        #expect(state.files.keys.sorted() == [bench.path("a.jsonl"), bench.path("b.jsonl")])
    }

    @Test("short and interrupted writes are gone on with", arguments: OutputCompression.allCases)
    func shortWrites(compression: OutputCompression) throws {
        var faults = FaultyFileSystem.Faults()
        faults.largestTransfer = 5
        faults.interruptEvery = 0
        let bench = try bench(compression)
        #expect(try deliver(try bench.sink(FaultyFileSystem(faults))).isEmpty)
        #expect(try bench.messages() == Self.messages)
    }

    @Test("the file system keeps min_free bytes, and the message says how much there is")
    func minFree() throws {
        let bench = try FileSinkBench("a/b/{service.name}.jsonl") { $0.minFree = 100 << 20 }
        let files = ScriptedFileSystem { $0.operation == .freeBytes ? .free(100 << 20) : .made }
        let sink = try bench.sink(files)
        sink.take(batch(["one"]))
        #expect(
            throws: SinkFailure(
                "cannot write '\(bench.path("a/b/nova-compute.jsonl"))': its file system has 100 MiB free, and min_free"
                    + " keeps 100 MiB of it; make room there, or set min_free lower")
        ) { try sink.commit() }
        #expect(bench.names.isEmpty)
        files.follow { $0.operation == .freeBytes ? .free(100 << 20 + 1_000) : .made }
        try sink.commit()
        #expect(try bench.messages() == ["one"])
    }
}

@Suite("File sink: fsync")
struct FileSinkSynchronizationTests {
    @Test("never means never, always means before every acknowledgement")
    func policies() throws {
        for (policy, expected) in [(FileSinkOptions.Synchronization.never, 0), (.always, 3)] {
            let bench = try FileSinkBench { $0.synchronization = policy }
            let counted = Counter()
            let sink = try bench.sink(counted.fileSystem(.synchronize, suffix: "out.jsonl"))
            for number in 0..<3 {
                sink.take(batch(["\(number)"]))
                try sink.commit()
            }
            #expect(counted.count == expected)
        }
    }

    @Test("an interval makes a deadline of its own, and an idle sink need not wait for it")
    func interval() throws {
        let bench = try FileSinkBench { $0.synchronization = .interval(.seconds(10)) }
        let counted = Counter()
        let sink = try bench.sink(counted.fileSystem(.synchronize, suffix: "out.jsonl"))
        bench.clock.advance(milliseconds: 1_000)
        sink.take(batch(["one"]))
        try sink.commit()
        #expect(counted.count == 0 && sink.deadline == 11_000_000_000)
        bench.clock.advance(milliseconds: 9_999)
        sink.take(batch(["two"]))
        try sink.commit()
        #expect(counted.count == 0)
        bench.clock.advance(milliseconds: 1)
        sink.take(batch(["three"]))
        try sink.commit()
        #expect(counted.count == 1 && sink.deadline == nil)
        sink.take(batch(["four"]))
        try sink.commit()
        try sink.commit()
        #expect(counted.count == 2 && sink.deadline == nil, "nothing was taken: synchronized at once")
    }

    @Test("what waits for fsync is bounded: more than 2 MiB do not wait")
    func bounded() throws {
        let bench = try FileSinkBench { $0.synchronization = .interval(.seconds(3_600)) }
        let counted = Counter()
        let sink = try bench.sink(counted.fileSystem(.synchronize, suffix: "out.jsonl"))
        for number in 0..<9 {
            sink.take(batch([String(repeating: "x", count: 1 << 20)]))
            try sink.commit()
            #expect(counted.count == (number + 1) / 2, "each of these is a little more than 1 MiB")
        }
    }

    @Test("after a failed fsync the data is written again to a newly opened file, never synchronized again")
    func failed() throws {
        for policy in [FileSinkOptions.Synchronization.always, .interval(.zero)] {
            let bench = try FileSinkBench { $0.synchronization = policy }
            let counted = Counter()
            let files = counted.fileSystem(.synchronize, suffix: "out.jsonl") { count in count == 2 || count == 3 }
            let sink = try bench.sink(files)
            sink.take(batch(["one"]))
            try sink.commit()
            sink.take(batch(["two"]))
            for _ in 0..<2 {
                let error = #expect(throws: SinkFailure.self) { try sink.commit() }
                #expect(error?.description.hasPrefix("cannot synchronize") == true)
            }
            // What the kernel may have dropped: everything behind the last good fsync.
            try files.losePower(over: bench.path("out.jsonl"))
            #expect(try bench.messages() == ["one"])
            try sink.commit()
            #expect(try bench.messages() == ["one", "two"])
            try files.losePower(over: bench.path("out.jsonl"))
            #expect(try bench.messages() == ["one", "two"], "it is on the disk")
        }
    }

    @Test("killed while it writes again what a failed fsync may have lost, nothing that is acknowledged is gone")
    func killedInRewriting() throws {
        for call in 1...12 {
            let bench = try FileSinkBench { $0.synchronization = .interval(.seconds(10)) }
            let files = ScriptedFileSystem()
            let sink = try bench.sink(files)
            sink.take(batch(["one"]))
            try sink.commit()
            let acknowledged = sink.state
            bench.clock.advance(milliseconds: 10_000)
            files.follow { $0.operation == .synchronize ? .failed(EIO) : .made }
            #expect(throws: SinkFailure.self) { try sink.commit() }
            let last = files.calls + call
            files.follow { $0.number < last ? .made : $0.number == last ? .halfDone(EIO) : .failed(EIO) }
            _ = try? sink.commit()
            let next = try bench.sink(restoring: acknowledged)
            #expect(try bench.messages() == ["one"], "killed at call \(call)")
            next.close()
        }
    }

    @Test("a close that fails has the data of this commit written again, and says what it cannot repair")
    func close() throws {
        let bench = try FileSinkBench { $0.rotation.size = 60 }
        let counted = Counter()
        let sink = try bench.sink(counted.fileSystem(.close, suffix: "out.jsonl") { $0 == 1 })
        sink.take(batch(["event 1", "event 2"]))
        #expect(throws: SinkFailure.self) { try sink.commit() }
        try sink.commit()
        #expect(try bench.messages() == ["event 1", "event 2"])
        let late = try bench.sink(counted.fileSystem(.close, suffix: "out.jsonl") { _ in true }, restoring: sink.state)
        late.take(batch(["event 3"]))
        try late.commit()
        late.close()
        #expect(bench.reports.lines.contains { $0.hasPrefix("The last bytes of a file may be lost path=") })
        #expect(try bench.messages() == ["event 1", "event 2", "event 3"])
    }
}

/// Counts the calls of a kind on a file, and fails those that a test names.
private final class Counter: Sendable {
    private let calls = Atomic(0)

    var count: Int { calls.load(ordering: .relaxed) }

    func fileSystem(
        _ operation: FileSystemError.Operation, suffix: String,
        fails: @escaping @Sendable (Int) -> Bool = { _ in false }
    ) -> ScriptedFileSystem {
        ScriptedFileSystem { call in
            guard call.operation == operation, call.path.hasSuffix(suffix) else { return .made }
            let count = self.calls.add(1, ordering: .relaxed).newValue
            return fails(count) ? .failed(EIO) : .made
        }
    }
}
