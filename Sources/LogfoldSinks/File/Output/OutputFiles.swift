import LogfoldCore
import LogfoldIO
import LogfoldParsing

/// All files of a file sink, by their paths: opened and closed as they are needed, so that only so many are open.
final class OutputFiles {
    let options: FileSinkOptions
    let fileSystem: any FileSystem
    let clock: any Clock
    let journal: OpeningJournal
    let report: SinkReport
    let compressor: MemberCompressor

    /// The files whose end is known or that something waits for.
    var outputs: [String: OutputFile] = [:]
    /// What is saved: as of the last commit.
    var state = FileSinkState()
    /// Bytes written to the files.
    var bytesWritten: Int64 = 0
    /// Directories whose file system has been looked at in this commit.
    var roomyDirectories: Set<String> = []
    private var uses: UInt64 = 0

    init(
        _ options: FileSinkOptions, _ fileSystem: any FileSystem, _ clock: any Clock, _ journal: OpeningJournal,
        _ compressor: MemberCompressor, report: @escaping SinkReport
    ) {
        self.options = options
        self.fileSystem = fileSystem
        self.clock = clock
        self.journal = journal
        self.compressor = compressor
        self.report = report
    }

    var isSynchronizing: Bool { options.synchronization != .never }

    /// The file at a path, which may not exist yet.
    func output(at path: String) -> OutputFile {
        uses += 1
        let output = outputs[path] ?? OutputFile(path: path)
        output.lastUse = uses
        outputs[path] = output
        return output
    }
}

// MARK: - Commits

extension OutputFiles {
    /// Brings out everything that was taken; `isIdle` where nothing was, so that what waits for fsync need not wait on.
    ///
    /// One file that cannot be written does not hold up the others: all are tried before the first failure is thrown.
    func commit(isIdle: Bool) throws(SinkFailure) {
        roomyDirectories.removeAll()
        var failure: SinkFailure?
        var changed: [OutputFile] = []
        for output in outputs.values where output.pending.count > 0 || output.mustRewrite || isDue(output, isIdle) {
            changed.append(output)
        }
        changed.sort { $0.lastUse < $1.lastUse }
        for output in changed {
            do throws(SinkFailure) {
                try bringOut(output)
                if isDue(output, isIdle) { try synchronize(output) }
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        try synchronizeEarly()
        finishCommit(changed)
    }

    /// When fsync is due for the first of the files; nil where there is nothing to bring to the disk.
    var synchronizationDeadline: Int64? {
        guard case .interval(let interval) = options.synchronization else { return nil }
        return outputs.values.compactMap(\.keptSince).min().map { $0 + interval.nanoseconds }
    }

    private func isDue(_ output: OutputFile, _ isIdle: Bool) -> Bool {
        guard let since = output.keptSince else { return false }
        return switch options.synchronization {
        case .never: false
        case .always: true
        case .interval(let interval): isIdle || clock.monotonic >= since + interval.nanoseconds
        }
    }

    private func synchronizeEarly() throws(SinkFailure) {
        guard isSynchronizing else { return }
        let kept = outputs.values.reduce(0) { $0 + $1.kept.count }
        guard kept > FileSinkOptions.unsynchronizedBytes else { return }
        for output in outputs.values where output.kept.count > 0 { try synchronize(output) }
    }

    private func finishCommit(_ changed: [OutputFile]) {
        guard !changed.isEmpty else { return }
        state.epoch += 1
        for output in changed {
            state.files[output.path] = output.extent.map { FileRecord(output.path, $0) }
            if !isSynchronizing { output.forgetKept() }
            output.forgetPending(keepingCapacity: options.path.template.constant != nil)
        }
        forgetLeastUsed()
    }

    /// Keeps the memory and the state small: a file that was left out long ago is looked at anew when it comes again.
    private func forgetLeastUsed() {
        guard outputs.count > FileSinkOptions.knownFiles else { return }
        let idle = outputs.values.filter { $0.file == nil && !$0.isWaiting && $0.kept.count == 0 }
        let surplus = outputs.count - FileSinkOptions.knownFiles * 3 / 4
        for output in idle.sorted(by: { $0.lastUse < $1.lastUse }).prefix(surplus) {
            outputs[output.path] = nil
            state.files[output.path] = nil
        }
    }
}

// MARK: - The end

extension OutputFiles {
    /// Closes every file; what has not been committed is left behind.
    func close() {
        for output in outputs.values where output.file != nil {
            do throws(SinkFailure) {
                try settle(output)
            } catch {
                report(
                    "The last bytes of a file may not be safe", [("path", output.path), ("error", error.description)])
            }
        }
    }

    /// Closes files that were not used for long, until another may be opened.
    func makeRoomForDescriptor() throws(SinkFailure) {
        var open = outputs.values.filter { $0.file != nil }
        guard open.count >= FileSinkOptions.openFiles else { return }
        open.sort { $0.lastUse < $1.lastUse }
        for output in open.prefix(open.count - FileSinkOptions.openFiles + 1) { try settle(output) }
    }
}
