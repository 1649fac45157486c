import LogfoldCore
package import LogfoldIO

// What waits for the disk: fsync, cursors, room.

extension DiskSpool {
    /// Starts the thread that does it.
    package func start() throws(FileSystemError) {
        let thread = try DedicatedThread("spool") { [self] in
            while waitForWork() {
                synchronize(withCursors: contents.withLock { $0.areCursorsDue(options, clock.monotonic) })
            }
        }
        keeper.withLock { $0.thread = thread }
    }

    /// Ends it, after everything that was written and acknowledged has been made durable; says what could not be.
    package func shutDown() -> String? {
        let thread = keeper.withLock { keeper in
            defer { keeper.thread = nil }
            return keeper.thread
        }
        alarm.change { $0.isLast = true }
        thread?.join()
        synchronize()
        return contents.withLock { $0.problem }
    }

    /// Waits until there is something to do; false when it is over.
    private func waitForWork() -> Bool {
        while true {
            alarm.withLock { $0.isRung = false }
            let retry = keeper.withLock { $0.retry }
            let due = contents.withLock { contents in
                // Until a failure is tried again, nothing can be done earlier.
                contents.expected = retry ?? contents.nextTurn(options) ?? .max
                return contents.expected
            }
            if due <= clock.monotonic { return true }
            let isLast = alarm.wait(until: due == .max ? nil : due) { alarm in
                alarm.isLast ? true : alarm.isRung && retry == nil ? false : nil
            }
            if isLast == true { return false }
        }
    }

    /// Brings everything that was written and acknowledged to the disk, and removes what nobody needs.
    package func synchronize() { synchronize(withCursors: true) }

    /// The same, where the cursors may wait for a later round: each replacing of their file costs two more fsyncs.
    func synchronize(withCursors: Bool) {
        let wasFull = isFull
        keeper.withLock { keeper in
            func bring() throws(FileSystemError) { try bringToDisk(withCursors) }
            // One helps the other: what is removed makes room for what is to be written.
            var problems = [attempt(bring), attempt(makeRoom), attempt(writeHeld)].compactMap { $0 }
            if problems.isEmpty { problems = [attempt(bring)].compactMap { $0 } }
            if let problem = problems.first { noteFailure(problem, &keeper) } else { noteSuccess(&keeper) }
            let tenths = contents.withLock { $0.bytes * 10 / options.maxBytes }
            if tenths != keeper.tenths { fillChanged() }
            keeper.tenths = tenths
        }
        noteRoom(wasFull: wasFull)
    }

    private func attempt(_ work: () throws(FileSystemError) -> Void) -> FileSystemError? {
        do throws(FileSystemError) {
            try work()
            return nil
        } catch {
            return error
        }
    }

    private func noteSuccess(_ keeper: inout Keeper) {
        let hadProblem = contents.withLock { contents in
            defer { contents.problem = nil }
            return contents.problem != nil
        }
        keeper.failures = 0
        keeper.retry = nil
        if hadProblem { diagnostics.info("The spool can be written again", []) }
    }

    /// Somebody has removed the folder: what is in memory is written to a new one, with all positions.
    private func makeFolderAgain() {
        // Where that fails, the next try says why.
        guard (try? directory.makeAgain()) != nil, (try? files.makeDirectories(folder, mode: 0o750)) != nil else {
            return
        }
        writer.withLock { $0.file = nil }
        contents.withLock { contents in
            contents.segments = []
            contents.saved = []
            contents.dirty = []
            contents.needsRewrite = true
            guard let first = contents.recents.first else { return }
            contents.synced.serial = first.serial - 1
            contents.synced.sequence = first.sequence
            for (route, _) in first.routes { contents.synced.routed[route.name] = route.before }
        }
    }

    private func noteFailure(_ error: FileSystemError, _ keeper: inout Keeper) {
        let isNew = change { contents in
            defer { contents.problem = "\(error)" }
            contents.touch(clock.monotonic)
            return contents.problem == nil
        }
        let pause = Int64(250_000_000) << Int64(Swift.min(keeper.failures, 5))
        keeper.failures += 1
        keeper.retry = clock.monotonic + pause
        if error.isNotFound { makeFolderAgain() }
        if isNew {
            diagnostics.error(
                "The spool cannot be brought to the disk; inputs wait when memory is full, and it is tried again",
                [("error", "\(error)")])
        }
    }
}

extension SpoolContents {
    /// Whether the next round is due before the keeper's thread would wake; it is asked once for each time.
    mutating func isDueEarlier(_ options: DiskSpoolOptions) -> Bool {
        guard let due = nextTurn(options), due < expected else { return false }
        expected = due
        return true
    }

    /// Whether a round that comes early, because much was written, is to save the cursors too: room may depend on it.
    fileprivate func areCursorsDue(_ options: DiskSpoolOptions, _ now: Int64) -> Bool {
        now >= savedAt + options.syncInterval || isTight(options)
    }

