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
        let records = state.files.values.sorted { $0.path < $1.path }
        var known = Set(records.map(\.identity))
        let later = try journal.read().filter {
            $0.epoch > state.epoch && known.insert($0.record.identity).inserted
        }
        state.files = [:]
        for record in records { try restore(record) }
        for opening in later { try restore(opening.record) }
        // Those that go on are in no saved state yet: until then the journal has to know them.
        let goingOn = later.map(\.record).filter { state.files[$0.path] == $0 }
        try journal.reset(keeping: goingOn.map { .init(epoch: state.epoch + 1, record: $0) })
    }

    /// Brings a file back to what a record says of it.
    private func restore(_ record: FileRecord) throws(FileSystemError) {
        guard let place = try place(of: record) else {
            return tell("An output file is gone", record)
        }
        guard place.status.size >= record.length else {
            return tell("An output file has become shorter; it goes on at its end", record)
        }
        let file = try OpenFile(place.path, in: fileSystem)
        let tail = FileTail(
            try file.bytes(from: max(0, record.length - Int64(FileTail.length)), to: record.length))
        guard tail.checksum == record.tail else {
            return tell("Another program has changed an output file; it is left as it is", record)
        }
        try cut(place, to: record)
        guard place.path == record.path else { return }
        let output = output(at: record.path)
        output.extent = FileExtent(
            identity: record.identity, length: record.length, since: record.since, tail: tail)
        state.files[record.path] = record
    }

    private func cut(_ place: Place, to record: FileRecord) throws(FileSystemError) {
        if record.length == 0, place.isRotated { return try fileSystem.remove(place.path) }
        guard place.status.size > record.length else { return }
        let file = try OpenFile(place.path, for: .appending, in: fileSystem)
        try file.truncate(to: record.length)
        if isSynchronizing { try file.synchronize() }
    }

    private func tell(_ message: String, _ record: FileRecord) {
        report(message, [("path", record.path), ("expected", "\(record.length)")])
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
