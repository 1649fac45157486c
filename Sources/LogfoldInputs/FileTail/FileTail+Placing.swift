import LogfoldCore
import LogfoldIO

// Where the files of a log lie now, and which ones nobody has seen yet.
extension FileTail {
    /// How long a file may be nowhere before reading goes on with the next one: names are not read at one instant.
    private static let missingWait: Int64 = 250_000_000
    /// How long it may take at the most until a name that has changed is looked at, and by how much the times of files
    /// may lag behind.
    private static let namesWait: Int64 = 2_000_000_000
    /// How long before it is given up.
    private static let goneWait: Int64 = 10_000_000_000
    /// How long before a log of which nothing is left is forgotten: until then a rotated file of it is known to be newer.
    private static let emptyWait: Int64 = 3_600_000_000_000
    /// After this the files of a log that cannot be opened are tried again; each time it takes twice as long.
    private static let firstRetry: Int64 = 1_000_000_000, lastRetry: Int64 = 60_000_000_000
    /// After this it is tried again to open a file for which no descriptor was left, or whose name has just changed.
    private static let roomRetry: Int64 = 100_000_000, namesRetry: Int64 = 20_000_000

    /// Finds the files of a log: those that are known at the names that they have now, and those that came after them.
    func place(_ log: TailedLog, _ feed: any Feed, _ now: Int64) {
        log.mustPlace = false
        log.problem = nil
        log.failure = nil
        log.lacksRoom = false
        log.isHeldUp = false
        log.waiting = []
        checkOpen(log, feed, now)
        let begun = log.files.filter { $0.head != nil }
        // By its first line a file is known in its copies.
        isPlacing = true
        for file in log.files { readHead(of: file, feed, now) }
        isPlacing = false
        log.mustPlace = false
        let candidates = siblings(of: log).map { Candidate($0, in: files) }
        recognizeOpen(log, candidates, feed)
        recognizeClosed(log, candidates, feed, now)
        recognizeNameless(log, candidates)
        noteGrowing(log, candidates, now)
        takeNew(log, candidates, feed, now)
        settleMissing(log, candidates, feed, now)
        putInOrder(log, candidates)
        if !log.mustPlace { for file in begun { file.isPlaced = true } }
        retryLater(log, candidates, now)
        for file in log.files {
            readHead(of: file, feed, now)
            if file.reader != nil || file.isLive { enqueue(file) }
        }
        // Names are looked at once more for what has begun since then.
        if log.files.contains(where: { $0.head != nil && !$0.isPlaced }) { log.mustPlace = true }
        if let front = log.front {
            // Also while the feed is full: what is known of it is saved.
            if front.isPlaced { giveHeld(of: front, feed) }
            enqueue(front)
        }
    }

    /// What is being packed is waited for, as long as it grows, if it may be a file that is missing or a new one.
    private func noteGrowing(_ log: TailedLog, _ candidates: [Candidate], _ now: Int64) {
        let before = log.growing
        log.growing = [:]
        guard let oldest = isMissing(log, candidates) ? -1 : candidates.firstIndex(where: { $0.owner != nil }) else {
            return
        }
        for candidate in candidates[(oldest + 1)...] where candidate.owner == nil {
            guard candidate.sibling.name.isCompressed, candidate.isUnfinished else { continue }
            let size = candidate.stamp.size
            let since = before[candidate.stamp.id].flatMap { $0.size == size ? $0.since : nil } ?? now
            guard now - since < Self.unfinishedWait else { continue }
            log.growing[candidate.stamp.id] = (size, since)
            log.placeAgain(at: now + Self.drainLook)
        }
    }

    /// Whether a file is nowhere.
    private func isMissing(_ log: TailedLog, _ candidates: [Candidate]) -> Bool {
        log.files.contains { file in file.reader == nil && !candidates.contains { $0.owner === file } }
    }

    /// Whether a rotated file is not any more what it was when names were looked at.
    private func hasGrown(_ candidate: Candidate) -> Bool {
        guard !candidate.sibling.isLive, let status = try? files.look(at: candidate.sibling.path) else { return false }
        return FileStamp(status) != candidate.stamp
    }

