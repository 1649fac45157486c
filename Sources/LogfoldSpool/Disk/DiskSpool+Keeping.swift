import LogfoldCore
package import LogfoldIO

// The thread that waits for the disk: when it has something to do, and what is done after failures.

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
        noteRoom()
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
