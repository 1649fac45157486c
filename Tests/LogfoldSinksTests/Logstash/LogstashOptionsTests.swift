import LogfoldConfig
import LogfoldIO
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

private func read(_ yaml: String) throws -> (LogstashOptions?, [String]) {
    let text = "sink:\n" + yaml.split(separator: "\n").map { "  \($0)\n" }.joined()
    let environment = ConfigEnvironment(variable: { _ in nil }) { _ throws(ConfigFileError) in
        throw ConfigFileError(reason: "no file")
    }
    let configuration = Configuration.read(Array(text.utf8), file: "a.yaml", environment: environment)
    let section = try #require(configuration.root.section("sink"))
    let options = LogstashOptions(section, PosixFileSystem())
    section.finish()
    return (options, configuration.problems.map { "\($0)" })
}

@Suite("Logstash sink: options")
struct LogstashOptionsTests {
    @Test("Hosts are enough")
    func defaults() throws {
        let (options, problems) = try read("hosts: [ls1, \"ls2:5045\"]")
        #expect(problems.isEmpty)
        let read = try #require(options)
        #expect(read.hosts.map(\.description) == ["ls1:5044", "ls2:5045"])
        #expect(read.wire == .lumberjack && !read.isEncrypted && read.balancesLoad && read.usesEventID)
        #expect(read.compressionLevel == 1 && read.pipelining == 2 && read.beat == "logfold")
        #expect(read.windowBytes == 2 << 20 && read.windowEvents == 2_048)
        #expect(read.flush == .seconds(1) && read.transport.timeout == .seconds(30))
        #expect(read.transport.proxy == nil)
        #expect(read.lotBytes == 8 << 20)
        #expect(read.warnings.isEmpty)
    }

    @Test("Every option is read")
    func all() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write("x".utf8, to: "a.pem")
        let (options, problems) = try read(
            """
            hosts: ls1
            protocol: lumberjack
            load_balance: no
            pipelining: 4
            beat: filebeat
            event_id: no
            compression: zlib
            level: 6
            batch: { max_bytes: 1MiB, max_events: 100 }
            flush: 5s
            timeout: 90s
            connect_timeout: 2s
            proxy: http://proxy:3128
            tls: { ca: \(file), certificate: \(file), key: \(file), min_version: "1.3" }
            """)
        #expect(problems.isEmpty)
        let read = try #require(options)
        #expect(read.isEncrypted && !read.balancesLoad && !read.usesEventID)
        #expect(read.pipelining == 4 && read.beat == "filebeat" && read.compressionLevel == 6)
        #expect(read.windowBytes == 1 << 20 && read.windowEvents == 100)
        #expect(read.flush == .seconds(5) && read.transport.timeout == .seconds(90))
        #expect(read.transport.connectTimeout == .seconds(2) && read.transport.proxy == "http://proxy:3128")
        #expect(read.transport.tls.certificate == file && read.transport.tls.minimum == .tls13)
        #expect(read.warnings.count == 1, "Without ids")
    }

    @Test("A section 'tls' without keys encrypts, with the system's CAs", arguments: ["tls: {}", "tls:"])
    func encrypted(yaml: String) throws {
        let (options, problems) = try read("hosts: ls1\n\(yaml)")
        #expect(problems.isEmpty)
        #expect(options?.isEncrypted == true)
        #expect(options?.transport.tls == TLSSettings())
    }

    @Test("JSON lines are not compressed, have no port of their own, and are warned of")
    func lines() throws {
        let (options, problems) = try read("hosts: \"ls1:5000\"\nprotocol: tcp_json_lines")
        #expect(problems.isEmpty)
        #expect(options?.wire == .lines && options?.compressionLevel == nil)
        #expect(options?.warnings.count == 1)
        #expect(options?.warnings[0].hasPrefix("tcp_json_lines knows no acknowledgement") == true)
    }

    @Test("A server that is not looked at is said aloud")
    func insecure() throws {
        let (options, problems) = try read("hosts: ls1\ntls: { insecure_skip_verify: yes }")
        #expect(problems.isEmpty)
        #expect(options?.warnings.count == 1)
        #expect(options?.warnings[0].contains("tls.insecure_skip_verify") == true)
    }

    @Test(
        "What is wrong is said with its place and a way out",
        arguments: [
            ("beat: x", "a.yaml:1:1: 'hosts' is missing in sink; write 'hosts: [\"ls1:5044\"]'"),
            ("hosts: []", "a.yaml:2:10: 'hosts' is empty"),
            ("hosts: [\"http://ls1\"]", "a.yaml:2:11: a host has no scheme in front"),
            ("hosts: [ls1, \"ls1:5044\"]", "a.yaml:2:16: this address is here twice"),
            ("hosts: ls1\nprotocol: tcp_json_lines", "a.yaml:2:10: the port is missing; write ls1:5000"),
            ("hosts: ls1\nprotocol: udp", "a.yaml:3:13: "),
            (
                "hosts: \"a:1\"\nprotocol: tcp_json_lines\ncompression: zlib",
                "a.yaml:4:16: tcp_json_lines is never compressed"
            ),
            ("hosts: ls1\ncompression: none\nlevel: 3", "a.yaml:4:10: there is no level without compression"),
            ("hosts: ls1\ntls: { certificate: /dev/null }", "belong together"),
            ("hosts: ls1\npipelining: 0", "a.yaml:3:15: "),
            ("hosts: ls1\nendpoints: [ls1]", "unknown key 'endpoints'"),
        ])
    func problems(yaml: String, expected: String) throws {
        let (_, problems) = try read(yaml)
        #expect(problems.contains { $0.contains(expected) }, "\(problems)")
    }
}
