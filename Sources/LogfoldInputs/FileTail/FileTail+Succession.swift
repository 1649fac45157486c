import LogfoldCore
import LogfoldIO
import LogfoldParsing

// How a file ends, and what comes after it.
extension FileTail {
    /// How long the rest of a last line is waited for in a file that was rotated.
    private static let lastLineWait: Int64 = 2_000_000_000

    /// A read has found no more.
    func reachedEnd(of file: TailedFile, _ feed: any Feed, _ now: Int64) {
        file.isAtEnd = true
        if let source = file.source, !isFollowed(file) { feed.reachedEnd(of: source) }
        // A file that comes between this one and the next may not be known yet.
        guard !isPlacing else { return }
        advance(file.log, feed, now)
        if file.isDone, file.mustBeSaved { saveEnd(of: file, feed) }
        rest(file, feed, now)
    }

    /// Whether the next file of the log has begun and is about to be read: an event that is open here may go on there.
    func isFollowed(_ file: TailedFile) -> Bool { !file.isDone && file.log.successor(of: file)?.head != nil }

    /// Goes on to the next file of a log as long as the front one is read to its end and the next has begun.
    private func advance(_ log: TailedLog, _ feed: any Feed, _ now: Int64) {
        while let front = log.front, front.isAtEnd, front.missingSince == nil, let next = log.successor(of: front) {
            guard hasBegun(next) else { return }
            guard isStillAtEnd(front) else { return }
            if !front.endsWithLine, !front.isBroken, now - front.active < Self.lastLineWait {
                front.wakeAt = front.active + Self.lastLineWait
                return
            }
            succeed(front, by: next, feed)
            enqueue(next)
        }
    }

    /// What was written to a file while the next one began comes first: has it read, where there is any.
    private func isStillAtEnd(_ file: TailedFile) -> Bool {
        if file.isBroken { return true }
        if let reader = file.reader {
            guard !reader.isCompressed, let size = try? reader.file.status().size, size > reader.position else {
                return true
            }
            enqueue(file)
        } else {
            // Under its path there may be another one by now.
            let status = try? files.look(at: file.path)
            if let status, FileStamp(status) == file.stamp { return true }
            if !file.log.lacksRoom { file.log.mustPlace = true }
        }
        return false
    }

    /// Whether a file has a first line, or will never have more than it has.
    private func hasBegun(_ file: TailedFile) -> Bool {
        file.head != nil && file.isPlaced || file.isAtEnd && !file.isLive && file.log.successor(of: file) != nil
    }

    /// A file was read to its end, and reading goes on in the next one, where an open event goes on as well.
    private func succeed(_ file: TailedFile, by next: TailedFile, _ feed: any Feed) {
        giveWhole(file, feed)
        giveHeld(of: file, feed)
        file.isDone = true
        let isContinued = file.endsWithLine && next.source == nil && next.head != nil && next.offset == 0
        if isContinued, let source = file.source {
            hasBegun(next, as: feed.succeed(source, with: description(of: next), of: self), feed)
            file.source = nil
        } else {
            end(file, feed)
        }
        giveHeld(of: next, feed)
    }

    /// Has it saved in which form a file was found that has nothing new.
    private func saveEnd(of file: TailedFile, _ feed: any Feed) {
        file.mustBeSaved = false
        let isEnded = file.source == nil
        feed.moved(source(of: file, feed))
        if isEnded { end(file, feed) }
    }

    /// Gives the engine what was held back of a file of which no more will come.
    private func giveWhole(_ file: TailedFile, _ feed: any Feed) {
        guard file.head == nil, !file.held.isEmpty else { return }
        let head = FileHead(whole: file.held[...])
        file.generation = file.log.generation(of: head, besides: file)
        file.head = head
        giveHeld(of: file, feed)
    }

    /// The engine need not wait for more of a file.
    func end(_ file: TailedFile, _ feed: any Feed) {
        guard let source = file.source else { return }
        file.source = nil
        feed.finish(source)
    }

    /// What is open at its end and not at the path that is read is looked at now and then, and closed when nothing was
    /// written to it for long.
    func rest(_ file: TailedFile, _ feed: any Feed, _ now: Int64) {
        guard file.reader != nil, !file.isLive || file.isDone, file.isAtEnd else { return }
        let wait = options.rotateWait.nanoseconds
        guard now - file.active >= wait else {
            file.wakeAt = min(file.wakeAt ?? .max, now + min(Self.drainLook, wait))
            return
        }
        guard file.isDone || file.isNameless else {
            // Renamed, and nothing has come in its place: it is at home where it is now.
            if file.head != nil { file.close() }
            return
        }
        giveWhole(file, feed)
        end(file, feed)
        let isGone = file.isNameless
        file.close()
        file.isDone = true
        if isGone { file.log.mustPlace = true }
    }

    /// A file that is nowhere any more: what was not read of it is lost.
    func giveUp(_ file: TailedFile, _ feed: any Feed) {
        noteLoss(of: file, feed)
        forget(file, feed)
    }

    /// The same, but that it was there is not forgotten: what comes after it must be known to be newer.
    func remember(_ file: TailedFile, _ feed: any Feed) {
        guard !file.isGivenUp else { return }
        noteLoss(of: file, feed)
        file.isGivenUp = true
        file.isDone = true
        saveEnd(of: file, feed)
    }

