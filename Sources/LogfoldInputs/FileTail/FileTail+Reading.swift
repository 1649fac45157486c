import LogfoldCore
import LogfoldIO
import LogfoldParsing

// One piece of one file.
extension FileTail {
    /// Between two looks at a file that is open and may have no name that inotify tells of.
    static let drainLook: Int64 = 1_000_000_000
    /// How long a compressed file that ends in its middle may stand still before it is taken as it is.
    static let unfinishedWait: Int64 = 10_000_000_000

    /// Looks at a file and reads a piece, if it is its turn. Returns how many bytes were read.
    func visit(_ file: TailedFile, _ feed: any Feed, _ now: Int64) -> Int {
        guard file.missingSince == nil, !file.isBroken, look(at: file, feed, now), let reader = file.reader else {
            return 0
        }
        file.seen = wall
        let isItsTurn = file.isDone || file.log.front === file
        // Of a file that has to wait only the beginning is of interest: whether there is any.
        guard isItsTurn || file.head == nil else {
            if let front = file.log.front { enqueue(front) }
            return 0
        }
        guard file.head == nil || file.isPlaced else {
            file.log.mustPlace = true
            return 0
        }
        if isItsTurn, file.isPacked, !mayUnpack(file) { return 0 }
        if isItsTurn { giveHeld(of: file, feed) }
        let step: ReadStep
        do throws(FileSystemError) {
            let limit = file.search.map { Int(min($0.target - reader.offset, Int64(Self.chunk))) } ?? Self.chunk
            step =
                limit == 0 ? .bytes(0..<0) : try reader.read(into: &buffer, limit: isItsTurn ? limit : FileHead.longest)
        } catch {
            hasFailed(file, error, now)
            return 0
        }
        defer { if !isItsTurn { putAway(file) } }
        return take(step, of: file, reader, feed, now)
    }

    /// Reads the first line of a file, so that it is known as soon as it is seen.
    func readHead(of file: TailedFile, _ feed: any Feed, _ now: Int64) {
        guard file.head == nil, let reader = file.reader, look(at: file, feed, now) else { return }
        do throws(FileSystemError) {
            let step = try reader.read(into: &buffer, limit: FileHead.longest)
            _ = take(step, of: file, reader, feed, now)
            putAway(file)
        } catch {
            hasFailed(file, error, now)
        }
    }

    /// Finds out whether the path still names the file, and opens it where there is something to be read. Returns
    /// whether reading can be tried.
    private func look(at file: TailedFile, _ feed: any Feed, _ now: Int64) -> Bool {
        do throws(FileSystemError) {
            var status: FileStatus?
            // Of a file that is open inotify tells when its path comes to name another.
            if file.reader == nil || file.isLive && watcher.isPolling {
                let atPath = try? files.look(at: file.path)
                let expected = file.reader?.id ?? file.stamp?.id
                if let atPath, FileID(atPath) == expected, atPath.kind == .regular {
                    status = atPath
                } else {
                    file.log.mustPlace = true
                }
            }
            if status == nil { status = try file.reader?.file.status() }
            guard let status else { return false }
            file.lookedSize = status.size
            file.lookedModified = status.modified
            guard file.reader == nil else { return true }
            // A closed file that has not changed has nothing to be read.
            if status.size != file.position || status.modified != file.stamp?.modified {
                if !file.log.lacksRoom { file.log.mustPlace = true }
            } else if !file.isAtEnd || file.log.front === file {
                reachedEnd(of: file, feed, now)
            }
            return false
        } catch {
            hasFailed(file, error, now)
            return false
        }
    }

