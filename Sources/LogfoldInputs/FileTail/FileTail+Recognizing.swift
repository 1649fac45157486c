import LogfoldCore
import LogfoldIO

// Which of the files that are known lies where now.
extension FileTail {
    /// A file that was cut must not be taken for what it was. Returns whether one was.
    @discardableResult
    func checkOpen(_ log: TailedLog, _ feed: any Feed, _ now: Int64) -> Bool {
        let cut = log.files.filter { (try? $0.reader?.isUnchanged()) == false }
        for file in cut { contentHasChanged(file, feed, now) }
        return !cut.isEmpty
    }

    /// Whether a file is not what it was any more when it was recognized. Then everything is looked at again.
    func hasBeenCut(_ log: TailedLog, _ candidates: [Candidate], _ feed: any Feed, _ now: Int64) -> Bool {
        let closed = candidates.filter { $0.owner.map { $0.reader == nil } ?? false }
        let isShorter = closed.contains { candidate in
            guard let status = try? files.look(at: candidate.sibling.path) else { return true }
            return FileID(status) != candidate.stamp.id || status.size < candidate.stamp.size
        }
        if isShorter { log.mustPlace = true }
        return checkOpen(log, feed, now) || isShorter
    }

    /// Files that are open are known by what names them: nothing else can have it.
    func recognizeOpen(_ log: TailedLog, _ candidates: [Candidate], _ feed: any Feed) {
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
    func recognizeClosed(_ log: TailedLog, _ candidates: [Candidate], _ feed: any Feed, _ now: Int64) {
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
        case .known: file.isReadWhole(as: candidate.stamp)
        case .cut(let offset):
            end(file, feed)
            file.goBack(to: offset)
        case .continues(let offset):
            file.marks.forget(behind: offset)
        case .compressed: break
        }
        attach(file, to: candidate, feed)
        let hasMore = match == .compressed || match != .known && (!file.isDone || candidate.stamp.size > file.position)
        if hasMore, makeRoom(isForFront: file.log.front === file, feed) {
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
        guard isCompressed || candidate.stillHolds(file) else {
            file.log.mustPlace = true
            return
        }
        file.open(reader, now: now)
        guard isCompressed else {
            file.stamp = candidate.stamp
            return
        }
        file.search = TailedFile.Search(for: file)
        file.mustBeSaved = true
    }

    func attach(_ file: TailedFile, to candidate: Candidate, _ feed: any Feed) {
        candidate.owner = file
        if filesByPath[file.path] === file { filesByPath[file.path] = nil }
        let hasMoved = file.path != candidate.sibling.path
        file.path = candidate.sibling.path
        filesByPath[file.path] = file
        if let old = file.stamp?.id, filesByID[old] === file { filesByID[old] = nil }
        // Size and time are taken over when its bytes were seen to be the same.
        file.stamp = FileStamp(
            id: candidate.stamp.id, size: file.stamp?.size ?? candidate.stamp.size,
            modified: file.stamp?.modified ?? candidate.stamp.modified)
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
    func recognizeNameless(_ log: TailedLog, _ candidates: [Candidate]) {
        for file in log.files.reversed() where file.isNameless {
            let copy = candidates.last { $0.owner == nil && !$0.sibling.isLive && $0.isLeft(of: file) }
            copy?.owner = file
        }
    }
}