    /// When the next round is due, by the monotonic clock; nil while there is nothing to do.
    fileprivate func nextTurn(_ options: DiskSpoolOptions) -> Int64? {
        let change = changedSince.map { isUrgent ? $0 : $0 + options.syncInterval }
        return [change, nextLook].compactMap { $0 }.min()
    }
}

// MARK: - fsync and cursors

extension DiskSpool {
    private struct Round {
        var files: [OpenFile]
        var isFolderDirty: Bool
        var reached: SpoolContents.Synced
        var bytes: Int
        var cursors: [StoredCursor]
    }

    private func bringToDisk(_ withCursors: Bool) throws(FileSystemError) {
        guard let first = takeRound() else { return }
        var round = first
        if !synchronize(round) {
            diagnostics.warning(
                "An fsync of the spool has failed; what came since the last good one is written to a new segment", [])
            do throws(FileSystemError) {
                try rewrite()
            } catch {
                // The next round has to write it again: what came before is not safe.
                contents.withLock { $0.needsRewrite = true }
                throw error
            }
            change { contents in
                contents.needsRewrite = false
                contents.touch(clock.monotonic)
            }
            round = takeRound() ?? round
            if !synchronize(round) {
                contents.withLock { $0.needsRewrite = true }
                throw FileSystemError(code: 5, operation: .synchronize, path: folder)
            }
        }
        contents.withLock { contents in
            contents.synced = round.reached
            contents.unsyncedBytes = Swift.max(contents.unsyncedBytes - round.bytes, 0)
            contents.trim(to: options.memory)
        }
        if withCursors {
            try save(round.cursors)
            contents.withLock { $0.isNew = false }
        } else {
            contents.withLock { $0.touch(clock.monotonic) }
        }
    }

    /// What is to be done now: from here on changes belong to the next round. The cursors are those of this moment: what
    /// they are past is among what is synchronized now.
    private func takeRound() -> Round? {
        contents.withLock { contents in
            guard contents.changedSince != nil || contents.needsRewrite else { return nil }
            contents.changedSince = nil
            contents.isUrgent = false
            let round = Round(
                files: contents.dirty, isFolderDirty: contents.isFolderDirty,
                reached: SpoolContents.Synced(
                    serial: contents.serial, sequence: contents.end, latest: contents.latest, routed: contents.routed,
                    tally: contents.tally),
                bytes: contents.unsyncedBytes, cursors: contents.cursors.values.map(\.snapshot))
            contents.dirty = []
            contents.isFolderDirty = false
            return round
        }
    }

    /// Whether all of it is on the disk.
    private func synchronize(_ round: Round) -> Bool {
        if contents.withLock({ $0.needsRewrite }) { return false }
        do throws(FileSystemError) {
            for file in round.files { try file.synchronize() }
            if round.isFolderDirty {
                try files.synchronize(directory: folder)
                try files.synchronize(directory: directory.path)
            }
            return true
        } catch {
            return false
        }
    }

    /// Replaces the cursors' file; when this returns it is on the disk.
    func save(_ cursors: [StoredCursor]) throws(FileSystemError) {
        let cursors = cursors.sorted { $0.name < $1.name }
        guard contents.withLock({ $0.saved != cursors || !$0.isSavedDurable }) else { return }
        try CursorFile.replace(in: folder, cursors, files)
        contents.withLock { contents in
            contents.saved = cursors
            contents.isSavedDurable = true
            contents.savedAt = clock.monotonic
        }
    }

    /// Makes the cursors outlive this process, before anything more is done.
    ///
    /// They outlive a failure of the power too, but for the first moments of a new spool, which nothing need wait for:
    /// where its cursors are lost, each sink begins at its oldest event.
    func keepCursors() {
        let isKept = keeper.withLock { _ in
            let cursors = contents.withLock { contents in
                let cursors = contents.cursors.values.map(\.snapshot)
                return contents.isNew && cursors.allSatisfy(contents.isDurable) ? cursors : nil
            }
            guard let cursors else { return false }
            do throws(FileSystemError) {
                try CursorFile.replace(in: folder, cursors, files, isDurable: false)
            } catch {
                return false
            }
            contents.withLock { contents in
                contents.saved = cursors
                contents.isSavedDurable = false
            }
            return true
        }
        if !isKept { synchronize() }
    }
}

// MARK: - Room

extension DiskSpool {
    /// Removes what every sink is past, and what is to be dropped where there is too little room.
    private func makeRoom() throws(FileSystemError) {
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
    /// The cursors that may be saved: those that are past something that is not surely on the disk stay as they were.
    var durableCursors: [StoredCursor] {
        cursors.values.compactMap { cursor in
            let now = cursor.snapshot
            return isDurable(now) ? now : saved.first { $0.name == now.name }
        }
    }

    /// Whether everything that a cursor is past is on the disk.
    fileprivate func isDurable(_ cursor: StoredCursor) -> Bool {
        cursor.position <= synced.sequence && (cursor.spans.last?.to ?? 0) <= synced.sequence
    }

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
