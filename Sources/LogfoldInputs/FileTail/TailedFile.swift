import LogfoldCore
import LogfoldIO

/// One content of a path: a file from its first byte to its last, under whatever name it lies and whether it is open
/// or not. A file that is cut and written anew is another one.
final class TailedFile {
    /// The number it is saved under.
    let key: UInt64
    /// The log that it is a piece of.
    unowned let log: TailedLog

    /// Where it was last seen.
    var path: String
    /// What it was when it was last looked at and its bytes were found to be the ones that had been read.
    var stamp: FileStamp?
    /// By what it begins; nil until its first line is complete.
    var head: FileHead?
    /// How many files of the log with the same first line were there before.
    var generation: UInt32 = 0
    /// By what it is known where it was read to.
    var marks = FileMarks()

    /// How far it was given to the engine, in bytes of the log.
    private(set) var offset: Int64
    /// Bytes behind the offset that were read and not given to the engine, because the first line is not complete.
    var held: [UInt8] = []
    /// Its number in this process, while the engine has it.
    var source: UInt32?
    /// All numbers that it had, the last few of them: it may still be asked where they are.
    var sources: [UInt32] = []
    /// Where the engine takes it up; nil once it has.
    var resume: ResumePoint?

    /// Open, and where it was read to.
    private(set) var reader: ContentReader?
    /// What a compressed file is decompressed for before its bytes are new.
    var search: Search?
    /// Files that were found to be other ones though they begin alike.
    var notThis: Set<FileID> = []
    /// How far it was read, in bytes on the disk, when it was last open; and the last byte there.
    private var closedPosition: Int64
    private var closedByte: UInt8?

    /// Whether another file has taken its place and it was read to its end.
    var isDone = false
    /// Whether names were looked at after its first line had been read: then no rotation that came before that can have
    /// put aside something older which nobody knows.
    var isPlaced = false
    /// Whether the log's own path names it.
    var isLive = false
    /// Whether it is open and none of the names that rotation gives names it.
    var isNameless = false
    /// Whether it is nowhere, but may be one of the files that cannot be looked into: then others are read meanwhile.
    var isSetAside = false
    /// Since when it is nowhere on the disk, by the monotonic clock.
    var missingSince: Int64?
    /// Whether this process has seen it.
    var wasFound = false
    /// Whether it was given up and is remembered only because nothing else is known of its log.
    var isGivenUp = false
    /// Size and time of the last change by the last look, whatever the bytes are.
    var lookedSize: Int64 = 0
    var lookedModified: Int64 = 0
    /// Whether the rest of a compressed file cannot be had.
    var isBroken = false
    /// Whether the engine was ever told of it, so that something may be saved of it.
    var isSaved: Bool
    /// Whether it was found in another form, so that looking for it would cost the same again if that were not saved.
    var mustBeSaved = false
    /// Whether the last read found no more.
    var isAtEnd = false
    /// When bytes came the last time, or it was opened, by the monotonic clock.
    var active: Int64 = 0
    /// Wall time of the last bytes, and of the last look.
    var lastRead: Int64?
    var seen: Int64 = 0
    /// When it has to be looked at though nothing is told of it, by the monotonic clock.
    var wakeAt: Int64? {
        didSet { log.noteWake(at: wakeAt) }
    }
    /// Whether it waits for its turn.
    var isQueued = false
    /// Attempts to open or read it that have failed since the last that has not, and why.
    var failures = 0
    var problem: String?

    /// What a compressed file is decompressed for.
    struct Search {
        /// Up to here.
        var target: Int64
        /// What has to be on the way and there; none where that was seen already.
        private(set) var marks: [FileMark]
        /// The last of them that was found.
        private(set) var passed: FileMark?

        /// First to where the file was read to, to see whether it is the same.
        init(for file: TailedFile) {
            marks = file.marks.all.filter { $0.offset > 0 }.reversed()
            target = marks.first?.offset ?? file.offset
        }

        /// Only to this place.
        init(target: Int64) {
            self.target = target
            marks = []
        }

        /// Looks at the bytes before the target; false if they are not what has to be there. Then it goes on to the next
        /// mark, if there is one.
        mutating func pass(_ tail: [UInt8]) -> Bool {
            guard let mark = marks.first else { return true }
            guard mark.fits(tail) else { return false }
            passed = marks.removeFirst()
            target = marks.first?.offset ?? target
            return true
        }

