package import LogfoldCore
import LogfoldIO

/// What an input leaves to the one that takes its place: its files are read on through the same descriptors, for their
/// names may go before the other one has looked.
struct LeftFiles {
    /// A file that is open.
    struct Open {
        let key: UInt64
        let path: String
        let logicalPath: String
        let stamp: FileStamp?
        let seen: Int64
        /// At the place that it was read to.
        let reader: ContentReader
    }

    /// By its number.
    private(set) var open: [UInt64: Open] = [:]
    /// The places of all files, open or not, in the order in which they are read.
    private(set) var ranks: [UInt64: Int] = [:]

    /// None.
    init() {}

    /// The files of these logs, of open ones so many at most: above all those that no name leads to.
    init(_ logs: [TailedLog], limit: Int) {
        let files = logs.flatMap(\.files)
        for (rank, file) in files.enumerated() { ranks[file.key] = rank }
        let byNeed = files.filter(\.isNameless) + files.filter { !$0.isNameless }
        for file in byNeed where open.count < limit {
            guard let reader = file.reader else { continue }
            open[file.key] = Open(
                key: file.key, path: file.path, logicalPath: file.log.path, stamp: file.stamp, seen: file.seen,
                reader: reader)
        }
    }
}

extension FileTail {
    /// Goes on with the files that another input of this name has open.
    package func takeOver(from predecessor: any Input) {
        guard let earlier = predecessor as? FileTail else { return }
        left = LeftFiles(earlier.order, limit: maxOpenFiles)
    }

    /// Opens a file of which a position was saved, where the other input had it open, at that position.
    func takeOver(_ file: TailedFile, _ now: Int64) {
        guard let open = left.open[file.key], file.head != nil else { return }
        take(open, as: file, now)
    }

    /// Takes up the files of which nothing was saved, as not even their first line had its turn.
    func takeOverUnsaved(besides known: Set<UInt64>, _ now: Int64) {
        for open in left.open.values where !known.contains(open.key) {
            guard isIncluded(open.logicalPath) || isIncluded(open.path) else { continue }
            let file = TailedFile(key: open.key, of: log(of: open.logicalPath), at: open.path)
            file.seen = open.seen
            take(open, as: file, now)
            if file.reader != nil { file.log.files.append(file) }
        }
    }

    /// What lies before the offset is what was read there, if afterwards the other reader still finds what it has read.
    private func take(_ open: LeftFiles.Open, as file: TailedFile, _ now: Int64) {
        let (descriptor, id) = (open.reader.file, open.reader.id)
        let isCompressed = open.reader.isCompressed
        guard
            let reader = isCompressed
                ? ContentReader(descriptor, id: id)
                : try? ContentReader(descriptor, id: id, at: file.offset, expecting: file.marks.latest),
            (try? open.reader.isUnchanged()) == true
        else { return }
        file.open(reader, now: now)
        file.stamp = open.stamp
        file.wasFound = true
        filesByID[id] = file
        if isCompressed, file.head != nil { file.search = TailedFile.Search(for: file) }
    }
}