    /// Reading does not wait for a file that is nowhere; after a longer time it is given up, unless it may be one that
    /// cannot be looked into or lies on a file system that is not mounted now.
    private func settleMissing(_ log: TailedLog, _ candidates: [Candidate], _ feed: any Feed, _ now: Int64) {
        let isAllSeen =
            log.failure == nil && candidates.allSatisfy { $0.failure == nil || $0.failure?.isNotFound == true }
        guard log.growing.isEmpty else { return }
        for file in log.files where file.reader == nil && !candidates.contains(where: { $0.owner === file }) {
            let since = file.missingSince ?? now
            file.missingSince = since
            if now - since < Self.missingWait {
                log.placeAgain(at: since + Self.missingWait)
            } else if now - since < Self.goneWait || !isAllSeen || !isMounted(file) {
                if !file.isSetAside { end(file, feed) }
                file.isSetAside = true
                if now - since < Self.goneWait { log.placeAgain(at: since + Self.goneWait) }
            } else if mustBeRemembered(file), now - since < Self.emptyWait || log.files.count > 1 {
                remember(file, feed)
            } else {
                giveUp(file, feed)
            }
        }
    }

    /// Whether without this file nobody would know that its log was ever read.
    private func mustBeRemembered(_ file: TailedFile) -> Bool {
        file.isSaved && !file.log.files.contains { $0 !== file && $0.isSaved }
    }

    /// Whether the directory of a file, or what is left of its path, is on the device where the file was.
    private func isMounted(_ file: TailedFile) -> Bool {
        var path = directory(of: file.path)
        while true {
            if let status = try? files.look(at: path) { return status.device == file.stamp?.id.device }
            if path == "/" || path == "." { return false }
            path = directory(of: path)
        }
    }

    /// Files that nobody knows and that are newer than the oldest one that is known; where none is known, those that
    /// the patterns name.
    private func takeNew(_ log: TailedLog, _ candidates: [Candidate], _ feed: any Feed, _ now: Int64) {
        let unknown = candidates.indices.filter { candidates[$0].owner == nil }
        let new = unknown.filter { isNewer($0, of: log, candidates) }
        log.leftAlone = Set(unknown.filter { !new.contains($0) }.map { candidates[$0].stamp.id })
        var taken: [Candidate] = []
        for candidate in new.map({ candidates[$0] }) where log.growing[candidate.stamp.id] == nil {
            if isBeingMade(candidate, of: log, candidates) {
                log.waiting.insert(candidate.sibling.path)
            } else {
                taken.append(candidate)
            }
        }
        // Of a file that was cut meanwhile no copy can be told: where it lies now is found out first.
        guard taken.isEmpty || !hasBeenCut(log, candidates, feed, now) else { return }
        // One that is missing may be what has just become whole.
        guard !isMissing(log, candidates) || !taken.contains(where: hasGrown) else {
            log.mustPlace = true
            return
        }
        takeInOrder(taken, of: log, candidates, feed, now)
        // What had to be left for later is still new then.
        let isAllTaken = log.waiting.isEmpty && log.growing.isEmpty && !log.lacksRoom && log.failure == nil
        if isAllTaken, candidates.allSatisfy({ $0.failure == nil }) { log.lookedAt = wall }
    }

    /// Whether a file that nobody knows came after those that are known. Names say so; but not where the oldest of these
    /// has none, or had no line yet and may have been copied: then what was written since the last look is newer.
    private func isNewer(_ index: Int, of log: TailedLog, _ candidates: [Candidate]) -> Bool {
        let candidate = candidates[index]
        if candidate.sibling.isLive { return true }
        let oldest = candidates.firstIndex { $0.owner != nil }
        if let oldest, index > oldest { return true }
        // Bytes may have been looked at more lately than names.
        guard let lastSight = log.lookedAt ?? log.files.map(\.seen).max() else {
            return oldest == nil && log.matches.contains(candidate.sibling.path)
        }
        let hasPlace = log.files.first.map { first in first.isPlaced && candidates.contains { $0.owner === first } }
        guard hasPlace != true, !log.leftAlone.contains(candidate.stamp.id) else { return false }
        return candidate.stamp.modified > lastSight - Self.namesWait
    }

