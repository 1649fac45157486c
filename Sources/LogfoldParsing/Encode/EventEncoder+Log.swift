import LogfoldCore

// `log.*` and `event.*`.

extension EventEncoder {
    /// Writes `log` and how `event` begins; says whether it does.
    @inline(__always)
    mutating func writeHead(
        _ bytes: RawSpan, _ record: borrowing Record, _ context: Context, _ source: borrowing SourceFacts
    ) -> Bool {
        let key = EventHeads.Key(
            level: record.level, isZoneAssumed: context.isZoneAssumed, project: namedProject(bytes, record, source))
        guard let slot = eventHeads.find(bytes, record.logger, key, source.zone) else {
            return writeNewHead(bytes, record, context, source, key)
        }
        eventHeads.appendLog(slot, to: &output)
        output.append(decimal: Int64(context.offset))
        writePlace(bytes, record, source)
        return eventHeads.appendEvent(slot, to: &output)
    }

    /// The same where it is not known yet, and for the next time.
    private mutating func writeNewHead(
        _ bytes: RawSpan, _ record: borrowing Record, _ context: Context, _ source: borrowing SourceFacts,
        _ key: EventHeads.Key
    ) -> Bool {
        let start = output.count
        writeLevel(bytes, record)
        if !record.logger.isEmpty { member("\"logger\":\"", bytes, record.logger, "\",") }
        output.append("\"offset\":")
        let log = ByteRange(start, output.count)
        output.append(decimal: Int64(context.offset))
        writePlace(bytes, record, source)
        let end = output.count
        let opensEvent = writeKind(bytes, record, key, source)
        if key.level != .unknown, isValid {
            eventHeads.keep(
                bytes, record.logger, key, output, log: log, event: ByteRange(end, output.count),
                opensEvent: opensEvent)
        }
        return opensEvent
    }

    @inline(__always)
    private mutating func writePlace(
        _ bytes: RawSpan, _ record: borrowing Record, _ source: borrowing SourceFacts
    ) {
        if !record.function.isEmpty || !record.file.isEmpty || !record.line.isEmpty { writeOrigin(bytes, record) }
        if let path = source.path {
            output.append(",\"file\":{\"path\":\"")
            path.withSpan { output.append($0, 0, path.count) }
            output.append("\"}")
        }
    }

    private mutating func writeLevel(_ bytes: RawSpan, _ record: borrowing Record) {
        switch record.level {
        case .info: output.append(",\"log\":{\"level\":\"info\",")
        case .debug: output.append(",\"log\":{\"level\":\"debug\",")
        case .warning: output.append(",\"log\":{\"level\":\"warning\",")
        case .error: output.append(",\"log\":{\"level\":\"error\",")
        case .critical: output.append(",\"log\":{\"level\":\"critical\",")
        case .notice: output.append(",\"log\":{\"level\":\"notice\",")
        case .trace: output.append(",\"log\":{\"level\":\"trace\",")
        case .unknown:
            output.append(",\"log\":{")
            guard !record.levelText.isEmpty else { return }
            output.append("\"level\":\"")
            lowercased(bytes, record.levelText)
            output.append("\",")
        }
    }

    /// The end of `log`, and of `event` what depends on the kind of event; says whether that is anything.
    private mutating func writeKind(
        _ bytes: RawSpan, _ record: borrowing Record, _ key: EventHeads.Key, _ source: borrowing SourceFacts
    ) -> Bool {
        output.append("}")
        var isOpen = false
        let named = record.logger.isEmpty ? nil : projects.index(bytes, record.logger)
        if let project = key.project ?? named {
            open(&isOpen, ",\"event\":{")
            output.append("\"dataset\":\"openstack.")
            output.append(Projects.known[project].project)
            output.append("\"")
        }
        if record.level != .unknown {
            open(&isOpen, ",\"event\":{")
            output.append("\"severity\":")
            output.append(decimal: Int64(record.level.rawValue))
        }
        if key.isZoneAssumed {
            open(&isOpen, ",\"event\":{")
            output.append("\"timezone\":\"")
            source.zone.withSpan { output.append($0, 0, $0.byteCount) }
            output.append("\"")
        }
        return isOpen
    }

    private mutating func writeOrigin(_ bytes: RawSpan, _ record: borrowing Record) {
        output.append(",\"origin\":{")
        let hasFile = !record.file.isEmpty || !record.line.isEmpty
        if !record.function.isEmpty {
            member("\"function\":\"", bytes, record.function)
            if hasFile { output.append(",") }
        }
        if hasFile {
            output.append("\"file\":{")
            if !record.file.isEmpty {
                member("\"name\":\"", bytes, record.file)
                if !record.line.isEmpty { output.append(",") }
            }
            if !record.line.isEmpty { number("\"line\":", bytes, record.line) }
            output.append("}")
        }
        output.append("}")
    }

    @inline(__always)
    mutating func writeEvent(
        _ bytes: RawSpan, _ record: borrowing Record, _ context: Context, _ isOpen: inout Bool
    ) {
        if record.level == .unknown, let number = LevelWord.number(bytes, record.levelText) {
            open(&isOpen, ",\"event\":{")
            output.append("\"severity\":")
            output.append(decimal: number)
        }
        if record.http.duration >= 0 {
            open(&isOpen, ",\"event\":{")
            output.append("\"duration\":")
            output.append(decimal: record.http.duration)
        }
        if let id = context.id { writeIdentity(id, context.created, &isOpen) }
        if !original.isEmpty {
            open(&isOpen, ",\"event\":{")
            output.append("\"original\":\"")
            for piece in original { text("", bytes, piece, "") }
            output.append("\"")
        }
        if isOpen { output.append("}") }
    }

    private mutating func writeIdentity(_ id: (UInt64, UInt64), _ created: Int64, _ isOpen: inout Bool) {
        open(&isOpen, ",\"event\":{")
        output.append("\"id\":\"")
        self.id = output.count
        output.append(hexadecimal: id.0)
        output.append(hexadecimal: id.1)
        createdTimes.append(created, fractionDigits: 3, to: &output)
        output.append("\"")
    }

    /// Number of the project that the source or a layer names for `event.dataset`, or nil.
    @inline(__always)
    private mutating func namedProject(
        _ bytes: RawSpan, _ record: borrowing Record, _ source: borrowing SourceFacts
    ) -> Int? {
        if let project = source.project { return project }
        return record.service.isEmpty ? nil : projects.index(bytes, record.service)
    }
}
