/// What a key of oslo.log's JSON means.
///
/// The formatter writes `message asctime name msg args levelname levelno pathname filename module lineno funcname
/// created msecs relative_created thread thread_name process_name process traceback hostname error_summary context
/// extra`. The request's context is in `context` from 3.34 on, before that its keys were in `extra`, so both are read
/// alike. Keys that are not here survive as extras.
enum OsloJSONField {
    case message, logger, level, created, asctime, milliseconds
    case function, file, line, pid, processName, threadID, threadName, host
    case traceback, errorSummary, stackInfo, context, extra
    case requestID, globalRequestID, userID, userName, projectID, projectName, domainID, systemScope
    case userDomainID, projectDomainID, instance
    /// A user or project by id or by name: what it looks like decides.
    case user, project
    /// `extra.project` and `extra.version`: oslo.log's product, `unknown` by default, or the context's project again.
    case product
    /// The context's `resource_uuid`: the instance where nothing else names one (R8).
    case resource
    /// Says again what another key says.
    case noise
    /// Tokens, passwords and service catalogs: never kept.
    case secret

    /// The meaning of a key of the record itself.
    static func top(_ key: ByteRange, _ bytes: RawSpan) -> OsloJSONField? { lookup(key, bytes, topKeys) }

    /// The meaning of a key inside `context`.
    static func context(_ key: ByteRange, _ bytes: RawSpan) -> OsloJSONField? {
        lookup(key, bytes, contextKeys) ?? secret(key, bytes)
    }

    /// The meaning of a key inside `extra`.
    static func extra(_ key: ByteRange, _ bytes: RawSpan) -> OsloJSONField? {
        if bytes.equal(key, "project") || bytes.equal(key, "version") { return .product }
        return context(key, bytes)
    }

    /// ``secret`` if the key, anywhere, holds what must not leave.
    static func secret(_ key: ByteRange, _ bytes: RawSpan) -> OsloJSONField? { lookup(key, bytes, secretKeys) }

    private typealias Table = [(name: StaticString, field: OsloJSONField)]

    private static func lookup(_ key: ByteRange, _ bytes: RawSpan, _ table: Table) -> OsloJSONField? {
        for entry in table where bytes.equal(key, entry.name) { return entry.field }
        return nil
    }

    private static let topKeys: Table = [
        ("message", .message), ("name", .logger), ("levelname", .level), ("created", .created),
        ("asctime", .asctime), ("msecs", .milliseconds), ("funcname", .function), ("pathname", .file),
        ("lineno", .line), ("process", .pid), ("process_name", .processName), ("thread", .threadID),
        ("thread_name", .threadName), ("hostname", .host), ("traceback", .traceback),
        ("error_summary", .errorSummary), ("stack_info", .stackInfo), ("context", .context), ("extra", .extra),
        ("levelno", .noise), ("filename", .noise), ("module", .noise), ("relative_created", .noise),
        ("auth_token", .secret),
    ]

    /// Names with and without `_id` are those of newer and older oslo.context; a tenant is a project.
    private static let contextKeys: Table = [
        ("request_id", .requestID), ("global_request_id", .globalRequestID), ("user", .user), ("user_id", .userID),
        ("user_name", .userName), ("project", .project), ("project_id", .projectID),
        ("project_name", .projectName), ("tenant", .project), ("tenant_id", .projectID), ("domain", .domainID),
        ("domain_id", .domainID), ("system_scope", .systemScope), ("user_domain", .userDomainID),
        ("user_domain_id", .userDomainID), ("project_domain", .projectDomainID),
        ("project_domain_id", .projectDomainID), ("instance", .instance), ("instance_uuid", .instance),
        ("resource_uuid", .resource), ("user_identity", .noise),
    ]

    private static let secretKeys: Table = [
        ("auth_token", .secret), ("auth_token_info", .secret), ("service_token", .secret),
        ("service_catalog", .secret), ("password", .secret), ("aws_creds", .secret),
    ]
}
