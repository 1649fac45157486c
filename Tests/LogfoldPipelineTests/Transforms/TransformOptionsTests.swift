import LogfoldConfig
import LogfoldCore
import LogfoldParsing
import LogfoldPipeline
import LogfoldTestSupport
import Testing

/// What `transforms:` and the sinks' `inputs:` and `condition:` come to.
@Suite struct TransformOptionsTests {
    private let inputs = ["openstack", "journal"]

    private func read(_ yaml: String) -> Configuration {
        let environment = ConfigEnvironment(variable: { $0 == "NAME" ? "nova-api" : nil }) {
            path throws(ConfigFileError) in throw ConfigFileError(reason: "No such file")
        }
        return Configuration.read(Array(yaml.utf8), file: "a.yaml", environment: environment)
    }

    private func problems(_ yaml: String) -> [String] {
        let configuration = read(yaml)
        _ = TransformOptions(configuration.root, inputs: inputs)
        configuration.root.finish()
        return configuration.problems.map { "\($0.line):\($0.column): \($0.text)" }
    }

    private func events(_ plan: RoutePlan, input: String) -> [EventLine] {
        let log = """
            2026-11-22 16:59:18.001 1 DEBUG nova.x [-] one pin=1234
            2026-11-22 16:59:18.002 1 ERROR neutron.x [-] two

            """
        var options = EngineOptions.judged
        options.plan = plan
        var engine = Engine(options: options)
        var facts = SourceFacts(zone: "UTC", service: "nova-api")
        facts.input = input
        engine.open(source: 0, facts: facts)
        var lines: [UInt8] = []
        func take(_ batch: Batch) {
            batch.withLines { (bytes: RawSpan) in lines += (0..<bytes.byteCount).map { bytes[$0] } }
        }
        engine.push(Array(log.utf8).span.bytes, source: 0, at: 0, take)
        engine.finish(source: 0, take)
        return lines.split(separator: 0x0A).compactMap { EventLine($0) }
    }

