import LogfoldCore

/// One source while it is read: its bytes, its folds, and what is known of its format.
///
/// Plain text is scanned where it lies. Retained bytes are one stretch, from the oldest event that has not left to the
/// end, because events leave in the order of their first lines.
struct SourceState: ~Copyable {
    var arena = ByteBuffer()
    var fold: Fold
    var recognizer: Recognizer
    var context: SourceContext
    let options: EngineOptions
    /// Where in the arena the next line begins.
    var scanned = 0
    /// Virtual offset (``SourceOrigin``) of the arena's first byte, while lines are taken as they lie.
    var arenaOffset = 0
    /// Virtual offset at which the reading began; nil if it goes on where another left off.
    var start: Int? = 0
    var framing: LineFraming
    /// How many bytes of the first line are no text.
    var firstSkip = 0
    var isDecided = false
    /// Set where lines cannot be taken as they lie.
    var layered: LayeredInput?
    /// Whether room has to be made before the next line is taken.
    var isShort = false
    /// What open folds and what waits behind them may hold here.
    var room: Room
    /// Events that have left although lines of theirs lie behind others that have not.
    var left = LeftEvents()
    /// How far the arena has been searched for colours, and the offset in the source of the first one.
    var searched = 0
    var colour: Int?

    /// How many lines, or bytes, the decisions about a source look at.
    static let sampleLines = 20
    static let sampleBytes = 1 << 16

    init(_ origin: SourceOrigin, _ options: EngineOptions, _ trace: DecisionTrace? = nil) {
        fold = Fold(options: options.fold)
        fold.table.trace = trace
        recognizer = Recognizer(options)
        self.options = options
        room = Room(bytes: options.fold.memory)
        framing = LineFraming(stripsCarriageReturns: options.lineEnds == .strip, maxBytes: options.fold.maxLineBytes)
        context = SourceContext(origin, options)
    }

    /// How far ``advance(_:)`` came.
    enum Progress {
        /// All lines are taken.
        case done
        /// The writer was full before the end.
        case full
        /// Open folds of all sources together hold too much, and those of another one may hold more.
        case short
    }

    /// What open folds and what waits behind them may hold.
    struct Room {
        /// So much, all in all.
        var bytes: Int
        /// Whether no other source holds more: then the oldest fold here is released when it is too much.
        var isLargest = true
    }

    /// Keeps the next bytes of the source, which begin at `offset`; ``advance(_:)`` takes them.
    mutating func append(_ bytes: RawSpan, at offset: Int) {
        let end = bytes.byteCount
        let base = context.readBase
        if !context.isNamed { context.name(bytes) }
        guard layered == nil else {
            layered?.append(bytes, 0, end)
            return
        }
        if arena.count == 0 {
            arenaOffset = base + offset
            if !isDecided, start != nil { start = arenaOffset }
        }
        arena.append(bytes, 0, end)
        if !isDecided { decide(isComplete: false) }
    }

    /// Decides about the source by what is there: no more lines will come soon. Not by the beginning of one, unless it
    /// is the last.
    mutating func decide(isLast: Bool) {
        if !isDecided, arena.count > 0, isLast || holdsLine { decide(isComplete: true) }
    }

    /// Whether a complete line is there.
    private var holdsLine: Bool {
        arena.withSpan { $0.index(of: 0x0a, from: 0, to: $0.byteCount) < $0.byteCount }
    }

    /// Takes complete lines and writes the events that may leave.
    mutating func advance(_ writer: inout EventWriter) -> Progress {
        guard isDecided else { return .done }
        // An event of a file that follows another has no id before the file's first line is there.
        let progress = context.isNamed ? takeLines(&writer) : .done
        guard progress == .done else { return progress }
        guard write(&writer) else { return .full }
        if hasPast { forgetPast() }
        compact()
        return .done
    }

    /// Ends the source: what is left is a last line without a newline, and no fold goes on.
    mutating func finish() {
        context.endName()
        takeLastLine()
        takeParts()
        Self.finish(arena, &fold, at: readOffset)
    }

