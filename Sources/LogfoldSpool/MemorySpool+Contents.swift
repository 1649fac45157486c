import LogfoldCore

// What the memory spool does to its contents, under its lock.

extension MemorySpool.Contents {
    func hasAll(_ sink: String) -> Bool? { cursors[sink].map { $0.next >= first + deliveries.count } }

    /// Changes something, and says whether that is the first change since the last saving.
    mutating func noting<Result>(_ body: (inout Self) -> Result) -> (Result, isFirstChange: Bool) {
        let wasSaved = revision == savedRevision
        let result = body(&self)
        return (result, wasSaved && revision != savedRevision)
    }

    /// The next delivery for a sink that has one, without the events that it has settled before; nil where it has none.
    mutating func hand(to name: String) -> SpoolItem? {
        guard var cursor = cursors[name], cursor.next - first < deliveries.count else { return nil }
        let numbered = deliveries[cursor.next - first]
        var item = SpoolItem(index: cursor.next, delivery: numbered.delivery, sequence: numbered.first)
        let own = numbered.delivery.bits(for: cursor.route)
        let open = cursor.open[cursor.next] ?? own
        if let batch = numbered.delivery.batch, open != own {
            item.delivery.batch = Batch(lines: batch, entries: batch.entries.routed(open, to: cursor.route))
        }
        cursor.open[cursor.next] = open
        cursor.next += 1
        cursors[name] = cursor
        return item
    }

    /// A sink has settled all events up to and with a delivery; false where it had before.
    mutating func settle(_ name: String, through index: Int) -> Bool {
        guard let acknowledged = cursors[name]?.acknowledged, index >= acknowledged else { return false }
        for number in acknowledged...index {
            deliveries[number - first].deliveredBy.insert(name)
            let size = deliveries[number - first].delivery.batch?.entries.count ?? 0
            cursors[name]?.open[number] = EventBits(size: size)
        }
        return true
    }

    /// A sink has settled these events; false where it has nothing of the kind.
    mutating func settle(_ name: String, _ events: [Range<UInt64>]) -> Bool {
        guard var cursor = cursors[name] else { return false }
        for (number, open) in cursor.open {
            var bits = open
            let settled = events.reduce(0) { $0 + bits.clear($1, from: deliveries[number - first].first) }
            guard settled > 0 else { continue }
            cursor.settled.append((number, open.subtracting(bits)))
            deliveries[number - first].deliveredBy.insert(name)
            cursor.open[number] = bits
        }
        cursors[name] = cursor
        return !cursor.settled.isEmpty
    }

    /// Moves a cursor behind the deliveries of which all is settled; nil where there is none, unless it is forced.
    mutating func advance(_ name: String, isForced: Bool) -> SinkStep? {
        // Taken out, so that its positions are changed in place and not copied.
        guard var cursor = cursors.removeValue(forKey: name) else { return nil }
        defer { cursors[name] = cursor }
        // Of several checkpoints of one source the last counts.
        var moved: [UInt64: SourceCheckpoint] = [:]
        var forgotten: [UInt64] = []
        var inputs: Set<String> = []
        var count = 0
        while cursor.open[cursor.acknowledged]?.isEmpty == true {
            let delivery = deliveries[cursor.acknowledged - first].delivery
            cursor.pass(delivery)
            for checkpoint in delivery.checkpoints { moved[checkpoint.key] = checkpoint }
            for key in delivery.forgotten { moved[key] = nil }
            forgotten += delivery.forgotten
            inputs.formUnion(delivery.read.keys)
            count += 1
        }
        guard count > 0 || isForced else { return nil }
        revision += 1
        let ahead = takeAhead(&cursor)
        var step = SinkStep(cursor.positions)
        step.checkpoints = Array(moved.values)
        step.forgotten = forgotten
        step.ahead = ahead
        step.read = cursor.read.filter { inputs.contains($0.key) }
        cursor.positions.take(step)
        return step
    }

