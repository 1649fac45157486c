import LogfoldCore
import LogfoldIO

// Which of the files that are known lies where now.
extension FileTail {
    /// A file that was cut must not be taken for what it was.
    func checkOpen(_ log: TailedLog, _ feed: any Feed, _ now: Int64) {
        for file in log.files {
            guard let reader = file.reader, (try? reader.isUnchanged()) == false else { continue }
            contentHasChanged(file, feed, now)
        }
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

    func attach(_ file: TailedFile, to candidate: Candidate, _ feed: any Feed) {
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
    func recognizeNameless(_ log: TailedLog, _ candidates: [Candidate]) {
        for file in log.files.reversed() where file.isNameless {
            let copy = candidates.last { $0.owner == nil && !$0.sibling.isLive && $0.isLeft(of: file) }
            copy?.owner = file
        }
    }
}
