import LogfoldCore
import LogfoldIO

// MARK: - Cursors

extension DiskSpool {
    package func attach(_ sink: SpoolSink) -> [UInt8] {
        let (state, hadToYield, isNew) = change { contents in
            contents.touch(clock.monotonic)
            let isNew = contents.cursors[sink.name] == nil
            // One of its name may have been there and have been forgotten.
            if isNew { contents.tally.filtered[sink.name] = nil }
            let hadToYield = contents.cursors[sink.name]?.mustYield ?? false
            var cursor = contents.cursors[sink.name] ?? contents.newCursor(for: sink)
            cursor.restart(sink)
            contents.cursors[sink.name] = cursor
            return (cursor.stored.state, hadToYield, isNew)
        }
        _ = scans.withLock { $0.removeValue(forKey: sink.name) }
        // What is written from now on waits for a new sink, also after a crash.
        if isNew { keepCursors() }
        // What one has given back is dropped now.
        if hadToYield { synchronize() }
        return state
    }

    /// Its cursor stays, and holds what waits for it, until it is forgotten or dropped for want of room.
    package func detach(sink name: String) {
        change(wakingSinks: true) { contents in
            contents.cursors[name]?.restart(nil)
            contents.trim(to: options.memory)
        }
        _ = scans.withLock { $0.removeValue(forKey: name) }
    }

    package func note(state: [UInt8], of name: String) {
        let hasChanged = change { contents in
            contents.touch(clock.monotonic)
            return contents.cursors[name]?.note(state: state) ?? false
        }
        // A crash before the next round must lead back to it.
        if hasChanged { keepCursors() }
    }

    package func acknowledge(sink name: String, through index: Int, state: [UInt8]) {
        acknowledge(name) { $0.acknowledge(through: index, state: state) }
    }

    package func acknowledge(sink name: String, events: [Range<UInt64>], state: [UInt8]) {
        acknowledge(name, events) { $0.acknowledge(events: events, state: state) }
    }

    private func acknowledge(
        _ name: String, _ events: [Range<UInt64>]? = nil, _ settle: (inout DiskCursor) -> Bool
    ) {
        change { contents in
            guard var cursor = contents.cursors[name] else { return }
            let before = cursor.stored
            guard settle(&cursor) else { return }
            contents.cursors[name] = cursor
            contents.touch(clock.monotonic)
            if cursor.stored.delivered > before.delivered {
                for range in events ?? [before.position..<cursor.stored.position] {
                    contents.noteDelivery(of: range, by: name)
                }
            }
            // Where room is needed it is made at once.
            if contents.isTight(options), cursor.stored.position >= contents.limit(of: 0) { contents.isUrgent = true }
        }
    }

    package func blame(_ cause: String?, of name: String) {
        contents.withLock { $0.cursors[name]?.lossCause = cause }
    }

    package func wantsBack(from name: String) -> Bool {
        contents.withLock { $0.cursors[name]?.mustYield ?? false }
    }

    package func isExhausted(for name: String) -> Bool { contents.isExhausted(for: name) }

    package func sleep(_ name: String, until deadline: Int64, unless interrupt: () -> Bool) {
        _ = sleepers.wait(until: deadline) { _ in interrupt() || wantsBack(from: name) ? true : nil }
    }

    package func ringing(
        _ bell: @escaping @Sendable () -> Void, for name: String, wantsNext: Bool,
        unless interrupt: @escaping () -> Bool, while body: () -> Void
    ) {
        contents.ringing(bell, for: name, wantsNext: wantsNext, unless: interrupt, while: body)
    }

    package func wakeAll() {
        contents.change { _ in }
        sleepers.change { _ in }
    }
}

extension SpoolContents {
    /// Whether what is held comes near to what may be held.
    func isTight(_ options: DiskSpoolOptions) -> Bool {
        bytes + options.segmentBytes + options.reserve > options.maxBytes || isShortOfSpace
    }

