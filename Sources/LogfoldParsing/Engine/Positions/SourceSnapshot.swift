import LogfoldCore

/// What the engine knows of a source where a reading is taken up: a value of its own, apart from the running state.
///
/// It holds hashes of text, but no text. Offsets in it count from its own place.
struct SourceSnapshot: Equatable {
    /// What the reading goes on with; nil where another source's reading goes on into this one.
    var reading: Reading?
    /// What had left.
    var counts = SourceCounts()
    /// Hash of the source's first line and counter (``EventIdentity``); nil before that line has ended.
    var generation: UInt64?

    /// The state of the reading.
    struct Reading: Equatable {
        var framing = Framing()
        var isOwnOutput = false
        /// The clock at the last event that has left.
        var times: SourceContext.Times
        /// Where lines cannot be taken as they lie.
        var layers: Layers?
        /// What is known of each stream; there is always one.
        var streams: [Stream]
        /// Folds that were ended early.
        var ended: [EndedFold] = []
    }

    /// How the next line is cut.
    struct Framing: Equatable {
        var stripsCarriageReturns = false
        /// Whether it is the rest of one.
        var isRest = false
        /// Whether it is the first of the source, and how many of its bytes are no text.
        var isFirst = false
        var skip = 0
    }

    /// What is taken off the lines.
    struct Layers: Equatable {
        var transport: TransportKind
        var header: HeaderKind
        /// The hashes of all streams but the first, in the order of their numbers.
        var streams: [UInt64] = []
        var lastStream = 0
        /// What the parts of lines have in common that have been delivered in part.
        var cutLines: [UInt64] = []
    }

    /// What is known of a stream.
    struct Stream: Equatable {
        /// Its own time; ``StreamFolds/noTime`` for none.
        var time = StreamFolds.noTime
        var style = Recognizer.Style()
        /// Processes seen, the latest last.
        var pids: [UInt64] = []
        var suspects: [Suspect] = []
        /// Of each other fold that is open, where the line that ends it has its own end.
        var endsOfOthers: [Int] = []
    }

    /// A process of which one line was seen that may have been forged.
    struct Suspect: Equatable {
        var pid: UInt64
        var time: Int64
    }

    /// So many processes of all streams together are kept; the oldest are left out.
    static let maxPids = 512
}

// MARK: - As bytes

extension SourceSnapshot {
    /// Of the encoding. Another one is not read: the source is looked at afresh from its offset on.
    private static let version: UInt64 = 1

    /// A snapshot in ``bytes``; nil if they are none, of another version, or damaged.
    init?(_ bytes: [UInt8]) {
        var reader = StateReader(bytes)
        guard reader.number() == Self.version, let flags = reader.flags(2),
            let counts = SourceCounts(&reader), let generation = reader.hash()
        else { return nil }
        self.counts = counts
        self.generation = flags[1] ? generation : nil
        if flags[0] {
            guard let reading = Reading(&reader) else { return nil }
            self.reading = reading
        }
        guard reader.isAtEnd else { return nil }
    }

    /// The encoding: the version, what follows from it in the order of the members.
    var bytes: [UInt8] {
        var writer = StateWriter()
        writer.add(Self.version)
        writer.add(reading != nil, generation != nil)
        for amount in [counts.written, counts.filtered] {
            writer.add(signed: amount.bytes)
            writer.add(signed: amount.lines)
        }
        writer.add(hash: generation ?? 0)
        reading?.write(to: &writer)
        return writer.bytes
    }
}

extension SourceCounts {
    fileprivate init?(_ reader: inout StateReader) {
        guard let numbers = reader.signedNumbers(4) else { return nil }
        (written.bytes, written.lines) = (numbers[0], numbers[1])
        (filtered.bytes, filtered.lines) = (numbers[2], numbers[3])
    }
}

