import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

/// A Monasca sink on a scripted transport, with a Keystone that gives out tokens `t1`, `t2`, …
final class MonascaSinkRun {
    let scratch: ScratchDirectory
    let transport: ScriptedTransport
    let keystone: ScriptedTransport
    /// 2026-11-22T17:22:07Z.
    let clock = FakeClock(now: 1_795_368_127_000_000_000)
    let sink: MonascaSink

    init(
        endpoint: String? = "http://m:5607/v2.0", catalog: String = "http://m:5607/v3.0", state: [UInt8] = [],
        change: OptionChange<MonascaOptions>? = nil,
        answering script: @escaping (ScriptedTransport.Call) -> ScriptedTransport.Outcome = { _ in .taken }
    ) throws {
        scratch = try ScratchDirectory()
        transport = ScriptedTransport(script)
        var tokens = 0
        keystone = ScriptedTransport { _ in
            tokens += 1
            return .token("t\(tokens)", catalog: catalog)
        }
        var settings = KeystoneSettings(
            authURL: try Endpoint("http://k:5000"),
            identity: KeystoneIdentity(.password(user: .id("u"), try Secret(reading: { "p" }))),
            transport: TransportSettings())
        if endpoint == nil { settings.catalog = ServiceCatalog.Query(types: ["logs"]) }
        var options = MonascaOptions(keystone: settings)
        options.endpoint = try endpoint.map(Endpoint.init)
        options.eventDimensions = []
        change?.apply(&options)
        sink = try makeMonascaSink(
            options, name: "monasca", transport: transport, keystone: keystone, fileSystem: PosixFileSystem(),
            clock: clock, dataDirectory: scratch.path, restoring: state, report: { _, _ in })
    }

    /// An event as an engine makes it, as far as that matters here.
    static func event(_ number: Int) -> String { #"{"message":"\#(number)","event":{"id":"id\#(number)"}}"# }

    /// Lets the sink take events with the messages 0, 1, 2, …
    func take(_ count: Int) { take((0..<count).map(Self.event)) }

    func take(_ events: [String]) { sink.take(EventBatch.of(events), route: 1) }

    /// Commits, and returns what the failure says; nil where it went well.
    func commit() -> SinkFailure? {
        do throws(SinkFailure) {
            try sink.commit()
            return nil
        } catch {
            return error
        }
    }

    /// The messages of each request.
    var sent: [[String]] { transport.calls.map(\.messages) }

    /// The dead letters as they lie there.
    var letters: [String] { Self.letters(in: scratch) }

    /// The dead letters of a sink with its files there.
    static func letters(in scratch: ScratchDirectory) -> [String] {
        guard let file = try? OpenFile("\(scratch.path)/dead-letters/monasca.jsonl", in: PosixFileSystem()),
            let bytes = try? file.readAll(limit: 8 << 20)
        else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

extension ScriptedTransport.Call {
    /// The body of a request to the log API.
    var logs: JSONValue? { JSONValue(body) }

    /// The messages of its elements.
    var messages: [String] {
        guard case .array(let elements)? = logs?["logs"] else { return [] }
        return elements.map { $0["message"]?.text ?? "?" }
    }
}

extension Result<TransportAnswer, TransportFailure> {
    /// What the log API says when it has the events.
    static var taken: Self { .success(TransportAnswer(status: 204)) }

    /// What it says when it has not.
    static func refused(_ status: Int, _ title: String, _ description: String, headers: [String: String] = [:]) -> Self
    {
        let body = #"{"title":"\#(title)","description":"\#(description)"}"#
        return .success(TransportAnswer(status: status, headers: headers, body: Array(body.utf8)))
    }

    /// What Keystone's middleware says of a token that is not good.
    static var tokenRefused: Self {
        let body =
            #"{"error":{"code":401,"title":"Unauthorized","message":"The request you have made requires authentication."}}"#
        return .success(TransportAnswer(status: 401, body: Array(body.utf8)))
    }

    /// What Keystone answers.
    static func token(_ id: String, catalog url: String) -> Self {
        let body =
            #"{"token":{"issued_at":"2026-11-22T17:00:00.000000Z","expires_at":"2026-11-22T18:00:00.000000Z","#
            + #""catalog":[{"type":"logs","endpoints":[{"interface":"public","region":"R","url":"\#(url)"}]}]}}"#
        return .success(TransportAnswer(status: 201, headers: ["x-subject-token": id], body: Array(body.utf8)))
    }
}
