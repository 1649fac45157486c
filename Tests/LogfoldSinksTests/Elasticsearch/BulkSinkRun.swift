import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

/// A sink on a scripted transport, with a folder for its dead letters.
final class BulkSinkRun {
    let scratch: ScratchDirectory
    let transport: ScriptedTransport
    /// 2026-11-22T17:22:07Z.
    let clock = FakeClock(now: 1_795_368_127_000_000_000)
    let sink: ElasticsearchSink
    private(set) var reports: [String] {
        get { log.lines }
        set { log.lines = newValue }
    }
    private let log: Log

    private final class Log {
        var lines: [String] = []
    }

    init(
        _ flavour: ElasticsearchOptions.Flavour = .elasticsearch, endpoints: [String] = ["http://es1:9200"],
        index: String = "logs-openstack-default", files: any FileSystem = PosixFileSystem(), state: [UInt8] = [],
        change: OptionChange<ElasticsearchOptions>? = nil,
        answering script: @escaping (ScriptedTransport.Call) -> ScriptedTransport.Outcome = TransportAnswer.stored
    ) throws {
        scratch = try ScratchDirectory()
        transport = ScriptedTransport(script)
        let log = Log()
        self.log = log
        var options = ElasticsearchOptions(
            flavour, endpoints: try endpoints.map(Endpoint.init), index: try EventTemplate(index))
        options.compressionLevel = nil
        change?.apply(&options)
        sink = try makeElasticsearchSink(
            options, name: "elastic", transport: transport, fileSystem: files, clock: clock,
            dataDirectory: scratch.path, restoring: state
        ) { message, fields in log.lines.append(message + fields.map { " \($0)=\($1)" }.joined()) }
    }

    /// Lets the sink take events with the ids and messages 0, 1, 2, …
    func take(_ count: Int) { take((0..<count).map { Self.event($0) }) }

    func take(_ events: [String], time: Int64 = 0) {
        sink.take(EventBatch.of(events, time: time), route: 1)
    }

    static func event(_ number: Int) -> String { #"{"message":"\#(number)","event":{"id":"id\#(number)"}}"# }

    /// Commits, and returns what the failure says; nil where it went well.
    func commit() -> SinkFailure? {
        do throws(SinkFailure) {
            try sink.commit()
            return nil
        } catch {
            return error
        }
    }

    /// The dead letters as they lie there.
    var letters: [String] {
        guard let file = try? OpenFile("\(scratch.path)/dead-letters/elastic.jsonl", in: PosixFileSystem()),
            let bytes = try? file.readAll(limit: 1 << 20)
        else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