    private func take(
        _ step: ReadStep, of file: TailedFile, _ reader: ContentReader, _ feed: any Feed, _ now: Int64
    ) -> Int {
        switch step {
        case .changed:
            contentHasChanged(file, feed, now)
            return 0
        case .bytes(let range):
            file.isAtEnd = false
            file.active = now
            file.problem = nil
            file.stamp = FileStamp(
                id: reader.id, size: max(file.lookedSize, reader.position), modified: file.lookedModified)
            if file.search != nil {
                search(file, reader, now)
            } else {
                give(buffer[range], of: file, feed)
            }
            // What was there at the look was read: to ask for more would be to ask for nothing.
            if !reader.isCompressed, reader.position >= file.lookedSize, file.search == nil {
                reachedEnd(of: file, feed, now)
            } else {
                enqueue(file)
            }
            return range.count
        case .end:
            file.stamp = FileStamp(id: reader.id, size: reader.position, modified: file.lookedModified)
            if let search = file.search {
                endedEarly(file, reader, search, feed, now)
            } else {
                // Nothing is ever written to a packed file that is whole.
                if reader.isCompressed, file.head != nil, file.held.isEmpty { file.close() }
                reachedEnd(of: file, feed, now)
            }
            return 0
        case .unfinished:
            if now - file.active >= Self.unfinishedWait {
                loseRest(of: file, reader, feed, now, "it ends in the middle of its compressed data")
            } else {
                file.wakeAt = min(file.active + Self.unfinishedWait, now + Self.drainLook)
            }
            return 0
        case .damaged(let error):
            loseRest(of: file, reader, feed, now, "\(error)")
            return 0
        }
    }

    /// Gives bytes to the engine, from the first complete line on.
    private func give(_ bytes: ArraySlice<UInt8>, of file: TailedFile, _ feed: any Feed) {
        guard file.head == nil else {
            push(bytes, of: file, feed)
            return
        }
        file.held.append(contentsOf: bytes)
        guard let head = FileHead(of: file.held) else { return }
        begin(file, head, feed)
    }

    /// Now it is known which file it is; it is the engine's as soon as nothing can lie before it that nobody knows.
    private func begin(_ file: TailedFile, _ head: FileHead, _ feed: any Feed) {
        file.head = head
        file.generation = file.log.generation(of: head, besides: file)
        file.log.mustPlace = true
    }

    /// Gives the engine what was read while it could not be given.
    func giveHeld(of file: TailedFile, _ feed: any Feed) {
        guard !file.held.isEmpty, file.head != nil else { return }
        let held = file.held
        file.held = []
        push(held[...], of: file, feed)
    }

    private func push(_ bytes: ArraySlice<UInt8>, of file: TailedFile, _ feed: any Feed) {
        let source = source(of: file, feed)
        unsafe bytes.withUnsafeBytes {
            feed.push(unsafe RawSpan(_unsafeBytes: $0), of: source, at: file.offset)
        }
        file.advance(by: bytes)
        file.lastRead = wall
    }

    /// The number under which the engine knows a file; begins it if it does not know it yet.
    func source(of file: TailedFile, _ feed: any Feed) -> UInt32 {
        if let source = file.source { return source }
        let source = feed.open(description(of: file), of: self)
        hasBegun(file, as: source, feed)
        return source
    }

    /// Notes the number of a file, and has it saved: from now on what follows it is read, whatever happens.
    func hasBegun(_ file: TailedFile, as source: UInt32, _ feed: any Feed) {
        file.source = source
        file.isSaved = true
        file.sources.append(source)
        if file.sources.count > 8 { filesBySource[file.sources.removeFirst()] = nil }
        file.resume = nil
        filesBySource[source] = file
        feed.moved(source)
    }

    /// What the engine is told of a file.
    func description(of file: TailedFile) -> SourceDescription {
        var description = SourceDescription(key: file.key, path: file.path, logicalPath: file.log.path)
        description.generation = file.generation
        description.service = options.service ?? ServicePath.service(of: file.log.path)
        if !file.isLive { description.referenceTime = file.stamp?.modified }
        description.resume = file.resume
        if description.resume == nil, file.offset > 0 {
            description.resume = ResumePoint(position: SourcePosition(offset: file.offset), delivered: [])
        }
        return description
    }
}

// Compressed files are unpacked one after the other: what that takes is far more than a file takes that waits.
extension FileTail {
    /// Bytes of memory that unpacking takes at the most: the window of `zstd -19`, and room around it.
    package static let unpackingBytes = 9 << 20

    /// Whether it is a file's turn to be unpacked; else it waits for the one that is.
    private func mayUnpack(_ file: TailedFile) -> Bool {
        guard isUnpacking, unpacking !== file else {
            unpacking = file
            return true
        }
        file.putAway()
        if !packed.contains(where: { $0 === file }) { packed.append(file) }
        return false
    }

    /// Whether there is a file that goes on being unpacked. One that another comes before now does not.
    private var isUnpacking: Bool {
        // One that begins again, since its place lies before what it was known by, holds nothing for a moment.
        guard let file = unpacking, file.isPacked, !file.isAtEnd, !file.isBroken else { return false }
        if file.isDone || file.log.front === file { return true }
        file.putAway()
        return false
    }

