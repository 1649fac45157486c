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
        /// It is this file, with nothing to be read.
        case known
        /// It is this file, and reading goes on where it was.
        case continues
        /// It is this file, which has lost its last bytes: reading goes on at an offset before.
        case cut(at: Int64)
        /// It is this file if, decompressed, the same bytes are found where it was read to.
        case compressed
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

    /// A reader of the file from its beginning, for one who was found to be its owner.
    func reader(at offset: Int64? = nil) -> ContentReader? {
        guard let file = open() else { return nil }
        do throws(FileSystemError) {
            guard let offset else { return ContentReader(file, id: stamp.id) }
            return try ContentReader(file, id: stamp.id, at: offset)
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
        let isUnchanged = file.stamp?.modified == stamp.modified && file.seen - stamp.modified > Self.timeStep
        let isWhole = file.marks.latest.map { $0.offset == file.offset } ?? false
        return isUnchanged && isWhole && file.lag == 0 ? .known : .compressed
    }

    /// Within this time a file may be written to twice and show the same time; some file systems count in seconds.
    private static let timeStep: Int64 = 2_000_000_000

    private func matchPlain(_ file: TailedFile) -> Match {
        // Nothing was given to the engine: then there is no more to go by than the head.
        if file.offset == 0 { return .continues }
        for mark in file.marks.all {
            guard mark.offset <= stamp.size, let opened else { continue }
            let before = try? ContentReader.bytes(of: opened, before: mark.offset, count: mark.length)
            guard let before, mark.fits(before) else { continue }
            if mark == file.marks.latest || mark.offset >= file.offset { return .continues }
            // A copy that was made just before the last lines were read is only shorter.
            return sibling.isLive || stamp.size > file.offset ? .cut(at: mark.offset) : .known
        }
        // What was put aside before the last lines came begins alike, ends before them, and is no longer written to.
        return !sibling.isLive && stamp.size < file.offset ? .known : .none
    }

    /// Whether this is what a program that rotates by copying has made, or is making, of a file that lies elsewhere: as
    /// far as both go they are the same.
    func isCopy(of file: TailedFile) -> Bool {
        guard let head = file.head, head.fits(firstBytes()), !isCompressed, let opened else { return false }
        let length = FileMark.longest
        do throws(FileSystemError) {
            let original: OpenFile
            if let reader = file.reader {
                original = reader.file
            } else {
                original = try OpenFile(file.path, for: .readingAtOnce, in: files)
            }
            let status = try original.status()
            guard FileID(status) == file.stamp?.id, FileID(status) != stamp.id else { return false }
            let end = min(status.size, stamp.size)
            let theirs = try ContentReader.bytes(of: original, before: end, count: length)
            return theirs == (try ContentReader.bytes(of: opened, before: end, count: length))
        } catch {
            return false
        }
    }
}

extension FileSystemError {
    /// The path names another file than a moment ago.
    static func moved(_ path: String) -> FileSystemError {
        // As if it had been opened a moment earlier.
        FileSystemError(code: 2, operation: .open, path: path)
    }
}
