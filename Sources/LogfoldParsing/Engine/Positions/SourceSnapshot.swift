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
    /// Of the encoding. Version 1 does not count events; a later one is not read, and the source is looked at afresh from
    /// its offset on.
    private static let version: UInt64 = 2

    /// A snapshot in ``bytes``; nil if they are none, of another version, or damaged.
    init?(_ bytes: [UInt8]) {
        do throws(StateDecoder.Damaged) {
            var decoder = StateDecoder(bytes)
            let version = try decoder.number()
            guard 1...Self.version ~= version else { return nil }
            let flags = try decoder.flags(2)
            counts = try SourceCounts(&decoder, version)
            let generation = try decoder.hash()
            self.generation = flags[1] ? generation : nil
            reading = flags[0] ? try Reading(&decoder) : nil
            guard decoder.isAtEnd else { return nil }
        } catch {
            return nil
        }
    }

    /// The counts in ``bytes``, which stand before all that takes long to read.
    static func counts(in bytes: [UInt8]) -> SourceCounts? {
        do throws(StateDecoder.Damaged) {
            var decoder = StateDecoder(bytes)
            let version = try decoder.number()
            guard 1...Self.version ~= version else { return nil }
            _ = try decoder.flags(2)
            return try SourceCounts(&decoder, version)
        } catch {
            return nil
        }
    }

    /// The encoding: the version, what follows from it in the order of the members.
    var bytes: [UInt8] {
        var encoder = StateEncoder()
        encoder.append(Self.version)
        encoder.append(flags: reading != nil, generation != nil)
        counts.write(to: &encoder)
        encoder.append(hash: generation ?? 0)
        reading?.write(to: &encoder)
        return encoder.bytes
    }
}

extension SourceCounts {
    fileprivate init(_ decoder: inout StateDecoder, _ version: UInt64) throws(StateDecoder.Damaged) {
        self.init()
        func amount(_ decoder: inout StateDecoder) throws(StateDecoder.Damaged) -> ReadAmount {
            guard version == 1 else { return try decoder.amount() }
            var amount = ReadAmount()
            amount.bytes = try decoder.signed()
            amount.lines = try decoder.signed()
            return amount
        }
        written = try amount(&decoder)
        filtered = try amount(&decoder)
    }

    fileprivate func write(to encoder: inout StateEncoder) {
        encoder.append(written)
        encoder.append(filtered)
    }
}

extension SourceSnapshot.Reading {
    fileprivate init(_ decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        let flags = try decoder.flags(5)
        framing = SourceSnapshot.Framing(
            stripsCarriageReturns: flags[0], isRest: flags[1], isFirst: flags[2], skip: try decoder.int(upTo: 3))
        isOwnOutput = flags[3]
        times = try SourceContext.Times(&decoder)
        layers = flags[4] ? try SourceSnapshot.Layers(&decoder) : nil
        streams = try decoder.list(upTo: LayeredInput.maxStreams + 1, SourceSnapshot.Stream.init)
        ended = try decoder.list(upTo: EndedFold.remembered + StreamFolds.maxOpen, EndedFold.init)
        guard streams.count == (layers?.streams.count ?? 0) + 1, layers?.lastStream ?? 0 < streams.count else {
            throw .init()
        }
    }

    fileprivate func write(to encoder: inout StateEncoder) {
        encoder.append(
            flags: framing.stripsCarriageReturns, framing.isRest, framing.isFirst, isOwnOutput, layers != nil)
        encoder.append(UInt64(framing.skip))
        times.write(to: &encoder)
        layers?.write(to: &encoder)
        encoder.append(each: streams) { $1.write(to: &$0) }
        encoder.append(each: ended) { $1.write(to: &$0) }
    }
}

extension SourceSnapshot.Layers {
    fileprivate init(_ decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        guard let transport = TransportKind(rawValue: UInt8(try decoder.int(upTo: 255))),
            let header = HeaderKind(rawValue: UInt8(try decoder.int(upTo: 255)))
        else { throw .init() }
        self.init(
            transport: transport, header: header,
            streams: try decoder.list(upTo: LayeredInput.maxStreams) { (decoder) throws(StateDecoder.Damaged) in
                try decoder.hash()
            },
            lastStream: try decoder.int(upTo: LayeredInput.maxStreams),
            cutLines: try decoder.list(upTo: Transport.maximumChains) { (decoder) throws(StateDecoder.Damaged) in
                try decoder.hash()
            })
    }

    fileprivate func write(to encoder: inout StateEncoder) {
        encoder.append(UInt64(transport.rawValue))
        encoder.append(UInt64(header.rawValue))
        encoder.append(each: streams) { $0.append(hash: $1) }
        encoder.append(UInt64(lastStream))
        encoder.append(each: cutLines) { $0.append(hash: $1) }
    }
}

extension SourceSnapshot.Stream {
    fileprivate init(_ decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        let flags = try decoder.flags(2)
        style = Recognizer.Style(
            takesWeakHeads: flags[0], hasWeakHeads: flags[1], run: try decoder.int(upTo: Recognizer.runForChange))
        time = try decoder.signed()
        pids = try decoder.list(upTo: SourceSnapshot.maxPids) { (decoder) throws(StateDecoder.Damaged) in
            try decoder.number()
        }
        suspects = try decoder.list(upTo: 256, SourceSnapshot.Suspect.init)
        endsOfOthers = try decoder.list(upTo: StreamFolds.maxOpen) { (decoder) throws(StateDecoder.Damaged) in
            try decoder.int(upTo: 1 << 62)
        }
    }

    fileprivate func write(to encoder: inout StateEncoder) {
        encoder.append(flags: style.takesWeakHeads, style.hasWeakHeads)
        encoder.append(UInt64(style.run))
        encoder.append(signed: time)
        encoder.append(each: pids) { $0.append($1) }
        encoder.append(each: suspects) {
            $0.append($1.pid)
            $0.append(signed: $1.time)
        }
        encoder.append(each: endsOfOthers) { $0.append(UInt64($1)) }
    }
}

extension SourceSnapshot.Suspect {
    fileprivate init(_ decoder: inout StateDecoder) throws(StateDecoder.Damaged) {
        pid = try decoder.number()
        time = try decoder.signed()
    }
}