        /// Whether there are marks to come.
        var isUnderWay: Bool { !marks.isEmpty }
    }

    /// A file that nothing was read of; `offset` is where its reading begins.
    init(key: UInt64, of log: TailedLog, at path: String, offset: Int64 = 0) {
        self.key = key
        self.log = log
        self.path = path
        self.offset = offset
        closedPosition = offset
        isSaved = false
    }

    /// A file of an earlier run that has not been found yet.
    init(_ restored: RestoredSource, _ place: FilePlace, of log: TailedLog) {
        key = restored.checkpoint.key
        self.log = log
        path = place.path
        stamp = place.stamp
        head = place.head
        generation = place.generation
        offset = restored.resume.position.offset
        marks = FileMarks(place.marks)
        resume = restored.resume
        isDone = place.isDone && offset >= place.marks[0].offset
        seen = place.seen
        closedPosition = offset
        isSaved = true
        isPlaced = true
    }

    /// How far it was read, in bytes on the disk.
    var position: Int64 { reader?.position ?? closedPosition }
    /// How many bytes on the disk are known to be there and were not read.
    var lag: Int64 { max(0, (stamp?.size ?? 0) - position) }
    /// Whether all that was seen of it was given to the engine.
    private var isReadWhole: Bool { lag == 0 && (reader.map { $0.offset == offset } ?? true) }
    /// Whether it has grown since it was read, or was cut: an open file is asked.
    var hasUnread: Bool { reader.flatMap { try? $0.file.status() }.map { $0.size != position } ?? false }
    /// Whether the last byte that was read ended a line; also where nobody knows.
    var endsWithLine: Bool { (held.last ?? reader?.tail.last ?? closedByte ?? 0x0A) == 0x0A }

    /// Notes that the engine was given these bytes.
    func advance(by bytes: ArraySlice<UInt8>) {
        marks.pass(bytes, from: offset, tail: reader?.tail ?? [], head: head?.length ?? 0)
        offset += Int64(bytes.count)
    }

    /// Begins, or takes it up, at another offset.
    func goBack(to offset: Int64) {
        self.offset = offset
        marks.forget(behind: offset)
        closedPosition = offset
        let state = resume?.position.state ?? []
        resume?.position = SourcePosition(offset: offset, left: [], state: state)
    }

    /// Notes that all that this file holds was read, though it is closed.
    func isReadWhole(as stamp: FileStamp) {
        self.stamp = stamp
        closedPosition = stamp.size
    }

    /// Takes an open file.
    func open(_ reader: ContentReader, now: Int64) {
        self.reader = reader
        active = now
        isAtEnd = false
        missingSince = nil
        failures = 0
        problem = nil
    }

    /// Whether it is open and compressed, as far as is known.
    var isPacked: Bool { reader?.isCompressed == true || search != nil }

    /// Gives back what decompressing takes, and begins again when it is its turn.
    func putAway() {
        noteMark()
        reader?.putAway()
        held = []
        search = search != nil ? Search(for: self) : offset > 0 ? Search(target: offset) : nil
    }

    /// Closes; it is known by its hashes then.
    func close() {
        guard let reader else { return }
        noteMark()
        closedByte = reader.tail.last
        closedPosition = held.isEmpty ? reader.position : offset
        self.reader = nil
        search = nil
        held = []
        isNameless = false
    }

    /// Makes the latest mark the one of where it was read to: the engine may have been given as much, though it has not
    /// returned yet.
    private func noteMark() {
        guard let reader, search == nil, reader.offset > marks.latest?.offset ?? -1 else { return }
        marks.latest = FileMark(at: reader.offset, behind: reader.tail)
    }

    /// What is to be saved; nil while nothing is known to find it by.
    func place(logicalPath: String) -> FilePlace? {
        noteMark()
        guard let head, let stamp else { return nil }
        let marks = marks.latest == nil ? [FileMark(at: 0, behind: [])] : marks.all
        return FilePlace(
            path: path, logicalPath: logicalPath, stamp: stamp, head: head, generation: generation, marks: marks,
            isDone: isDone && isReadWhole, seen: min(seen, log.lookedAt ?? seen))
    }
}