extension StateReader {
    fileprivate mutating func signedNumbers(_ count: Int) -> [Int64]? {
        var numbers: [Int64] = []
        for _ in 0..<count {
            guard let number = signed() else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}

extension SourceSnapshot.Reading {
    fileprivate init?(_ reader: inout StateReader) {
        guard let flags = reader.flags(5), let skip = reader.int(upTo: 3), let times = SourceContext.Times(&reader)
        else { return nil }
        framing = SourceSnapshot.Framing(
            stripsCarriageReturns: flags[0], isRest: flags[1], isFirst: flags[2], skip: skip)
        isOwnOutput = flags[3]
        self.times = times
        if flags[4] {
            guard let layers = SourceSnapshot.Layers(&reader) else { return nil }
            self.layers = layers
        }
        guard let streams = reader.list(upTo: LayeredInput.maxStreams + 1, { SourceSnapshot.Stream(&$0) }),
            let ended = reader.list(upTo: EndedFold.remembered + StreamFolds.maxOpen, { EndedFold(&$0) }),
            streams.count == (layers?.streams.count ?? 0) + 1, layers?.lastStream ?? 0 < streams.count
        else { return nil }
        self.streams = streams
        self.ended = ended
    }

    fileprivate func write(to writer: inout StateWriter) {
        writer.add(framing.stripsCarriageReturns, framing.isRest, framing.isFirst, isOwnOutput, layers != nil)
        writer.add(framing.skip)
        times.write(to: &writer)
        layers?.write(to: &writer)
        writer.add(streams) { $1.write(to: &$0) }
        writer.add(ended) { $1.write(to: &$0) }
    }
}

extension SourceSnapshot.Layers {
    fileprivate init?(_ reader: inout StateReader) {
        guard let transport = reader.int(upTo: 255).flatMap({ TransportKind(rawValue: UInt8($0)) }),
            let header = reader.int(upTo: 255).flatMap({ HeaderKind(rawValue: UInt8($0)) }),
            let streams = reader.list(upTo: LayeredInput.maxStreams, { $0.hash() }),
            let lastStream = reader.int(upTo: LayeredInput.maxStreams),
            let cutLines = reader.list(upTo: Transport.maximumChains, { $0.hash() })
        else { return nil }
        self.init(
            transport: transport, header: header, streams: streams, lastStream: lastStream, cutLines: cutLines)
    }

    fileprivate func write(to writer: inout StateWriter) {
        writer.add(Int(transport.rawValue))
        writer.add(Int(header.rawValue))
        writer.add(streams) { $0.add(hash: $1) }
        writer.add(lastStream)
        writer.add(cutLines) { $0.add(hash: $1) }
    }
}

extension SourceSnapshot.Stream {
    fileprivate init?(_ reader: inout StateReader) {
        guard let flags = reader.flags(2), let run = reader.int(upTo: Recognizer.runForChange),
            let time = reader.signed(),
            let pids = reader.list(upTo: SourceSnapshot.maxPids, { $0.number() }),
            let suspects = reader.list(
                upTo: 256,
                { reader in
                    guard let pid = reader.number(), let time = reader.signed() else { return nil }
                    return SourceSnapshot.Suspect(pid: pid, time: time)
                } as (inout StateReader) -> SourceSnapshot.Suspect?),
            let ends = reader.list(upTo: StreamFolds.maxOpen, { $0.int() })
        else { return nil }
        style = Recognizer.Style(takesWeakHeads: flags[0], hasWeakHeads: flags[1], run: run)
        self.time = time
        self.pids = pids
        self.suspects = suspects
        endsOfOthers = ends
    }

    fileprivate func write(to writer: inout StateWriter) {
        writer.add(style.takesWeakHeads, style.hasWeakHeads)
        writer.add(style.run)
        writer.add(signed: time)
        writer.add(pids) { $0.add($1) }
        writer.add(suspects) {
            $0.add($1.pid)
            $0.add(signed: $1.time)
        }
        writer.add(endsOfOthers) { $0.add($1) }
    }
}
