import Foundation
import LogfoldCore
import LogfoldTestSupport
import LogfoldTransport
import Testing

@testable import LogfoldSinks

@Suite("logfold setup: what is installed")
struct SetupPlanTests {
    private func options(
        _ flavour: ElasticsearchOptions.Flavour = .elasticsearch, index: String = "logs-openstack-default",
        isDataStream: Bool = true
    ) throws -> ElasticsearchOptions {
        var options = ElasticsearchOptions(
            flavour, endpoints: [try Endpoint("http://es1:9200")], index: try EventTemplate(index))
        options.isDataStream = isDataStream
        return options
    }

    /// Fields and types of the tables in the documentation.
    private func documented() throws -> [String: String] {
        let page = try String(contentsOfFile: Fixtures.repository + "/Docs/schema.md", encoding: .utf8)
        let rows = page.matches(of: #/(?m)^\| `([a-z@][a-z_.@]*)` \| ([a-z_]+) \|/#)
        return Dictionary(rows.map { (String($0.output.1), String($0.output.2)) }) { first, _ in first }
    }

    @Test("Every field of the documented schema is mapped with its type, and no other")
    func fields() throws {
        let mapped = Dictionary(SchemaFields.all.map { ($0.path, $0.type.rawValue) }) { first, _ in first }
        var documented = try documented()
        // Its members are the operator's: they are searched as one field.
        #expect(documented["labels"] == "object")
        documented["labels"] = "flattened"
        #expect(mapped == documented)
        #expect(mapped.count == SchemaFields.all.count)
    }

    @Test("The template is valid JSON, grows by no event and has no term that a server refuses")
    func template() throws {
        for flavour in [ElasticsearchOptions.Flavour.elasticsearch, .opensearch] {
            let plan = SetupPlan(try options(flavour), SetupPlan.Choices())
            let template = try #require(JSONValue(plan.template(FieldMapping(flavour), hasPolicy: true).text()))
            #expect(template["index_patterns"]?.elements.first?.text == "logs-openstack-default")
            #expect(template["data_stream"] == .object([]))
            let mappings = try #require(template["template"]?["mappings"])
            #expect(mappings["dynamic"] == .bool(false))
            let keyword = try #require(mappings["properties"]?["http"]?["properties"]?["request"]?["properties"]?["id"])
            #expect(keyword["type"]?.text == "keyword" && keyword["ignore_above"]?.integer == 8_191)
            expectBoundedTerms(mappings["properties"], in: "")
            let chain = mappings["properties"]?["openstack"]?["properties"]?["exception"]?["properties"]?["chain"]
            #expect(chain?["type"]?.text == (flavour == .elasticsearch ? "flattened" : "object"))
            let labels = mappings["properties"]?["labels"]?["type"]?.text
            #expect(labels == (flavour == .elasticsearch ? "flattened" : "flat_object"))
            let lifecycle = template["template"]?["settings"]?["index.lifecycle.name"]?.text
            #expect(lifecycle == (flavour == .elasticsearch ? "logfold-logs-openstack-default" : nil))
        }
    }

    /// Every term that is indexed has a bound that a server takes.
    private func expectBoundedTerms(_ properties: JSONValue?, in path: String) {
        guard case .object(let members)? = properties else { return }
        for member in members {
            let (mapping, name) = (member.value, path + member.key)
            if mapping["type"]?.text == "keyword", mapping["index"] != .bool(false) {
                #expect((mapping["ignore_above"]?.integer ?? .max) <= 8_191, "\(name)")
            }
            expectBoundedTerms(mapping["properties"], in: name + ".")
        }
    }

    @Test("Indices by field and day are one pattern, without a data stream")
    func dated() throws {
        let options = try options(index: "logs-{service.name}-{+%Y.%m.%d}", isDataStream: false)
        let plan = SetupPlan(options, SetupPlan.Choices())
        #expect(plan.pattern == "logs-*-*.*.*")
        let template = try #require(JSONValue(plan.template(FieldMapping(), hasPolicy: false).text()))
        #expect(template["data_stream"] == nil)
        #expect(template["template"]?["settings"]?["index.lifecycle.name"] == nil)
        let text = try #require(plan.policy).text()
        let policy = try #require(JSONValue(text))
        #expect(policy["policy"]?["phases"]?["hot"]?["actions"] == .object([]), "What has a date rolls over by it")
        #expect(policy["policy"]?["phases"]?["delete"]?["min_age"]?.text == "30d")
    }

    @Test("An index without a day is never removed: it would go with its newest documents")
    func undated() throws {
        for index in ["openstack", "openstack-{service.name}"] {
            let plan = SetupPlan(try options(index: index, isDataStream: false), SetupPlan.Choices())
            #expect(plan.policy == nil && plan.isKeptForWantOfTime)
            let (transport, kept) = server([])
            let setup = ServerSetup(plan, try options(index: index, isDataStream: false), transport)
            try setup.run()
            #expect(setup.report.first?.hasPrefix("ILM policy: none, since an index without {+%Y.%m.%d}") == true)
            #expect(kept().keys.allSatisfy { !$0.contains("polic") })
        }
    }

    @Test(
        "A pattern that takes in what is not the sink's is refused",
        arguments: [
            ("logs-{event.dataset}-default", true, true), ("logs-{service.name}-{+%Y.%m.%d}", false, true),
            ("logs-openstack.{service.name}-default", true, false), ("logs-openstack-default", true, false),
            ("openstack-{service.name}-{+%Y.%m.%d}", false, false), ("logstash-{+%Y.%m.%d}", false, true),
        ])
    func shared(index: String, isDataStream: Bool, isShared: Bool) throws {
        let plan = SetupPlan(try options(index: index, isDataStream: isDataStream), SetupPlan.Choices())
        #expect((plan.conflict != nil) == isShared)
        #expect(plan.conflict?.contains("'\(plan.pattern)' names indices and data streams of others") ?? !isShared)
    }

    @Test("Who keeps documents for ever gets no policy")
    func forever() throws {
        var choices = SetupPlan.Choices()
        choices.retentionDays = nil
        choices.replicas = 0
        let plan = SetupPlan(try options(), choices)
        #expect(plan.policy == nil)
        let name = "logfold-logs-openstack-default"
        #expect(plan.files.map(\.name) == ["\(name)-template.json", "\(name)-dashboards.ndjson"])
        #expect(plan.files[0].text.contains("\"index.number_of_replicas\": 0"))
    }

    /// A server that keeps what it is given and lacks these types.
    private func server(
        _ lacking: [String], hasPolicies: Bool = true,
        phrase: String = "The mapper type [X] declared on field [a] does not exist"
    ) -> (ScriptedTransport, () -> [String: String]) {
        var kept: [String: String] = [:]
        let transport = ScriptedTransport { call in
            let path = String(call.url.dropFirst("http://es1:9200".count).prefix { $0 != "?" })
            let body = String(decoding: call.body, as: UTF8.self)
            if body.isEmpty {
                return kept[path].map { .success(TransportAnswer(status: 200, body: Array($0.utf8))) }
                    ?? TransportAnswer.refused(404)
            }
            if path.contains("polic") && !hasPolicies {
                return TransportAnswer.refused(400, "invalid_index_name_exception")
            }
            if let type = lacking.first(where: { body.contains("\"type\": \"\($0)\"") }) {
                let reason = phrase.replacing("X", with: type)
                let text = #"{"error":{"type":"mapper_parsing_exception","reason":"\#(reason)"},"status":400}"#
                return .success(TransportAnswer(status: 400, body: Array(text.utf8)))
            }
            kept[path] = body
            return .success(TransportAnswer(status: 200, body: Array(#"{"acknowledged":true}"#.utf8)))
        }
        return (transport, { kept })
    }

    @Test("The first run installs, the second changes nothing, another choice changes it")
    func idempotent() throws {
        let options = try options()
        let (transport, _) = server([])
        let reports = try [30, 30, 7].map { days in
            var choices = SetupPlan.Choices()
            choices.retentionDays = days
            let setup = ServerSetup(SetupPlan(options, choices), options, transport)
            try setup.run()
            return setup.report
        }
        let name = "logfold-logs-openstack-default"
        #expect(reports[0] == ["ILM policy \(name): made", "index template \(name) for logs-openstack-default: made"])
        #expect(
            reports[1] == [
                "ILM policy \(name): unchanged", "index template \(name) for logs-openstack-default: unchanged",
            ])
        #expect(reports[2][0] == "ILM policy \(name): changed")
    }

    @Test(
        "What a server lacks is replaced and said",
        arguments: [
            "The mapper type [X] declared on field [a] does not exist", "No handler for type [X] declared on field [a]",
        ])
    func substitutes(phrase: String) throws {
        let options = try options()
        let lacking = ["match_only_text", "wildcard", "flattened", "flat_object"]
        let (transport, kept) = server(lacking, hasPolicies: false, phrase: phrase)
        for run in 0..<2 {
            let setup = ServerSetup(SetupPlan(options, SetupPlan.Choices()), options, transport)
            try setup.run()
            #expect(setup.report[0].hasPrefix("ILM policy: skipped, this server has none"))
            #expect(setup.report.contains("the server has no type wildcard; the fields of that type are keyword"))
            #expect(setup.report.contains("the server has no type match_only_text; the fields of that type are text"))
            #expect(
                setup.report.contains {
                    $0.hasPrefix("the server has no type flattened; the fields of that type are object")
                })
            #expect(setup.report.last?.hasSuffix(run == 0 ? "made" : "unchanged") == true)
        }
        let template = try #require(kept()["/_index_template/logfold-logs-openstack-default"])
        #expect(lacking.allSatisfy { !template.contains("\"\($0)\"") })
        #expect(!template.contains("lifecycle"))
    }

    @Test(
        "The other server of the two is known by any answer, and gets nothing",
        arguments: [
            (
                ElasticsearchOptions.Flavour.opensearch,
                TransportAnswer(status: 405, headers: ["x-elastic-product": "Elasticsearch"])
            ),
            (
                .elasticsearch,
                TransportAnswer(status: 200, body: Array(#"{"version" : { "distribution" : "opensearch" }}"#.utf8))
            ),
        ])
    func otherFlavour(wanted: ElasticsearchOptions.Flavour, answer: TransportAnswer) throws {
        let options = try options(wanted)
        let transport = ScriptedTransport { _ in .success(answer) }
        let other = wanted == .opensearch ? "elasticsearch" : "opensearch"
        do throws(SinkFailure) {
            try ServerSetup(SetupPlan(options, SetupPlan.Choices()), options, transport).run()
            Issue.record("It was installed")
        } catch {
            #expect(error.description.contains("write 'type: \(other)' for the sink"), "\(error)")
        }
        #expect(transport.calls.count == 1)
    }

    @Test("A user without the right is told which one", arguments: [(401, "correct 'auth'"), (403, "--print")])
    func refused(status: Int, wayOut: String) throws {
        let options = try options()
        let setup = ServerSetup(
            SetupPlan(options, SetupPlan.Choices()), options,
            ScriptedTransport { _ in TransportAnswer.refused(status, "security_exception") })
        do throws(SinkFailure) {
            try setup.run()
            Issue.record("It was let in")
        } catch {
            #expect(error.description.contains(wayOut))
        }
    }
}

/// On the servers themselves; what the minimal distributions lack is skipped with a word.
@Suite("logfold setup: on real servers", .serialized)
struct RealSetupTests {
    /// The events of every recording in `Fixtures/corpus`.
    private static let recordings = Result {
        try Fixtures.names(in: "corpus", suffix: ".log").map { name in
            let output = EngineOutput(try Fixtures.bytes(name))
            return EventBatch.of(
                output.entries.indices.map { String(decoding: output.line($0).dropLast(), as: UTF8.self) })
        }
    }

    /// Installs twice, sends every recording, and looks at what the server made of it.
    private func check(
        _ server: BulkServer, _ flavour: ElasticsearchOptions.Flavour, reader: BulkServer, types: [String: String]
    ) throws {
        let index = "logs-setup-\(UUID().uuidString.lowercased().prefix(8))"
        var options = ElasticsearchOptions(
            flavour, endpoints: [try Endpoint(server.url)], index: try EventTemplate(index))
        options.transport = server.settings
        for state in ["made", "unchanged"] {
            let setup = ServerSetup(
                SetupPlan(options, SetupPlan.Choices()), options, AddingHeaders(try reader.transport(), reader.headers))
            try setup.run()
            #expect(setup.report.last == "index template logfold-\(index) for \(index): \(state)")
        }
        let scratch = try ScratchDirectory()
        let sink = try server.sink(in: scratch, index: index)
        let recordings = try Self.recordings.get()
        for batch in recordings { sink.take(batch, route: 1) }
        var sent = recordings.reduce(0) { $0 + $1.entries.count }
        // What would make a mapping grow, and terms that are longer than a server takes.
        let long = String(repeating: "x", count: 40_000)
        for number in 0..<1_000 {
            let labels = "\"labels\":{\"label\(number)\":\"v\"}"
            let event =
                number == 0
                ? "\"openstack\":{\"exception\":{\"chain\":[{\"type\":\"A\",\"message\":\"\(long)\"}]}},\"url\":{\"original\":\"\(long)\"},"
                : ""
            sink.take(
                EventBatch.of([#"{"@timestamp":"2026-11-22T17:22:07.000Z","message":"m",\#(event)\#(labels)}"#]),
                route: 1)
        }
        sent += 1_000
        try sink.commit()
        #expect(sink.tally.deadLettered == 0)
        try reader.ask("/\(index)/_refresh", .post)
        #expect(try reader.ask("/\(index)/_count").body?["count"]?.integer == sent)
        guard case .object(let indices)? = try reader.ask("/\(index)/_mapping").body else {
            Issue.record("There is no mapping")
            return
        }
        let root = try #require(indices.first?.value["mappings"])
        for field in SchemaFields.all {
            var place: JSONValue? = root
            for part in field.path.split(separator: ".") { place = place?["properties"]?[String(part)] }
            let expected = types[field.path] ?? types[field.type.rawValue] ?? field.type.rawValue
            // A mapping that is not searched says so, and its type is then left out.
            let type = place?["enabled"] == .bool(false) ? "object" : place?["type"]?.text
            #expect(type == expected, "\(field.path)")
        }
        let query = #"{"query":{"term":{"service.name":"nova-api"}}}"#
        #expect(try reader.ask("/\(index)/_search", .post, query).status == 200)
    }

    @Test("Elasticsearch takes the template and every recording", .enabled(if: BulkServer.elasticsearch() != nil))
    func elasticsearch() throws {
        // This distribution has neither wildcard nor match_only_text.
        let admin = try #require(BulkServer.elasticsearch(user: "LOGFOLD_TEST_ELASTICSEARCH_ADMIN_USER"))
        let server = try #require(BulkServer.elasticsearch())
        try check(
            server, .elasticsearch, reader: admin, types: ["wildcard": "keyword", "match_only_text": "text"])
    }

    @Test(
        "Each says which of the two it is",
        .enabled(if: BulkServer.elasticsearch() != nil && BulkServer.openSearch != nil))
    func flavours() throws {
        let admin = try #require(BulkServer.elasticsearch(user: "LOGFOLD_TEST_ELASTICSEARCH_ADMIN_USER"))
        for (server, flavour) in [
            (admin, ElasticsearchOptions.Flavour.elasticsearch), (try #require(BulkServer.openSearch), .opensearch),
        ] {
            let transport = try server.transport()
            transport.start(TransportRequest(.get, server.url + "/", headers: server.headers), number: 0)
            #expect(ServerSetup.flavour(try #require(transport.next(until: nil)).outcome.get()) == flavour)
        }
    }

    @Test("OpenSearch takes the template and every recording", .enabled(if: BulkServer.openSearch != nil))
    func openSearch() throws {
        let server = try #require(BulkServer.openSearch)
        try check(server, .opensearch, reader: server, types: ["labels": "flat_object", "flattened": "object"])
    }
}
