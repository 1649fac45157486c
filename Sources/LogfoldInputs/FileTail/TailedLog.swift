import LogfoldIO

/// A log: a path, and the files that it has named one after the other, as far as they are remembered.
final class TailedLog {
    /// The path, without suffixes of rotation.
    let path: String
    /// Its files from the oldest to the newest. They are read in this order; what comes late to a file that was read
    /// to its end is read when it comes.
    var files: [TailedFile] = []
    /// Paths that the patterns have named: the log's own and such of rotated files.
    var matches: Set<String> = []
    /// Where the path leads, if it is a symbolic link.
    var target: String?
    private let agenda: Agenda
    /// Wall time of the last look for its files at which all that were new were taken.
    var lookedAt: Int64?
    /// Whether its files have to be looked for.
    var mustPlace = false {
        didSet { if mustPlace { agenda.mustPlace = true } }
    }
    /// When they have to be looked for again, by the monotonic clock.
    var placeAt: Int64? {
        didSet { agenda.note(placeAt) }
    }
    /// Whether a file could not be opened because enough are.
    var lacksRoom = false
    /// Whether that was one that comes before all that are to be read: then they wait for it.
    var isHeldUp = false
    /// Packed files of which so little is there that nobody can say what they are: their size, and since when it is so.
    var growing: [FileID: (size: Int64, since: Int64)] = [:]
    /// Paths of files that are not read because they are empty or being made, as it seems: when they change they are
    /// looked at again.
    var waiting: Set<String> = []
    /// Rotated files that are older than what is read, by the last look.
    var leftAlone: Set<FileID> = []
    /// Why the last look for its files may not have seen all.
    var failure: FileSystemError?
    /// What is wrong with its files.
    var problem: String?
    /// Attempts to look at its files that have failed one after the other.
    var failures = 0

    init(_ path: String, _ agenda: Agenda) {
        self.path = path
        self.agenda = agenda
    }

    /// A file of it has to be looked at, at this time.
    func noteWake(at time: Int64?) { agenda.note(time) }

    /// The file that is read: the oldest that was not read to its end. None while what comes before is being packed, or
    /// cannot be opened.
    var front: TailedFile? { growing.isEmpty && !isHeldUp ? files.first { !$0.isDone && !$0.isSetAside } : nil }
    /// The file that the path names.
    var live: TailedFile? { files.last { $0.isLive } }

    /// The file that is read after another.
    func successor(of file: TailedFile) -> TailedFile? {
        guard let index = files.firstIndex(where: { $0 === file }) else { return nil }
        return files[(index + 1)...].first { !$0.isDone && !$0.isSetAside }
    }

    /// Has its files looked for again.
    func placeAgain(at time: Int64) { placeAt = min(placeAt ?? .max, time) }

    /// How often a file with this first line has begun here already.
    func generation(of head: FileHead, besides file: TailedFile) -> UInt32 {
        files.filter { $0 !== file && $0.head == head }.map { $0.generation + 1 }.max() ?? 0
    }

    /// The paths whose names with suffixes of rotation are to be looked at: the log's own, where a link leads, and where
    /// its files were last seen.
    var bases: Set<String> {
        var bases: Set<String> = [path]
        if let target { bases.insert(RotationName(target).logicalPath) }
        for file in files where !file.path.hasPrefix(path) { bases.insert(RotationName(file.path).logicalPath) }
        return bases
    }
}
