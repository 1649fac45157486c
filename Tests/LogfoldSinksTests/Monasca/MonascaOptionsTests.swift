import LogfoldConfig
import LogfoldIO
import LogfoldTransport
import Testing

@testable import LogfoldSinks

private let keystone =
    "keystone: { auth_url: \"https://k:5000\", username: u, password: p, project_name: x }\n"

private func read(_ yaml: String) throws -> (MonascaOptions?, [String]) {
    let text = "sink:\n" + yaml.split(separator: "\n").map { "  \($0)\n" }.joined()
    let environment = ConfigEnvironment(variable: { _ in nil }) { _ throws(ConfigFileError) in
        throw ConfigFileError(reason: "no file")
    }
    let configuration = Configuration.read(Array(text.utf8), file: "a.yaml", environment: environment)
    let section = try #require(configuration.root.section("sink"))
    let options = MonascaOptions(section, PosixFileSystem())
    section.finish()
    return (options, configuration.problems.map { "\($0)" })
}

@Suite("Monasca sink: options")
struct MonascaOptionsTests {
    @Test("Keystone is enough")
    func defaults() throws {
        let (options, problems) = try read(keystone)
        #expect(problems.isEmpty)
        let read = try #require(options)
        #expect(read.endpoint == nil && read.version == nil)
        #expect(read.keystone.catalog == ServiceCatalog.Query(types: ["logs", "logging"]))
        #expect(read.requestBytes < 1_048_576 && read.requestEvents == 5_000 && read.flush == .seconds(1))
        #expect(read.requestsInFlight == 2)
        #expect(read.dimensions.isEmpty && read.eventDimensions == EventDimension.defaults)
        #expect(read.crossTenant == .none && read.warnings.isEmpty)
    }

    @Test("Every option is read")
    func all() throws {
        let (options, problems) = try read(
            keystone + """
                endpoint: "http://m:5607/v2.0/logs/"
                dimensions: { region: RegionOne, "my team": x }
                event_dimensions: { component: service.name, "a&b": labels.x }
                cross_tenant: "{openstack.project.id}"
                batch: { max_bytes: 64KiB, max_events: 1 }
                requests_in_flight: 3
                flush: 5s
                timeout: 30s
                connect_timeout: 2s
                proxy: ""
                dead_letters: { max_bytes: 1GiB }
                """)
        #expect(problems.isEmpty)
        let read = try #require(options)
        #expect(read.endpoint?.url == "http://m:5607/v2.0")
        #expect(read.keystone.catalog == nil, "Nobody looks into the catalog")
        #expect(read.dimensions.map(\.name) == ["region", "my_team"])
        #expect(
            read.eventDimensions == [
                EventDimension(name: "component", field: "service.name"),
                EventDimension(name: "a_b", field: "labels.x"),
            ])
        #expect(read.crossTenant == .field("openstack.project.id"))
        #expect(read.requestBytes == 64 << 10 && read.requestEvents == 1 && read.flush == .seconds(5))
        #expect(read.requestsInFlight == 3)
        #expect(read.transport.timeout == .seconds(30) && read.refusals.deadLetterBytes == 1 << 30)
        #expect(
            read.warnings == [
                "the dimension 'my team' is sent as 'my_team': Monasca takes no other letters in a name",
                "the dimension 'a&b' is sent as 'a_b': Monasca takes no other letters in a name",
                "endpoint is http://: the token goes over the network as it is; use https://",
            ])
        #expect(try Self.tenant("p1") == .project("p1"))
    }

    private static func tenant(_ text: String) throws -> CrossTenant? {
        try read(keystone + "cross_tenant: \(text)").0?.crossTenant
    }

    @Test(
        "What is wrong is said with a way out",
        arguments: [
            ("flush: 1s", "'keystone' is missing in sink; write 'keystone: {"),
            (keystone + "endpoint: m", "the endpoint is no address"),
            (keystone + "endpoint: \"http://m:5607\"", "write it with /v2.0 or /v3.0, or give 'api_version'"),
            (keystone + "api_version: \"4\"", "'api_version'"),
            (keystone + "dimensions: { a: \"\" }", "1 to 255 characters"),
            (keystone + "dimensions: { \"_\": x }", "use letters and digits"),
            (keystone + "dimensions: { \"a b\": x, a_b: y }", "both sent as 'a_b'"),
            (keystone + "event_dimensions: { a: \"x..y\" }", "names no field"),
            (keystone + "event_dimensions: { \"a b\": x, a_b: y }", "both sent as 'a_b'"),
            (keystone + "cross_tenant: \"a b\"", "is no project's id"),
            (keystone + "compression: gzip", "unknown key 'compression'"),
        ])
    func problems(yaml: String, expected: String) throws {
        let (_, problems) = try read(yaml)
        #expect(problems.contains { $0.contains(expected) }, "\(problems)")
    }
}
