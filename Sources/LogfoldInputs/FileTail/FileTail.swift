package import LogfoldCore
package import LogfoldIO

/// Reads log files while they are written, through every kind of rotation, and takes up where an earlier run stopped.
///
/// - A **log** (``TailedLog``) is a path; its **files** (``TailedFile``) are what the path has named one after the other.
///   They are read in order, each to its end.
/// - *Placing* finds for each file where it lies now, and which files nobody has seen yet (`FileTail+Placing`). It is
///   done at the start and whenever names change.
/// - *Reading* takes a piece of each file in turn and compares what lies before it (`FileTail+Reading`).
/// - *Succession* ends a file when it was read to its end and another has begun (`FileTail+Succession`).
package final class FileTail: Input {
    /// The name in the configuration.
    package let name: String
    let options: FileTailOptions
    let files: any FileSystem
    let clock: any Clock
    /// Tells a person what should be known.
    let say: (String) -> Void
    let watcher: DirectoryWatcher
    /// How many files are open at most: sinks, positions and other inputs need descriptors too.
    let maxOpenFiles: Int

    let agenda = Agenda()
    /// The logs by their paths, and in the order in which the patterns name them.
    var logs: [String: TailedLog] = [:]
    var order: [TailedLog] = []
    /// The logs whose rotated files begin with a path.
    var logsByBase: [String: TailedLog] = [:]
    /// Where files lie, by the last look.
    var filesByPath: [String: TailedFile] = [:]
    /// Which files are known, by what names them while they are open.
    var filesByID: [FileID: TailedFile] = [:]
    var filesBySource: [UInt32: TailedFile] = [:]

    /// Files that wait for their turn, and the ones of this round, the last first.
    var ready: [TailedFile] = []
    var round: [TailedFile] = []
    /// The compressed file that is read, and those that wait until it was.
    var unpacking: TailedFile?
    var packed: [TailedFile] = []
    var buffer = [UInt8](repeating: 0, count: chunk + FileMark.longest)

    /// The wall time of this turn.
    private(set) var wall: Int64 = 0
    /// Whether a file that is open has no name, perhaps.
    var mayHaveNameless = false
    /// Set while it is found out what comes before what: until then nothing is given to the engine.
    var isPlacing = false
    /// Whether no further file could be opened since the placing of all began: then those that wait for room go on
    /// waiting, and are not looked at.
    var isOutOfRoom = false
    /// Set while everything, or much, is looked at; then directories are listed once.
    private(set) var isScanning = false
    var listings: [String: [String: [String]]] = [:]
    private var restored: [RestoredSource]
    /// What the input that had this one's place has open, until that was taken over.
    var left = LeftFiles()
    /// Whether this input never ran before; then `start_at` counts until the first look is over.
    private(set) var isFirstLook: Bool
    private var isStarted = false
    private var isStopped = false
    /// When changes that were told of are looked at, and the next whole look.
    private var changesAt: Int64?
    private var scanAt: Int64 = 0
    /// What `status` says of the patterns.
    var scanProblems: [String] = []
    /// Where this process writes: to read that would make more of it with each line.
    var ownStreams = OwnStreams(in: PosixFileSystem())
    /// Names of one file that were said already.
    var saidTwice: Set<String> = []

    /// A piece that is read of one file before it is the next one's turn.
    static let chunk = 1 << 17
    /// What is read in one turn.
    private static let turn = 1 << 20
    /// So many logs are placed each by a listing of its own.
    private static let fewLogs = 8
    /// Between two looks at everything, where changes are told of and where they are not.
    private static let slowLook: Int64 = 60_000_000_000, quickLook: Int64 = 2_000_000_000

    /// An input that takes up what an earlier run has left. Without inotify all files are looked at now and then.
    package init(
        name: String, options: FileTailOptions, restored: [RestoredSource] = [], isFirstRun: Bool = true,
        fileSystem: any FileSystem = PosixFileSystem(), clock: any Clock = SystemClock(),
        inotify: (any ChangeNotices)? = try? Inotify(), processLimit: Int? = ProcessFacts.openFileLimit,
        say: @escaping (String) -> Void = { _ in }
    ) {
        self.name = name
        self.options = options
        self.restored = restored
        isFirstLook = isFirstRun && restored.isEmpty
        files = fileSystem
        maxOpenFiles = min(options.maxOpenFiles, max(8, (processLimit ?? .max) / 4))
        self.clock = clock
        self.say = say
        watcher = DirectoryWatcher(inotify, say: say)
    }

    /// Nothing while changes are being gathered.
    package var descriptors: [Int32] {
        guard !isStopped, changesAt == nil, let descriptor = watcher.descriptor else { return [] }
        return [descriptor.number]
    }

    package private(set) var deadline: Int64? = 0

    /// A turn: changes that were told of, files that have come or moved, and a piece of each file that waits.
    package func run(_ feed: any Feed, now: Int64) -> Bool {
        guard !isStopped else { return false }
        wall = clock.now
        takeChanges(now)
        if now >= scanAt { scan(feed, now) }
        if agenda.isDue(now) { for log in order { wake(log, now) } }
        if agenda.mustPlace { placeAll(feed, now) }
        let hasMore = readTurn(feed, now)
        releasePinned(feed)
        deadline = agenda.mustPlace ? now : min(changesAt ?? .max, scanAt, agenda.next)
        return hasMore || agenda.mustPlace
    }

    /// Whether a file has grown beyond what was read of it, or goes on in the next one of its log.
    package func hasUnread(_ source: UInt32) -> Bool {
        filesBySource[source].map { $0.hasUnread || isFollowed($0) } ?? false
    }

    /// What a file is found again by: its path, its first line, its marks.
    package func place(of source: UInt32) -> [UInt8] {
        guard let file = filesBySource[source] else { return [] }
        return file.place(logicalPath: file.log.path)?.encoded ?? []
    }

    /// Closes every file.
    package func stop() {
        isStopped = true
        deadline = nil
        for log in order {
            for file in log.files { file.close() }
        }
    }
}

