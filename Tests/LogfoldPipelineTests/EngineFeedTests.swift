import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldSpool
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldPipeline

@Suite struct EngineFeedTests {
    private final class Logs: Input {
        let name = "logs"
        let descriptors: [Int32] = []
        let deadline: Int64? = nil
        let status = InputStatus()
        func run(_ feed: any Feed, now: Int64) -> Bool { false }
        func hasUnread(_ source: UInt32) -> Bool { false }
        func place(of source: UInt32) -> [UInt8] { [] }
        func stop() {}
    }

    /// Notes in their order the positions that a file is given, and how many events lie before each.
    private final class Notes: Spool {
        let isFull = false
        private let state = Mutex<(notes: [(key: UInt64, offset: Int64, events: Int)], events: Int)>(([], 0))
        var notes: [(key: UInt64, offset: Int64, events: Int)] { state.withLock { $0.notes } }

        func append(_ delivery: Delivery) {
            state.withLock { $0.events += delivery.batch?.entries.count ?? 0 }
            for checkpoint in delivery.checkpoints { introduce(checkpoint) }
        }
        func introduce(_ checkpoint: SourceCheckpoint) {
            state.withLock { $0.notes.append((checkpoint.key, checkpoint.position.offset, $0.events)) }
        }

        func newKey() -> UInt64 { 9 }
        func start() {}
        func follow(_ sinks: [SpoolSink]) {}
        func close() {}
        func wakeAll() {}
        func shutDown() -> String? { nil }
        func status() -> SpoolStatus { SpoolStatus(type: "notes") }
        func backlogs() -> [String: SinkBacklog] { [:] }
        func inputCounts() -> [String: InputCounts] { [:] }
        func restore(_ routes: [(name: String, route: UInt64)]) -> [RestoredSource] { [] }
        func latestCheckpoints(ofInput input: String) -> [SourceCheckpoint] { [] }
        // There are no sinks.
        func attach(_ sink: SpoolSink) -> [UInt8] { [] }
        func detach(sink name: String) {}
        func next(for name: String, until deadline: Int64?, unless interrupt: () -> Bool) -> SpoolItem? { nil }
        func isExhausted(for name: String) -> Bool { true }
        func note(state: [UInt8], of name: String) {}
        func ringing(
            _ bell: @escaping @Sendable () -> Void, for name: String, wantsNext: Bool,
            unless interrupt: @escaping () -> Bool, while body: () -> Void
        ) {}
        func acknowledge(sink name: String, through index: Int, state: [UInt8]) {}
        func acknowledge(sink name: String, events: [Range<UInt64>], state: [UInt8]) {}
        func blame(_ cause: String?, of name: String) {}
        func wantsBack(from name: String) -> Bool { false }
        func sleep(_ name: String, until deadline: Int64, unless interrupt: () -> Bool) {}
    }

    private static let info = "2026-11-22 16:00:00.000 7 INFO nova.compute [-] Took 0.21 seconds\n"
    private static let prefix = "2026-11-22 16:00:01.000 7 ERROR nova.compute "

    /// A file that ends in the middle of a traceback is opened again, as is done to save that it was found packed. Its
    /// position goes behind the traceback with the batch that this is in: the agent may be killed at any moment before.
    @Test func aFileThatIsOpenedAgainKeepsThePositionOfItsOpenFold() {
        let spool = Notes()
        let feed = EngineFeed(options: EngineOptions(), spool: spool, clock: FakeClock(now: 1_795_428_000_000_000_000))
        let input = Logs()
        feed.adopt(
            input,
            InputReading(
                input: "logs", options: EngineOptions(), host: HostFacts(version: "test", in: PosixFileSystem()),
                service: nil))
        func push(_ text: String, _ source: UInt32) {
            feed.push(Array(text.utf8).span.bytes, of: source, at: 0)
        }

        let old = feed.open(SourceDescription(key: 1, path: "/l/x.log.1", logicalPath: "/l/x.log"), of: input)
        let text =
            Self.info + Self.prefix + "[-] Build failed\n" + Self.prefix + "Traceback (most recent call last):\n"
        push(text, old)
        feed.reachedEnd(of: old)
        feed.flush()
        let new = feed.succeed(
            old, with: SourceDescription(key: 2, path: "/l/x.log", logicalPath: "/l/x.log"), of: input)
        var again = SourceDescription(key: 1, path: "/l/x.log.1.gz", logicalPath: "/l/x.log")
        again.resume = ResumePoint(position: SourcePosition(offset: Int64(text.utf8.count)), delivered: [])
        let reopened = feed.open(again, of: input)
        feed.moved(reopened)
        feed.finish(reopened)
        push(Self.prefix + "ValueError: 9\n" + Self.info, new)
        feed.flush()

        let head = Int64(Self.info.utf8.count)
        let ofOld = spool.notes.filter { $0.key == 1 }
        #expect(ofOld.allSatisfy { $0.offset <= head || $0.events == 2 }, "\(ofOld)")
        #expect(ofOld.last?.offset == Int64(text.utf8.count))
    }
}
