import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

/// A Monasca sink on an API that takes its time, driven as its runner does but without a spool: event `n` is of the
/// source `n % 2`, and so in the lane of that number.
final class MonascaFlightRun {
    let clock = FakeClock(now: 1_795_368_127_000_000_000)
    let scratch: ScratchDirectory
    let transport: TimedTransport
    let keystone: ScriptedTransport
    let sink: MonascaSink
    /// Numbers of events that are to be taken, in order.
    private var waiting: [Int]
    /// The numbers of the events that are safe, in the order in which they were.
    private(set) var settled: [UInt64] = []
    private(set) var failures: [String] = []

    /// A run with these events; nothing is taken yet.
    init(
        _ events: [Int], eventsEach: Int = 1, deadLetterBytes: Int = 1 << 20, state: [UInt8] = [],
        _ service: @escaping TimedTransport.Service
    ) throws {
        scratch = try ScratchDirectory()
        transport = TimedTransport(clock, events: \.messages, service)
        var tokens = 0
        keystone = ScriptedTransport { _ in
            tokens += 1
            return .token("t\(tokens)", catalog: "http://m/v2.0")
        }
        var options = MonascaOptions(
            keystone: KeystoneSettings(
                authURL: try Endpoint("http://k:5000"),
                identity: KeystoneIdentity(.password(user: .id("u"), try Secret(reading: { "p" }))),
                transport: TransportSettings()))
        options.endpoint = try Endpoint("http://m/v2.0")
        options.eventDimensions = []
        options.requestEvents = eventsEach
        options.requestBytes = 8_000
        options.refusals.deadLetterBytes = deadLetterBytes
        sink = try makeMonascaSink(
            options, name: "monasca", transport: transport, keystone: keystone, fileSystem: PosixFileSystem(),
            clock: clock, dataDirectory: scratch.path, restoring: state, report: { _, _ in })
        waiting = events
    }

    /// Lets the sink take the next event.
    func take() {
        let number = waiting.removeFirst()
        var batch = EventBatch()
        batch.append(MonascaSinkRun.event(number), source: UInt32(number % 2))
        sink.take(batch.finish(), route: 1, first: UInt64(number))
    }

    /// Gives the sink events as long as it has room, begins what it can, and waits for an answer.
    func step() {
        while !sink.isFull, !waiting.isEmpty {
            take()
            sink.begin(isFlushing: false)
        }
        sink.begin(isFlushing: waiting.isEmpty)
        sink.wait(until: nil)
        let settlement = sink.settle()
        settled += settlement.events.flatMap { Array($0) }
        guard let failure = settlement.failure else { return }
        failures.append(failure.description)
        clock.advance(milliseconds: 100)
    }

    /// Steps until nothing is left to do.
    func finish() { while !waiting.isEmpty || sink.isWaiting || sink.deadline != nil { step() } }

    /// What the API has taken of a source, in that order.
    func arrived(of source: Int) -> [Int] {
        transport.stored.compactMap { Int($0) }.filter { $0 % 2 == source }
    }

    /// The dead letters as they lie there.
    var letters: [String] { MonascaSinkRun.letters(in: scratch) }
}