// The order of work.
extension FileTail {
    private func placeAll(_ feed: any Feed, _ now: Int64) {
        agenda.mustPlace = false
        let waiting = order.filter(\.mustPlace)
        // To list a directory for each of many files in it would take the square of their number.
        isScanning = waiting.count > Self.fewLogs
        isOutOfRoom = false
        for log in waiting where log.mustPlace {
            if isOutOfRoom, log.lacksRoom, log.files.isEmpty {
                log.mustPlace = false
                tryAgainForRoom(log, now)
            } else {
                place(log, feed, now)
            }
        }
        isScanning = false
        listings = [:]
    }

    /// Takes what inotify tells, once the time to gather it is over.
    private func takeChanges(_ now: Int64) {
        if let due = changesAt {
            guard now >= due else { return }
            let changes = watcher.changes()
            // Where something was written more will be: to be told so would be one more wake-up.
            changesAt = changes.isEmpty ? nil : Pace.beat(after: now)
            for change in changes { note(change, now) }
        } else if watcher.hasChanges {
            changesAt = Pace.beat(after: now)
        }
    }

    private func note(_ change: DirectoryWatcher.Change, _ now: Int64) {
        switch change {
        case .everything: scanAt = now
        case .content(let path):
            if let file = file(at: path) {
                enqueue(file)
            } else if let log = log(ofFileAt: path), log.waiting.contains(path) {
                log.mustPlace = true
            }
        case .attributes(let path):
            if let file = file(at: path) { enqueue(file) }
            if let log = log(ofFileAt: path), log.failures > 0 { log.mustPlace = true }
        case .name(let path, let isDirectory):
            if let log = log(ofFileAt: path) {
                log.mustPlace = true
                if log.path == path, !log.matches.contains(path) { scanAt = now }
            } else if isDirectory || isIncluded(path) {
                scanAt = now
            }
        }
    }

    private func file(at path: String) -> TailedFile? {
        if let file = filesByPath[path] { return file }
        guard let log = logsByBase[path], log.target == path else { return nil }
        return log.live
    }

    private func log(ofFileAt path: String) -> TailedLog? {
        logsByBase[path] ?? logsByBase[RotationName(path).logicalPath]
    }

    /// Whether the patterns name a path.
    func isIncluded(_ path: String) -> Bool { options.takes(path) }

    /// Looks for the files that the patterns name.
    private func scan(_ feed: any Feed, _ now: Int64) {
        watcher.begin()
        var scan = GlobScan(files) { [watcher] in watcher.watch($0, hasFiles: $1) }
        let excludes = GlobExcludes(options.exclude)
        scanProblems = []
        for pattern in options.include {
            let count = scan.found.count
            scan.add(pattern, excluding: excludes)
            if scan.found.count == count, !order.contains(where: { pattern.matches($0.path) && !$0.files.isEmpty }) {
                scanProblems.append("the pattern '\(pattern.text)' names no file")
            }
        }
        scanProblems += Set(scan.failures.map { "\($0)" + Self.help(for: $0) }).sorted()
        for log in order { log.matches = [] }
        for path in scan.found {
            let log = log(of: RotationName(path).logicalPath)
            log.matches.insert(path)
        }
        if !isStarted { restore(now) }
        isStarted = true
        for log in order {
            follow(log)
            log.mustPlace = true
            for file in log.files where !file.isDone || file.reader != nil { enqueue(file) }
        }
        isScanning = true
        // First those of which files are known: one of these may have come under the name of a new log.
        let known = order.filter { !$0.files.isEmpty }
        for log in known + order.filter({ $0.files.isEmpty }) { place(log, feed, now) }
        isScanning = false
        listings = [:]
        isFirstLook = false
        forgetEmptyLogs()
        watcher.end()
        scanAt = now + (watcher.polled.isEmpty ? Self.slowLook : Self.quickLook)
    }

