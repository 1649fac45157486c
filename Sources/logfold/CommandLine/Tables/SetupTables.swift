extension CommandSpec {
    /// Prepares a server for a sink.
    static let setup = CommandSpec(
        .setup, summary: "prepare Elasticsearch or OpenSearch: template, retention",
        description: [
            "Installs on the server of a sink what its events need: an index template with a type for each field of the "
                + "schema, and a policy that begins new indices and removes old ones. Where a server lacks a type or "
                + "policies, the nearest type is taken or the policy left out, and that is said. Says what it has "
                + "changed; a second run changes nothing.",
            "The sink is the one of this type in the configuration, with its endpoints and its 'auth', whose user needs "
                + "more rights than for shipping; --print needs no server.",
        ],
        argument: .one(ValueSpec("SERVER", .choice(["elasticsearch", "opensearch"]))),
        groups: [
            .configuration,
            OptionGroup(
                "Setup",
                [
                    .value("sink", nil, "NAME", .text, help: "Which sink, where there are several of the type"),
                    .value(
                        "retention", nil, "DURATION", .duration(.seconds(86_400)...(.seconds(86_400 * 3_660))),
                        default: "30d", help: "How long documents stay, in whole days"),
                    .flag("keep", help: "Let documents stay for ever: no policy is made"),
                    .value(
                        "replicas", nil, "N", .count(0...10), help: "Copies of each shard; else the server's default"),
                    .value(
                        "print", nil, "DIR", .directory,
                        help: "Write what would be installed, and dashboards, to files in DIR, and ask no server"),
                ]),
        ],
        examples: [
            Example("Before the first run", "logfold setup elasticsearch -c /etc/logfold/logfold.yaml"),
            Example("For change control", "logfold setup opensearch --print ./opensearch -c logfold.yaml"),
        ])
}
