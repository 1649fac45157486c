// `raw`: the log's own lines. An event with `event.original` gives them back as they were (and masked as they were);
// of one without them a record in oslo.log's layout is made from its fields, with the exception prefix on each line of
// the stack trace (R7), so that folding it again gives the event again.

enum RawShape {
    /// Writes the event's lines; `text` is scratch space. False where they had to be made from its fields.
    static func write(
        _ event: borrowing EventView, _ line: RawSpan, _ text: inout ByteBuffer, into output: inout ByteBuffer
    ) -> Bool {
        if let original = event.text("event.original") {
            _ = output.append(jsonDecoded: line, original)
            output.append(0x0A)
            return true
        }
        if let message = event.text("message") {
            if !isUnparsed(event, line) { head(event, line, &output) }
            _ = output.append(jsonDecoded: line, message)
        }
        if let summary = event.text("openstack.error_summary") {
            output.append(": ")
            _ = output.append(jsonDecoded: line, summary)
        }
        output.append(0x0A)
        if let trace = event.text("error.stack_trace") { stackTrace(trace, event, line, &text, &output) }
        return false
    }

    /// Whether the message is all there is: its time was not in the text.
    private static func isUnparsed(_ event: borrowing EventView, _ line: RawSpan) -> Bool {
        guard case .json(let flags) = event.value("logfold.flags") else { return false }
        return line.firstIndex(of: "\"unparsed\"", from: flags.start, to: flags.end) != nil
    }

    /// `time pid LEVEL logger [context] [instance: …] `, without what the event does not have.
    private static func head(_ event: borrowing EventView, _ line: RawSpan, _ output: inout ByteBuffer) {
        time(event, line, &output)
        if let level = event.text("log.level") {
            output.append(upperCased: line, level)
            output.append(" ")
        }
        word(event.text("log.logger"), line, &output)
        if event.text("log.logger") != nil { context(event, line, &output) }
        if let instance = event.text("openstack.instance.id") {
            output.append("[instance: ")
            _ = output.append(jsonDecoded: line, instance)
            output.append("] ")
        }
    }

    private static func time(_ event: borrowing EventView, _ line: RawSpan, _ output: inout ByteBuffer) {
        if let time = event.text("@timestamp") {
            output.appendOsloTime(line, time)
            output.append(" ")
        }
        word(event.text("process.pid"), line, &output)
    }

    private static func word(_ range: ByteRange?, _ line: RawSpan, _ output: inout ByteBuffer) {
        guard let range else { return }
        _ = output.append(jsonDecoded: line, range)
        output.append(" ")
    }

    /// The brackets of the default format: today's six ids of the user behind two of requests, or `[-]` (R1, R2, R3).
    private static func context(_ event: borrowing EventView, _ line: RawSpan, _ output: inout ByteBuffer) {
        guard let request = event.text("http.request.id") else { return output.append("[-] ") }
        output.append("[")
        if let global = event.text("openstack.global_request_id") {
            _ = output.append(jsonDecoded: line, global)
        } else {
            output.append("None")
        }
        output.append(" ")
        _ = output.append(jsonDecoded: line, request)
        token(event.text("user.id") ?? event.text("user.name"), line, &output)
        token(event.text("openstack.project.id") ?? event.text("openstack.project.name"), line, &output)
        token(event.text("openstack.domain.id"), line, &output)
        token(event.text("openstack.system_scope"), line, &output)
        token(event.text("openstack.user_domain.id"), line, &output)
        token(event.text("openstack.project_domain.id"), line, &output)
        output.append("] ")
    }

    private static func token(_ range: ByteRange?, _ line: RawSpan, _ output: inout ByteBuffer) {
        output.append(" ")
        if let range { _ = output.append(jsonDecoded: line, range) } else { output.append("-") }
    }

    private static func stackTrace(
        _ trace: ByteRange, _ event: borrowing EventView, _ line: RawSpan, _ text: inout ByteBuffer,
        _ output: inout ByteBuffer
    ) {
        text.removeAll()
        _ = text.append(jsonDecoded: line, trace)
        var start = 0
        while start < text.count {
            let end = text.withSpan { $0.index(of: 0x0A, from: start, to: $0.byteCount) }
            if let logger = event.text("log.logger") {
                time(event, line, &output)
                output.append("ERROR ")
                word(logger, line, &output)
            }
            text.withSpan { output.append($0, start, end) }
            output.append(0x0A)
            start = end + 1
        }
    }
}