    /// Logs that no pattern names and of which no file is known any more.
    private func forgetEmptyLogs() {
        order.removeAll { log in
            guard log.files.isEmpty, log.matches.isEmpty else { return false }
            logs[log.path] = nil
            for (base, other) in logsByBase where other === log { logsByBase[base] = nil }
            return true
        }
    }

    /// The log of a path; a new one where there is none.
    func log(of path: String) -> TailedLog {
        if let log = logs[path] { return log }
        let log = TailedLog(path, agenda)
        logs[path] = log
        logsByBase[path] = log
        order.append(log)
        return log
    }

    /// Takes up what an earlier run has left, as far as the patterns still name it.
    private func restore(_ now: Int64) {
        var damaged = 0
        // A replay in this input's place leaves none.
        for source in restored where !source.checkpoint.place.isEmpty {
            guard let place = FilePlace(source.checkpoint.place) else {
                damaged += 1
                continue
            }
            guard logs[place.logicalPath] != nil || isIncluded(place.logicalPath) || isIncluded(place.path) else {
                continue
            }
            let log = log(of: place.logicalPath)
            let file = TailedFile(source, place, of: log)
            log.lookedAt = max(log.lookedAt ?? .min, place.seen)
            takeOver(file, now)
            log.files.append(file)
        }
        takeOverUnsaved(besides: Set(restored.map(\.checkpoint.key)), now)
        for log in order {
            log.files.sort { (left.ranks[$0.key] ?? -1, $0.seen, $0.key) < (left.ranks[$1.key] ?? -1, $1.seen, $1.key) }
        }
        if damaged > 0 {
            say(
                "Input '\(name)': the places of \(damaged) files cannot be understood; they are read from the beginning"
            )
        }
        restored = []
        left = LeftFiles()
    }

    /// Finds out where a path leads, and watches the directory there and the directories of its rotated files.
    private func follow(_ log: TailedLog) {
        log.target = target(of: log.path)
        for base in log.bases {
            logsByBase[base] = log
            watcher.watch(directory(of: base), hasFiles: true)
        }
        if let target = log.target { logsByBase[target] = log }
    }

    /// Where a symbolic link leads in the end; nil for what is none.
    private func target(of path: String) -> String? {
        var at = path
        for _ in 0..<40 {
            guard let next = link(at) else { break }
            at = next.hasPrefix("/") ? next : directory(of: at) + "/" + next
        }
        return at == path ? nil : at
    }

    /// Where a symbolic link points; nil for what is none.
    private func link(_ path: String) -> String? {
        while true {
            do throws(FileSystemError) { return try files.target(ofLink: path) } catch {
                guard error.isInterruption else { return nil }
            }
        }
    }

    private func wake(_ log: TailedLog, _ now: Int64) {
        if let at = log.placeAt {
            log.placeAt = now >= at ? nil : at
            if now >= at { log.mustPlace = true }
        }
        for file in log.files {
            guard let at = file.wakeAt else { continue }
            file.wakeAt = now >= at ? nil : at
            if now >= at { enqueue(file) }
        }
    }

    /// Gives a file its turn.
    func enqueue(_ file: TailedFile) {
        guard !file.isQueued else { return }
        file.isQueued = true
        ready.append(file)
    }

    /// Takes a piece of each file that waits, the one that was written to longest ago first.
    private func readTurn(_ feed: any Feed, _ now: Int64) -> Bool {
        var left = Self.turn
        while left > 0, !feed.isFull {
            unpackNext()
            if round.isEmpty {
                round = ready.sorted { ($0.stamp?.modified ?? 0) > ($1.stamp?.modified ?? 0) }
                ready = []
            }
            guard let file = round.popLast() else { return false }
            file.isQueued = false
            // A look costs something even where nothing is found.
            let count = visit(file, feed, now)
            left -= max(count, 4096)
        }
        return !feed.isFull && !(ready.isEmpty && round.isEmpty)
    }
}

/// The directory that a path lies in.
func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}