    /// The cursor of a sink that was never seen before.
    fileprivate func newCursor(for sink: SpoolSink) -> DiskCursor {
        var stored = StoredCursor(name: sink.name)
        stored.position = end
        stored.passed = routed[sink.name] ?? 0
        if sink.startsAtOldest, let oldest = segments.first {
            stored.position = oldest.first
            stored.passed = oldest.routed[sink.name] ?? 0
        }
        stored.born = Int64(clamping: stored.passed)
        return DiskCursor(stored)
    }
}

// MARK: - Handing out

extension DiskSpool {
    /// Where the next record for a sink is.
    fileprivate enum Place {
        case memory(SpoolContents.Recent)
        /// In this segment, of which the records below the limit count; nothing can be before `sequence` elsewhere.
        case disk(segment: UInt64?, limit: UInt64)
        case nowhere
    }

    package func next(
        for name: String, until deadline: Int64?, unless interrupt: () -> Bool
    ) -> SpoolItem? {
        while true {
            let step: (place: Place, sink: SpoolSink, from: UInt64)? = contents.wait(until: deadline) { contents in
                guard !interrupt(), let cursor = contents.cursors[name], let sink = cursor.sink else {
                    return (.nowhere, SpoolSink(name: name, route: 0), 0)
                }
                if cursor.next < contents.end { return (contents.place(of: cursor.next), sink, cursor.next) }
                return contents.isClosed ? (.nowhere, sink, 0) : nil
            }
            switch step?.place {
            case nil, .nowhere: return nil
            case .memory(let recent):
                if let item = step.flatMap({ hand(recent, to: $0.sink, from: $0.from) }) { return item }
            case .disk(let segment, let limit):
                guard let step else { return nil }
                do throws(SegmentScan.Failure) {
                    if let item = try read(segment, limit, for: step.sink, from: step.from) { return item }
                } catch {
                    diagnostics.error(
                        "The spool cannot be read; it is tried again",
                        [("sink", name), ("error", error.description)])
                    // Nothing but time will help.
                    let end = clock.monotonic + 1_000_000_000
                    if let deadline, deadline < end { return nil }
                    _ = contents.wait(until: end) { _ in interrupt() ? true : nil }
                }
            }
        }
    }

    private func hand(_ recent: SpoolContents.Recent, to sink: SpoolSink, from: UInt64) -> SpoolItem? {
        guard let batch = recent.delivery.batch else { return nil }
        let at = recent.routes.firstIndex { $0.route.name == sink.name }
        let route = at.map { recent.routes[$0] }
        let isSame = route?.route.digest == sink.digest
        let inputs = recent.delivery.sources
        let selection = Self.selection(
            batch, recent.sequence, route: route?.route, bit: route?.bit ?? 0, isSame: isSame, sink
        ) { inputs[$0]?.input ?? "" }
        return register(selection, to: sink, from: from) { events in
            // Mostly it is the batch as it is.
            if isSame, route?.bit == sink.route, events == selection.taken { return batch }
            return Batch(lines: batch, entries: batch.entries.routed(events, to: sink.route))
        }
    }

    /// Which events of a record are for a sink: as they were routed when it was written, or decided anew where the sink
    /// took others then.
    private static func selection(
        _ batch: Batch, _ sequence: UInt64, route: RecordRoute?, bit: UInt64, isSame: Bool, _ sink: SpoolSink,
        input: (UInt32) -> String
    ) -> DiskCursor.Selection {
        var taken = EventBits(size: batch.entries.count)
        var expected: UInt64 = 0
        for (at, entry) in batch.entries.enumerated() where entry.routes & bit != 0 {
            taken[at] = true
            expected += 1
        }
        if !isSame {
            let decide = sink.decide()
            batch.withLines { lines in
                for (at, entry) in batch.entries.enumerated() {
                    let range = Int(entry.start)..<Int(entry.start) + Int(entry.length)
                    taken[at] = decide(lines.extracting(range), input(entry.source))
                }
            }
        }
        return DiskCursor.Selection(sequence: sequence, taken: taken, before: route?.before, expected: expected)
    }

