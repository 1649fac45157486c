// `otel`: one LogRecord of OTLP/JSON a line (opentelemetry-proto `logs.v1`, the protobuf JSON mapping with OTLP's
// exceptions: ids are hex, 64-bit integers are strings). Body, time, severity and trace id have places of their own;
// everything else is an attribute by its ECS name.

enum OTelShape {
    static func write(_ event: borrowing EventView, _ line: RawSpan, into output: inout ByteBuffer) {
        var record = JSONMembers(into: &output)
        time("timeUnixNano", event.text("@timestamp"), line, &record, &output)
        time("observedTimeUnixNano", event.text("event.created"), line, &record, &output)
        if let level = event.text("log.level") {
            if let number = severityNumber(level, line) {
                record.key("severityNumber", into: &output)
                output.append(decimal: Int64(number))
            }
            record.string("severityText", line, level, into: &output)
        }
        if let message = event.text("message") {
            record.key("body", into: &output)
            scalar(.string(message), line, &output)
        }
        attributes(event, line, &record, &output)
        if let trace = event.text("trace.id"), isTraceID(trace, line) {
            record.string("traceId", line, trace, into: &output)
        }
        record.end(into: &output)
    }

    private static func attributes(
        _ event: borrowing EventView, _ line: RawSpan, _ record: inout JSONMembers, _ output: inout ByteBuffer
    ) {
        record.key("attributes", into: &output)
        output.append("[")
        for member in event.members {
            if event.paths.withSpan({ hasPlace(member, $0, line) }) { continue }
            if output[output.count - 1] != UInt8(ascii: "[") { output.append(",") }
            output.append("{\"key\":\"")
            event.paths.withSpan { output.append($0, member.path) }
            output.append("\",\"value\":")
            switch member.value {
            case .string(let range): scalar(.string(range), line, &output)
            case .number(let range): scalar(.number(range), line, &output)
            case .bool(let value): scalar(value ? .true : .false, line, &output)
            case .json(let range): anyValue(range, line, &output)
            }
            output.append("}")
        }
        output.append("]")
    }

    /// Whether the member is written outside the attributes.
    private static func hasPlace(_ member: EventView.Member, _ paths: RawSpan, _ line: RawSpan) -> Bool {
        guard case .string(let range) = member.value else { return false }
        if paths.equal(member.path, "message") || paths.equal(member.path, "log.level") { return true }
        if paths.equal(member.path, "trace.id") { return isTraceID(range, line) }
        return (paths.equal(member.path, "@timestamp") || paths.equal(member.path, "event.created"))
            && unixTime(range, line) != nil
    }

    // MARK: Fields with a place

    private static func time(
        _ name: StaticString, _ range: ByteRange?, _ line: RawSpan, _ record: inout JSONMembers,
        _ output: inout ByteBuffer
    ) {
        guard let range, let time = unixTime(range, line) else { return }
        record.key(name, into: &output)
        output.append("\"")
        output.append(decimal: time)
        output.append("\"")
    }

    /// Nanoseconds since 1970 of an RFC 3339 time with `Z`; nil before 1970 and from 2262 on, which OTLP has no
    /// number for.
    private static func unixTime(_ range: ByteRange, _ line: RawSpan) -> Int64? {
        guard let time = ISOTime(line, range.start, range.end), time.end == range.end - 1,
            line[time.end] == UInt8(ascii: "Z"), 0..<9_200_000_000 ~= time.seconds
        else { return nil }
        return time.seconds * 1_000_000_000 + time.fraction.nanoseconds
    }

    /// SeverityNumber of the logs data model: notice is INFO2, as its table for syslog has it.
    private static func severityNumber(_ level: ByteRange, _ line: RawSpan) -> Int? {
        for entry in severities where line.equal(level, entry.level) { return entry.number }
        return nil
    }

    private static let severities: [(level: StaticString, number: Int)] = [
        ("trace", 1), ("debug", 5), ("info", 9), ("notice", 10), ("warning", 13), ("error", 17), ("critical", 21),
    ]

    /// 32 hex digits that are not all zero, which would be invalid.
    private static func isTraceID(_ range: ByteRange, _ line: RawSpan) -> Bool {
        guard range.count == 32 else { return false }
        var hasValue = false
        for offset in range.start..<range.end {
            switch line[offset] {
            case UInt8(ascii: "0"): break
            case UInt8(ascii: "1")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): hasValue = true
            default: return false
            }
        }
        return hasValue
    }

    // MARK: AnyValue

    /// Appends a JSON value, nested to any depth the reader takes, as an AnyValue.
    private static func anyValue(_ range: ByteRange, _ line: RawSpan, _ output: inout ByteBuffer) {
        var reader = JSONReader(range)
        // Bit for each open container: whether it is the value of a key, whose KeyValue has to be ended behind it.
        var isKeyed = InlineArray<128, Bool>(repeating: false)
        var afterKey = false
        repeat {
            let token = reader.next(line)
            switch token {
            case .endObject, .endArray:
                output.append("]}}")
                if isKeyed[reader.depth] { output.append("}") }
                continue
            case .end, .invalid: return
            default: if !afterKey, isBehindValue(output) { output.append(",") }
            }
            switch token {
            case .key(let key):
                output.append("{\"key\":\"")
                output.append(line, key)
                output.append("\",\"value\":")
                afterKey = true
                continue
            case .beginObject, .beginArray:
                output.append(
                    token == .beginObject ? "{\"kvlistValue\":{\"values\":[" : "{\"arrayValue\":{\"values\":[")
                isKeyed[reader.depth - 1] = afterKey
            default:
                scalar(token, line, &output)
                if afterKey { output.append("}") }
            }
            afterKey = false
        } while reader.depth > 0
    }

    private static func isBehindValue(_ output: borrowing ByteBuffer) -> Bool {
        output[output.count - 1] == UInt8(ascii: "}")
    }

    /// Appends a scalar as an AnyValue; null is an empty one.
    private static func scalar(_ token: JSONToken, _ line: RawSpan, _ output: inout ByteBuffer) {
        switch token {
        case .string(let range):
            output.append("{\"stringValue\":\"")
            output.append(line, range)
            output.append("\"}")
        case .number(let range):
            let isInteger = isInt64(range, line)
            output.append(isInteger ? "{\"intValue\":\"" : "{\"doubleValue\":")
            output.append(line, range)
            output.append(isInteger ? "\"}" : "}")
        case .true: output.append("{\"boolValue\":true}")
        case .false: output.append("{\"boolValue\":false}")
        default: output.append("{}")
        }
    }

    /// Whether the number is an integer that surely fits: up to 18 digits and a sign.
    private static func isInt64(_ range: ByteRange, _ line: RawSpan) -> Bool {
        let start = line[range.start] == UInt8(ascii: "-") ? range.start + 1 : range.start
        return range.end - start <= 18 && line.isDigits(ByteRange(start, range.end))
    }
}
