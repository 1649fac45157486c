import LogfoldIO

/// A sibling that lies on the disk, while it is found out which file it is.
final class Candidate {
    let sibling: Sibling
    private let files: any FileSystem
    /// The file that it was found to be.
    var owner: TailedFile?
    private var opened: OpenFile?
    private var front: [UInt8]?
    private var isCompressed = false
    /// Whether it is compressed, and so little of it is there that its first line cannot be seen yet.
    var isUnfinished: Bool {
        _ = firstBytes()
        return hasNoHead
    }
    private var hasNoHead = false
    /// Why it could not be looked into.
    private(set) var failure: FileSystemError?

    init(_ sibling: Sibling, in files: any FileSystem) {
        self.sibling = sibling
        self.files = files
    }

    var stamp: FileStamp { sibling.stamp }

    /// How a file that was read before is found in this one.
    enum Match: Equatable {
        /// It is another file.
        case none
        /// It is this file, or what was put aside of it just before the last lines were read: nothing is to be read.
        case known
        /// It is this file, as far as reading has come by this offset at the least, and reading goes on where it was.
        case continues(behind: Int64)
        /// It is this file, which has lost its last bytes: reading goes on at an offset before.
        case cut(at: Int64)
        /// It is this file if, decompressed, the same bytes are found where it was read to.
        case compressed

        /// Whether the last of what was read of the file is not there.
        func isPartial(of file: TailedFile) -> Bool {
            switch self {
            case .cut: true
            case .continues(let offset): offset < file.marks.latest?.offset ?? 0
            case .none, .known, .compressed: false
            }
        }
    }

    /// The open file; nil where it cannot be opened, is no plain file, or has changed its place meanwhile.
    func open() -> OpenFile? {
        if let opened { return opened }
        guard failure == nil else { return nil }
        do throws(FileSystemError) {
            let file = try OpenFile(sibling.path, for: .readingAtOnce, in: files)
            let status = try file.status()
            guard FileID(status) == stamp.id, status.kind == .regular else {
                failure = .moved(sibling.path)
                return nil
            }
            opened = file
            return file
        } catch {
            failure = error
            return nil
        }
    }

    /// A reader of the file, from its beginning or where its owner was, which has read as far as a mark.
    func reader(at offset: Int64? = nil, expecting mark: FileMark? = nil) -> ContentReader? {
        guard let file = open() else { return nil }
        do throws(FileSystemError) {
            guard let offset else { return ContentReader(file, id: stamp.id) }
            return try ContentReader(file, id: stamp.id, at: offset, expecting: mark)
        } catch {
            failure = error
            return nil
        }
    }

    /// The first bytes, decompressed; empty where they cannot be had.
    private func firstBytes() -> [UInt8] {
        if let front { return front }
        var bytes: [UInt8] = []
        if let reader = reader() {
            var buffer = [UInt8](repeating: 0, count: FileHead.longest + FileMark.longest)
            do throws(FileSystemError) {
                var step = ReadStep.bytes(0..<0)
                while bytes.count < FileHead.longest, case .bytes(let range) = step {
                    bytes.append(contentsOf: buffer[range])
                    step = try reader.read(into: &buffer, limit: max(1, FileHead.longest - bytes.count))
                }
                hasNoHead = step == .unfinished && FileHead(of: bytes) == nil
            } catch {
                failure = error
            }
            isCompressed = reader.isCompressed
        }
        front = bytes
        return bytes
    }

    /// Finds out whether this is the file that was read.
    func match(_ file: TailedFile) -> Match {
        guard let head = file.head, !file.notThis.contains(stamp.id) else { return .none }
        if file.isDone, file.stamp == stamp { return .known }
        guard head.fits(firstBytes()), failure == nil else { return .none }
        if isCompressed { return matchCompressed(file) }
        return matchPlain(file)
    }

    /// Packing a file keeps its time. If that is the one that was seen, and some time after, then the original was not
    /// written to any more; else only its bytes can tell.
    private func matchCompressed(_ file: TailedFile) -> Match {
        guard beginsAlike(file) else { return .none }
        let isUnchanged = file.stamp?.modified == stamp.modified && file.seen - stamp.modified > Self.timeStep
        let isWhole = file.marks.latest.map { $0.offset == file.offset } ?? false
        return isUnchanged && isWhole && file.lag == 0 ? .known : .compressed
    }

    /// Whether the first bytes that were read of a file are here, too, if they are not too many: many files of a log may
    /// have the same first line.
    private func beginsAlike(_ file: TailedFile) -> Bool {
        guard let first = file.marks.all.last, first.offset > 0, first.offset <= Self.longestBeginning,
            let reader = reader()
        else { return true }
        var buffer = [UInt8](repeating: 0, count: Self.longestBeginning + FileMark.longest)
        do throws(FileSystemError) {
            while reader.offset < first.offset {
                switch try reader.read(into: &buffer, limit: Int(first.offset - reader.offset)) {
                case .bytes: continue
                case .end: return false
                case .unfinished, .damaged, .changed: return true
                }
            }
        } catch {
            return true
        }
        return first.fits(reader.tail)
    }

