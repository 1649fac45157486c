package import LogfoldCore

/// One event with every field resolved, ready to be encoded: the single hand-over between what formats understand and
/// what the encoder writes.
///
/// All ranges point into one span, the event's *text*: the arena for an event that lies in it whole, else a scratch
/// buffer with the lines joined. An empty range is an absent field. The struct is reused from event to event.
package struct Record {
    /// The record's own time.
    package var time = LogTime.absent
    /// Severity, and the word of the log where the severity is not known.
    package var level = Severity.unknown, levelText = ByteRange.none
    /// The message by the rules of `Docs/schema.md`; always encoded, even if empty.
    package var message = ByteRange.none
    /// `log.logger`, `log.origin.*`.
    package var logger = ByteRange.none, function = ByteRange.none, file = ByteRange.none, line = ByteRange.none
    /// `process.*`; ids are digits.
    package var pid = ByteRange.none, processName = ByteRange.none
    /// `process.thread.*`.
    package var threadID = ByteRange.none, threadName = ByteRange.none
    /// `service.name` where the text or a layer names it, and `host.name`.
    package var service = ByteRange.none, host = ByteRange.none
    /// `http.request.id` and `openstack.global_request_id`.
    package var requestID = ByteRange.none, globalRequestID = ByteRange.none
    /// `user.id` and `user.name`.
    package var userID = ByteRange.none, userName = ByteRange.none
    /// `openstack.project.id` and `.name`.
    package var projectID = ByteRange.none, projectName = ByteRange.none
    /// The text of a context bracket that no layout fits: `openstack.extra.context`.
    package var context = ByteRange.none
    /// `openstack.domain.id`, `openstack.system_scope`.
    package var domainID = ByteRange.none, systemScope = ByteRange.none
    /// `openstack.user_domain.id`, `openstack.project_domain.id`.
    package var userDomainID = ByteRange.none, projectDomainID = ByteRange.none
    /// `openstack.instance.id`.
    package var instance = ByteRange.none
    /// `error.stack_trace`; `error.type`, `error.message` and the chain come from the exception parser over it.
    package var stackTrace = ByteRange.none
    /// Whether the exception parser holds this event's chain.
    package var hasException = false
    /// `openstack.error_summary` where it is known apart, `openstack.stack_info`.
    package var errorSummary = ByteRange.none, stackInfo = ByteRange.none
    /// The request line inside the message, or none.
    package var http = HTTPFields()
    /// Keys that have no place in the schema: `openstack.extra`.
    package var extras: [Extra] = []
    /// What was assumed or cut.
    package var flags = EventFlags(rawValue: 0)

    /// A key of structured input without a place in the schema.
    package struct Extra {
        /// Dotted path of the key, decoded.
        package var key: ByteRange
        /// The value: decoded text if ``isText``, else a JSON literal (number, `true`, `false`).
        package var value: ByteRange
        /// Whether the value is text that has to be escaped.
        package var isText: Bool

        /// A key with its value.
        package init(key: ByteRange, value: ByteRange, isText: Bool) {
            self.key = key
            self.value = value
            self.isText = isText
        }
    }

    /// An empty record.
    package init() {}
}

/// A request line as it stands in a message or an access log.
package struct HTTPFields {
    /// `http.request.method`; empty where there is no request line.
    package var method = ByteRange.none
    /// `url.original`.
    package var url = ByteRange.none
    /// `http.version` without `HTTP/`.
    package var version = ByteRange.none
    /// `http.response.status_code` and `http.response.body.bytes`, digits.
    package var status = ByteRange.none, bodyBytes = ByteRange.none
    /// `client.address` as printed, `client.ip` = its first valid IP.
    package var client = ByteRange.none, clientIP = ByteRange.none
    /// `event.duration` in nanoseconds; negative where it is not known.
    package var duration: Int64 = -1

    /// No request line.
    package init() {}
}
