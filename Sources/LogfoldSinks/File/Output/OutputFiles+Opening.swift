import LogfoldCore
import LogfoldIO

extension OutputFiles {
    /// Makes sure that the file at the path is the one that is known, open, and as long as it is known to be.
    ///
    /// Another program may have moved or removed it, as logrotate does: then it goes on in a new one.
    func prepare(_ output: OutputFile) throws(SinkFailure) {
        let status = try failing { () throws(FileSystemError) in try fileSystem.statusIfPresent(at: output.path) }
        try requireRoom(for: output)
        if let status, let extent = output.extent, FileIdentity(status) == extent.identity {
            return try reopen(output, status, extent)
        }
        if output.extent != nil {
            report("An output file was moved or removed; a new one is begun", [("path", output.path)])
            try settle(output)
            output.extent = nil
        }
        if status == nil { try create(output) } else { try adopt(output) }
    }

    private func reopen(_ output: OutputFile, _ status: FileStatus, _ extent: FileExtent) throws(SinkFailure) {
        let isGrown = status.size > extent.length && !output.mayBeTorn
        if status.size < extent.length || isGrown {
            report(
                "Another program has changed an output file; its end is looked for anew",
                [("path", output.path), ("length", "\(status.size)"), ("expected", "\(extent.length)")])
            output.file = nil
            return try adopt(output)
        }
        if output.file == nil { output.file = try open(output, extent.identity) }
        guard status.size > extent.length else { return }
        try failing { () throws(FileSystemError) in try output.file?.truncate(to: extent.length) }
        output.mayBeTorn = false
    }

    /// Opens the file at the path, which must be the one that was looked at.
    private func open(_ output: OutputFile, _ identity: FileIdentity) throws(SinkFailure) -> OpenFile {
        try makeRoomForDescriptor()
        let (file, status) = try failing { () throws(FileSystemError) in
            let file = try OpenFile(output.path, for: .appending, in: fileSystem)
            return (file, try file.status())
        }
        try checkIdentity(status, identity, of: output)
        return file
    }

    /// Throws where another file was opened than the one that was looked at.
    func checkIdentity(
        _ status: FileStatus, _ identity: FileIdentity, of output: OutputFile
    ) throws(SinkFailure) {
        guard FileIdentity(status) != identity else { return }
        throw SinkFailure("'\(output.path)' was replaced while it was being opened; it is tried again")
    }
}

// MARK: - New files

extension OutputFiles {
    /// Creates the file and the directories above it.
    func create(_ output: OutputFile) throws(SinkFailure) {
        try makeRoomForDescriptor()
        do throws(FileSystemError) {
            try makeDirectories(parentDirectory(of: output.path))
            let file = try OpenFile(output.path, for: .creating(mode: options.mode), in: fileSystem)
            do throws(FileSystemError) {
                try claim(file, for: output)
            } catch {
                // Nothing was written: the next try begins at the beginning.
                try? fileSystem.remove(output.path)
                throw error
            }
        } catch {
            // Somebody else was quicker.
            if error.exists, error.operation == .open { return try adopt(output) }
            throw SinkFailure(error)
        }
    }

    private func claim(_ file: OpenFile, for output: OutputFile) throws(FileSystemError) {
        try fileSystem.setMode(file.descriptor, options.mode)
        try setOwner(of: file)
        let extent = FileExtent(identity: FileIdentity(try file.status()), length: 0, since: clock.now)
        if isSynchronizing { try fileSystem.synchronizeDirectory(of: output.path) }
        try journal.append(.init(epoch: state.epoch + 1, record: FileRecord(output.path, extent), isMade: true))
        output.extent = extent
        output.file = file
        output.mayBeTorn = false
    }

    private func setOwner(of file: OpenFile) throws(FileSystemError) {
        guard options.owner != nil || options.group != nil else { return }
        try fileSystem.setOwner(file.descriptor, user: options.owner, group: options.group)
    }

    private func makeDirectories(_ path: String) throws(FileSystemError) {
        if try fileSystem.statusIfPresent(at: path) != nil { return }
        if path != "/" { try makeDirectories(parentDirectory(of: path)) }
        let mode = options.mode | (options.mode & 0o444) >> 2 | 0o300
        do throws(FileSystemError) {
            try fileSystem.makeDirectory(path, mode: mode)
        } catch {
            if error.exists { return }
            throw error
        }
        let directory = try OpenFile(path, for: .directory, in: fileSystem)
        try fileSystem.setMode(directory.descriptor, mode)
        try setOwner(of: directory)
        if isSynchronizing { try fileSystem.synchronizeDirectory(of: path) }
    }
}

// MARK: - Files that are there already

extension OutputFiles {
    /// Goes on behind the last whole event of a file that is not known, or not any more.
    private func adopt(_ output: OutputFile) throws(SinkFailure) {
        let end = try FileEnd(of: output.path, options, fileSystem)
        let file = try open(output, end.identity)
        if end.size > end.length {
            try failing { () throws(FileSystemError) in try file.truncate(to: end.length) }
            report(
                "An output file ended in the middle of an event; its end was cut off",
                [("path", output.path), ("bytes", "\(end.size - end.length)")])
        }
        let extent = FileExtent(identity: end.identity, length: end.length, since: clock.now, tail: end.tail)
        try failing { () throws(FileSystemError) in
            try journal.append(.init(epoch: state.epoch + 1, record: FileRecord(output.path, extent)))
        }
        output.extent = extent
        output.file = file
        output.mayBeTorn = false
    }
}

// MARK: - Room

extension OutputFiles {
    /// Throws before a file system would be filled beyond what is to stay free.
    private func requireRoom(for output: OutputFile) throws(SinkFailure) {
        let directory = parentDirectory(of: output.path)
        guard options.minFree > 0, roomyDirectories.insert(directory).inserted else { return }
        let waiting = outputs.values.reduce(0) { $0 + $1.waitingBytes }
        let free = try failing { () throws(FileSystemError) in try freeBytes(at: directory) }
        guard free - Int64(waiting) < Int64(options.minFree) else { return }
        roomyDirectories.remove(directory)
        throw SinkFailure(
            "cannot write '\(output.path)': its file system has \(free >> 20) MiB free, and min_free keeps"
                + " \(options.minFree >> 20) MiB of it; make room there, or set min_free lower")
    }

    private func freeBytes(at directory: String) throws(FileSystemError) -> Int64 {
        do throws(FileSystemError) {
            return try fileSystem.freeBytes(at: directory)
        } catch {
            guard error.isNotFound, directory != "/" else { throw error }
            return try freeBytes(at: parentDirectory(of: directory))
        }
    }
}
