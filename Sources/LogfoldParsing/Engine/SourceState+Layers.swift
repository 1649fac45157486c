import LogfoldCore

// What a source's first lines decide, and the lines of a source that has layers.

extension SourceState {
    /// Decides once, by the first lines, what holds for all: needs 20 of them, or a sample's bytes, or the end.
    mutating func decide(isComplete: Bool) {
        var lines = 0
        var withReturn = 0
        let limit = Swift.min(arena.count, Self.sampleBytes)
        arena.withSpan { bytes in
            var at = 0
            while lines < Self.sampleLines, at < limit {
                let newline = bytes.index(of: 0x0a, from: at, to: limit)
                guard newline < limit else { break }
                lines += 1
                if newline > at, bytes[newline - 1] == 0x0d { withReturn += 1 }
                at = newline + 1
            }
        }
        guard isComplete || lines == Self.sampleLines || arena.count >= Self.sampleBytes else { return }
        if options.lineEnds == .auto { framing.stripsCarriageReturns = lines > 0 && withReturn == lines }
        isDecided = true
        framing.skip = byteOrderMark
        firstSkip = framing.skip
        if context.origin.identity != nil { Self.nameGeneration(arena, &context) }
        let (transport, header) = Self.detectLayers(arena, scanned + framing.skip, limit, &recognizer)
        if transport != .none || header != .none { useLayers(transport, header) }
    }

    static func nameGeneration(_ arena: borrowing ByteBuffer, _ context: inout SourceContext) {
        arena.withSpan { bytes in
            // However long it is, a sample of it is there in every reading.
            let limit = Swift.min(arena.count, sampleBytes)
            context.origin.identity?.begin(firstLine: bytes, ByteRange(0, bytes.index(of: 0x0a, from: 0, to: limit)))
        }
    }

    /// The layers that the first lines show. A record that is complete as it stands has none.
    static func detectLayers(
        _ arena: borrowing ByteBuffer, _ start: Int, _ limit: Int, _ recognizer: inout Recognizer
    ) -> (TransportKind, HeaderKind) {
        arena.withPaddedSpan { bytes in
            var at = start
            for _ in 0..<sampleLines {
                guard at < limit else { break }
                let end = bytes.index(of: 0x0a, from: at, to: limit)
                let line = ByteRange(at, end)
                at = end + 1
                if recognizer.isDatedHead(bytes, line) { continue }
                let transport = LayerDetector.transport(of: bytes, line: line)
                if transport != .none { return (transport, .none) }
                let header = LayerDetector.header(of: bytes, line: line)
                if header != .none { return (.none, header) }
            }
            return (.none, .none)
        }
    }

    /// From the next line on, physical bytes are kept apart from the decoded text.
    mutating func useLayers(_ transport: TransportKind, _ header: HeaderKind) {
        layered = LayeredInput(
            transport: transport, header: header, at: arenaOffset + scanned, framing: framing,
            trace: fold.table.trace)
        let (start, end) = (scanned, arena.count)
        Self.move(arena, start, end, to: &layered)
        arena.truncate(to: start)
    }

    /// A source that shows a layer in the middle may have a transport: the first line decides.
    mutating func detectTransport() { layered?.detectTransport() }

    static func move(
        _ arena: borrowing ByteBuffer, _ start: Int, _ end: Int, to layered: inout LayeredInput?
    ) {
        arena.withSpan { layered?.append($0, start, end) }
    }

    /// Length of the byte order mark at the start of the arena: it is not text, but counts to the first line.
    private var byteOrderMark: Int {
        arena.count >= 3 && arena[0] == 0xef && arena[1] == 0xbb && arena[2] == 0xbf ? 3 : 0
    }

    mutating func takeLayeredLines(_ writer: inout EventWriter) -> Progress {
        while let unit = layered?.read(into: &arena, &recognizer) {
            take(unit)
            guard retained > room.bytes else { continue }
            let progress = makeRoom(&writer)
            if progress != .done { return progress }
        }
        return .done
    }

    mutating func takeLastLayeredLine() {
        while let unit = layered?.readLast(into: &arena, &recognizer) { take(unit) }
    }

    mutating func takeParts() {
        for unit in layered?.finishParts(into: &arena, &recognizer) ?? [] { take(unit) }
    }

    /// Hands the lines of one decoded text to the fold.
    mutating func take(_ unit: LayeredInput.Unit) {
        guard case .decoded(var facts, let layers) = unit, let (stream, isNew) = layered?.stream(of: facts) else {
            return
        }
        // An empty text has no place of its own, but its line needs one.
        if facts.payload.isEmpty { facts.payload = ByteRange(arena.count, arena.count) }
        if isNew {
            fold.addStream()
            recognizer.addStream()
        }
        // What came before in the arena belongs to lines that were taken already.
        let region = scanned
        scanned = arena.count
        let number = layers == LayeredInput.Layers() ? -1 : context.add(facts, layers)
        fold.table.trace?.note(layers.names, ofFacts: number)
        let reach = readOffset
        // Lines that were read between its parts have been taken before it.
        if facts.length < reach - facts.offset { fold.table.isDisordered = true }
        Self.take(arena, facts, region, number, stream, reach, framing.maxBytes, &fold, &recognizer)
    }

    static func take(
        _ arena: borrowing ByteBuffer, _ facts: LayerFacts, _ region: Int, _ number: Int32, _ stream: Int,
        _ reach: Int, _ maxBytes: Int, _ fold: inout Fold, _ recognizer: inout Recognizer
    ) {
        arena.withPaddedSpan { bytes in
            var line = InputLine(
                region: region, start: 0, end: 0, offset: facts.offset, length: facts.length, reach: reach,
                stream: stream, facts: number, flags: facts.flags)
            var at = facts.payload.start
            var isRest = facts.flags.contains(.continued)
            repeat {
                let lineEnd = bytes.index(of: 0x0a, from: at, to: facts.payload.end)
                line.start = at
                line.end = bytes.endWithin(maxBytes, at, lineEnd)
                let isCut = line.end < lineEnd
                if isCut { line.flags.insert(.truncated) }
                takeDecoded(bytes, line, facts, isRest: isRest, &fold, &recognizer)
                at = isCut ? line.end : lineEnd + 1
                isRest = isCut
                line.region = at
                line.length = 0
                line.physicalLines = 0
                line.flags.remove(.truncated)
            } while at <= facts.payload.end
            if facts.isRecord, !facts.flags.contains(.truncated) { fold.endRecord(stream, at: reach) }
        }
    }

    static func takeDecoded(
        _ bytes: RawSpan, _ line: InputLine, _ facts: LayerFacts, isRest: Bool, _ fold: inout Fold,
        _ recognizer: inout Recognizer
    ) {
        var head = Head()
        if isRest {
            fold.takeRest(bytes, line)
        } else if facts.isRecord {
            takeWhole(bytes, line, &head, isFirst: line.physicalLines > 0, &fold, &recognizer)
        } else {
            let read = recognizer.read(bytes, line, &head)
            hand(bytes, line, head, read, &fold)
        }
    }

    /// A line of a text that is known to be one record: no line of it begins another.
    static func takeWhole(
        _ bytes: RawSpan, _ line: InputLine, _ head: inout Head, isFirst: Bool, _ fold: inout Fold,
        _ recognizer: inout Recognizer
    ) {
        let read = recognizer.read(bytes, line, &head)
        switch (isFirst, read) {
        case (true, .part(let format)): fold.beginRecord(bytes, line, head, format)
        case (true, .record(let format)): fold.takeRecord(bytes, line, head, format)
        case (false, _): fold.continueRecord(bytes, line, head)
        }
    }
}
