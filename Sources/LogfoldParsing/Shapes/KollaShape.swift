// `kolla`: the record that kolla-ansible's Fluentd sends to OpenSearch, for dashboards and alerts that were built on
// it. Names from kolla-ansible `ansible/roles/fluentd/templates/conf`:
//   input/00-global.conf.j2            Timestamp Pid log_level python_module request_id … Payload
//   filter/00-record_transformer.conf.j2   Hostname Logger programname
//   format/wsgi_access.conf.j2         clientip http_method http_url http_version http_status http_bytes …
//   output/03-opensearch.conf.j2       logstash_format: @timestamp
// Captures of a regular expression are strings there, so they are here. A field without a name there is left out.

enum KollaShape {
    static func write(_ event: borrowing EventView, _ line: RawSpan, into output: inout ByteBuffer) {
        var record = JSONMembers(into: &output)
        time(event, line, &record, &output)
        level(event, line, &record, &output)
        for (path, name) in plain {
            if let value = event.text(path) { record.string(name, line, value, into: &output) }
        }
        ids(event, line, &record, &output)
        if let dataset = event.text("event.dataset"), line.has("openstack.", at: dataset.start, limit: dataset.end) {
            record.string("Logger", line, dataset, into: &output)
        }
        if let duration = event.text("event.duration"), line.isDigits(duration), duration.count > 3 {
            record.string(
                "http_response_time_us", line, ByteRange(duration.start, duration.end - 3), into: &output)
        }
        payload(event, line, &record, &output)
        record.end(into: &output)
    }

    /// Fields that only change their name.
    private static let plain: [(path: StaticString, name: StaticString)] = [
        ("log.logger", "python_module"), ("process.pid", "Pid"), ("openstack.domain.id", "domain_id"),
        ("openstack.system_scope", "system_scope"), ("openstack.user_domain.id", "user_domain"),
        ("openstack.project_domain.id", "project_domain"), ("host.name", "Hostname"), ("service.name", "programname"),
        ("http.request.method", "http_method"), ("url.original", "http_url"), ("http.version", "http_version"),
        ("http.response.status_code", "http_status"), ("http.response.body.bytes", "http_bytes"),
    ]

    /// `Timestamp` is the text of an oslo record, in UTC here; `@timestamp` what the output plugin makes of it.
    private static func time(
        _ event: borrowing EventView, _ line: RawSpan, _ record: inout JSONMembers, _ output: inout ByteBuffer
    ) {
        guard let time = event.text("@timestamp") else { return }
        record.string("@timestamp", line, time, into: &output)
        record.key("Timestamp", into: &output)
        output.append("\"")
        output.appendOsloTime(line, time)
        output.append("\"")
    }

    private static func level(
        _ event: borrowing EventView, _ line: RawSpan, _ record: inout JSONMembers, _ output: inout ByteBuffer
    ) {
        guard let level = event.text("log.level") else { return }
        record.key("log_level", into: &output)
        output.append("\"")
        output.append(upperCased: line, level)
        output.append("\"")
    }

    /// Request ids lack their `req-` there; user and project are whatever the record printed, id or name.
    private static func ids(
        _ event: borrowing EventView, _ line: RawSpan, _ record: inout JSONMembers, _ output: inout ByteBuffer
    ) {
        let requests: [(StaticString, ByteRange?)] = [
            ("global_request_id", event.text("openstack.global_request_id")),
            ("request_id", event.text("http.request.id")),
        ]
        for (name, id) in requests {
            guard let id else { continue }
            let start = line.has("req-", at: id.start, limit: id.end) ? id.start + 4 : id.start
            record.string(name, line, ByteRange(start, id.end), into: &output)
        }
        if let user = event.text("user.id") ?? event.text("user.name") {
            record.string("user_id", line, user, into: &output)
        }
        if let project = event.text("openstack.project.id") ?? event.text("openstack.project.name") {
            record.string("tenant_id", line, project, into: &output)
        }
        if let client = event.text("client.ip") ?? event.text("client.address") {
            record.string("clientip", line, client, into: &output)
        }
    }

    /// What follows the brackets of the record, with all its lines.
    private static func payload(
        _ event: borrowing EventView, _ line: RawSpan, _ record: inout JSONMembers, _ output: inout ByteBuffer
    ) {
        record.key("Payload", into: &output)
        output.append("\"")
        if let instance = event.text("openstack.instance.id") {
            output.append("[instance: ")
            output.append(line, instance)
            output.append("] ")
        }
        if let message = event.text("message") { output.append(line, message) }
        if let summary = event.text("openstack.error_summary") {
            output.append(": ")
            output.append(line, summary)
        }
        if let trace = event.text("error.stack_trace") {
            output.append("\\n")
            output.append(line, trace)
        }
        output.append("\"")
    }
}

extension ByteBuffer {
    /// Appends an RFC 3339 time in oslo.log's form, `YYYY-MM-DD HH:MM:SS.mmm`; text that is none as it is.
    mutating func appendOsloTime(_ line: RawSpan, _ range: ByteRange) {
        guard let time = ISOTime(line, range.start, range.end) else { return append(line, range) }
        append(line, range.start, range.start + 10)
        append(" ")
        append(line, range.start + 11, range.start + 19)
        append(".")
        append(decimal: time.fraction.nanoseconds / 1_000_000, width: 3)
    }

    /// Appends text with its ASCII letters in upper case; escaped text that holds a backslash as it is.
    mutating func append(upperCased bytes: RawSpan, _ range: ByteRange) {
        guard bytes.index(of: UInt8(ascii: "\\"), from: range.start, to: range.end) == range.end else {
            return append(bytes, range)
        }
        for offset in range.start..<range.end {
            let byte = bytes[offset]
            append(UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte ? byte - 0x20 : byte)
        }
    }
}