    /// Of what a sink has settled since the last step, the events behind its place, by the keys of their sources; as many
    /// as are saved. They count as delivered from now on.
    private func takeAhead(_ cursor: inout MemorySpool.Cursor) -> [UInt64: [EventSpan]] {
        var room = SinkPositions.mostAhead - cursor.positions.ahead.values.reduce(0) { $0 + $1.count }
        var ahead: [UInt64: [EventSpan]] = [:]
        for (number, bits) in cursor.settled.sorted(by: { $0.number < $1.number }) where number >= cursor.acknowledged {
            let delivery = deliveries[number - first].delivery
            for (at, entry) in (delivery.batch?.entries ?? []).enumerated() where bits[at] && room > 0 {
                guard let key = delivery.sources[entry.source]?.key else { continue }
                ahead[key, default: []].append(EventSpan(offset: entry.offset, length: entry.rawLength))
                cursor.ahead[number, default: 0] += 1
                room -= 1
            }
        }
        cursor.settled.removeAll()
        cursor.positions.delivered += UInt64(ahead.values.reduce(0) { $0 + $1.count })
        return ahead
    }

    func backlog(of cursor: MemorySpool.Cursor) -> SinkBacklog {
        var backlog = SinkBacklog(delivered: cursor.positions.delivered, taken: cursor.taken)
        backlog.dropped = cursor.positions.dropped
        backlog.filtered = cursor.positions.filtered
        for (at, numbered) in deliveries.enumerated().dropFirst(cursor.acknowledged - first) {
            let all = numbered.delivery.bits(for: cursor.route)
            let open = cursor.open[first + at] ?? all
            backlog.delivered += UInt64(all.count - open.count - cursor.ahead[first + at, default: 0])
            backlog.events += UInt64(open.count)
            backlog.bytes += numbered.delivery.bytes(of: open)
            backlog.filtered += numbered.delivery.filtered[cursor.positions.name] ?? 0
        }
        return backlog
    }

    /// Forgets the deliveries that every sink has acknowledged.
    mutating func dropAcknowledged() {
        let lowest = cursors.values.map(\.acknowledged).min() ?? first + deliveries.count
        guard lowest > first else { return }
        for numbered in deliveries[..<(lowest - first)] { weight -= numbered.delivery.weight }
        deliveries.removeFirst(lowest - first)
        first = lowest
    }
}

extension MemorySpool.Cursor {
    /// Goes behind the first delivery, of which all is settled or lost.
    mutating func pass(_ delivery: Delivery) {
        let number = acknowledged
        open[number] = nil
        acknowledged += 1
        next = Swift.max(next, acknowledged)
        positions.filtered &+= delivery.filtered[positions.name] ?? 0
        read += delivery.read
        positions.delivered += UInt64(delivery.events(for: route) - lost - (ahead.removeValue(forKey: number) ?? 0))
        lost = 0
    }
}

// MARK: - Too little room

extension MemorySpool.Contents {
    /// Takes the oldest delivery from the sinks that hold it and may lose it; returns how many events each has lost. Nil
    /// where somebody may not, or has been handed it and must give it back first.
    mutating func dropOldest() -> [String: Int]? {
        let holders = cursors.filter { $0.value.acknowledged == first }
        guard let oldest = deliveries.first, !holders.isEmpty else { return nil }
        let needed = holders.mapValues { ($0.open[first] ?? oldest.delivery.bits(for: $0.route)).count }
        let mayAll = holders.allSatisfy { name, cursor in
            switch cursor.whenFull {
            case _ where needed[name] == 0: true
            case .block: false
            case .dropOldest: true
            case .auto: oldest.deliveredBy.contains { $0 != name }
            }
        }
        guard mayAll else { return nil }
        // What was handed out may yet be delivered: its answer is awaited.
        let busy = holders.filter { $0.value.next > first && needed[$0.key] != 0 }.map(\.key)
        for name in busy { cursors[name]?.mustYield = true }
        guard busy.isEmpty else { return nil }
        for (name, count) in needed { cursors[name]?.lose(count, of: oldest.delivery) }
        return needed
    }
}

extension MemorySpool.Cursor {
    /// Loses so many events, which are all that is left of the first delivery.
    fileprivate mutating func lose(_ count: Int, of delivery: Delivery) {
        open[acknowledged] = EventBits(size: delivery.batch?.entries.count ?? 0)
        lost = count
        if count > 0 { positions.dropped[lossCause ?? DiskCursor.full, default: 0] += UInt64(count) }
    }
}
