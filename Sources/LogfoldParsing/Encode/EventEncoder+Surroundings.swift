import LogfoldCore

// Of whom an event speaks: `process.*`, `service.*`, `http.*`, `url.*`, `client.*`, `user.*`, `trace.*`, `host.*`; and what
// logfold says of it.

extension EventEncoder {
    @inline(__always)
    mutating func writeProcess(_ bytes: RawSpan, _ record: borrowing Record) {
        if !record.processName.isEmpty || !record.threadID.isEmpty || !record.threadName.isEmpty {
            writeNamedProcess(bytes, record)
        } else if !record.pid.isEmpty {
            number(",\"process\":{\"pid\":", bytes, record.pid, "}")
        }
    }

    private mutating func writeNamedProcess(_ bytes: RawSpan, _ record: borrowing Record) {
        var isOpen = false
        if !record.pid.isEmpty {
            open(&isOpen, ",\"process\":{")
            number("\"pid\":", bytes, record.pid)
        }
        if !record.processName.isEmpty {
            open(&isOpen, ",\"process\":{")
            member("\"name\":\"", bytes, record.processName)
        }
        if !record.threadID.isEmpty || !record.threadName.isEmpty {
            open(&isOpen, ",\"process\":{")
            var isThreadOpen = false
            if !record.threadID.isEmpty {
                open(&isThreadOpen, "\"thread\":{")
                number("\"id\":", bytes, record.threadID)
            }
            if !record.threadName.isEmpty {
                open(&isThreadOpen, "\"thread\":{")
                member("\"name\":\"", bytes, record.threadName)
            }
            output.append("}")
        }
        output.append("}")
    }

    @inline(__always)
    mutating func writeService(
        _ bytes: RawSpan, _ record: borrowing Record, _ context: Context, _ source: borrowing SourceFacts
    ) {
        if let name = source.service {
            output.append(",\"service\":{\"name\":\"")
            name.withSpan { output.append($0, 0, name.count) }
        } else if !record.service.isEmpty {
            member(",\"service\":{\"name\":\"", bytes, record.service, "")
        } else {
            if context.format != .text { output.append(",\"service\":{\"type\":\"openstack\"}") }
            return
        }
        if context.format != .text { output.append("\",\"type\":\"openstack\"}") } else { output.append("\"}") }
    }

    @inline(__always)
    mutating func writeHTTP(_ bytes: RawSpan, _ record: borrowing Record) {
        if record.http.url.isEmpty {
            if record.requestID.isEmpty { return }
            member(",\"http\":{\"request\":{\"id\":\"", bytes, record.requestID, "\"}}")
        } else {
            writeExchange(bytes, record.requestID, record.http)
        }
    }

    /// `http`, `url` and `client` of a request line.
    private mutating func writeExchange(_ bytes: RawSpan, _ id: ByteRange, _ http: HTTPFields) {
        if id.isEmpty {
            output.append(",\"http\":{\"request\":{")
            if !http.method.isEmpty { member("\"method\":\"", bytes, http.method) }
        } else {
            member(",\"http\":{\"request\":{\"id\":\"", bytes, id)
            if !http.method.isEmpty { member(",\"method\":\"", bytes, http.method) }
        }
        if http.status.isEmpty {
            output.append("}")
            if !http.bodyBytes.isEmpty { number(",\"response\":{\"body\":{\"bytes\":", bytes, http.bodyBytes, "}}") }
        } else {
            number("},\"response\":{\"status_code\":", bytes, http.status)
            if http.bodyBytes.isEmpty {
                output.append("}")
            } else {
                number(",\"body\":{\"bytes\":", bytes, http.bodyBytes, "}}")
            }
        }
        if !http.version.isEmpty { member(",\"version\":\"", bytes, http.version) }
        text("},\"url\":{\"original\":\"", bytes, http.url, "\"}")
        guard !http.client.isEmpty else { return }
        member(",\"client\":{\"address\":\"", bytes, http.client)
        if http.clientIP.isEmpty {
            output.append("}")
        } else {
            member(",\"ip\":\"", bytes, http.clientIP, "\"}")
        }
    }

    @inline(__always)
    mutating func writeIdentity(_ bytes: RawSpan, _ record: borrowing Record) {
        if !record.userID.isEmpty {
            member(",\"user\":{\"id\":\"", bytes, record.userID)
            if !record.userName.isEmpty { member(",\"name\":\"", bytes, record.userName) }
            output.append("}")
        } else if !record.userName.isEmpty {
            member(",\"user\":{\"name\":\"", bytes, record.userName, "\"}")
        }
        let trace = record.globalRequestID.isEmpty ? record.requestID : record.globalRequestID
        if trace.count == 40 { writeTrace(bytes, trace) }
    }

    /// `trace.id`: the uuid of `req-…` as 32 hexadecimal digits.
    @inline(__always)
    private mutating func writeTrace(_ bytes: RawSpan, _ id: ByteRange) {
        let uuid = id.start + 4
        guard bytes.u32(id.start) == 0x2d71_6572, bytes.isUUID(uuid) else { return }  // "req-"
        output.append(",\"trace\":{\"id\":\"")
        output.append(uuidDigits: bytes, uuid)
        output.append("\"}")
    }

    mutating func writeHost(_ bytes: RawSpan, _ record: borrowing Record, _ source: borrowing SourceFacts) {
        if !record.host.isEmpty {
            member(",\"host\":{\"name\":\"", bytes, record.host, "\"}")
        } else if let host = source.host {
            output.append(",\"host\":{\"name\":\"")
            host.withSpan { output.append($0, 0, host.count) }
            output.append("\"}")
        }
        if let members = source.members { members.withSpan { output.append($0, 0, members.count) } }
    }

    @inline(__always)
    mutating func writeLogfold(_ record: borrowing Record, _ context: Context, _ layers: borrowing [UInt8]) {
        var flags = record.flags
        if !isValid { flags.insert(.invalidUTF8) }
        let isPlainOslo = context.format == .oslo && layers.isEmpty
        if isPlainOslo && context.lines <= 1 && flags.isEmpty { return }
        writeRareLogfold(flags, context, layers, isPlainOslo)
    }

    private mutating func writeRareLogfold(
        _ flags: EventFlags, _ context: Context, _ layers: borrowing [UInt8], _ isPlainOslo: Bool
    ) {
        var isOpen = false
        if !isPlainOslo {
            open(&isOpen, ",\"logfold\":{")
            output.append("\"format\":\"")
            layers.withSpan { output.append($0, 0, $0.byteCount) }
            output.append(context.format.name)
            output.append("\"")
        }
        if context.lines > 1 {
            open(&isOpen, ",\"logfold\":{")
            output.append("\"lines\":")
            output.append(decimal: Int64(context.lines))
        }
        if !flags.isEmpty {
            open(&isOpen, ",\"logfold\":{")
            var isFirst = true
            output.append("\"flags\":[")
            for (flag, name) in EventFlags.names where flags.contains(flag) {
                output.append(isFirst ? "\"" : ",\"")
                output.append(name)
                output.append("\"")
                isFirst = false
            }
            output.append("]")
        }
        output.append("}")
    }
}
