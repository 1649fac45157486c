import LogfoldIO

// What makes room: segments that nobody needs any more, and those that are dropped for want of it.

extension DiskSpool {
    /// Removes what every sink is past, and what is to be dropped where there is too little room.
    func makeRoom() throws(FileSystemError) {
        while true {
            for segment in contents.withLock({ $0.takeRemovable() }) { try files.remove(path(segment.number)) }
            let free = try? files.freeBytes(at: folder)
            let losses = change { contents in
                contents.isShortOfSpace = free.map { $0 < options.minFree } ?? false
                // Room may come up that nobody here has made.
                contents.nextLook = contents.isShortOfSpace ? clock.monotonic + 1_000_000_000 : nil
                return contents.dropOldest(options)
            }
            wakeAll()
            guard let losses else { return }
            for (sink, events) in losses.sorted(by: { $0.key < $1.key }) where events > 0 {
                diagnostics.warning(
                    "The spool is full: events are lost for this sink", [("sink", sink), ("events", "\(events)")])
            }
            // The count has to be durable before the events are gone.
            let cursors = contents.withLock { $0.durableCursors }
            try save(cursors)
        }
    }
}

extension SpoolContents {
    /// Moves the sinks that hold the oldest segment and may lose it past it; returns how many events each has lost, nil
    /// where nothing was moved.
    mutating func dropOldest(_ options: DiskSpoolOptions) -> [String: UInt64]? {
        let isOver = bytes + options.segmentBytes + options.reserve > options.maxBytes
        guard isOver || isShortOfSpace, segments.count > 1 else { return nil }
        let limit = limit(of: 0)
        guard limit <= synced.sequence else { return nil }
        let routed = segments.first { $0.first == limit }?.routed ?? self.routed
        let holders = cursors.filter { $0.value.stored.position < limit }
        guard !holders.isEmpty else { return nil }
        let needing = holders.filter { $0.value.needed(below: limit, routed: routed[$0.key] ?? 0) > 0 }
        let mayAll = needing.allSatisfy { name, cursor in
            switch cursor.sink?.whenFull ?? .auto {
            case .block: false
            case .dropOldest: true
            case .auto: isOver && segments[0].deliveredBy.contains { $0 != name }
            }
        }
        guard mayAll else { return nil }
        // What is in flight may yet be delivered: its answer is awaited.
        let busy = holders.filter { $0.value.hasInFlight(below: limit) }.map(\.key)
        for name in busy { cursors[name]?.mustYield = true }
        guard busy.isEmpty else { return nil }
        var losses: [String: UInt64] = [:]
        for name in holders.keys { losses[name] = cursors[name]?.drop(below: limit, routed: routed[name] ?? 0) }
        return losses
    }
}
