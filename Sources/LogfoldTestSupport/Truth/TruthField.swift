/// What is compared of each event beside its text, in the order of the tables.
package enum TruthField: String, CaseIterable, Sendable {
    /// `@timestamp` to the millisecond.
    case timestamp
    /// `log.level`.
    case level
    /// `log.logger`.
    case logger
    /// `process.pid`.
    case pid
    /// `http.request.id`.
    case requestID = "request id"
    /// `openstack.global_request_id`.
    case globalRequestID = "global request id"
    /// `user.id`, else `user.name`.
    case user
    /// `openstack.project.id`, else `.name`.
    case project
    /// `openstack.instance.id`.
    case instance
    /// `error.type` of the logged exception.
    case exceptionType = "exception type"
    /// `error.message`.
    case exceptionMessage = "exception message"
    /// Types of `openstack.exception.chain`, members of groups left out.
    case chain = "exception chain"
    /// `log.origin.function`.
    case function
    /// `log.origin.file.name`.
    case file
    /// `log.origin.file.line`.
    case line
}

/// Why a record is not judged; each is counted and named.
package enum Exclusion: String, CaseIterable, Sendable {
    /// A pipe cut the record inside a line.
    case torn = "torn inside a line"
    /// A fragment of a torn record follows one of its lines.
    case fragment = "neighbour of a fragment"
    /// syslog cut the record.
    case cut = "cut by syslog"
}
