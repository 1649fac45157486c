import LogfoldCore

// `error.*` and `openstack.*`.

extension EventEncoder {
    @inline(__always)
    mutating func writeError(
        _ bytes: RawSpan, _ record: borrowing Record, _ exceptions: borrowing ExceptionParser
    ) {
        if record.stackTrace.isEmpty { return }
        writeStack(bytes, record, exceptions)
    }

    private mutating func writeStack(
        _ bytes: RawSpan, _ record: borrowing Record, _ exceptions: borrowing ExceptionParser
    ) {
        output.append(",\"error\":{")
        if record.hasException, let logged = exceptions.exceptions.first, !logged.type.isEmpty {
            member("\"type\":\"", bytes, logged.type, "\",")
            if !logged.message.isEmpty {
                output.append("\"message\":\"")
                exceptionText(bytes, logged)
                output.append("\",")
            }
        }
        text("\"stack_trace\":\"", bytes, record.stackTrace, "\"}")
    }

    /// An exception's text; inside a group each further line has a margin in front that is not text.
    private mutating func exceptionText(_ bytes: RawSpan, _ exception: ParsedException) {
        guard exception.margin > 0 else {
            text("", bytes, exception.message, "")
            return
        }
        var at = exception.message.start
        while at < exception.message.end {
            let end = bytes.index(of: UInt8(ascii: "\n"), from: at, to: exception.message.end)
            text("", bytes, ByteRange(at, end), "")
            if end < exception.message.end { output.append("\\n") }
            at = Swift.min(end + 1 + Int(exception.margin), exception.message.end)
        }
    }

    @inline(__always)
    mutating func writeOpenStack(
        _ bytes: RawSpan, _ record: borrowing Record, _ exceptions: borrowing ExceptionParser
    ) {
        var isOpen = false
        if !record.globalRequestID.isEmpty {
            open(&isOpen, Self.opening)
            member("\"global_request_id\":\"", bytes, record.globalRequestID)
        }
        if !record.projectID.isEmpty {
            open(&isOpen, Self.opening)
            member("\"project\":{\"id\":\"", bytes, record.projectID)
            if !record.projectName.isEmpty { member(",\"name\":\"", bytes, record.projectName) }
            output.append("}")
        } else if !record.projectName.isEmpty {
            open(&isOpen, Self.opening)
            member("\"project\":{\"name\":\"", bytes, record.projectName, "\"}")
        }
        identity(&isOpen, "\"domain\":{\"id\":\"", bytes, record.domainID)
        if !record.systemScope.isEmpty {
            open(&isOpen, Self.opening)
            member("\"system_scope\":\"", bytes, record.systemScope)
        }
        identity(&isOpen, "\"user_domain\":{\"id\":\"", bytes, record.userDomainID)
        identity(&isOpen, "\"project_domain\":{\"id\":\"", bytes, record.projectDomainID)
        identity(&isOpen, "\"instance\":{\"id\":\"", bytes, record.instance)
        writeRareOpenStack(bytes, record, exceptions, &isOpen)
        if isOpen { output.append("}") }
    }

    private static var opening: StaticString { ",\"openstack\":{" }

    @inline(__always)
    private mutating func identity(
        _ isOpen: inout Bool, _ opening: StaticString, _ bytes: RawSpan, _ value: ByteRange
    ) {
        if value.isEmpty { return }
        open(&isOpen, Self.opening)
        member(opening, bytes, value, "\"}")
    }

    @inline(__always)
    private mutating func writeRareOpenStack(
        _ bytes: RawSpan, _ record: borrowing Record, _ exceptions: borrowing ExceptionParser, _ isOpen: inout Bool
    ) {
        if record.hasException, !exceptions.exceptions.isEmpty {
            open(&isOpen, Self.opening)
            writeChain(bytes, exceptions)
        }
        if !record.errorSummary.isEmpty {
            open(&isOpen, Self.opening)
            text("\"error_summary\":\"", bytes, record.errorSummary, "\"")
        }
        if !record.stackInfo.isEmpty {
            open(&isOpen, Self.opening)
            text("\"stack_info\":\"", bytes, record.stackInfo, "\"")
        }
        if !record.extras.isEmpty || !record.context.isEmpty {
            open(&isOpen, Self.opening)
            writeExtras(bytes, record)
        }
    }

    // MARK: - Exceptions

    private mutating func writeChain(_ bytes: RawSpan, _ exceptions: borrowing ExceptionParser) {
        output.append("\"exception\":{")
        if let root = exceptions.rootCause, !exceptions.exceptions[root].type.isEmpty {
            member("\"root_cause\":\"", bytes, exceptions.exceptions[root].type, "\",")
        }
        output.append("\"fingerprint\":\"")
        output.append(hexadecimal: exceptions.fingerprint.0)
        output.append(hexadecimal: exceptions.fingerprint.1)
        output.append("\",\"chain\":[")
        for (index, exception) in exceptions.exceptions.enumerated() {
            if index > 0 { output.append(",") }
            writeException(bytes, exception, exceptions)
        }
        output.append("]}")
    }

    private mutating func writeException(
        _ bytes: RawSpan, _ exception: ParsedException, _ exceptions: borrowing ExceptionParser
    ) {
        var isOpen = false
        if !exception.type.isEmpty {
            open(&isOpen, "{")
            member("\"type\":\"", bytes, exception.type)
        }
        if !exception.message.isEmpty {
            open(&isOpen, "{")
            output.append("\"message\":\"")
            exceptionText(bytes, exception)
            output.append("\"")
        }
        if exception.relation != .none {
            open(&isOpen, "{")
            switch exception.relation {
            case .cause: output.append("\"relation\":\"cause\"")
            case .context: output.append("\"relation\":\"context\"")
            case .group, .none: output.append("\"relation\":\"group\"")
            }
        }
        if !exception.frames.isEmpty {
            open(&isOpen, "{")
            output.append("\"frames\":[")
            for index in exception.frames {
                if index > exception.frames.lowerBound { output.append(",") }
                writeFrame(bytes, exceptions.frames[index])
            }
            output.append("]")
        }
        output.append(isOpen ? "}" : "{}")
    }

    private mutating func writeFrame(_ bytes: RawSpan, _ frame: StackFrame) {
        member("{\"file\":\"", bytes, frame.file)
        if !frame.line.isEmpty { number(",\"line\":", bytes, frame.line) }
        if !frame.function.isEmpty { member(",\"function\":\"", bytes, frame.function) }
        output.append("}")
    }

    // MARK: - Keys without a place

    private mutating func writeExtras(_ bytes: RawSpan, _ record: borrowing Record) {
        var isOpen = false
        if !record.context.isEmpty {
            open(&isOpen, "\"extra\":{")
            member("\"context\":\"", bytes, record.context)
        }
        for extra in record.extras {
            open(&isOpen, "\"extra\":{")
            member("\"", bytes, extra.key, "\":")
            if !extra.isText {
                output.append(bytes, extra.value)
            } else if Redactor.isSecretKey(bytes, extra.key) {
                output.append("\"***\"")
            } else {
                text("\"", bytes, extra.value, "\"")
            }
        }
        output.append("}")
    }
}
