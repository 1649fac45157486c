import LogfoldParsing

/// What `logfold setup` installs on a server for one sink.
package struct SetupPlan {
    /// What an operator chooses.
    package struct Choices: Equatable, Sendable {
        /// How long documents stay, in days; nil for ever.
        package var retentionDays: Int? = 30
        /// Copies beside the first of each shard; nil for the server's default.
        package var replicas: Int?

        /// The defaults.
        package init() {}
    }

    private let flavour: ElasticsearchOptions.Flavour
    /// The name that template and policy have.
    let name: String
    /// The data streams or indices, with `*` for what depends on events.
    let pattern: String
    private let isDataStream: Bool
    /// Whether an index of the sink ends with a day, so that it gets old as a whole.
    private let hasTime: Bool
    private let choices: Choices

    /// The plan for a sink.
    package init(_ options: ElasticsearchOptions, _ choices: Choices) {
        flavour = options.flavour
        isDataStream = options.isDataStream
        hasTime = options.index.hasTime
        self.choices = choices
        var pattern = ""
        for piece in options.index.pieces {
            if case .literal(let text) = piece { pattern += text } else if !pattern.hasSuffix("*") { pattern += "*" }
        }
        self.pattern = pattern
        let plain = pattern.replacing("*", with: "")
        name = "logfold-" + (plain.hasSuffix("-") ? String(plain.dropLast()) : plain)
    }

    /// The index template. `policy` says whether the server has taken the policy, `types` what it lacks.
    func template(_ types: FieldMapping, hasPolicy: Bool) -> JSONDocument {
        var settings: [(name: String, value: JSONDocument)] = [
            ("index.codec", "best_compression"),
            // An event with a field of the wrong kind is stored without that field indexed.
            ("index.mapping.ignore_malformed", true),
        ]
        if let replicas = choices.replicas { settings.append(("index.number_of_replicas", .integer(replicas))) }
        if hasPolicy, flavour == .elasticsearch { settings.append(("index.lifecycle.name", .string(name))) }
        let template: JSONDocument = [
            "settings": .object(settings), "mappings": ["dynamic": false, "properties": types.properties],
        ]
        var members: [(name: String, value: JSONDocument)] = [
            ("index_patterns", .array([.string(pattern)])),
            // Above Elasticsearch's own for logs-*-*, which have 100.
            ("priority", 200), ("template", template),
        ]
        if isDataStream { members.insert(("data_stream", .object([])), at: 1) }
        // So that a second run knows that nothing has changed, whatever the server makes of it.
        let digest = SetupDigest.text(of: .object(members))
        members.append(("_meta", ["managed_by": "logfold", "digest": .string(digest)]))
        return .object(members)
    }

    /// Why the plan must not be installed: its pattern takes in what is not the sink's. Nil where it does not.
    package var conflict: String? {
        guard let end = pattern.firstIndex(of: "*") else { return nil }
        let beginning = String(pattern[..<end].reversed().drop { "-._".contains($0) }.reversed())
        guard Self.shared.contains(beginning) else { return nil }
        return "'\(pattern)' names indices and data streams of others as well, and they would get the mapping and the"
            + " retention of this sink; let its name begin with a word of its own, such as logs-openstack.{service.name}-default"
    }

    /// With what Elastic's and OpenSearch's own agents and templates let names begin.
    private static let shared: Set<String> = [
        "", "logs", "metrics", "traces", "synthetics", "profiling", "logstash", "filebeat", "metricbeat", "journalbeat",
        "fluentd", "fluentbit", "ss4o_logs",
    ]

    /// Whether old documents could be removed and are not: an index without a day is never old as a whole.
    package var isKeptForWantOfTime: Bool { choices.retentionDays != nil && !isDataStream && !hasTime }

    /// The policy that begins new indices and removes old ones; nil where documents stay for ever.
    var policy: JSONDocument? {
        guard let days = choices.retentionDays, !isKeptForWantOfTime else { return nil }
        return flavour == .elasticsearch ? lifecycle(days) : stateManagement(days)
    }

    /// Where the policy lies on the server.
    var policyPath: String {
        flavour == .elasticsearch ? "/_ilm/policy/\(name)" : "/_plugins/_ism/policies/\(name)"
    }

    /// What such a policy is called there.
    var policyTitle: String { flavour == .elasticsearch ? "ILM policy" : "ISM policy" }

    /// Where the template lies on the server.
    var templatePath: String { "/_index_template/\(name)" }

    /// Index lifecycle management of Elasticsearch.
    private func lifecycle(_ days: Int) -> JSONDocument {
        let hot: JSONDocument =
            isDataStream
            ? ["rollover": ["max_age": "1d", "max_primary_shard_size": "50gb"]] : .object([])
        let body: JSONDocument = [
            "phases": [
                "hot": ["actions": hot],
                "delete": ["min_age": .string("\(days)d"), "actions": ["delete": .object([])]],
            ]
        ]
        let digest = SetupDigest.text(of: body)
        guard case .object(let members) = body else { return body }
        return [
            "policy": .object(members + [("_meta", ["managed_by": "logfold", "digest": .string(digest)])])
        ]
    }

    /// Index state management of OpenSearch.
    private func stateManagement(_ days: Int) -> JSONDocument {
        let actions: JSONDocument =
            isDataStream
            ? .array([["rollover": ["min_index_age": "1d", "min_primary_shard_size": "50gb"]]]) : .array([])
        let states: JSONDocument = .array([
            [
                "name": "hot", "actions": actions,
                "transitions": .array([
                    ["state_name": "delete", "conditions": ["min_index_age": .string("\(days)d")]]
                ]),
            ],
            ["name": "delete", "actions": .array([["delete": .object([])]]), "transitions": .array([])],
        ])
        let template: JSONDocument = ["index_patterns": .array([.string(pattern)]), "priority": 200]
        let digest = SetupDigest.text(of: [states, template])
        return [
            "policy": [
                "description": .string("Made by logfold setup; digest \(digest)"), "default_state": "hot",
                "states": states, "ism_template": .array([template]),
            ]
        ]
    }

    /// The files of `--print`: for change control, and for who may not let a program do it.
    package var files: [(name: String, text: String)] {
        var files: [(name: String, text: String)] = []
        if let policy { files.append(("\(name)-policy.json", policy.text() + "\n")) }
        let template = template(FieldMapping(flavour), hasPolicy: policy != nil)
        files.append(("\(name)-template.json", template.text() + "\n"))
        files.append(("\(name)-dashboards.ndjson", Dashboard(name: name, pattern: pattern).text))
        return files
    }
}

extension FieldMapping {
    /// What a whole distribution has: OpenSearch calls `flattened` `flat_object`.
    init(_ flavour: ElasticsearchOptions.Flavour) {
        if flavour == .opensearch { _ = lacks("flattened") }
    }
}
