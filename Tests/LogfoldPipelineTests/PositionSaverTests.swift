import LogfoldCore
import LogfoldIO
import LogfoldSpool
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldPipeline

private final class Said: DiagnosticsOutput {
    private let lines = Mutex("")
    var text: String { lines.withLock { $0 } }
    func write(_ line: [UInt8]) -> Bool {
        lines.withLock { $0 += String(decoding: line, as: UTF8.self) }
        return true
    }
}

@Suite struct PositionSaverTests {
    private let folder: ScratchDirectory
    private let clock = FakeClock(now: 1_800_000_000_000_000_000)

    init() throws { folder = try ScratchDirectory() }

    /// A sink acknowledges what lies before an offset of a source.
    private func advance(_ spool: MemorySpool, to offset: Int64) {
        let checkpoint = SourceCheckpoint(key: 1, input: "in", position: SourcePosition(offset: offset), place: [])
        spool.append(Delivery(batch: EventBatch.of(["{}"]), checkpoints: [checkpoint]))
        guard let item = spool.next(for: "out", until: 0) else { return }
        spool.acknowledge(sink: "out", through: item.index, state: [])
    }

    @Test(
        "positions that cannot be saved are said and hold nobody up, and are saved when they can be",
        arguments: [
            (FileSystemError.Operation.write, Int32(28), "no space is left on the device"),
            (.synchronize, 5, "input/output error"),
            (.open, 30, "read-only"),
            (.rename, 30, "read-only"),
        ])
    func unsavable(operation: FileSystemError.Operation, code: Int32, reason: String) throws {
        let files = ScriptedFileSystem()
        let said = Said()
        let diagnostics = Diagnostics(form: .text, clock: clock, output: said)
        let store = PositionStore(try DataDirectory("\(folder.path)/data", in: files))
        let spool = MemorySpool(maxBytes: 1 << 20, saved: SavedPositions(), store: store)
        _ = spool.attach(sink: "out", route: 1)
        var saver = PositionSaver(
            store, of: spool,
            Surroundings(
                files: files, clock: clock, diagnostics: diagnostics, notifier: ServiceNotifier(),
                host: HostFacts(version: "test", in: PosixFileSystem())))
        saver.saveNow()
        #expect(saver.problem == nil)

        files.follow { call in
            call.operation == operation && call.path.contains("/positions") ? .failed(code) : .made
        }
        advance(spool, to: 10)
        for _ in 0..<3 {
            saver.run()
            clock.advance(milliseconds: 2500)
        }
        #expect(saver.problem?.contains(reason) == true)
        #expect(said.text.contains("Positions cannot be saved"))
        advance(spool, to: 20)
        #expect(spool.backlogs()["out"]?.delivered == 2)

        files.follow { _ in .made }
        clock.advance(milliseconds: 20_000)
        saver.run()
        #expect(saver.problem == nil)
        #expect(said.text.contains("Positions can be saved again"))
        #expect(try store.load().positions?.sinks.first?.checkpoints[1]?.position.offset == 20)
    }
}
