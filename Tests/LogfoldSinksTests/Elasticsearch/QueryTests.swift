import Foundation
import LogfoldCore
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

/// What an operator asks a server about the recordings of services, held against what the services' own truth says.
@Suite("Elasticsearch sink: questions to real servers", .serialized)
struct QueryTests {
    /// All recordings of services with what their own JSON says of each record.
    private struct Recordings {
        var batches: [Batch] = []
        var count = 0
        var requests: [String: Int] = [:]
        var levels: [String: Int] = [:]
        /// By level and minute, as `info 2026-11-22T16:59`.
        var minutes: [String: Int] = [:]
        var exceptions = 0
        /// By fingerprint, as the events say.
        var fingerprints: [String: Int] = [:]

        init() throws {
            for pair in TruthPair.all where pair.group == .service {
                let output = EngineOutput([UInt8](try Data(contentsOf: URL(filePath: pair.log))))
                batches.append(EventBatch.of(output.events.map(\.description)))
                for event in output.events {
                    if let fingerprint = event["openstack.exception.fingerprint"] {
                        fingerprints[fingerprint, default: 0] += 1
                    }
                }
                for record in try Truth(path: pair.truth).records {
                    count += 1
                    levels[record.level.lowercased(), default: 0] += 1
                    let minute = record.time.prefix(16).replacing(" ", with: "T")
                    minutes["\(record.level.lowercased()) \(minute)", default: 0] += 1
                    if let request = record.context["request_id"] { requests[request, default: 0] += 1 }
                    if record.traceback != nil { exceptions += 1 }
                }
            }
        }
    }

    /// How many documents have each value of a field.
    private func counts(_ field: String, _ index: String, _ server: BulkServer) throws -> [String: Int] {
        let query = #"{"size":0,"aggs":{"values":{"terms":{"field":"\#(field)","size":10000}}}}"#
        let answer = try #require(try server.ask("/\(index)/_search", .post, query).body)
        let buckets = answer["aggregations"]?["values"]?["buckets"]?.elements ?? []
        return Dictionary(
            uniqueKeysWithValues: buckets.map { ($0["key"]?.text ?? "", $0["doc_count"]?.integer ?? 0) })
    }

    /// Installs the template, stores the recordings, and asks.
    private func check(
        _ server: BulkServer, _ flavour: ElasticsearchOptions.Flavour, admin: BulkServer
    ) throws {
        let recordings = try Recordings()
        let index = "logs-query-\(UUID().uuidString.lowercased().prefix(8))"
        let options = ElasticsearchOptions(
            flavour, endpoints: [try Endpoint(server.url)], index: try EventTemplate(index))
        try ServerSetup(
            SetupPlan(options, SetupPlan.Choices()), options, AddingHeaders(try admin.transport(), admin.headers)
        ).run()
        let sink = try server.sink(in: try ScratchDirectory(), index: index)
        for batch in recordings.batches { sink.take(batch, route: 1) }
        try sink.commit()
        #expect(sink.tally.deadLettered == 0)
        try admin.ask("/\(index)/_refresh", .post)
        #expect(try admin.ask("/\(index)/_count").body?["count"]?.integer == recordings.count)
        let requests = try counts("http.request.id", index, admin)
        #expect(requests == recordings.requests, "\(requests.count) requests")
        #expect(requests.count > 500)
        #expect(try counts("log.level", index, admin) == recordings.levels)
        let fingerprints = try counts("openstack.exception.fingerprint", index, admin)
        #expect(fingerprints == recordings.fingerprints)
        #expect(fingerprints.values.reduce(0, +) == recordings.exceptions)
        for (key, expected) in recordings.minutes.sorted(by: { ($0.value, $0.key) > ($1.value, $1.key) }).prefix(20) {
            let (level, minute) = (key.prefix { $0 != " " }, key.suffix(16))
            let range = #"{"range":{"@timestamp":{"gte":"\#(minute):00Z","lt":"\#(minute):00Z||+1m"}}}"#
            let query = #"{"query":{"bool":{"filter":[{"term":{"log.level":"\#(level)"}},\#(range)]}}}"#
            #expect(try admin.ask("/\(index)/_count", .post, query).body?["count"]?.integer == expected, "\(key)")
        }
        // One request as an operator follows it: its records in their order.
        let longest = try #require(recordings.requests.max { ($0.value, $0.key) < ($1.value, $1.key) })
        let query =
            #"{"size":1000,"sort":["@timestamp"],"query":{"term":{"http.request.id":"\#(longest.key)"}}}"#
        let hits = try admin.ask("/\(index)/_search", .post, query).body?["hits"]?["hits"]?.elements ?? []
        #expect(hits.count == longest.value)
        let times = hits.compactMap { $0["_source"]?["@timestamp"]?.text }
        #expect(times == times.sorted() && times.count == longest.value)
    }

    @Test("OpenSearch", .enabled(if: BulkServer.openSearch != nil))
    func openSearch() throws {
        let server = try #require(BulkServer.openSearch)
        try check(server, .opensearch, admin: server)
    }

    @Test("Elasticsearch", .enabled(if: BulkServer.elasticsearch() != nil))
    func elasticsearch() throws {
        try check(
            try #require(BulkServer.elasticsearch()), .elasticsearch,
            admin: try #require(BulkServer.elasticsearch(user: "LOGFOLD_TEST_ELASTICSEARCH_ADMIN_USER")))
    }
}
