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
        noteGrowing(log, candidates, now)
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

    /// The siblings that lie on the disk, in order. Read again until two looks agree, since a rotation may be under way;
    /// while everything is looked at, inotify tells of that.
    private func siblings(of log: TailedLog) -> [Sibling] {
        var last = look(for: log)
        for _ in 0..<4 where !isScanning {
            let next = look(for: log)
            if next == last { break }
            last = next
        }
        return Sibling.inOrder(last)
    }

    private func look(for log: TailedLog) -> [Sibling] {
        // Without its pattern the path is not read; its rotated files still are, once the path was.
        let isRead = isIncluded(log.path)
        var paths: Set<String> = isRead ? [log.path] : []
        for base in log.bases { paths.formUnion(names(of: base, log)) }
        paths.formUnion(log.files.map(\.path))
        if !isRead { paths.remove(log.path) }
        var siblings: [Sibling] = []
        for path in paths.sorted() {
            guard let status = status(at: path, of: log) else { continue }
            guard status.kind == .regular else {
                if path == log.path { log.problem = "'\(path)' is not a file that can be read like a log" }
                continue
            }
            guard !ownStreams.contains(status) else {
                log.problem = "'\(path)' is what this agent itself writes; exclude it, or send its output elsewhere"
                continue
            }
            siblings.append(
                Sibling(path: path, name: RotationName(path), isLive: path == log.path, stamp: FileStamp(status)))
        }
        return siblings
    }

    /// What lies at a path; that it cannot be seen does not mean that it is not there.
    private func status(at path: String, of log: TailedLog) -> FileStatus? {
        do throws(FileSystemError) { return try files.look(at: path) } catch {
            if !error.isNotFound { log.failure = error }
            return nil
        }
    }

    private func names(in folder: String, of log: TailedLog) -> [String] {
        do throws(FileSystemError) { return try files.list(folder) } catch {
            if !error.isNotFound { log.failure = error }
            return []
        }
    }

    /// The paths that rotation may have made of a path.
    private func names(of base: String, _ log: TailedLog) -> [String] {
        let folder = directory(of: base)
        if isScanning {
            if listings[folder] == nil { listings[folder] = listing(of: folder, log) }
            return listings[folder]?[base] ?? []
        }
        let prefix = folder == "/" ? "/" : folder + "/"
        let start = base.dropFirst(prefix.count)
        return names(in: folder, of: log).filter { $0.hasPrefix(start) }.map { prefix + $0 }.filter {
            $0 != base && RotationName($0).logicalPath == base
        }
    }

    /// All names of a directory that rotation has given, by the path that they come from.
    private func listing(of folder: String, _ log: TailedLog) -> [String: [String]] {
        let prefix = folder == "/" ? "/" : folder + "/"
        var names: [String: [String]] = [:]
        for name in self.names(in: folder, of: log) {
            let rotated = RotationName(prefix + name)
            if !rotated.isLive { names[rotated.logicalPath, default: []].append(prefix + name) }
        }
        return names
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
                mayHaveNameless = true
                if let status = try? reader.file.status() { file.lookedSize = status.size }
            }
        }
    }

    /// Files that are closed are looked for where they were last, then everywhere; the newest first. One that holds only
    /// a part of what was read counts where there is no other: it may have lost its last bytes in a power failure.
    private func recognizeClosed(_ log: TailedLog, _ candidates: [Candidate], _ feed: any Feed, _ now: Int64) {
        for file in log.files.reversed() where file.reader == nil {
            let free = candidates.filter { $0.owner == nil }
            let likely = free.filter { $0.stamp.id == file.stamp?.id } + free.filter { $0.sibling.path == file.path }
            var partial: (candidate: Candidate, match: Candidate.Match)?
            var whole: (candidate: Candidate, match: Candidate.Match)?
            for candidate in likely + free.reversed() where whole == nil {
                if let other = filesByID[candidate.stamp.id], other !== file, other.reader != nil { continue }
                let match = candidate.match(file)
                if match.isPartial(of: file) {
                    partial = partial ?? (candidate, match)
                } else if match != .none {
                    whole = (candidate, match)
                }
            }
            if let found = whole ?? partial { recognize(file, found.candidate, found.match, feed, now) }
        }
    }

    private func recognize(
        _ file: TailedFile, _ candidate: Candidate, _ match: Candidate.Match, _ feed: any Feed, _ now: Int64
    ) {
        switch match {
        case .none: return
        case .known:
            if !candidate.sibling.isLive {
                // What is open in it comes before what follows it.
                end(file, feed)
                file.isDone = true
            }
            file.isReadWhole(as: candidate.stamp)
        case .cut(let offset):
            end(file, feed)
            file.goBack(to: offset)
        case .continues(let offset):
            file.marks.forget(behind: offset)
        case .compressed: break
        }
        attach(file, to: candidate, feed)
        let hasMore = match == .compressed || match != .known && (!file.isDone || candidate.stamp.size > file.position)
        if hasMore, makeRoom(for: file) {
            if match != .compressed { file.stamp = candidate.stamp }
            open(file, from: candidate, isCompressed: match == .compressed, now)
        } else if match == .compressed || candidate.stamp.size > file.position {
            file.log.lacksRoom = true
        } else if match != .compressed {
            // Only its time is another.
            file.stamp = candidate.stamp
        }
    }

    private func open(_ file: TailedFile, from candidate: Candidate, isCompressed: Bool, _ now: Int64) {
        guard
            let reader = isCompressed
                ? candidate.reader() : candidate.reader(at: file.offset, expecting: file.marks.latest)
        else { return }
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
        file.wasFound = true
        if hasMoved, let source = file.source { feed.moved(source) }
    }

    /// A file that is open and was deleted may lie there once more, copied or packed; then that is where it is found
    /// when it is closed.
    private func recognizeNameless(_ log: TailedLog, _ candidates: [Candidate]) {
        for file in log.files.reversed() where file.isNameless {
            let copy = candidates.last { $0.owner == nil && !$0.sibling.isLive && $0.isLeft(of: file) }
            copy?.owner = file
        }
    }

    /// What is being packed is waited for, as long as it grows, if it may be a file that is missing or a new one.
    private func noteGrowing(_ log: TailedLog, _ candidates: [Candidate], _ now: Int64) {
        let before = log.growing
        log.growing = [:]
        let isMissing = log.files.contains { file in
            file.reader == nil && !candidates.contains { $0.owner === file }
        }
        guard let oldest = isMissing ? -1 : candidates.firstIndex(where: { $0.owner != nil }) else { return }
        for candidate in candidates[(oldest + 1)...] where candidate.owner == nil {
            guard candidate.sibling.name.isCompressed, candidate.isUnfinished else { continue }
            let size = candidate.stamp.size
            let since = before[candidate.stamp.id].flatMap { $0.size == size ? $0.since : nil } ?? now
            guard now - since < Self.unfinishedWait else { continue }
            log.growing[candidate.stamp.id] = (size, since)
            log.placeAgain(at: now + Self.drainLook)
        }
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
        log.waiting = []
        for candidate in new.map({ candidates[$0] }) where log.growing[candidate.stamp.id] == nil {
            if isBeingMade(candidate, of: log, candidates) {
                log.waiting.insert(candidate.sibling.path)
            } else {
                take(candidate, of: log, feed, now)
            }
        }
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
        let hasPlace = log.files.first.map { first in first.head != nil && candidates.contains { $0.owner === first } }
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

    private func take(_ candidate: Candidate, of log: TailedLog, _ feed: any Feed, _ now: Int64) {
        if let other = filesByID[candidate.stamp.id], isStill(other, candidate) {
            noteOtherName(candidate.sibling.path, of: other, candidate.stamp.id)
            return
        }
        guard makeRoom() else {
            log.lacksRoom = true
            return
        }
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