    /// Whether a rotated file is what a program that rotates by copying has made, or is making, of another that still
    /// lies there: or may become that, as it is empty.
    private func isBeingMade(_ candidate: Candidate, of log: TailedLog, _ candidates: [Candidate]) -> Bool {
        if candidate.sibling.isLive { return false }
        if candidate.stamp.size == 0 || log.files.contains(where: { candidate.isCopy(of: $0) }) { return true }
        return candidates.contains { $0.owner == nil && $0.sibling.isLive && candidate.isCopy(of: $0) }
    }

    /// Takes new files, the oldest first. One that cannot be opened because enough are holds up those behind it.
    private func takeInOrder(
        _ new: [Candidate], of log: TailedLog, _ candidates: [Candidate], _ feed: any Feed, _ now: Int64
    ) {
        for candidate in new {
            if let other = filesByID[candidate.stamp.id], isStill(other, candidate) {
                noteOtherName(candidate.sibling.path, of: other, candidate.stamp.id)
                continue
            }
            guard candidate.stamp.size > 0 || hasRoom else {
                log.waiting.insert(candidate.sibling.path)
                continue
            }
            let later = candidates.drop { $0 !== candidate }.compactMap(\.owner)
            let isFirst = log.front.map { front in later.contains { $0 === front } } ?? true
            guard makeRoom(isForFront: isFirst, feed) else {
                log.lacksRoom = true
                log.isHeldUp = isFirst
                return
            }
            take(candidate, of: log, feed, now)
            // It was there a moment ago: what is newer waits until the names have been looked at again.
            if candidate.failure?.isNotFound == true { return }
        }
    }

    private func take(_ candidate: Candidate, of log: TailedLog, _ feed: any Feed, _ now: Int64) {
        guard let reader = candidate.reader() else { return }
        let file = TailedFile(key: feed.newKey(), of: log, at: candidate.sibling.path)
        file.open(reader, now: now)
        file.stamp = candidate.stamp
        file.seen = wall
        log.files.append(file)
        attach(file, to: candidate, feed)
        if isToBeSkipped(file) { skipToEnd(file, feed) }
    }

    /// Whether a file of another log is what lies here.
    private func isStill(_ file: TailedFile, _ candidate: Candidate) -> Bool {
        if let reader = file.reader { return reader.id == candidate.stamp.id }
        return candidate.match(file) != .none
    }

    /// A file of another log has this name: a further one, or instead of the one that it had.
    private func noteOtherName(_ path: String, of file: TailedFile, _ id: FileID) {
        if let status = try? files.look(at: file.path), FileID(status) == id {
            guard saidTwice.insert(path).inserted else { return }
            say("'\(path)' is the same file as '\(file.path)' and is read once, under that name")
        } else {
            file.path = path
            file.log.mustPlace = true
        }
    }

    /// Files in the order of their names; one without a name stays behind the one before it.
    private func putInOrder(_ log: TailedLog, _ candidates: [Candidate]) {
        var rank = -1
        var ranked: [(rank: Int, place: Int, file: TailedFile)] = []
        for (place, file) in log.files.enumerated() {
            if let index = candidates.firstIndex(where: { $0.owner === file }) { rank = index }
            ranked.append((rank, place, file))
        }
        ranked.sort { ($0.rank, $0.place) < ($1.rank, $1.place) }
        log.files = ranked.map(\.file)
    }

    /// A file for which there was no room is placed again as soon as others may have been read.
    func tryAgainForRoom(_ log: TailedLog, _ now: Int64) {
        log.placeAgain(at: now + Self.roomRetry)
    }

    /// What could not be opened is tried again, ever more seldom.
    private func retryLater(_ log: TailedLog, _ candidates: [Candidate], _ now: Int64) {
        if log.lacksRoom { tryAgainForRoom(log, now) }
        guard let failure = log.failure ?? candidates.lazy.compactMap(\.failure).first else {
            log.failures = 0
            return
        }
        if failure.isNotFound {
            // It was there a moment ago: names are changing.
            log.placeAgain(at: now + Self.namesRetry)
            return
        }
        log.problem = "\(failure)" + Self.help(for: failure)
        log.placeAgain(at: now + min(Self.firstRetry << Int64(min(log.failures, 10)), Self.lastRetry))
        log.failures += 1
    }
}
