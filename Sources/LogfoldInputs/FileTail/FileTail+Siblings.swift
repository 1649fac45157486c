import LogfoldIO

// What lies under the names of a log and of its rotated files.
extension FileTail {
    /// The siblings that lie on the disk, in order. Read again until two looks agree, since a rotation may be under way;
    /// while everything is looked at, only where a name has gone since the directory was listed: what it was packed to
    /// may have come since then, and what is newer must not be read before it.
    func siblings(of log: TailedLog) -> [Sibling] {
        var last = look(for: log)
        for _ in 0..<4 where !isScanning || last.hasVanished {
            for base in log.bases { listings[directory(of: base)] = nil }
            let next = look(for: log)
            if next == last, !next.hasVanished { break }
            last = next
        }
        return Sibling.inOrder(last.siblings)
    }

    /// What one look has found, and whether a name that was listed was gone when it was to be looked at.
    private struct Look: Equatable {
        var siblings: [Sibling] = []
        var hasVanished = false
    }

    private func look(for log: TailedLog) -> Look {
        // Without its pattern the path is not read; its rotated files still are, once the path was.
        let isRead = isIncluded(log.path)
        var paths: Set<String> = isRead ? [log.path] : []
        let listed = Set(log.bases.flatMap { names(of: $0, log) })
        paths.formUnion(listed)
        paths.formUnion(log.files.map(\.path))
        if !isRead { paths.remove(log.path) }
        var look = Look()
        for path in paths.sorted() {
            guard let status = status(at: path, of: log) else {
                if listed.contains(path), log.failure == nil { look.hasVanished = true }
                continue
            }
            guard status.kind == .regular else {
                if path == log.path { log.problem = "'\(path)' is not a file that can be read like a log" }
                continue
            }
            guard !ownStreams.contains(status) else {
                log.problem = "'\(path)' is what this agent itself writes; exclude it, or send its output elsewhere"
                continue
            }
            look.siblings.append(
                Sibling(path: path, name: RotationName(path), isLive: path == log.path, stamp: FileStamp(status)))
        }
        return look
    }

    /// What lies at a path; that it cannot be seen does not mean that it is not there.
    private func status(at path: String, of log: TailedLog) -> FileStatus? {
        do throws(FileSystemError) { return try files.look(at: path) } catch {
            if !error.isNotFound { log.failure = error }
            return nil
        }
    }

    private func names(in folder: String, of log: TailedLog) -> [String] {
        do throws(FileSystemError) { return try files.list(folder) } catch {
            if !error.isNotFound { log.failure = error }
            return []
        }
    }

    /// The paths that rotation may have made of a path.
    private func names(of base: String, _ log: TailedLog) -> [String] {
        let folder = directory(of: base)
        if isScanning {
            if listings[folder] == nil { listings[folder] = listing(of: folder, log) }
            return listings[folder]?[base] ?? []
        }
        let prefix = folder == "/" ? "/" : folder + "/"
        let start = base.dropFirst(prefix.count)
        return names(in: folder, of: log).filter { $0.hasPrefix(start) }.map { prefix + $0 }.filter {
            $0 != base && RotationName($0).logicalPath == base
        }
    }

    /// All names of a directory that rotation has given, by the path that they come from.
    private func listing(of folder: String, _ log: TailedLog) -> [String: [String]] {
        let prefix = folder == "/" ? "/" : folder + "/"
        var names: [String: [String]] = [:]
        for name in self.names(in: folder, of: log) {
            let rotated = RotationName(prefix + name)
            if !rotated.isLive { names[rotated.logicalPath, default: []].append(prefix + name) }
        }
        return names
    }
}
