import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldTestSupport

@testable import LogfoldSinks

/// Refused events in a folder of their own, made again as after a crash.
final class RefusalsRun {
    let scratch: ScratchDirectory
    /// 2026-11-22T17:22:07Z.
    let clock = FakeClock(now: 1_795_368_127_000_000_000)
    private(set) var refusals: Refusals
    private let options: RefusalOptions
    private let files: any FileSystem
    private let log = SinkLog()

    init(files: any FileSystem = PosixFileSystem(), _ change: (inout RefusalOptions) -> Void = { _ in }) throws {
        scratch = try ScratchDirectory()
        var options = RefusalOptions()
        change(&options)
        self.options = options
        self.files = files
        refusals = try Self.make(options, scratch, files, clock, nil, log)
    }

    /// Begins again as after a crash that leads back to a state.
    func restart(_ state: Refusals.State?) throws {
        refusals = try Self.make(options, scratch, files, clock, state, log)
    }

    private static func make(
        _ options: RefusalOptions, _ scratch: ScratchDirectory, _ files: any FileSystem, _ clock: FakeClock,
        _ state: Refusals.State?, _ log: SinkLog
    ) throws -> Refusals {
        try Refusals(
            options, sink: "s", inDirectory: scratch.path, files: files, clock: clock, restoring: state
        ) { message, _ in log.messages.append(message) }
    }

    var messages: [String] { log.messages }

    /// The JSON of an event.
    static func event(_ number: Int) -> String { #"{"@timestamp":"2026-11-22T16:00:00.000Z","message":"\#(number)"}"# }

    func hold(_ numbers: Int..., status: Int = 404, reason: String = "no such index") {
        for number in numbers {
            Array(Self.event(number).utf8).withSpan { refusals.hold($0, status: status, reason: reason) }
        }
    }

    func reject(_ numbers: Int...) {
        for number in numbers {
            Array(Self.event(number).utf8).withSpan { refusals.reject($0, status: 400, reason: "it is bad") }
        }
    }

    /// Saves and acknowledges; returns what is saved with the positions.
    @discardableResult
    func commit() throws -> Refusals.State {
        try refusals.save()
        refusals.committed()
        return refusals.state
    }

    /// Tries what is held, one event at a time or so many; returns the numbers in the messages of what was sent.
    @discardableResult
    func retry(events: Int = 100, _ answer: (Int) -> Refusals.Outcome) -> [Int] {
        var sent: [Int] = []
        refusals.retry(bytes: 1 << 20, events: events) { events in
            let numbers = events.map(Self.number)
            sent += numbers
            return numbers.map(answer)
        }
        return sent
    }

    private static func number(_ event: RefusedEvent) -> Int {
        event.withEvent { bytes in
            var finder = FieldFinder("message")
            return finder.find(bytes, ByteRange(0, bytes.byteCount)).flatMap { Int(bytes.string($0)) } ?? -1
        }
    }

    /// The messages of the dead letters, or of the lines of the held events, as they lie there.
    var letters: [String] { lines("dead-letters/s.jsonl") }
    var held: [String] { lines("held/s.jsonl") }

    private func lines(_ path: String) -> [String] {
        guard let file = try? OpenFile("\(scratch.path)/\(path)", in: PosixFileSystem()),
            let bytes = try? file.readAll(limit: 1 << 20)
        else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The numbers of the events in the dead letters.
    var letterNumbers: [Int] { letters.compactMap { RefusedEvent(Array($0.utf8)).map(Self.number) } }
}
