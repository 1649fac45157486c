import LogfoldCore

/// A source as records name it: by nothing that only the process knows that wrote them.
package struct SpoolSource: Sendable, Equatable {
    /// Its number for as long as `data_dir` lives.
    package var key: UInt64
    /// The input that reads it.
    package var input: String
    /// Its path, or the name of the stream.
    package var path: String

    /// A source.
    package init(key: UInt64, input: String, path: String) {
        self.key = key
        self.input = input
        self.path = path
    }
}

/// The way to a sink as a record names it.
package struct RecordRoute: Sendable, Equatable {
    /// Name of the sink.
    package var name: String
    /// Of its `inputs` and `condition`: the same digest, the same decisions.
    package var digest: [UInt8]
    /// How many events were routed to it before this record, in all the life of `data_dir`.
    package var before: UInt64
}

/// What a record says beside its lines.
struct RecordBody: Equatable {
    var sources: [SpoolSource] = []
    var routes: [RecordRoute] = []
    var checkpoints: [SourceCheckpoint] = []
    var forgotten: [UInt64] = []
    /// Of what the log counts, what has changed with this record, as it stands behind it.
    var tally = SpoolTally()
    /// Entries whose source is an index into `sources` and whose routes are bits by index into `routes`.
    var entries: [Batch.Entry] = []

    static func == (left: RecordBody, right: RecordBody) -> Bool {
        left.sources == right.sources && left.routes == right.routes && left.checkpoints == right.checkpoints
            && left.forgotten == right.forgotten && left.tally == right.tally
            && left.entries.count == right.entries.count
    }
}

extension RecordBody {
    /// Its bytes. An entry is written relative to the one before: both lie mostly side by side.
    var encoded: [UInt8] {
        var encoder = StateEncoder(capacity: 512 + entries.count * 20)
        encoder.append(each: sources) { encoder, source in
            encoder.append(source.key)
            encoder.append(source.input)
            encoder.append(source.path)
        }
        encoder.append(each: routes) { encoder, route in
            encoder.append(route.name)
            encoder.append(route.digest)
            encoder.append(route.before)
        }
        encoder.append(each: checkpoints) { $0.append($1) }
        encoder.append(each: forgotten) { $0.append($1) }
        encoder.append(tally)
        encoder.append(UInt64(entries.count))
        var last = Last()
        for entry in entries {
            encoder.append(ten: [
                StateEncoder.zigzag(Int64(entry.start) - last.end), UInt64(entry.length),
                StateEncoder.zigzag(entry.time &- last.time), UInt64(entry.source),
                UInt64(entry.severity.rawValue), StateEncoder.zigzag(entry.offset &- last.offset),
                StateEncoder.zigzag(entry.rawLength), UInt64(entry.lineCount), UInt64(entry.id), entry.routes,
            ])
            last = Last(entry)
        }
        return encoder.bytes
    }

