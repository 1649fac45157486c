package import LogfoldCore
package import LogfoldIO
import LogfoldParsing

extension FileTail {
    /// Every file that is read or watched, and what is wrong with the input.
    package var status: InputStatus {
        var status = InputStatus()
        status.problems = scanProblems + watcher.problems + order.compactMap(\.problem)
        let now = clock.now
        for log in order {
            for file in log.files where !file.isDone || file.reader != nil {
                let size = (try? file.reader?.file.status().size) ?? file.stamp?.size ?? 0
                let lag = max(0, size - file.position)
                var source = InputStatus.Source(path: file.path, position: file.position, lag: lag)
                source.lastRead = file.lastRead
                source.problem = file.problem ?? quietness(of: file, now)
                status.sources.append(source)
                if file.isNameless { status.pinnedBytes += size }
            }
        }
        return status
    }

    /// Says that a file has been silent for longer than it should.
    private func quietness(of file: TailedFile, _ now: Int64) -> String? {
        guard let bound = options.quietAfter, file.isLive, let last = file.lastRead ?? file.stamp?.modified,
            now - last >= bound.nanoseconds
        else { return nil }
        return "no line for \((now - last) / 1_000_000_000) s"
    }
}

extension FileTail {
    /// What these options would read now, a line each, for `logfold check`.
    package static func preview(_ options: FileTailOptions, _ files: any FileSystem) -> [String] {
        var scan = GlobScan(files) { _, _ in }
        for pattern in options.include { scan.add(pattern, excluding: GlobExcludes(options.exclude)) }
        if scan.found.isEmpty { return ["no file now; files that appear later are read"] }
        return scan.found.prefix(20).map { path in
            let service = options.service ?? ServicePath.service(of: path)
            let note = files.isReadable(path) ? "" : ": it cannot be read by this user"
            return path + (service.map { " (\($0))" } ?? "") + note
        } + (scan.found.count > 20 ? ["and \(scan.found.count - 20) more"] : [])
    }
}