    /// Gives the next file that waits for it its turn.
    func unpackNext() {
        guard !packed.isEmpty, !isUnpacking else { return }
        enqueue(packed.removeFirst())
    }

    /// Of a packed file that has to wait its first line is known, and that is enough.
    private func putAway(_ file: TailedFile) {
        if file.head != nil, unpacking !== file, file.reader?.isUnpacking == true { file.putAway() }
    }
}

// Compressed files, and files that cannot be read.
extension FileTail {
    /// Decompresses up to where the bytes are new, and finds out on the way whether it is the right file.
    private func search(_ file: TailedFile, _ reader: ContentReader, _ now: Int64) {
        while var search = file.search, reader.offset >= search.target {
            guard search.pass(reader.tail) else {
                isAnother(file, reader)
                return
            }
            guard !search.isUnderWay else {
                file.search = search
                continue
            }
            goTo(file.offset, in: file, reader, now)
            return
        }
    }

    /// The lines before the place that was searched for may have to be read once more.
    private func goTo(_ offset: Int64, in file: TailedFile, _ reader: ContentReader, _ now: Int64) {
        if reader.offset > offset { file.open(ContentReader(reader.file, id: reader.id), now: now) }
        file.search = file.reader?.offset == offset ? nil : TailedFile.Search(target: offset)
    }

    /// A compressed file is shorter than what was read. It is another one, unless it is a copy that was made before the
    /// last lines were read.
    private func endedEarly(
        _ file: TailedFile, _ reader: ContentReader, _ search: TailedFile.Search, _ feed: any Feed, _ now: Int64
    ) {
        guard let passed = search.passed, passed == file.marks.deciding(reader.offset) else {
            isAnother(file, reader)
            return
        }
        if reader.offset > file.offset {
            file.marks.forget(behind: reader.offset)
            goTo(file.offset, in: file, reader, now)
            enqueue(file)
        } else {
            file.close()
            reachedEnd(of: file, feed, now)
        }
    }

    /// What looked like the file is another one.
    private func isAnother(_ file: TailedFile, _ reader: ContentReader) {
        file.notThis.insert(reader.id)
        if filesByID[reader.id] === file { filesByID[reader.id] = nil }
        if filesByPath[file.path] === file { filesByPath[file.path] = nil }
        file.close()
        file.log.mustPlace = true
    }

    /// The file does not hold what was read of it any more: it was cut, or written anew. What is there now is another
    /// file; this one may lie elsewhere, if it was copied before.
    func contentHasChanged(_ file: TailedFile, _ feed: any Feed, _ now: Int64) {
        guard let reader = file.reader else { return }
        if filesByID[reader.id] === file { filesByID[reader.id] = nil }
        if filesByPath[file.path] === file { filesByPath[file.path] = nil }
        if !file.held.isEmpty, file.head == nil {
            // Half a line, and it is gone.
            forget(file, feed)
        }
        file.close()
        file.isLive = false
        file.missingSince = now
        file.log.mustPlace = true
    }

    /// The rest of a compressed file cannot be had.
    private func loseRest(
        of file: TailedFile, _ reader: ContentReader, _ feed: any Feed, _ now: Int64, _ reason: String
    ) {
        let rest = max(0, file.lookedSize - reader.position)
        lose(rest, of: file, feed, "'\(file.path)': \(reason)")
        file.search = nil
        file.isBroken = true
        reachedEnd(of: file, feed, now)
    }

    private func hasFailed(_ file: TailedFile, _ error: FileSystemError, _ now: Int64) {
        file.problem = "\(error)" + Self.help(for: error)
        file.wakeAt = now + min(1_000_000_000 << Int64(min(file.failures, 10)), 60_000_000_000)
        file.failures += 1
    }

    /// What would help against a failure.
    static func help(for error: FileSystemError) -> String {
        if error.isDenied {
            return
                "; add the user to the group that may read it (adm on Debian), or give the service CAP_DAC_READ_SEARCH"
                + " with the drop-in logfold.service.d/read-all.conf"
        }
        if error.isOutOfDescriptors { return "; raise LimitNOFILE or lower max_open_files" }
        return ""
    }
}
