/// What a directive of an operator's format stands for.
enum CustomField: UInt8, Sendable {
    case pid, levelNumber, logger
    case requestID, globalRequestID
    case user, project, userName, projectName, domain, systemScope, userDomain, projectDomain
    /// `%(user_identity)s` at its default, whose words depend on the release (R3).
    case identity
    case host, threadID, threadName, processName, function, file, line
    /// A text without a place in the schema.
    case other
}

/// What an operator's format found on a head line beside ``Head``. Ranges are offsets into the same span.
package struct CustomFields: Equatable, Sendable {
    /// Which of the three format strings the line was written by.
    package enum Form: UInt8, Sendable {
        /// `logging_context_format_string`.
        case context
        /// `logging_default_format_string`.
        case plain
        /// `logging_exception_prefix`.
        case exception
    }

    /// The format string of the line.
    package var form = Form.plain
    /// `%(request_id)s` and `%(global_request_id)s`.
    package var requestID = ByteRange.none, globalRequestID = ByteRange.none
    /// `%(user)s` and `%(user_name)s`.
    package var user = ByteRange.none, userName = ByteRange.none
    /// `%(project)s` or `%(tenant)s`, and `%(project_name)s`.
    package var project = ByteRange.none, projectName = ByteRange.none
    /// `%(domain)s` and `%(system_scope)s`.
    package var domain = ByteRange.none, systemScope = ByteRange.none
    /// `%(user_domain)s` and `%(project_domain)s`.
    package var userDomain = ByteRange.none, projectDomain = ByteRange.none
    /// `%(hostname)s`.
    package var host = ByteRange.none
    /// `%(thread)d` and `%(threadName)s`.
    package var threadID = ByteRange.none, threadName = ByteRange.none
    /// `%(processName)s`.
    package var processName = ByteRange.none
    /// `%(funcName)s`, `%(pathname)s` or `%(filename)s`, `%(lineno)d`.
    package var function = ByteRange.none, file = ByteRange.none, line = ByteRange.none
    /// Neighbouring fields that could not be told apart, as one text.
    package var givenUp = ByteRange.none

    /// No fields.
    package init() {}

    mutating func set(_ field: CustomField, _ range: ByteRange, _ head: inout Head) {
        switch field {
        case .pid: head.pid = range
        case .levelNumber: head.levelText = range
        case .logger: head.logger = range
        case .requestID: requestID = range
        case .globalRequestID: globalRequestID = range
        case .user: user = range
        case .project: project = range
        case .userName: userName = range
        case .projectName: projectName = range
        case .domain: domain = range
        case .systemScope: systemScope = range
        case .userDomain: userDomain = range
        case .projectDomain: projectDomain = range
        case .host: host = range
        case .threadID: threadID = range
        case .threadName: threadName = range
        case .processName: processName = range
        case .function: function = range
        case .file: file = range
        case .line: line = range
        case .identity, .other: break
        }
    }
}

extension CustomFields {
    /// Puts the fields where the schema has them. `-`, `None` and empty are absent; a user or project is an id if it
    /// looks like one, else a name. Fields of the record that are known already keep their values.
    package func apply(to record: inout Record, _ bytes: RawSpan) {
        func put(_ value: ByteRange, _ place: inout ByteRange) {
            if place.isEmpty, Self.isPresent(bytes, value) { place = value }
        }
        func put(_ value: ByteRange, id: inout ByteRange, name: inout ByteRange) {
            if Self.isID(bytes, value) { put(value, &id) } else { put(value, &name) }
        }
        put(requestID, &record.requestID)
        put(globalRequestID, &record.globalRequestID)
        put(userName, &record.userName)
        put(projectName, &record.projectName)
        put(user, id: &record.userID, name: &record.userName)
        put(project, id: &record.projectID, name: &record.projectName)
        put(domain, &record.domainID)
        put(systemScope, &record.systemScope)
        put(userDomain, &record.userDomainID)
        put(projectDomain, &record.projectDomainID)
        put(host, &record.host)
        put(threadID, &record.threadID)
        put(threadName, &record.threadName)
        put(processName, &record.processName)
        put(function, &record.function)
        put(file, &record.file)
        put(line, &record.line)
    }

    private static func isPresent(_ bytes: RawSpan, _ value: ByteRange) -> Bool {
        !value.isEmpty && !bytes.equal(value, "-") && !bytes.equal(value, "None")
    }

    /// 32 or 64 hex digits, or a uuid.
    static func isID(_ bytes: RawSpan, _ value: ByteRange) -> Bool {
        guard value.count == 32 || value.count == 36 || value.count == 64 else { return false }
        for offset in 0..<value.count {
            let byte = bytes[value.start + offset]
            let isDash = value.count == 36 && (offset == 8 || offset == 13 || offset == 18 || offset == 23)
            guard isDash ? byte == UInt8(ascii: "-") : byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6 else {
                return false
            }
        }
        return true
    }
}
