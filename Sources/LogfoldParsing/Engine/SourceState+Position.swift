import LogfoldCore

// Where the reading of a source can be taken up, and what has to be known there (`Docs/rules.md`, *Position*).

extension SourceState {
    /// The lowest virtual offset at which something lies that is in no event: held lines, parts of a line. The lowest
    /// number where events that leave have to be remembered in any case, since their order or their heads need it.
    var offsetBehindEvents: Int {
        if fold.table.isDisordered || !fold.carried.isEmpty { return .min }
        let held = fold.held.lines.first?.line.offset ?? .max
        return Swift.min(held, layered?.pendingOffset() ?? .max)
    }

    /// The latest virtual offset at which reading can be taken up: nothing that is still inside begins before it, and
    /// nothing that has left reaches over it.
    var resumeOffset: Int {
        guard isDecided else { return arenaOffset }
        var offset = readOffset
        if !fold.table.isEmpty {
            let isOrdered = !fold.table.isDisordered && fold.carried.isEmpty
            offset = isOrdered ? fold.table[fold.table.first].offset : lowestOrigin
        }
        for held in fold.held.lines { offset = Swift.min(offset, held.line.offset) }
        offset = Swift.min(offset, layered?.pendingOffset() ?? .max)
        return left.outside(offset)
    }

    private var lowestOrigin: Int {
        (fold.table.first..<fold.table.end).reduce(Int.max) {
            Swift.min($0, fold.carried.origin(of: fold.table[$1]))
        }
    }

    /// Lines that were held back have become events, or lines of some: reading is taken up before or behind them all.
    mutating func noteJudgedLines() {
        left.add(judged: fold.held.judged)
        fold.held.judged.removeAll()
    }

    /// Whether anything is remembered of what lies behind.
    var hasPast: Bool {
        !left.isEmpty || fold.table.hasClosings || layered != nil || recognizer.hasPast || framing.hasCuts
    }

    /// Forgets what is not needed any more to take reading up at ``resumeOffset``.
    mutating func forgetPast() {
        let offset = resumeOffset
        left.forget(before: offset)
        fold.table.forgetClosings(before: offset)
        recognizer.forget(before: offset)
        framing.forget(before: offset)
        layered?.forget(before: offset)
    }
}

extension LeftEvents {
    /// The oldest event is about to leave, and the next one begins at `next`: remembers it if reading might have to be
    /// taken up before its end.
    @inline(never)
    mutating func note(before next: Int, _ fold: inout Fold, _ context: borrowing SourceContext) {
        let event = fold.table[fold.table.first]
        if reach <= event.offset, event.reach <= next { return removeAll() }
        let forgotten = add(
            Entry(
                begin: event.offset, from: fold.carried.origin(of: event), reach: event.reach,
                rawLength: event.rawLength, stream: Int(event.stream),
                timeBefore: fold.table.timeBefore(Int(event.stream)), clock: context.times))
        if let forgotten { fold.carried.forgetOrigins(before: forgotten) }
    }
}

// MARK: - Positions

extension SourceState {
    /// Forgets files that others follow once nothing of them is inside; their numbers.
    mutating func forgetPassedFiles() -> [UInt32] { context.forgetOrigins(before: resumeOffset) }

    /// For each of its files, the position that reading can be taken up at.
    func positions() -> [(source: UInt32, position: SourcePosition)] {
        let offset = resumeOffset
        return context.origins.map { ($0.number, position(of: $0, offset)) }
    }

    /// The position behind the last byte of a file that another one follows.
    func endPosition(of number: UInt32) -> SourcePosition? {
        guard let origin = context.origins.first(where: { $0.number == number }), let final = origin.final else {
            return nil
        }
        let snapshot = SourceSnapshot(
            reading: final, counts: origin.counts, generation: origin.identity?.generation ?? 0)
        return SourcePosition(offset: Int64(origin.end - origin.base), left: [], state: snapshot.bytes)
    }

    private func position(of origin: SourceOrigin, _ offset: Int) -> SourcePosition {
        let place = Swift.min(Swift.max(offset, origin.base), origin.end)
        var snapshot = SourceSnapshot(
            reading: nil, counts: origin.counts,
            generation: origin.firstLine == nil ? origin.identity?.generation ?? 0 : nil)
        if offset >= origin.end {
            snapshot.reading = origin.final
            snapshot.reading?.times = context.times
        } else if offset >= origin.base {
            snapshot.reading = reading(at: offset)
        }
        let spans = left.entries.compactMap { entry in
            entry.begin >= place && origin.holds(entry.begin) ? origin.span(entry.begin, entry.rawLength) : nil
        }
        let position = SourcePosition(
            offset: Int64(place - origin.base), left: spans,
            state: snapshot.reading == nil && snapshot.counts == SourceCounts() ? [] : snapshot.bytes)
        return origin.covered?.adding(to: position) ?? position
    }

