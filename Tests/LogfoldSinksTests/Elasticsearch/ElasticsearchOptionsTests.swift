import LogfoldConfig
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

private func read(
    _ yaml: String, _ flavour: ElasticsearchOptions.Flavour = .elasticsearch
) throws -> (ElasticsearchOptions?, [String]) {
    let text = "sink:\n" + yaml.split(separator: "\n").map { "  \($0)\n" }.joined()
    let environment = ConfigEnvironment(variable: { _ in nil }) { _ throws(ConfigFileError) in
        throw ConfigFileError(reason: "no file")
    }
    let configuration = Configuration.read(Array(text.utf8), file: "a.yaml", environment: environment)
    let section = try #require(configuration.root.section("sink"))
    let options = ElasticsearchOptions(section, flavour, PosixFileSystem())
    section.finish()
    return (options, configuration.problems.map { "\($0)" })
}

@Suite("Elasticsearch sink: options")
struct ElasticsearchOptionsTests {
    @Test("Endpoints are enough")
    func defaults() throws {
        let (options, problems) = try read("endpoints: [\"https://es1:9200/\"]")
        #expect(problems.isEmpty)
        let read = try #require(options)
        #expect(read.endpoints.map(\.url) == ["https://es1:9200"])
        #expect(read.index.text == "logs-openstack-default")
        #expect(read.compressionLevel == 1 && read.usesEventID)
        #expect(read.requestBytes == 2 << 20 && read.requestEvents == 5_000 && read.requestsInFlight == 4)
        #expect(read.flush == .seconds(1) && read.refusals == RefusalOptions())
        #expect(read.transport.tls == TLSSettings())
        #expect(read.warnings.isEmpty)
    }

    @Test("Every option is read")
    func all() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write("x".utf8, to: "a.pem")
        let digest = String(repeating: "0a", count: 32)
        let (options, problems) = try read(
            """
            endpoints: ["https://es1:9200", "http://es2:9200"]
            index: "logs-{service.name}-{+%Y.%m.%d}"
            event_id: no
            compression: gzip
            level: 6
            batch: { max_bytes: 1MiB, max_events: 100 }
            requests_in_flight: 8
            flush: 5s
            timeout: 30s
            connect_timeout: 2s
            proxy: http://proxy:3128
            auth: { username: u, password: p }
            tls: { ca: \(file), certificate: \(file), key: \(file), min_version: "1.3", public_key_sha256: \(digest) }
            dead_letters: { max_bytes: 1GiB }
            held: { max_bytes: 8MiB, max_hold: 2h }
            """)
        #expect(problems.isEmpty)
        let read = try #require(options)
        #expect(read.endpoints.count == 2)
        #expect(read.index.text == "logs-{service.name}-{+%Y.%m.%d}")
        #expect(!read.usesEventID && read.compressionLevel == 6)
        #expect(read.requestBytes == 1 << 20 && read.requestEvents == 100 && read.requestsInFlight == 8)
        #expect(read.flush == .seconds(5) && read.refusals.deadLetterBytes == 1 << 30)
        #expect(read.refusals.heldBytes == 8 << 20 && read.refusals.maxHold == .seconds(7_200))
        #expect(read.transport.timeout == .seconds(30) && read.transport.connectTimeout == .seconds(2))
        #expect(read.transport.proxy == "http://proxy:3128")
        #expect(read.authorization.header == "Basic dTpw")
        #expect(read.transport.tls.minimum == .tls13 && read.transport.tls.ca == file)
        #expect(read.transport.tls.publicKeyDigest == [UInt8](repeating: 10, count: 32))
        #expect(read.warnings.count == 2, "A password over http, and no ids")
    }

    @Test(
        "An API key is sent in base64, whether it is given so or not",
        arguments: [("id:key", "ApiKey aWQ6a2V5"), ("aWQ6a2V5", "ApiKey aWQ6a2V5")])
    func apiKey(key: String, header: String) throws {
        let (options, problems) = try read("endpoints: [\"https://e\"]\nauth: { api_key: \"\(key)\" }")
        #expect(problems.isEmpty)
        #expect(options?.authorization.header == header)
    }

    @Test(
        "What is wrong is said with a way out",
        arguments: [
            ("data_stream: x", "'endpoints' is missing in sink; write 'endpoints: [\"https://es1:9200\"]'"),
            ("endpoints: []", "'endpoints' is empty"), ("endpoints: [es1]", "begins with https:// or http://"),
            ("endpoints: [\"http://a\", \"http://a/\"]", "twice"),
            ("endpoints: [\"http://a\"]\nindex: a\ndata_stream: b", "leave one of them out"),
            ("endpoints: [\"http://a\"]\nindex: \"{service.name}\"", "no event can choose any index"),
            ("endpoints: [\"http://a\"]\nindex: Logs", "lower case"),
            ("endpoints: [\"http://a\"]\nindex: \"a b\"", "blank or control"),
            ("endpoints: [\"http://a\"]\nindex: \"a*\"", "cannot have '*'"),
            ("endpoints: [\"http://a\"]\nindex: _a", "cannot begin with '_'"),
            ("endpoints: [\"http://a\"]\nindex: \"a{+%Q}\"", "no part of a time"),
            ("endpoints: [\"http://a\"]\ndata_stream: \"a{+%Y}\"", "no time in its name"),
            ("endpoints: [\"http://a\"]\ncompression: none\nlevel: 3", "no level without compression"),
            ("endpoints: [\"http://a\"]\nauth: { username: u }", "belong together"),
            ("endpoints: [\"http://a\"]\nauth: {}", "nothing is in 'auth'"),
            ("endpoints: [\"http://a\"]\nauth: { api_key: a, bearer: b }", "two ways"),
            ("endpoints: [\"http://a\"]\ntls: { ca: /no/such }", "cannot be read"),
            ("endpoints: [\"http://a\"]\ntls: { ca_sha256: abc }", "64 hexadecimal digits"),
            ("endpoints: [\"http://a\"]\ntls: { certificate: /dev/null }", "belong together"),
            (
                "endpoints: [\"http://a\"]\ntls: { insecure_skip_verify: yes, ca: /dev/null }",
                "makes 'ca' and 'ca_sha256' useless"
            ),
            ("endpoints: [\"http://a\"]\nproxy: x", "the proxy is no address"),
            ("endpoints: [\"http://a\"]\nbulk: 1", "unknown key 'bulk'"),
        ])
    func problems(yaml: String, expected: String) throws {
        let (_, problems) = try read(yaml)
        #expect(problems.contains { $0.contains(expected) }, "\(problems)")
    }

    @Test("OpenSearch knows no API keys")
    func flavour() throws {
        let yaml = "endpoints: [\"http://a\"]\nauth: { api_key: a }"
        let (_, problems) = try read(yaml, .opensearch)
        #expect(problems.contains { $0.contains("unknown key 'api_key'") }, "\(problems)")
    }

    @Test("A server that is not looked at is said aloud")
    func insecure() throws {
        let (options, problems) = try read("endpoints: [\"https://a\"]\ntls: { insecure_skip_verify: yes }")
        #expect(problems.isEmpty)
        #expect(options?.warnings.count == 1)
        #expect(options?.warnings[0].contains("tls.insecure_skip_verify") == true)
    }
}
