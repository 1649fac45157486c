/// The fields of an event with their types in a mapping: `Docs/schema.md` as a table; a test compares the two.
enum SchemaFields {
    /// A field's type by its name in Elasticsearch.
    enum FieldType: String, CaseIterable {
        case date, keyword, long, ip, wildcard, flattened
        case text = "match_only_text"
    }

    /// In the order of the documentation.
    static let all: [(path: String, type: FieldType)] = [
        ("@timestamp", .date), ("message", .text), ("log.level", .keyword), ("event.severity", .long),
        ("log.logger", .keyword), ("log.origin.function", .keyword), ("log.origin.file.name", .keyword),
        ("log.origin.file.line", .long), ("process.pid", .long), ("process.name", .keyword),
        ("process.thread.id", .long), ("process.thread.name", .keyword), ("service.name", .keyword),
        ("service.type", .keyword), ("event.dataset", .keyword), ("host.name", .keyword), ("http.request.id", .keyword),
        ("openstack.global_request_id", .keyword), ("trace.id", .keyword), ("user.id", .keyword),
        ("user.name", .keyword), ("openstack.project.id", .keyword), ("openstack.project.name", .keyword),
        ("openstack.domain.id", .keyword), ("openstack.system_scope", .keyword),
        ("openstack.user_domain.id", .keyword), ("openstack.project_domain.id", .keyword),
        ("openstack.instance.id", .keyword), ("http.request.method", .keyword), ("url.original", .wildcard),
        ("http.version", .keyword), ("http.response.status_code", .long), ("http.response.body.bytes", .long),
        ("event.duration", .long), ("client.address", .keyword), ("client.ip", .ip), ("error.type", .keyword),
        ("error.message", .text), ("error.stack_trace", .wildcard), ("openstack.exception.root_cause", .keyword),
        ("openstack.exception.fingerprint", .keyword), ("openstack.exception.chain", .flattened),
        ("openstack.error_summary", .text), ("openstack.stack_info", .wildcard), ("openstack.extra", .flattened),
        ("log.offset", .long), ("log.file.path", .keyword), ("event.timezone", .keyword), ("event.id", .keyword),
        ("event.created", .date), ("event.original", .wildcard), ("labels", .flattened), ("tags", .keyword),
        ("ecs.version", .keyword), ("agent.type", .keyword), ("agent.version", .keyword), ("logfold.format", .keyword),
        ("logfold.lines", .long), ("logfold.flags", .keyword),
    ]
}