    /// Ends folds that have been silent for long enough at `now`, nanoseconds of any clock that only grows.
    mutating func expire(now: Int64) {
        if layered?.isOverdue(now: now, timeout: options.fold.timeout.nanoseconds) == true { takeParts() }
        Self.expire(arena, &fold, now: now, at: readOffset, unfinishedLine: hasUnfinishedLine)
    }

    /// Whether bytes wait that are no complete line.
    private var hasUnfinishedLine: Bool { layered?.hasUnfinishedLine() ?? (scanned < arena.count) }

    /// How far lines were taken, as a virtual offset.
    var readOffset: Int { layered?.readOffset() ?? (arenaOffset + scanned) }

    /// When ``expire(now:)`` has something to do next; nil when nothing is open.
    var nextDeadline: Int64? {
        guard isDecided else { return holdsLine ? 0 : nil }
        let folds = fold.nextDeadline(unfinishedLine: hasUnfinishedLine)
        guard let parts = layered?.deadline(timeout: options.fold.timeout.nanoseconds) else { return folds }
        return Swift.min(folds ?? parts, parts)
    }

    static func finish(_ arena: borrowing ByteBuffer, _ fold: inout Fold, at offset: Int) {
        arena.withPaddedSpan { fold.finish($0, at: offset) }
    }

    static func expire(
        _ arena: borrowing ByteBuffer, _ fold: inout Fold, now: Int64, at offset: Int, unfinishedLine: Bool
    ) {
        arena.withPaddedSpan { fold.expire($0, now: now, at: offset, unfinishedLine: unfinishedLine) }
    }

    static func releaseOldest(_ arena: borrowing ByteBuffer, _ fold: inout Fold, at offset: Int) -> Bool {
        arena.withPaddedSpan { fold.releaseOldest($0, at: offset) }
    }
}

// MARK: - Memory

extension SourceState {
    /// How many bytes open folds and what waits behind them hold, with what is known of them.
    var retained: Int {
        guard let needed = fold.firstNeededByte else { return 0 }
        let facts = layered == nil ? 0 : fold.table.retainedCount * SourceContext.factsStride
        return scanned - needed + fold.table.weight + facts
    }

    /// Ends the oldest open folds for as long as what waits behind them holds too much. Asked behind each line, so that
    /// the answer depends on the lines only, and on those of other sources.
    mutating func makeRoom(_ writer: inout EventWriter) -> Progress {
        isShort = true
        repeat {
            guard write(&writer) else { return .full }
            if retained > room.bytes, !room.isLargest { return .short }
        } while retained > room.bytes && releaseOldest()
        isShort = false
        compact()
        return .done
    }

    /// Ends the oldest open fold; false if there is none.
    mutating func releaseOldest() -> Bool { Self.releaseOldest(arena, &fold, at: readOffset) }
}

// MARK: - Lines

extension SourceState {
    /// Takes every complete line.
    mutating func takeLines(_ writer: inout EventWriter) -> Progress {
        var progress = isShort ? makeRoom(&writer) : .done
        if progress == .done, layered == nil { progress = takePlainLines(&writer) }
        if progress == .done, layered != nil { progress = takeLayeredLines(&writer) }
        return progress
    }

    mutating func takePlainLines(_ writer: inout EventWriter) -> Progress {
        // Colours have to be taken out (R12): from the first line that has one, lines are copied.
        if colour == nil {
            let (start, end) = (Swift.max(searched, scanned), arena.count)
            let found = arena.withSpan { $0.index(of: 0x1b, from: start, to: end) }
            searched = end
            if found < end { colour = arenaOffset + found }
        }
        let limit = colour ?? Int.max
        while true {
            switch Self.scan(arena, &scanned, arenaOffset, limit, room.bytes, &framing, &fold, &recognizer) {
            case .bytesMissing:
                if colour != nil { useLayers(.none, .none) }
                return .done
            case .colour:
                useLayers(.none, .none)
                return .done
            case .layer:
                useLayers(.none, .none)
                detectTransport()
                return .done
            case .memory:
                let progress = makeRoom(&writer)
                if progress != .done { return progress }
            }
        }
    }

    /// Why no further line was taken as it lies.
    private enum Stop {
        case bytesMissing
        /// The next line has a colour, or shows a layer.
        case colour, layer
        /// What waits may hold too much.
        case memory
    }