    @Test func stepsComeInTheOrderOfTheFile() {
        let configuration = read(
            """
            transforms:
              site:
                type: add_fields
                labels: { region: RegionOne, rack: 12, zone: "12", test: true, land: no }
                tags: [prod]
                fields: { deployment: { name: blue } }
              noise: { type: filter, drop: 'log.level < info and service.name == "${NAME}"', inputs: [journal] }
              pins: { type: redact, keys: [pin], patterns: ['two\\b'] }
              mark: { type: add_fields, tags: bad, when: log.level >= error }
            """)
        let options = TransformOptions(configuration.root, inputs: inputs)
        configuration.root.finish()
        #expect(configuration.problems == [])
        #expect(options.steps.map(\.name) == ["site", "noise", "pins", "mark"])
        let plan = RoutePlan(transforms: options.steps)
        let all = events(plan, input: "openstack")
        #expect(all.map(\.message) == ["one pin=***", "***"])
        #expect(
            all[1].description.hasSuffix(
                #","labels":{"region":"RegionOne","rack":12,"zone":"12","test":true,"land":"no"},"#
                    + #""deployment":{"name":"blue"},"tags":["prod","bad"]}"#))
        #expect(events(plan, input: "journal").map(\.message) == ["***"])
    }

    @Test func inputsAndSinksMakeThePlan() {
        let configuration = read(
            """
            inputs:
              openstack: { labels: { a: b }, tags: [t] }
              journal: {}
            sinks:
              all: {}
              bad: { inputs: openstack, condition: log.level >= error }
            """)
        let fields = configuration.root.sections("inputs").map {
            (name: $0.name, fields: AddedFields(labelsAndTags: $0))
        }
        let sinks = zip(configuration.root.sections("sinks"), [1, 4] as [UInt64]).map {
            (name: $0.name, bit: $1, options: RouteOptions($0, inputs: inputs))
        }
        configuration.root.finish()
        #expect(configuration.problems == [])
        let plan = RoutePlan(inputs: fields, steps: [], sinks: sinks)
        #expect(plan.routes.map(\.bit) == [1, 4])
        #expect(plan.routes.map(\.name) == ["all", "bad"])
        #expect(events(plan, input: "openstack").map { $0["labels.a"] } == ["b", "b"])
        #expect(events(plan, input: "journal").map { $0["labels.a"] } == [nil, nil])
        #expect(plan.transforms.count == 1)
    }

    @Test(arguments: [
        (
            "a: { type: fliter, drop: 'x' }",
            "2:14: 'fliter' is no value for 'type'; did you mean 'filter'? (give one of filter, add_fields, redact)"
        ),
        (
            "a: { drop: 'message exists' }",
            "2:3: 'type' is missing in transforms.a; write 'type: …', one of filter, add_fields, redact"
        ),
        ("a: { type: filter }", "2:3: transforms.a has no condition; write 'drop: …' or 'keep: …'"),
        (
            "a: { type: filter, drop: 'message exists', keep: 'message exists' }",
            "2:52: 'drop' and 'keep' in one filter; write one of them, or two filters"
        ),
        (
            "a: { type: filter, drop: 'log.levl < info' }",
            "2:29: unknown field 'log.levl'; did you mean 'log.level'?"
        ),
        (
            "a: { type: filter, drop: message exists and log.level < inf }",
            "2:59: unknown level 'inf'; did you mean 'info'?"
        ),
        // The text is not written as it is: the place is its beginning.
        (
            "a: { type: filter, drop: 'message contains ''x'' and tags == ''y''' }",
            "2:28: 'tags' is a list; write 'tags contains …' or 'tags in [ … ]'"
        ),
        (
            "a: { type: filter, dorp: 'message exists' }",
            "2:3: transforms.a has no condition; write 'drop: …' or 'keep: …'\n2:22: unknown key 'dorp' in transforms.a; did you mean 'drop'?"
        ),
        (
            "a: { type: filter, drop: 'message exists', inputs: [journal, openstak] }",
            "2:64: there is no input 'openstak'; did you mean 'openstack'?"
        ),
        (
            "a: { type: filter, drop: 'message exists', inputs: x }",
            "2:54: there is no input 'x'; inputs are openstack, journal"
        ),
        (
            "a: { type: filter, drop: 'message exists', inputs: [] }",
            "2:54: 'inputs' names none; name inputs, or remove the key for all"
        ),
        ("a: { type: add_fields }", "2:3: transforms.a adds nothing; write 'labels:', 'tags:' or 'fields:'"),
        (
            "a: { type: add_fields, labels: { a.b: x } }",
            "2:34: 'a.b' is no name of a field; use letters, digits, '_' and '-', a letter first"
        ),
        ("a: { type: add_fields, labels: { a: '' } }", "2:34: 'a' is empty; give it a value, or remove it"),
        ("a: { type: add_fields, labels: { a: [x] } }", "2:39: 'a' is a list; give a text"),
        ("a: { type: add_fields, tags: [''] }", "2:33: a tag is empty; give it a name, or remove it"),
        (
            "a: { type: add_fields, fields: { service: { name: x } } }",
            "2:45: 'service' is the schema's; choose another name, or use labels"
        ),
        (
            "a: { type: add_fields, fields: { labels: { name: x } } }",
            "2:44: 'labels' stands beside 'fields', not in it; move it out"
        ),
        (
            "a: { type: add_fields, tags: [x], when: 'flags exists' }",
            "2:44: unknown field 'flags'; did you mean 'logfold.flags'?"
        ),
        ("a: { type: redact }", "2:3: transforms.a masks nothing; write 'keys: […]' or 'patterns: […]'"),
        (
            "a: { type: redact, keys: [pin, 'a b'] }",
            "2:34: this is no name of a value; use letters, digits, '_', '-' and '.'"
        ),
        (
            "a: { type: redact, patterns: ['ok', 'a(b'] }",
            "2:39: the pattern is wrong at its character 4: missing closing parenthesis"
        ),
    ])
    func aMistakeIsSaidWhereItStands(_ step: String, _ expected: String) {
        #expect(problems("transforms:\n  \(step)\n").joined(separator: "\n") == expected)
    }

    @Test func theExampleOfTheDocumentationIsRight() throws {
        let page = String(decoding: try Fixtures.bytes("../Docs/conditions.md"), as: UTF8.self)
        let example = try #require(page.split(separator: "```yaml\n").dropFirst().first?.split(separator: "```").first)
        let configuration = read(String(example))
        let steps = TransformOptions(configuration.root, inputs: inputs).steps
        let sinks = configuration.root.sections("sinks").map { RouteOptions($0, inputs: inputs) }
        #expect(configuration.problems == [])
        #expect(steps.map(\.name) == ["noise", "site", "bad", "cards"])
        #expect(sinks.map { $0.condition?.description } == [nil, "log.level >= error"])
    }

    @Test func aSinksConditionIsSaidWhereItStands() {
        let configuration = read("sinks:\n  local:\n    inputs: [journl]\n    condition: log.level => info\n")
        for sink in configuration.root.sections("sinks") { _ = RouteOptions(sink, inputs: inputs) }
        #expect(
            configuration.problems.map(\.description) == [
                "a.yaml:3:14: there is no input 'journl'; did you mean 'journal'?",
                "a.yaml:4:26: unknown operator '=>'; write '>='",
            ])
    }

    @Test func whatIsAddedIsBounded() {
        let long = String(repeating: "x", count: 20_000)
        #expect(
            problems("transforms:\n  a: { type: add_fields, labels: { a: \(long) } }\n") == [
                "2:3: transforms.a adds more than 16384 bytes to each event; shorten it"
            ])
    }
}
