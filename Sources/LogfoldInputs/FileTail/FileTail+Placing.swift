import LogfoldCore
import LogfoldIO

// Where the files of a log lie now, and which ones nobody has seen yet.
extension FileTail {
    /// How long a file may be nowhere before it is given up: names are not read at one instant.
    private static let missingWait: Int64 = 250_000_000
    /// After this the files of a log that cannot be opened are tried again; each time it takes twice as long.
    private static let firstRetry: Int64 = 1_000_000_000, lastRetry: Int64 = 60_000_000_000

    /// Finds the files of a log: those that are known at the names that they have now, and those that came after them.
    func place(_ log: TailedLog, _ feed: any Feed, _ now: Int64) {
        log.mustPlace = false
        log.problem = nil
        checkOpen(log, feed, now)
        // By its first line a file is known in its copies.
        isPlacing = true
        for file in log.files { readHead(of: file, feed, now) }
        isPlacing = false
        log.mustPlace = false
        let candidates = siblings(of: log).map { Candidate($0, in: files) }
        recognizeOpen(log, candidates, feed)
        recognizeClosed(log, candidates, feed, now)
        recognizeNameless(log, candidates)
        takeNew(log, candidates, feed, now)
        settleMissing(log, candidates, feed, now)
        putInOrder(log, candidates)
        retryLater(log, candidates, now)
        for file in log.files {
            readHead(of: file, feed, now)
            if file.reader != nil || file.isLive { enqueue(file) }
        }
        if let front = log.front { enqueue(front) }
    }

    /// The siblings that lie on the disk, in order. Read again until two looks agree, since a rotation may be under way.
    private func siblings(of log: TailedLog) -> [Sibling] {
        var last = look(for: log)
        for _ in 0..<4 {
            let next = look(for: log)
            if next == last { break }
            last = next
        }
        return Sibling.inOrder(last)
    }

    private func look(for log: TailedLog) -> [Sibling] {
        var siblings: [Sibling] = []
        // Without its pattern the path is not read; its rotated files still are, once the path was.
        var paths: Set<String> = isIncluded(log.path) ? [log.path] : []
        for base in log.bases {
            let folder = directory(of: base)
            let prefix = folder == "/" ? "/" : folder + "/"
            let start = base.dropFirst(prefix.count)
            for name in (try? files.names(inDirectory: folder)) ?? [] where name.hasPrefix(start) {
                let path = prefix + name
                if path != log.path, RotationName(path).logicalPath == base { paths.insert(path) }
            }
        }
        for path in paths.union(log.files.map(\.path)).sorted() {
            guard let status = try? files.status(at: path), status.kind == .regular else { continue }
            guard path != log.path || paths.contains(path) else { continue }
            siblings.append(
                Sibling(path: path, name: RotationName(path), isLive: path == log.path, stamp: FileStamp(status)))
        }
        return siblings
    }

    /// A file that was cut must not be taken for what it was.
    private func checkOpen(_ log: TailedLog, _ feed: any Feed, _ now: Int64) {
        for file in log.files {
            guard let reader = file.reader, (try? reader.isUnchanged()) == false else { continue }
            contentHasChanged(file, feed, now)
        }
    }

    /// Files that are open are known by what names them: nothing else can have it.
    private func recognizeOpen(_ log: TailedLog, _ candidates: [Candidate], _ feed: any Feed) {
        for file in log.files {
            file.isLive = false
            guard let reader = file.reader else { continue }
            if let candidate = candidates.first(where: { $0.owner == nil && $0.stamp.id == reader.id }) {
                attach(file, to: candidate, feed)
            } else {
                file.isNameless = true
            }
        }
    }

    /// Files that are closed are looked for where they were last, then everywhere; the newest first.
    private func recognizeClosed(_ log: TailedLog, _ candidates: [Candidate], _ feed: any Feed, _ now: Int64) {
        for file in log.files.reversed() where file.reader == nil {
            let free = candidates.filter { $0.owner == nil }
            let likely = free.filter { $0.stamp.id == file.stamp?.id } + free.filter { $0.sibling.path == file.path }
            for candidate in likely + free.reversed() where recognize(file, candidate, feed, now) { break }
        }
    }

    private func recognize(_ file: TailedFile, _ candidate: Candidate, _ feed: any Feed, _ now: Int64) -> Bool {
        if let other = filesByID[candidate.stamp.id], other !== file, other.reader != nil { return false }
        let match = candidate.match(file)
        switch match {
        case .none: return false
        case .known:
            file.isDone = file.isDone || !candidate.sibling.isLive
            file.isReadWhole(as: candidate.stamp)
        case .cut(let offset):
            end(file, feed)
            file.goBack(to: offset)
        case .continues: file.stamp = candidate.stamp
        case .compressed: break
        }
        attach(file, to: candidate, feed)
        let hasMore = match == .compressed || match != .known && (!file.isDone || candidate.stamp.size > file.position)
        if hasMore, makeRoom() { open(file, from: candidate, isCompressed: match == .compressed, now) }
        return true
    }