    /// Takes complete lines, up to the one that reaches over `colour`, an offset in the source.
    private static func scan(
        _ arena: borrowing ByteBuffer, _ scanned: inout Int, _ arenaOffset: Int, _ colour: Int, _ memory: Int,
        _ framing: inout LineFraming, _ fold: inout Fold, _ recognizer: inout Recognizer
    ) -> Stop {
        let end = arena.count
        let needed = fold.firstNeededByte ?? scanned
        var head = Head()
        return arena.withPaddedSpan { bytes in
            while let line = framing.next(bytes, scanned, end, arenaOffset) {
                if line.offset + line.length > colour { return .colour }
                if framing.isRest {
                    fold.takeRest(bytes, line)
                } else {
                    let read = recognizer.read(bytes, line, &head)
                    if case .part(.text) = read, recognizer.showsLayer(bytes, line) { return .layer }
                    hand(bytes, line, head, read, &fold)
                }
                scanned += line.length
                framing.advance(line)
                if scanned - needed + fold.table.heldWeight > memory { return .memory }
            }
            return .bytesMissing
        }
    }

    @inline(__always)
    static func hand(
        _ bytes: RawSpan, _ line: InputLine, _ head: Head, _ read: Recognizer.Line, _ fold: inout Fold
    ) {
        switch read {
        case .part(let format): fold.accept(bytes, line, head, format)
        case .record(let format): fold.takeRecord(bytes, line, head, format)
        }
    }

    /// The last line of a source may lack its newline; it is cut where it is too long.
    mutating func takeLastLine() {
        guard layered == nil else {
            takeLastLayeredLine()
            return
        }
        while scanned < arena.count {
            Self.takeLastLine(arena, &scanned, arenaOffset, &framing, &fold, &recognizer)
        }
    }

    static func takeLastLine(
        _ arena: borrowing ByteBuffer, _ scanned: inout Int, _ arenaOffset: Int, _ framing: inout LineFraming,
        _ fold: inout Fold, _ recognizer: inout Recognizer
    ) {
        var head = Head()
        arena.withPaddedSpan { bytes in
            let line = framing.last(bytes, scanned, arena.count, arenaOffset)
            if framing.isRest {
                fold.takeRest(bytes, line)
            } else {
                let read = recognizer.read(bytes, line, &head)
                hand(bytes, line, head, read, &fold)
            }
            scanned += line.length
            framing.advance(line)
        }
    }

    // MARK: - Events

    /// Writes the events that nothing open lies before; false if the writer was full before the end.
    mutating func write(_ writer: inout EventWriter) -> Bool {
        if !fold.held.judged.isEmpty { noteJudgedLines() }
        return Self.write(arena, keepingReachOver: offsetBehindEvents, &fold, &left, &context, &writer)
    }

    /// Events that reach over `limit`, or over the beginning of one that stays, are remembered.
    static func write(
        _ arena: borrowing ByteBuffer, keepingReachOver limit: Int, _ fold: inout Fold, _ left: inout LeftEvents,
        _ context: inout SourceContext, _ writer: inout EventWriter
    ) -> Bool {
        arena.withPaddedSpan { bytes in
            while !fold.table.isEmpty {
                let first = fold.table.first
                if fold.table[first].isOpen { break }
                if writer.isFull { return false }
                let next = Swift.min(limit, fold.table.secondOffset)
                if fold.table[first].reach > next || !left.isEmpty { left.note(before: next, &fold, context) }
                let event = fold.table[first]
                writer.write(bytes, event, fold.table, fold.carried, &context)
                fold.table.removeFirst()
            }
            return true
        }
    }

    /// Moves what is still needed to the start of the arena once that frees half of it.
    mutating func compact() {
        let needed = Swift.min(fold.firstNeededByte ?? scanned, scanned)
        guard needed > arena.count / 2 || needed == arena.count else { return }
        let facts = fold.firstNeededFacts
        fold.compact()
        fold.relocate(needed)
        context.relocate(UInt32(truncatingIfNeeded: needed), keepingFrom: facts)
        arena.removeFirst(needed)
        scanned -= needed
        searched = Swift.max(searched - needed, 0)
        arenaOffset += needed
    }
}
