import LogfoldCore
import LogfoldIO

extension OutputFiles {
    /// Undoes what an earlier run has written after the state that it left; see `FileSinkState.swift`.
    func recover(_ saved: [UInt8]) throws(SinkFailure) {
        if let restored = try? FileSinkState(decoding: saved) {
            state = restored
            return try failing { () throws(FileSystemError) in try undo() }
        }
        if !saved.isEmpty {
            report("The saved state of a file sink is damaged; the ends of its files are looked for", [])
        }
        try failing { () throws(FileSystemError) in try journal.reset(keeping: []) }
    }

    private func undo() throws(FileSystemError) {
        let later = try journal.read().filter { $0.epoch > state.epoch }
        let records = Self.records(of: state, later)
        state.files = [:]
        for ofOneFile in records { try restore(ofOneFile) }
        // Those that go on are in no saved state yet: until then the journal has to know them.
        let goingOn = later.filter { state.files[$0.record.path] == $0.record }
        try journal.reset(
            keeping: goingOn.map { .init(epoch: state.epoch + 1, record: $0.record, isMade: $0.isMade) })
    }

    /// All that is noted of each file, oldest first; what a state says comes before what was noted after it.
    ///
    /// An inode whose file has gone is given to the next one. So what was noted of it before the sink made a file with
    /// it is left out, and of what remains a later note may be the right one.
    private static func records(of state: FileSinkState, _ later: [OpeningJournal.Opening]) -> [[FileRecord]] {
        var order: [FileIdentity] = []
        var records: [FileIdentity: [FileRecord]] = [:]
        for record in state.files.values.sorted(by: { $0.path < $1.path }) {
            if records[record.identity] == nil { order.append(record.identity) }
            records[record.identity, default: []].append(record)
        }
        for opening in later {
            let identity = opening.record.identity
            if records[identity] == nil { order.append(identity) }
            if opening.isMade { records[identity] = [] }
            records[identity, default: []].append(opening.record)
        }
        return order.compactMap { records[$0] }
    }

    /// Brings a file back to what the first of these records says that fits it.
    private func restore(_ records: [FileRecord]) throws(FileSystemError) {
        var misfit: (message: String, record: FileRecord)?
        for record in records {
            guard let message = try restore(record) else { return }
            misfit = misfit ?? (message, record)
        }
        guard let misfit else { return }
        report(misfit.message, [("path", misfit.record.path), ("expected", "\(misfit.record.length)")])
    }

    /// Brings a file back to what a record says of it; returns why it is not that file where it is not.
    private func restore(_ record: FileRecord) throws(FileSystemError) -> String? {
        guard let place = try place(of: record) else { return "An output file is gone" }
        guard place.status.size >= record.length else {
            return "An output file has become shorter; it goes on at its end"
        }
        let file = try OpenFile(place.path, in: fileSystem)
        let tail = LastBytes(
            try file.bytes(from: max(0, record.length - Int64(LastBytes.length)), to: record.length))
        guard tail.checksum == record.tail else {
            return "Another program has changed an output file; it is left as it is"
        }
        try cut(place, to: record)
        guard place.path == record.path else { return nil }
        let output = output(at: record.path)
        output.extent = FileExtent(
            identity: record.identity, length: record.length, since: record.since, tail: tail)
        state.files[record.path] = record
        return nil
    }

    private func cut(_ place: Place, to record: FileRecord) throws(FileSystemError) {
        if record.length == 0, place.isRotated { return try fileSystem.remove(place.path) }
        guard place.status.size > record.length else { return }
        let file = try OpenFile(place.path, for: .appending, in: fileSystem)
        try file.truncate(to: record.length)
        if isSynchronizing { try file.synchronize() }
    }
}

extension OutputFiles {
    /// Where a file lies now.
    private struct Place {
        var path: String
        var status: FileStatus
        /// Whether it was rotated by us since.
        var isRotated = false
    }

    /// Looks for a file at its path, and then under every name in its directory that begins with its own.
    private func place(of record: FileRecord) throws(FileSystemError) -> Place? {
        if let status = try fileSystem.statusIfPresent(at: record.path), FileIdentity(status) == record.identity {
            return Place(path: record.path, status: status)
        }
        let directory = parentDirectory(of: record.path)
        guard try fileSystem.statusIfPresent(at: directory) != nil else { return nil }
        let name = record.path.dropFirst(directory == "/" ? 1 : directory.count + 1)
        for other in try fileSystem.names(inDirectory: directory).sorted() where other.hasPrefix(name) {
            let path = directory == "/" ? "/\(other)" : "\(directory)/\(other)"
            guard let status = try fileSystem.statusIfPresent(at: path), FileIdentity(status) == record.identity
            else { continue }
            let suffix = other.dropFirst(name.count)
            let isNumber = suffix.first == "." && suffix.count > 1 && suffix.dropFirst().allSatisfy(\.isNumber)
            return Place(path: path, status: status, isRotated: isNumber)
        }
        return nil
    }
}
