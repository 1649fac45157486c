import Foundation
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

/// A server that the environment names, talked to by the transport that the sink uses.
struct BulkServer {
    let url: String
    var settings = TransportSettings()
    var headers: [(name: String, value: String)] = []

    static let environment = ProcessInfo.processInfo.environment

    init(_ url: String) {
        self.url = url
        settings.proxy = ""
    }

    /// The strict endpoint with faults on demand.
    static var strict: BulkServer? { environment["LOGFOLD_TEST_BULK_URL"].map(BulkServer.init) }

    /// A real OpenSearch, without encryption.
    static var openSearch: BulkServer? { environment["LOGFOLD_TEST_OPENSEARCH_URL"].map(BulkServer.init) }

    /// A real Elasticsearch with a CA and users of its own.
    static func elasticsearch(user: String = "LOGFOLD_TEST_ELASTICSEARCH_USER") -> BulkServer? {
        guard let url = environment["LOGFOLD_TEST_ELASTICSEARCH_URL"],
            let ca = environment["LOGFOLD_TEST_ELASTICSEARCH_CA"], let user = environment[user],
            let password = environment["LOGFOLD_TEST_ELASTICSEARCH_PASSWORD"]
        else { return nil }
        var server = BulkServer(url)
        server.settings.tls.ca = ca
        server.headers = [("Authorization", "Basic " + Base64.encode(Array("\(user):\(password)".utf8)))]
        return server
    }

    func transport() throws -> CurlTransport {
        try #require(CurlTransport(settings, clock: SystemClock()))
    }

    /// Asks the server for something, and gives its answer.
    @discardableResult
    func ask(
        _ path: String, _ method: TransportRequest.Method = .get, _ body: String = ""
    ) throws -> (status: Int, body: JSONValue?) {
        let transport = try transport()
        let type = body.isEmpty ? [] : [(name: "Content-Type", value: "application/json")]
        transport.start(
            TransportRequest(method, url + path, headers: headers + type, body: Array(body.utf8)), number: 0)
        let answer = try #require(transport.next(until: nil)).outcome.get()
        return (answer.status, JSONValue(answer.body))
    }

    /// A sink to the server, on a transport of its own.
    func sink(
        in scratch: ScratchDirectory, index: String, endpoints: [String]? = nil, log: SinkLog = SinkLog(),
        _ change: (inout ElasticsearchOptions) -> Void = { _ in }
    ) throws -> ElasticsearchSink {
        var options = ElasticsearchOptions(
            .elasticsearch, endpoints: try (endpoints ?? [url]).map(Endpoint.init), index: try EventTemplate(index))
        options.transport = settings
        change(&options)
        let transport = try #require(CurlTransport(options.transport, clock: SystemClock()))
        let headers = headers
        return try makeElasticsearchSink(
            options, name: "elastic", transport: AddingHeaders(transport, headers), fileSystem: PosixFileSystem(),
            clock: SystemClock(), dataDirectory: scratch.path, restoring: []
        ) { message, _ in log.messages.append(message) }
    }
}

/// What a sink has reported.
final class SinkLog {
    var messages: [String] = []
}

/// A transport that adds headers to each request.
final class AddingHeaders: HTTPTransport {
    private let base: any HTTPTransport
    private let headers: [(name: String, value: String)]

    init(_ base: any HTTPTransport, _ headers: [(name: String, value: String)]) {
        self.base = base
        self.headers = headers
    }

    var inFlight: Int { base.inFlight }
    var interruption: @Sendable () -> Void { base.interruption }
    var bell: @Sendable () -> Void { base.bell }
    func next(until deadline: Int64?) -> TransportResult? { base.next(until: deadline) }
    func start(_ request: TransportRequest, number: Int) {
        var request = request
        request.headers += headers
        base.start(request, number: number)
    }
}

extension JSONValue {
    /// A number's value.
    var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
    /// A list's elements; none where it is no list.
    var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
}