    /// To decompress more than this while all else waits would take too long.
    private static let longestBeginning = 1 << 18

    /// Within this time a file may be written to twice and show the same time; some file systems count in seconds.
    private static let timeStep: Int64 = 2_000_000_000

    private func matchPlain(_ file: TailedFile) -> Match {
        // One alone may be the same by chance: where many lines, or many bytes, are.
        let fitting = file.marks.all.reversed().prefix { $0.offset <= stamp.size && fits($0) }
        guard let reached = fitting.last else { return .none }
        if reached == file.marks.latest || reached.offset >= file.offset { return .continues(behind: reached.offset) }
        if !sibling.isLive, reached == file.marks.deciding(stamp.size) {
            return stamp.size <= file.offset ? .known : .continues(behind: reached.offset)
        }
        // The first few KiB of many files are the same.
        return reached.offset >= FileMarks.distance ? .cut(at: reached.offset) : .none
    }

    /// Whether what was read of a file is here after a reader has taken what it will compare with: the file may have
    /// been cut since it was recognized.
    func stillHolds(_ file: TailedFile) -> Bool { file.marks.latest.map(fits) ?? true }

    private func fits(_ mark: FileMark) -> Bool {
        guard let opened else { return false }
        let before = try? ContentReader.bytes(of: opened, before: mark.offset, count: mark.length)
        return before.map(mark.fits) ?? false
    }

    /// Whether this is what was left of a file that is open and was deleted: a copy of it, plain or packed, to which only
    /// what came after that is lacking.
    func isLeft(of file: TailedFile) -> Bool {
        guard let reader = file.reader, !reader.isCompressed else { return match(file) != .none }
        do throws(FileSystemError) {
            let size = try reader.file.status().size
            var (length, isMore) = (Int64(0), false)
            for count in [FileHead.longest, Self.longestBeginning] {
                let bytes = try beginning(count)
                length = Int64(bytes.count)
                // The first line alone may be that of many files.
                isMore = FileHead(of: bytes).map { bytes.count > $0.length } ?? false
                guard bytes == (try ContentReader.bytes(of: reader.file, before: length, count: bytes.count)) else {
                    return false
                }
            }
            guard length > 0, length == size || isMore || file.marks.all.contains(where: { $0.offset == length }) else {
                return false
            }
            _ = firstBytes()
            return isCompressed || stamp.size <= size && isCopy(of: file)
        } catch {
            return false
        }
    }

    /// So many of the first bytes, decompressed, or all that can be had.
    private func beginning(_ count: Int) throws(FileSystemError) -> [UInt8] {
        guard let reader = reader() else { return [] }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: count + FileMark.longest)
        while bytes.count < count,
            case .bytes(let range) = try reader.read(into: &buffer, limit: count - bytes.count)
        {
            bytes.append(contentsOf: buffer[range])
        }
        return bytes
    }

    /// Whether this is what a program that rotates by copying has made, or is making, of a file that lies elsewhere: as
    /// far as both go they are the same.
    func isCopy(of file: TailedFile) -> Bool {
        let front = firstBytes()
        // Where there is less of it than that, its bytes are compared themselves.
        guard file.head.map({ front.count < $0.length || $0.fits(front) }) ?? true else { return false }
        do throws(FileSystemError) {
            let original: OpenFile
            if let reader = file.reader {
                original = reader.file
            } else {
                original = try OpenFile(file.path, for: .readingAtOnce, in: files)
            }
            let status = try original.status()
            guard FileID(status) == file.stamp?.id else { return false }
            return try isCopy(of: original, status)
        } catch {
            return false
        }
    }

    /// The same of another file that nobody knows yet.
    func isCopy(of other: Candidate) -> Bool {
        guard let original = other.open() else { return false }
        do throws(FileSystemError) { return try isCopy(of: original, try original.status()) } catch { return false }
    }

    private func isCopy(of original: OpenFile, _ status: FileStatus) throws(FileSystemError) -> Bool {
        _ = firstBytes()
        guard !isCompressed, let opened, FileID(status) != stamp.id else { return false }
        let end = min(status.size, stamp.size)
        for place in [min(end, Int64(FileHead.longest)), end] {
            let theirs = try ContentReader.bytes(of: original, before: place, count: FileMark.longest)
            guard theirs == (try ContentReader.bytes(of: opened, before: place, count: FileMark.longest)) else {
                return false
            }
        }
        return end > 0
    }
}

extension FileSystemError {
    /// The path names another file than a moment ago.
    static func moved(_ path: String) -> FileSystemError {
        // As if it had been opened a moment earlier.
        FileSystemError(code: 2, operation: .open, path: path)
    }
}
