import LogfoldIO

// fsync, and the cursors that it allows to be saved.

extension DiskSpool {
    private struct Round {
        var files: [OpenFile]
        var isFolderDirty: Bool
        var reached: SpoolContents.Synced
        var bytes: Int
        var cursors: [StoredCursor]
    }

    /// Brings to the disk what there is now, and the cursors if they are to be saved in this round.
    func bringToDisk(_ withCursors: Bool) throws(FileSystemError) {
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
}