    private func open(_ file: TailedFile, from candidate: Candidate, isCompressed: Bool, _ now: Int64) {
        guard let reader = candidate.reader(at: isCompressed ? nil : file.offset) else { return }
        file.open(reader, now: now)
        guard isCompressed else { return }
        file.search = TailedFile.Search(for: file)
        file.mustBeSaved = true
    }

    private func attach(_ file: TailedFile, to candidate: Candidate, _ feed: any Feed) {
        candidate.owner = file
        if filesByPath[file.path] === file { filesByPath[file.path] = nil }
        let hasMoved = file.path != candidate.sibling.path
        file.path = candidate.sibling.path
        filesByPath[file.path] = file
        // Size and time are taken over when its bytes were seen to be the same.
        if file.stamp?.id != candidate.stamp.id {
            if let old = file.stamp?.id, filesByID[old] === file { filesByID[old] = nil }
            file.stamp = candidate.stamp
        }
        filesByID[candidate.stamp.id] = file
        file.isLive = candidate.sibling.isLive
        file.isNameless = false
        file.isSetAside = false
        file.missingSince = nil
        if hasMoved, let source = file.source { feed.moved(source) }
    }

    /// A file that is open and was deleted may lie there once more, copied or packed; then that is where it is found
    /// when it is closed.
    private func recognizeNameless(_ log: TailedLog, _ candidates: [Candidate]) {
        for file in log.files.reversed() where file.isNameless {
            let copy = candidates.last { $0.owner == nil && !$0.sibling.isLive && $0.match(file) != .none }
            copy?.owner = file
        }
    }

    /// A file that is nowhere, twice, is given up, unless it may be one that cannot be looked into.
    private func settleMissing(_ log: TailedLog, _ candidates: [Candidate], _ feed: any Feed, _ now: Int64) {
        let isAllSeen = candidates.allSatisfy { $0.failure == nil || $0.failure?.isNotFound == true }
        for file in log.files where file.reader == nil && !candidates.contains(where: { $0.owner === file }) {
            let since = file.missingSince ?? now
            file.missingSince = since
            if now - since < Self.missingWait {
                log.placeAt = min(log.placeAt ?? .max, since + Self.missingWait)
            } else if isAllSeen {
                giveUp(file, feed)
            } else {
                file.isSetAside = true
            }
        }
    }

    /// Files that nobody knows and that are newer than the oldest one that is known; where none is known, those that
    /// the patterns name.
    private func takeNew(_ log: TailedLog, _ candidates: [Candidate], _ feed: any Feed, _ now: Int64) {
        let oldest = candidates.firstIndex { $0.owner != nil }
        let lastSight = log.files.map(\.seen).max()
        for (index, candidate) in candidates.enumerated() where candidate.owner == nil {
            let isNewer: Bool
            if candidate.sibling.isLive {
                isNewer = true
            } else if let oldest {
                isNewer = index > oldest
            } else if let lastSight {
                isNewer = candidate.stamp.modified > lastSight
            } else {
                isNewer = log.matches.contains(candidate.sibling.path)
            }
            if isNewer, !log.files.contains(where: { candidate.isCopy(of: $0) }) { take(candidate, of: log, feed, now) }
        }
    }

    private func take(_ candidate: Candidate, of log: TailedLog, _ feed: any Feed, _ now: Int64) {
        if let other = filesByID[candidate.stamp.id], isStill(other, candidate) {
            noteOtherName(candidate.sibling.path, of: other, candidate.stamp.id)
            return
        }
        guard makeRoom() else {
            log.placeAt = min(log.placeAt ?? .max, now + Self.firstRetry)
            return
        }
        guard let reader = candidate.reader() else { return }
        let file = TailedFile(key: feed.newKey(), of: log, at: candidate.sibling.path)
        file.open(reader, now: now)
        file.stamp = candidate.stamp
        file.seen = clock.now
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
        if let status = try? files.status(at: file.path), FileID(status) == id {
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

    /// What could not be opened is tried again, ever more seldom.
    private func retryLater(_ log: TailedLog, _ candidates: [Candidate], _ now: Int64) {
        guard let failure = candidates.lazy.compactMap(\.failure).first else {
            log.failures = 0
            return
        }
        if failure.isNotFound {
            // It was there a moment ago: names are changing.
            log.placeAt = min(log.placeAt ?? .max, now + 20_000_000)
            return
        }
        log.problem = "\(failure)" + Self.help(for: failure)
        let wait = min(Self.firstRetry << Int64(min(log.failures, 10)), Self.lastRetry)
        log.failures += 1
        log.placeAt = min(log.placeAt ?? .max, now + wait)
    }
}