    /// Reads the head of a body whose lines have so many bytes, by its record's header. Nothing is believed.
    init(
        from bytes: ArraySlice<UInt8>, lineBytes: Int, _ header: RecordHeader
    ) throws(StateDecoder.Damaged) {
        var decoder = StateDecoder(bytes)
        sources = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
            SpoolSource(key: try decoder.number(), input: try decoder.string(), path: try decoder.string())
        }
        routes = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
            RecordRoute(name: try decoder.string(), digest: try decoder.text(), before: try decoder.number())
        }
        checkpoints = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
            try SourceCheckpoint(from: &decoder)
        }
        forgotten = try decoder.list { (decoder) throws(StateDecoder.Damaged) in try decoder.number() }
        if header.version > 2 { tally = try SpoolTally(from: &decoder) }
        guard routes.count <= 64, try decoder.number() == UInt64(header.count) else { throw StateDecoder.Damaged() }
        let mask = routes.count == 64 ? UInt64.max : (1 << UInt64(routes.count)) - 1
        var last = Last()
        for _ in 0..<header.count {
            let entry = try Self.entry(from: &decoder, after: last, hasID: header.version > 1)
            guard Int64(entry.start) + Int64(entry.length) <= Int64(lineBytes), entry.length > 0,
                entry.source < sources.count, entry.routes & ~mask == 0
            else { throw StateDecoder.Damaged() }
            entries.append(entry)
            last = Last(entry)
        }
        guard decoder.isAtEnd else { throw StateDecoder.Damaged() }
    }

    private static func entry(
        from decoder: inout StateDecoder, after last: Last, hasID: Bool
    ) throws(StateDecoder.Damaged) -> Batch.Entry {
        let start = last.end.addingReportingOverflow(try decoder.signed())
        let length = try decoder.number()
        let time = last.time &+ (try decoder.signed())
        let source = try decoder.number()
        let severity = Severity(rawValue: UInt8(truncatingIfNeeded: try decoder.number()))
        let offset = last.offset &+ (try decoder.signed())
        let rawLength = try decoder.signed()
        let lineCount = try decoder.number()
        let id = hasID ? try decoder.number() : 0
        guard !start.overflow, let from = UInt32(exactly: start.partialValue), let length = UInt32(exactly: length),
            let source = UInt32(exactly: source), let lineCount = UInt32(exactly: lineCount), let severity,
            id == 0 || id < UInt64(length) - min(UInt64(length), UInt64(Batch.Entry.idLength))
        else { throw StateDecoder.Damaged() }
        var entry = Batch.Entry(
            start: from, length: length, time: time, source: source, severity: severity, offset: offset,
            rawLength: rawLength, lineCount: lineCount)
        entry.id = UInt32(id)
        entry.routes = try decoder.number()
        return entry
    }

    private struct Last {
        var end: Int64 = 0
        var time: Int64 = 0
        var offset: Int64 = 0

        init() {}

        init(_ entry: Batch.Entry) {
            end = Int64(entry.start) + Int64(entry.length)
            time = entry.time
            offset = entry.offset &+ entry.rawLength
        }
    }
}

/// All positions and counters: what the first record of a segment holds.
struct SegmentStart: Equatable {
    var nextKey: UInt64 = 1
    var checkpoints: [SourceCheckpoint] = []
    /// By sink, what it had of sources beyond their checkpoints when the spool took over from positions in memory.
    var ahead: [String: [SourceCheckpoint]] = [:]
    /// How many events were routed to each sink so far.
    var routed: [String: UInt64] = [:]
    var tally = SpoolTally()

    var encoded: [UInt8] {
        var encoder = StateEncoder()
        encoder.append(nextKey)
        encoder.append(each: checkpoints) { $0.append($1) }
        encoder.append(each: ahead.sorted { $0.key < $1.key }) { encoder, sink in
            encoder.append(sink.key)
            encoder.append(each: sink.value) { $0.append($1) }
        }
        encoder.append(each: routed.sorted { $0.key < $1.key }) { encoder, sink in
            encoder.append(sink.key)
            encoder.append(sink.value)
        }
        encoder.append(tally)
        return encoder.bytes
    }

    init() {}

    init(from bytes: ArraySlice<UInt8>, _ header: RecordHeader) throws(StateDecoder.Damaged) {
        var decoder = StateDecoder(bytes)
        nextKey = try decoder.number()
        checkpoints = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
            try SourceCheckpoint(from: &decoder)
        }
        let ahead = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
            (
                try decoder.string(),
                try decoder.list { (decoder) throws(StateDecoder.Damaged) in try SourceCheckpoint(from: &decoder) }
            )
        }
        let routed = try decoder.list { (decoder) throws(StateDecoder.Damaged) in
            (try decoder.string(), try decoder.number())
        }
        if header.version > 2 { tally = try SpoolTally(from: &decoder) }
        guard decoder.isAtEnd else { throw StateDecoder.Damaged() }
        self.ahead = Dictionary(ahead) { first, _ in first }
        self.routed = Dictionary(routed) { first, _ in first }
    }
}
