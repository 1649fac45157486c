import Foundation
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks
@testable import LogfoldTransport

private func event(_ number: Int, timestamp: String = "\"2026-11-22T17:22:07.000Z\"") -> String {
    #"{"@timestamp":\#(timestamp),"message":"m\#(number)","event":{"id":"\#(number)"}}"#
}

/// How many documents a server has in an index.
private func count(_ server: BulkServer, _ index: String) throws -> Int? {
    try server.ask("/\(index)/_refresh", .post)
    return try server.ask("/\(index)/_count").body?["count"]?.integer
}

/// Stores, repeats and refusals, as every real server has to answer them.
private func checkRoundTrip(_ server: BulkServer, reader: BulkServer) throws {
    let scratch = try ScratchDirectory()
    let index = "logs-logfold-\(UUID().uuidString.lowercased().prefix(8))"
    let first = try server.sink(in: scratch, index: index)
    first.take(EventBatch.of((0..<500).map { event($0) }), route: 1)
    try first.commit()
    #expect(try count(reader, index) == 500)
    let second = try server.sink(in: scratch, index: index)
    second.take(EventBatch.of((0..<510).map { event($0) } + [event(999, timestamp: "\"no time\"")]), route: 1)
    try second.commit()
    #expect(try count(reader, index) == 510)
    #expect(second.tally.foundAtFirst == 500)
    #expect(second.tally.deadLettered == 1)
    let letters = try String(contentsOfFile: "\(scratch.path)/dead-letters/elastic.jsonl", encoding: .utf8)
    #expect(letters.contains("parsing_exception"))
    #expect(letters.contains(#""message":"m999""#))
}

@Suite("OpenSearch itself", .serialized, .enabled(if: BulkServer.openSearch != nil))
struct RealOpenSearchTests {
    @Test("Events are stored once, a repeat is found, a bad event is a dead letter")
    func roundTrip() throws {
        let server = try #require(BulkServer.openSearch)
        try checkRoundTrip(server, reader: server)
    }

    @Test("An index that does not exist and may not be made holds the sink, and nothing is lost")
    func noIndex() throws {
        let server = try #require(BulkServer.openSearch)
        let setting = #"{"persistent":{"action.auto_create_index":"-forbidden*,*"}}"#
        try #require(try server.ask("/_cluster/settings", .put, setting).status == 200)
        defer {
            _ = try? server.ask("/_cluster/settings", .put, #"{"persistent":{"action.auto_create_index":null}}"#)
        }
        let scratch = try ScratchDirectory()
        let index = "forbidden-\(UUID().uuidString.lowercased().prefix(8))"
        let sink = try server.sink(in: scratch, index: index)
        sink.take(EventBatch.of([event(0)]), route: 1)
        do throws(SinkFailure) {
            try sink.commit()
            Issue.record("It was stored")
        } catch {
            #expect(error.description.contains("404 index_not_found_exception"))
            #expect(error.retryAfter == .seconds(30))
        }
        try #require(try server.ask("/\(index)", .put).status == 200)
        try sink.commit()
        #expect(try count(server, index) == 1)
    }
}

@Suite("Elasticsearch itself", .serialized, .enabled(if: BulkServer.elasticsearch() != nil))
struct RealElasticsearchTests {
    private func failure(_ server: BulkServer, index: String = "logs-logfold-denied") throws -> SinkFailure? {
        let sink = try server.sink(in: try ScratchDirectory(), index: index)
        sink.take(EventBatch.of([event(0)]), route: 1)
        do throws(SinkFailure) {
            try sink.commit()
            return nil
        } catch {
            return error
        }
    }

    @Test("Events are stored once over TLS, a repeat is found, a bad event is a dead letter")
    func roundTrip() throws {
        // The user who ships may not read.
        try checkRoundTrip(
            try #require(BulkServer.elasticsearch()),
            reader: try #require(BulkServer.elasticsearch(user: "LOGFOLD_TEST_ELASTICSEARCH_ADMIN_USER")))
    }

    @Test("The CA may be named by its fingerprint; another fingerprint is an error that names what was seen")
    func fingerprint() throws {
        var server = try #require(BulkServer.elasticsearch())
        let pem = try String(contentsOfFile: try #require(server.settings.tls.ca), encoding: .utf8)
        let digest = SHA256.digest(try #require(Base64.decode(pem: pem)))
        server.settings.tls.ca = nil
        server.settings.tls.caDigest = digest
        let said = try failure(server)
        #expect(
            said == nil || said?.description.contains("Where the server does not send its CA") == true, "\(said as Any)"
        )
        server.settings.tls.caDigest = [UInt8](repeating: 1, count: 32)
        let wrong = try #require(try failure(server))
        #expect(wrong.description.contains("has the digest in tls.ca_sha256; it shows "))
        // Whatever it shows may be trusted by its digest alone.
        let shown = try #require(wrong.description.firstMatch(of: #/it shows ([0-9a-f]{64})/#)).output.1
        server.settings.tls.caDigest = [UInt8](hexadecimal: String(shown))
        #expect(try failure(server) == nil)
    }

    @Test("A server that is signed by nobody known, or has another name, gets nothing")
    func untrusted() throws {
        var server = try #require(BulkServer.elasticsearch())
        let ca = server.settings.tls.ca
        server.settings.tls.ca = nil
        #expect(try failure(server)?.description.contains("tls.ca") == true)
        server.settings.tls.ca = ca
        let other = server.url.replacing("127.0.0.1", with: "other.localhost")
        let sink = try server.sink(in: try ScratchDirectory(), index: "logs-x", endpoints: [other])
        sink.take(EventBatch.of([event(0)]), route: 1)
        do throws(SinkFailure) {
            try sink.commit()
            Issue.record("It was sent")
        } catch {
            #expect(error.description.contains("by a name that the certificate has"), "\(error)")
        }
    }

    @Test("No credentials, and a user who may not write, hold the sink with a way out")
    func forbidden() throws {
        var server = try #require(BulkServer.elasticsearch())
        server.headers = []
        let unknown = try #require(try failure(server))
        #expect(unknown.description.contains("answers 401 (security_exception"))
        #expect(unknown.description.contains("correct 'auth'"))
        let reader = try #require(BulkServer.elasticsearch(user: "LOGFOLD_TEST_ELASTICSEARCH_READER_USER"))
        let denied = try #require(try failure(reader))
        #expect(denied.description.contains("answers 403 (security_exception"))
        #expect(denied.description.contains("create_doc"))
    }

    @Test("An index that this user may not write holds the event")
    func forbiddenIndex() throws {
        let server = try #require(BulkServer.elasticsearch())
        let denied = try #require(try failure(server, index: "other-index"))
        #expect(denied.description.contains("1 of 1 events are refused for now: 403 security_exception"))
        #expect(denied.retryAfter == .seconds(30))
    }
}