    /// Notes that a sink gets a record, unless its cursor was moved meanwhile.
    private func register(
        _ selection: DiskCursor.Selection, to sink: SpoolSink, from: UInt64, batch: (EventBits) -> Batch
    ) -> SpoolItem? {
        typealias Handed = (index: Int, events: EventBits)
        let (handed, endsRest) = change { contents -> (Handed?, Bool) in
            guard var cursor = contents.cursors[sink.name], cursor.next == from else { return (nil, false) }
            let before = cursor.stored.position
            let now = clock.monotonic
            let handed = cursor.hand(selection, at: now)
            contents.cursors[sink.name] = cursor
            if cursor.stored.position != before { contents.touch(now) }
            contents.trim(to: options.memory)
            return (handed, contents.endsRest(options, now))
        }
        if endsRest { catchingUp.change { _ in } }
        guard let handed else { return nil }
        return SpoolItem(
            index: handed.index, delivery: Delivery(batch: batch(handed.events), checkpoints: []),
            sequence: selection.sequence)
    }
}

extension SpoolContents {
    /// Where an event that was written is.
    fileprivate func place(of sequence: UInt64) -> DiskSpool.Place {
        if let recent = recent(at: sequence) { return .memory(recent) }
        let inMemory = recents.first { $0.count > 0 }?.sequence ?? end
        guard let at = segment(of: sequence) else {
            // What came before the oldest segment is gone.
            return .disk(segment: nil, limit: Swift.min(segments.first?.first ?? inMemory, inMemory))
        }
        return .disk(segment: segments[at].number, limit: Swift.min(limit(of: at), inMemory))
    }
}

// MARK: - From the disk

extension DiskSpool {
    /// Reads the next record of a segment for a sink; nil where it has no more, or nothing for this sink.
    private func read(
        _ segment: UInt64?, _ limit: UInt64, for sink: SpoolSink, from: UInt64
    ) throws(SegmentScan.Failure) -> SpoolItem? {
        guard let segment, let record = try nextRecord(segment, for: sink.name, from: from),
            record.header.sequence < limit
        else {
            contents.withLock { $0.cursors[sink.name]?.skipDamage(to: limit) }
            _ = scans.withLock { $0.removeValue(forKey: sink.name) }
            return nil
        }
        guard let body = record.delivery else {
            // The checksum is right and the content is not: the record is as good as missing.
            contents.withLock { $0.cursors[sink.name]?.skipDamage(to: record.header.end) }
            return nil
        }
        let at = body.routes.firstIndex { $0.name == sink.name }
        let route = at.map { body.routes[$0] }
        let numbers = contents.withLock { contents in body.sources.map { contents.number(of: $0) } }
        let inputs = body.sources.map(\.input)
        let bit = at.map { UInt64(1) << UInt64($0) } ?? 0
        let batch = record.batch(body.entries)
        let selection = Self.selection(
            batch, record.header.sequence, route: route, bit: bit, isSame: route?.digest == sink.digest, sink
        ) { inputs[Int($0)] }
        return register(selection, to: sink, from: from) { events in
            var entries = batch.entries.routed(events, to: sink.route)
            for at in entries.indices { entries[at].source = numbers[Int(entries[at].source)] }
            return Batch(lines: batch, entries: entries)
        }
    }

    /// The first record with events at or behind a sequence.
    private func nextRecord(
        _ segment: UInt64, for sink: String, from: UInt64
    ) throws(SegmentScan.Failure) -> StoredRecord? {
        var scan: SegmentScan
        if let known = scans.withLock({ $0.removeValue(forKey: sink) }), known.number == segment {
            scan = known
        } else {
            do throws(FileSystemError) {
                scan = try SegmentScan(path(segment), number: segment, in: files)
            } catch {
                // It was removed since: the cursor has been moved.
                if error.isNotFound { return nil }
                throw .file(error)
            }
        }
        while let found = try scan.next(from: from) {
            guard found.record.header.kind == .delivery, found.record.header.count > 0 else { continue }
            scans.withLock { $0[sink] = scan }
            return found.record
        }
        return nil
    }
}