    private func noteLoss(of file: TailedFile, _ feed: any Feed) {
        if !file.isDone {
            let reason =
                "'\(file.path)' has gone or was written anew after \(file.offset) bytes of it were read,"
                + " and no rotated file continues it"
            if file.lag > 0 || !file.wasFound { lose(file.lag, of: file, feed, reason) }
        }
    }

    /// Counts bytes that nobody can read any more, and says so.
    func lose(_ bytes: Int64, of file: TailedFile, _ feed: any Feed, _ reason: String) {
        feed.lostAtSource(file.source, of: self, bytes: bytes, reason: reason)
        // Of what is damaged nobody knows how much it was.
        let amount = bytes > 0 ? "\(bytes) bytes" : "bytes"
        say("Input '\(name)' has lost \(amount) before they could be read: \(reason)")
    }

    /// Nothing needs to be known of a file any more.
    func forget(_ file: TailedFile, _ feed: any Feed) {
        end(file, feed)
        file.close()
        if let id = file.stamp?.id, filesByID[id] === file { filesByID[id] = nil }
        if filesByPath[file.path] === file { filesByPath[file.path] = nil }
        file.log.files.removeAll { $0 === file }
        for source in file.sources { filesBySource[source] = nil }
        if file.isSaved { feed.forget(key: file.key) }
        if let front = file.log.front { enqueue(front) }
    }
}

// Bounds.
extension FileTail {
    private var openFiles: [TailedFile] { order.flatMap(\.files).filter { $0.reader != nil } }

    /// Whether one more file may be open.
    var hasRoom: Bool { openFiles.count < maxOpenFiles }

    /// Makes room for one more open file. Returns false where all that are open are needed.
    func makeRoom(isForFront: Bool, _ feed: any Feed) -> Bool {
        isOutOfRoom = !hasRoom && !closeIdle(isForFront: isForFront, feed)
        return !isOutOfRoom
    }

    /// Closes the file that has been at its end for longest; for one whose turn it is, else one that has to wait.
    private func closeIdle(isForFront: Bool, _ feed: any Feed) -> Bool {
        // What is still empty would hold a place for ever.
        let closable = openFiles.filter { !$0.isNameless && ($0.head != nil || $0.lookedSize == 0) }
        let idle = closable.filter { $0.isAtEnd && !$0.isQueued && $0.held.isEmpty }
        let waiting = closable.filter { isForFront && !$0.isDone && $0.log.front !== $0 }
        guard let file = idle.min(by: { $0.active < $1.active }) ?? waiting.last else { return false }
        guard file.head == nil, file.isLive else {
            file.close()
            return true
        }
        // An empty log has nothing that it could be found again by: it is a new one when something is written to it.
        file.log.waiting.insert(file.path)
        forget(file, feed)
        return true
    }

    /// Closes deleted files, the ones that were idle longest first, until what they hold is within the bound.
    func releasePinned(_ feed: any Feed) {
        guard mayHaveNameless else { return }
        var pinned = order.flatMap(\.files).filter(\.isNameless).sorted { $0.active < $1.active }
        mayHaveNameless = !pinned.isEmpty
        while pinned.reduce(0, { $0 + $1.lookedSize }) > options.maxPinnedBytes, !pinned.isEmpty {
            let file = pinned.removeFirst()
            let lost = file.lookedSize - file.position
            if lost > 0 {
                lose(lost, of: file, feed, "'\(file.path)' was deleted and closed unread: max_pinned_bytes is used up")
            }
            end(file, feed)
            file.close()
            file.isDone = true
            file.log.mustPlace = true
        }
    }
}

// Where reading begins.
extension FileTail {
    /// Whether only what is written to a new file from now on is of interest.
    func isToBeSkipped(_ file: TailedFile) -> Bool {
        if isFirstLook, options.startAt == .end { return true }
        guard let bound = options.ignoreOlder, let stamp = file.stamp else { return false }
        // What follows a file that is known is read, however old it is.
        if file.log.files.contains(where: { $0 !== file && $0.isSaved }) { return false }
        return wall - stamp.modified > bound.nanoseconds
    }

    /// Begins behind the last complete line, and has that saved at once.
    func skipToEnd(_ file: TailedFile, _ feed: any Feed) {
        guard let reader = file.reader, let size = file.stamp?.size else { return }
        do throws(FileSystemError) {
            let front = try ContentReader.bytes(
                of: reader.file, before: min(size, Int64(FileHead.longest)), count: FileHead.longest)
            guard let head = FileHead(of: front), let end = try lastLineEnd(in: reader.file, before: size) else {
                return
            }
            file.head = head
            file.goBack(to: end)
            file.open(try ContentReader(reader.file, id: reader.id, at: end), now: file.active)
            feed.moved(source(of: file, feed))
        } catch {
            file.problem = "\(error)"
        }
    }

    /// The offset behind the last newline; nil where there is none in the last MiB.
    private func lastLineEnd(in file: OpenFile, before size: Int64) throws(FileSystemError) -> Int64? {
        let block = 1 << 16
        var end = size
        while end > 0, size - end < 1 << 20 {
            let bytes = try ContentReader.bytes(of: file, before: end, count: block)
            if let newline = bytes.lastIndex(of: 0x0A) { return end - Int64(bytes.count) + Int64(newline) + 1 }
            end -= Int64(bytes.count)
            if bytes.isEmpty { break }
        }
        return nil
    }
}
