import LogfoldCore

/// The fields of a journal entry that mean something here; their values lie in the engine's arena.
struct JournalEntry {
    /// A field by the journal's name for it (systemd.journal-fields(7); oslo.log's own are those of its `OSJournalHandler`).
    enum Field: Int {
        case message, priority, pid, syslogPID, identifier, unit, userUnit, container, containerPartial, host
        case sourceTime, time, lineBreak
        case logger, level, requestID, userID, userName, projectID, projectName
        case function, file, line, processName, threadName
    }

    private static let names: [(name: StaticString, field: Field)] = [
        ("MESSAGE", .message), ("PRIORITY", .priority), ("_PID", .pid), ("SYSLOG_PID", .syslogPID),
        ("SYSLOG_IDENTIFIER", .identifier), ("_SYSTEMD_UNIT", .unit), ("_SYSTEMD_USER_UNIT", .userUnit),
        ("CONTAINER_NAME", .container), ("CONTAINER_PARTIAL_MESSAGE", .containerPartial), ("_HOSTNAME", .host),
        ("_SOURCE_REALTIME_TIMESTAMP", .sourceTime), ("__REALTIME_TIMESTAMP", .time), ("_LINE_BREAK", .lineBreak),
        ("LOGGER_NAME", .logger), ("LOGGER_LEVEL", .level), ("REQUEST_ID", .requestID), ("USER_ID", .userID),
        ("USER_NAME", .userName), ("PROJECT_ID", .projectID), ("PROJECT_NAME", .projectName),
        ("CODE_FUNC", .function), ("CODE_FILE", .file), ("CODE_LINE", .line), ("PROCESS_NAME", .processName),
        ("THREAD_NAME", .threadName),
    ]

    /// What oslo.log's journal handler says about the record.
    private static let recordFields: [(Field, LayerField)] = [
        (.logger, .logger), (.level, .level), (.requestID, .requestID), (.userID, .userID), (.userName, .userName),
        (.projectID, .projectID), (.projectName, .projectName), (.function, .function), (.file, .file),
        (.line, .line), (.processName, .processName), (.threadName, .threadName),
    ]

    private var values = InlineArray<25, ByteRange>(repeating: .none)
    /// What the reader of the entry noticed: a withheld message, invalid text, a cut value.
    var flags: EventFlags = []

    /// The field of this name, or nil for one that is of no use here.
    static func field(_ bytes: RawSpan, _ name: ByteRange) -> Field? {
        names.first { bytes.equal(name, $0.name) }?.field
    }

    /// The value of a field; of a field that an entry repeats, the first counts.
    subscript(_ field: Field) -> ByteRange {
        get { values[field.rawValue] }
        set { if values[field.rawValue].isEmpty { values[field.rawValue] = newValue } }
    }

    /// The entry as a piece of text; `arena` is the span its values lie in.
    ///
    /// With a `LOGGER_NAME` the message is a record of oslo.log's journal handler, whole. Else it is a line of what a
    /// unit wrote. journald cuts such lines at 48 KiB (`LineMax=`) and says so.
    func piece(_ arena: RawSpan) -> TransportPiece {
        var facts = LayerFacts()
        facts.payload = self[.message]
        facts.isRecord = !self[.logger].isEmpty
        facts.time = time(arena)
        facts.level = level(arena)
        facts.host = self[.host]
        facts.pid = self[.pid].or(self[.syslogPID])
        facts.service = service(arena, isRecord: facts.isRecord)
        facts.flags = flags
        if facts.isRecord {
            for (field, layerField) in Self.recordFields where !self[field].isEmpty {
                facts.fields.append((layerField, self[field]))
            }
        }
        var stream = StreamHash()
        stream.combine(arena, self[.host])
        stream.combine(arena, streamName(arena))
        facts.stream = stream.value
        stream.combine(arena, facts.pid)
        let isPartial = arena.equal(self[.lineBreak], "line-max") || arena.equal(self[.containerPartial], "true")
        return TransportPiece(facts: facts, isPartial: isPartial, key: stream.value)
    }

    /// The unit or container, since all that one of these writes goes together; a program's own name where there is
    /// neither. Container runtimes log for all containers under their own unit.
    private func streamName(_ arena: RawSpan) -> ByteRange {
        self[.container].or(self[.userUnit]).or(self[.unit]).or(self[.identifier])
    }

    /// The program by its own name; under devstack, where each unit runs one service, the unit's.
    private func service(_ arena: RawSpan, isRecord: Bool) -> ByteRange {
        let unit = self[.unit]
        if !isRecord, arena.has("devstack@", at: unit.start, limit: unit.end) {
            return ServiceName.program(arena, unit)
        }
        let program = self[.container].or(self[.identifier])
        if !program.isEmpty { return ServiceName.program(arena, program) }
        return ServiceName.withoutServiceSuffix(arena, self[.userUnit].or(self[.unit]))
    }

    private func level(_ arena: RawSpan) -> Severity {
        let priority = self[.priority]
        guard priority.count == 1 else { return .unknown }
        return Severity(syslog: Int(arena[priority.start]) - 0x30)
    }

    /// The time of the program where it is known, else of journald; microseconds since 1970.
    private func time(_ arena: RawSpan) -> LogTime {
        guard let microseconds = number(arena, self[.sourceTime]) ?? number(arena, self[.time]) else { return .absent }
        let (nanoseconds, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .absent : LogTime(nanoseconds: nanoseconds, kind: .utc, fractionDigits: 6)
    }

    private func number(_ arena: RawSpan, _ text: ByteRange) -> Int64? {
        guard (1...18).contains(text.count) else { return nil }
        var value: Int64 = 0
        for offset in text.start..<text.end {
            let digit = arena[offset] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }
}

extension ByteRange {
    /// This piece, or the other where this one is absent.
    fileprivate func or(_ other: ByteRange) -> ByteRange { isEmpty ? other : self }
}
