import Foundation
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

/// A strict receiver with faults on demand that the environment names.
struct LumberjackServer {
    let address: String
    /// Where it takes JSON lines.
    let lines: String
    private let control: String
    private let received: String
    /// How long the file of what it has received was when this value was made.
    private let start: UInt64
    /// What the variables of its TLS name; nil where it has none.
    let ca, otherCA, certificate, key: String?

    /// The one that variables with this beginning name; nil where there is none.
    init?(_ prefix: String) {
        let environment = ProcessInfo.processInfo.environment
        let value = { (name: String) in environment["LOGFOLD_TEST_\(prefix)_\(name)"] }
        guard let address = value("ADDRESS"), let control = value("CONTROL"), let received = value("RECEIVED") else {
            return nil
        }
        self.address = address
        self.control = control
        self.received = received
        start = (try? FileHandle(forReadingFrom: URL(filePath: received)).seekToEnd()) ?? 0
        lines = value("LINES") ?? ""
        (ca, otherCA) = (value("CA"), value("OTHER_CA"))
        (certificate, key) = (value("CLIENT_CERT"), value("CLIENT_KEY"))
    }

    /// Without encryption.
    static var plain: LumberjackServer? { LumberjackServer("LUMBERJACK") }
    /// With a CA of its own.
    static var tls: LumberjackServer? { LumberjackServer("LUMBERJACK_TLS") }
    /// The same, and it wants to see a certificate.
    static var mutual: LumberjackServer? { LumberjackServer("LUMBERJACK_MTLS") }

    /// Its counts.
    struct Statistics {
        private let body: JSONValue

        init(_ body: JSONValue) { self.body = body }

        subscript(_ name: String) -> Int { body[name]?.integer ?? 0 }
        var errors: [String] { body["errors"]?.elements.compactMap(\.text) ?? [] }
    }

    /// Asks something of it below `/`; its counts after that.
    @discardableResult
    func ask(_ path: String) throws -> Statistics {
        var settings = TransportSettings()
        settings.proxy = ""
        let transport = try #require(CurlTransport(settings, clock: SystemClock()))
        transport.start(TransportRequest(.get, "\(control)/\(path)"), number: 0)
        let answer = try #require(transport.next(until: nil)).outcome.get()
        return Statistics(try #require(JSONValue(answer.body)))
    }

    /// Its counts.
    func statistics() throws -> Statistics { try ask("stats") }

    /// How often each event of a run was stored since this value was made, by its message.
    func stored(_ run: String) throws -> [String: Int] {
        let file = try FileHandle(forReadingFrom: URL(filePath: received))
        try file.seek(toOffset: start)
        var counts: [String: Int] = [:]
        for line in try (file.readToEnd() ?? Data()).split(separator: 0x0A) {
            let event = try #require(JSONValue(Array(line)))
            guard event["event"]?["id"]?.text?.hasPrefix(run) == true else { continue }
            let message = try #require(event["message"]?.text)
            let id = event["event"]?["id"]?.text
            #expect(event["@metadata"]?["_id"]?.text == id)
            #expect(event["@metadata"]?["beat"]?.text == "logfold")
            #expect(id == "\(run)-\(message)")
            counts[message, default: 0] += 1
        }
        return counts
    }

    /// Waits until it has read so many JSON lines more than `before`.
    func waitForLines(_ count: Int, since before: Statistics) throws {
        try wait(for: "tcp_events", atLeast: before["tcp_events"] + count)
    }

    /// Waits until one of its figures has come so far; a test that needs longer than a minute has failed.
    func wait(for figure: String, atLeast least: Int) throws {
        for _ in 0..<6000 {
            if try statistics()[figure] >= least { return }
            usleep(10_000)
        }
        throw StuckFigure(figure: figure, least: least, last: try statistics()[figure])
    }

    /// A figure of the server that has not come as far as a test waited for.
    struct StuckFigure: Error {
        let figure: String
        let least, last: Int
    }

    /// Options to reach it, with the CA it has.
    func options(_ wire: LogstashWire = .lumberjack) throws -> LogstashOptions {
        let host = wire == .lumberjack ? address : lines
        var options = LogstashOptions(wire, hosts: [try HostAddress(host)])
        options.isEncrypted = ca != nil
        options.transport.tls.ca = ca
        return options
    }
}

/// The server of Elastic's own library that the environment names.
enum GoLumber {
    static let address = ProcessInfo.processInfo.environment["LOGFOLD_TEST_GO_LUMBER_ADDRESS"]
    private static let log = ProcessInfo.processInfo.environment["LOGFOLD_TEST_GO_LUMBER_LOG"]

    /// How many events it says it has received, batch by batch.
    static func batches() throws -> [Int] {
        try String(contentsOfFile: try #require(log), encoding: .utf8).matches(of: #/Received batch of (\d+) events/#)
            .compactMap { Int($0.output.1) }
    }
}

/// A sink on real connections, with events of its own.
struct LogstashTry {
    let sink: LogstashSink
    /// What tells its events from those of other tests.
    let run = UUID().uuidString

    init(_ options: LogstashOptions) throws {
        let transport = try #require(
            CurlStreams(options.transport, isEncrypted: options.isEncrypted, clock: SystemClock()))
        sink = try makeLogstashSink(
            options, name: "elk", version: "1.0", transport: transport, clock: SystemClock(), restoring: []
        ) { _, _ in }
    }

    /// Takes events of these numbers, with so many bytes of text that cannot be compressed well.
    func take(_ numbers: Range<Int>, padding: Int = 0) {
        var random = SplitMix64(seed: 1)
        let lines = numbers.map { number in
            let noise = (0..<padding / 16).map { _ in
                String(random.next() | 1 << 63, radix: 16)
            }.joined()
            return #"{"message":"m\#(number)","event":{"id":"\#(run)-m\#(number)"},"x":"\#(noise)"}"#
        }
        sink.take(EventBatch.of(lines), route: 1)
    }

    /// Commits; what it failed with.
    func commit() -> String? {
        do throws(SinkFailure) {
            try sink.commit()
            return nil
        } catch {
            return error.description
        }
    }

    /// Commits until it goes well; the failures on the way.
    func deliver(most: Int = 20) -> [String] {
        var failures: [String] = []
        while let failure = commit() {
            failures.append(failure)
            if failures.count == most {
                Issue.record("It does not go well: \(failure)")
                break
            }
        }
        return failures
    }
}
