import LogfoldCore

/// A field of the schema that a condition names.
///
/// Only fields of the schema, so that every sink, and every later reader of an event, comes to the same answer.
struct ConditionField: Sendable, Equatable {
    /// What a field holds, and so what it can be compared with.
    enum Kind: Sendable, Equatable {
        /// `log.level`: by severity.
        case level
        /// Text.
        case text
        /// A number.
        case number
        /// A time, RFC 3339.
        case time
        /// A list of texts.
        case list
        /// What the log or the operator put there: `labels.…`, `openstack.extra.…`.
        case any
    }

    /// The dotted name.
    let name: String
    /// What it holds.
    let kind: Kind
    /// The name's bytes, to be found in an event.
    let path: [UInt8]

    private init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
        path = Array(name.utf8)
    }

    /// The field of this name, or nil.
    init?(_ name: String) {
        if let known = Self.table.first(where: { $0.name == name }) {
            self = known
        } else if let prefix = Self.openPrefixes.first(where: { name.hasPrefix($0) }), name != prefix {
            self = ConditionField(name, .any)
        } else {
            return nil
        }
    }

    /// Whether what `add_fields` puts into an event can change the field.
    var isAddable: Bool { kind == .list && name == "tags" || name.hasPrefix("labels.") }

    /// Objects whose keys are not of the schema.
    static let openPrefixes = ["labels.", "openstack.extra."]

    /// Every field with a name of its own, in the order of `Docs/schema.md`.
    static let table: [ConditionField] = [
        ConditionField("@timestamp", .time), ConditionField("message", .text), ConditionField("log.level", .level),
        ConditionField("event.severity", .number), ConditionField("log.logger", .text),
        ConditionField("log.origin.function", .text), ConditionField("log.origin.file.name", .text),
        ConditionField("log.origin.file.line", .number), ConditionField("process.pid", .number),
        ConditionField("process.name", .text), ConditionField("process.thread.id", .number),
        ConditionField("process.thread.name", .text), ConditionField("service.name", .text),
        ConditionField("service.type", .text), ConditionField("event.dataset", .text),
        ConditionField("host.name", .text), ConditionField("http.request.id", .text),
        ConditionField("openstack.global_request_id", .text), ConditionField("trace.id", .text),
        ConditionField("user.id", .text), ConditionField("user.name", .text),
        ConditionField("openstack.project.id", .text), ConditionField("openstack.project.name", .text),
        ConditionField("openstack.domain.id", .text), ConditionField("openstack.system_scope", .text),
        ConditionField("openstack.user_domain.id", .text), ConditionField("openstack.project_domain.id", .text),
        ConditionField("openstack.instance.id", .text), ConditionField("http.request.method", .text),
        ConditionField("url.original", .text), ConditionField("http.version", .text),
        ConditionField("http.response.status_code", .number), ConditionField("http.response.body.bytes", .number),
        ConditionField("event.duration", .number), ConditionField("client.address", .text),
        ConditionField("client.ip", .text), ConditionField("error.type", .text),
        ConditionField("error.message", .text), ConditionField("error.stack_trace", .text),
        ConditionField("openstack.exception.root_cause", .text),
        ConditionField("openstack.exception.fingerprint", .text), ConditionField("openstack.error_summary", .text),
        ConditionField("openstack.stack_info", .text), ConditionField("log.offset", .number),
        ConditionField("log.file.path", .text), ConditionField("event.timezone", .text),
        ConditionField("event.id", .text), ConditionField("event.created", .time), ConditionField("tags", .list),
        ConditionField("ecs.version", .text), ConditionField("agent.type", .text),
        ConditionField("agent.version", .text), ConditionField("logfold.format", .text),
        ConditionField("logfold.lines", .number), ConditionField("logfold.flags", .list),
    ]

    /// Fields of the schema that conditions do not see, and what to name instead.
    static let unseen: [(name: String, reason: String)] = [
        ("event.original", "is only in events whose sink asks for it; use message or error.stack_trace"),
        ("openstack.exception.chain", "is a list of objects; use error.type or openstack.exception.root_cause"),
        ("labels", "is an object; name one of its keys: labels.region"),
        ("openstack.extra", "is an object; name one of its keys: openstack.extra.args.0"),
    ]

    /// Why there is no field of this name, and the way out.
    static func objection(to name: String) -> String {
        if let field = unseen.first(where: { $0.name == name }) { return "'\(name)' \(field.reason)" }
        let problem = "unknown field '\(name)'"
        if let meant = Spelling.nearest(to: name.lowercased(), among: table.map(\.name)) {
            return "\(problem); did you mean '\(meant)'?"
        }
        let longer = table.filter { $0.name.hasPrefix(name + ".") || $0.name.hasSuffix("." + name) }.map(\.name)
        if !longer.isEmpty { return "\(problem); did you mean \(longer.map { "'\($0)'" }.joined(separator: " or "))?" }
        return "\(problem); conditions see the fields of the schema, labels.* and openstack.extra.*"
    }
}
