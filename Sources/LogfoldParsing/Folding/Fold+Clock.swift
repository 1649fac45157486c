import LogfoldCore

/// The key of a fold that was ended by a clock or a budget, to know its late lines by.
struct EndedFold: Equatable {
    private let pid: UInt64
    private let time: LogTime
    private let logger: UInt64

    /// The key that a head prints. The span must be padded.
    init(_ bytes: RawSpan, _ head: Head) {
        pid = bytes.pidKey(head.pid)
        time = head.time
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for at in head.logger.start..<head.logger.end { hash = (hash ^ UInt64(bytes[at])) &* 0x100_0000_01b3 }
        logger = hash
    }

    /// How many keys are remembered.
    static let remembered = 16

    /// The key that was saved with a position.
    init(_ decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        pid = try decoder.number()
        logger = try decoder.hash()
        let nanoseconds = try decoder.signed()
        guard let kind = LogTime.Kind(rawValue: UInt8(try decoder.int(upTo: 255))) else { throw .init() }
        time = LogTime(nanoseconds: nanoseconds, kind: kind, fractionDigits: UInt8(try decoder.int(upTo: 9)))
    }

    /// Writes what ``init(_:)-swift.init`` reads.
    func write(to encoder: inout StateEncoder) {
        encoder.append(pid)
        encoder.append(hash: logger)
        encoder.append(signed: time.nanoseconds)
        encoder.append(UInt64(time.kind.rawValue))
        encoder.append(UInt64(time.fractionDigits))
    }
}

extension Fold {
    /// Ends the folds that have been silent for long enough; see `Docs/rules.md`, *Live*.
    ///
    /// The first call after a fold's last line starts its silence: only the caller knows a clock, and it calls when
    /// nothing more is to be read. `offset` is how far the source was read; `unfinishedLine` says that bytes without a
    /// newline wait there.
    mutating func expire(_ bytes: RawSpan, now: Int64, at offset: Int, unfinishedLine: Bool) {
        settle(bytes, asText: false)
        for stream in streams.indices {
            let last = streams[stream].lastTaker
            for position in streams[stream].open.indices.reversed() {
                let number = streams[stream].open[position].event
                if table[number].quietSince == 0 { table[number].quietSince = now }
                let wait = unfinishedLine && number == last ? timeout : silence(table[number])
                guard now >= table[number].quietSince &+ wait else { continue }
                remember(bytes, table[number])
                streams[stream].end(position, because: .silence, at: offset + 1, &table)
            }
        }
    }

    /// When the next fold will have been silent for long enough, by the clock of ``expire(_:now:at:unfinishedLine:)``.
    func nextDeadline(unfinishedLine: Bool) -> Int64? {
        // Held lines are taken for what they look like as soon as nothing follows them.
        var earliest: Int64? = held.isEmpty ? nil : 0
        for stream in streams {
            for fold in stream.open {
                let event = table[fold.event]
                let isWaiting = unfinishedLine && fold.event == stream.lastTaker
                let deadline = event.quietSince &+ (isWaiting ? timeout : silence(event))
                earliest = Swift.min(earliest ?? deadline, deadline)
            }
        }
        return earliest
    }

    /// How long a fold waits for its next line.
    private func silence(_ event: Event) -> Int64 {
        if event.isPlain { return plain.isUnfinished(Int(event.stream)) ? timeout : options.quiet.nanoseconds }
        if event.sawTraceback && !event.sawTracebackEnd { return timeout }
        let waitsForTraceback = event.head.level >= .error && !event.sawTraceback
        return (waitsForTraceback ? options.headWait : options.quiet).nanoseconds
    }

    /// Ends the oldest fold because what waits behind it holds too much. Returns false when none is open.
    mutating func releaseOldest(_ bytes: RawSpan, at offset: Int) -> Bool {
        guard !table.isEmpty, table[table.first].isOpen else {
            defer { settle(bytes, asText: false) }
            return !held.isEmpty
        }
        let oldest = table.first
        let stream = Int(table[oldest].stream)
        guard let position = streams[stream].position(of: oldest) else { return false }
        remember(bytes, table[oldest])
        if table[oldest].sawTraceback && !table[oldest].sawTracebackEnd { table[oldest].flags.insert(.truncated) }
        // Held lines count as not read: they are taken later.
        let behind = held.lines.reduce(offset) { Swift.min($0, $1.line.offset) }
        streams[stream].end(position, because: .memory, at: behind + 1, &table)
        return true
    }

    private mutating func remember(_ bytes: RawSpan, _ event: Event) {
        guard event.carriedHead < 0, !event.isPlain else { return }
        if ended.count >= EndedFold.remembered { ended.removeFirst() }
        ended.append((EndedFold(bytes, event.head), event.offset))
    }

    /// The arena's bytes moved `distance` towards its start.
    mutating func relocate(_ distance: Int) {
        let distance32 = UInt32(truncatingIfNeeded: distance)
        table.relocate(distance32)
        for at in held.lines.indices {
            held.lines[at].line.region -= distance
            held.lines[at].line.start -= distance
            held.lines[at].line.end -= distance
            held.lines[at].head.relocate(distance32)
        }
    }

    /// Number of the first layer facts that an event or a held line still needs: -1 for one without, nil for nothing.
    var firstNeededFacts: Int32? {
        if !table.isEmpty { return table[table.first].facts }
        return held.lines.first?.line.facts
    }

    /// Forgets what no event in the table needs.
    mutating func compact() {
        if !carried.isEmpty, !table.hasCarriedHeads { carried.removeAll() }
        table.compact()
    }

    /// Offset in the arena of the first byte that an event or a held line still needs, or nil.
    var firstNeededByte: Int? {
        if !table.isEmpty { return Int(table[table.first].region) }
        return held.lines.first?.line.region
    }
}