    /// What is known at a virtual offset that ``resumeOffset`` gave; nil before the source was decided about.
    func reading(at offset: Int) -> SourceSnapshot.Reading? {
        guard isDecided else { return nil }
        let isFirst = offset == start
        let layers = layered?.snapshot(at: offset)
        return SourceSnapshot.Reading(
            framing: SourceSnapshot.Framing(
                stripsCarriageReturns: framing.stripsCarriageReturns,
                isRest: layered?.isRest(at: offset) ?? framing.isRest(at: offset), isFirst: isFirst,
                skip: isFirst ? firstSkip : 0),
            isOwnOutput: !isFirst && recognizer.isOwnOutput,
            times: left.entries.first { $0.begin >= offset }?.clock ?? context.times,
            layers: layers, streams: streams(at: offset, count: (layers?.streams.count ?? 0) + 1),
            ended: fold.ended.compactMap { $0.begin < offset ? $0.fold : nil })
    }

    private func streams(at offset: Int, count: Int) -> [SourceSnapshot.Stream] {
        let times = times(at: offset)
        return (0..<count).map { number in
            let stream = fold.streams[number]
            return SourceSnapshot.Stream(
                time: times[number], style: recognizer.style(of: number, at: offset),
                pids: stream.pids(at: offset, upTo: Swift.max(SourceSnapshot.maxPids / count, 1)),
                suspects: stream.suspects.compactMap { pid, suspect in
                    suspect.offset < offset ? SourceSnapshot.Suspect(pid: pid, time: suspect.time) : nil
                },
                endsOfOthers: fold.endsOfOthers(number, at: offset))
        }
    }

    /// The time of each stream before the line at an offset: that before the first event from there on that has left,
    /// or else before all that have not; where reading is to be taken up behind everything, that of now.
    private func times(at offset: Int) -> [Int64] {
        var times = fold.streams.indices.map { number in
            offset == readOffset ? fold.streams[number].time ?? StreamFolds.noTime : fold.table.timeBefore(number)
        }
        for entry in left.entries.reversed() where entry.begin >= offset { times[entry.stream] = entry.timeBefore }
        return times
    }
}

extension StreamFolds {
    /// The latest processes that were known before the line at `offset` in the source, the latest last.
    func pids(at offset: Int, upTo limit: Int) -> [UInt64] {
        let known = knownPids.filter { $0.value < offset }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        return known.suffix(limit).map(\.key)
    }
}

extension Fold {
    /// Of each fold of a stream that is open at an offset but has no line from there on, where the line ends that ends it,
    /// counted from that offset.
    func endsOfOthers(_ stream: Int, at offset: Int) -> [Int] {
        let ended = table.closings.compactMap { closing in
            Int(closing.stream) == stream && closing.begin < offset && closing.until > offset + 1
                ? closing.until - offset : nil
        }
        return (ended + streams[stream].endsOfOthers.compactMap { $0 > offset + 1 ? $0 - offset : nil }).sorted()
            .suffix(StreamFolds.maxOpen)
    }
}

extension CoveredEvents {
    /// A position with the events that had left in an earlier reading and have not been made again yet.
    func adding(to position: SourcePosition) -> SourcePosition {
        var position = position
        position.left += left.filter { $0.offset >= position.offset }
        return position
    }
}

// MARK: - Counts

extension SourceState {
    /// What became of the bytes and lines of one of its files; open folds count to the file that is read.
    func counts(of number: UInt32) -> SourceCounts? {
        guard var counts = context.origins.first(where: { $0.number == number })?.counts else { return nil }
        guard context.lastOrigin.number == number else { return counts }
        for number in fold.table.first..<fold.table.end { counts.open.add(fold.table[number]) }
        for held in fold.held.lines {
            counts.open.bytes += Int64(held.line.length)
            counts.open.lines += Int64(held.line.physicalLines)
        }
        counts.open.bytes += Int64(layered?.waitingBytes() ?? (arena.count - scanned))
        return counts
    }
}
