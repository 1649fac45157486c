import LogfoldIO

/// `logfold replay LOG`: into a file, or through a configuration.
enum ReplayCommand {
    /// Plays a recorded log.
    static func run(_ arguments: ParsedArguments) throws(UsageError) -> ExitCode {
        let files = PosixFileSystem()
        let options = try ReplayOptions(arguments, in: files)
        switch options.destination {
        case .file(let path, let rotation): return try play(options, into: path, rotation, files)
        case .configuration(let path, let input):
            return try ConfiguredReplay(options: options, configuration: path, input: input, files: files).run()
        }
    }

    private static func play(
        _ options: ReplayOptions, into path: String, _ rotation: (how: LiveFile.Rotation, records: Int)?,
        _ files: any FileSystem
    ) throws(UsageError) -> ExitCode {
        let clock = SystemClock()
        guard let log = options.openLog(in: files) else { return .nothingToWorkWith }
        let status = log.status
        guard let target = try openTarget(path, rotation, unless: status, files) else { return .incomplete }
        let reference = options.reading.referenceTime ?? (status.kind == .regular ? status.modified : clock.now)
        let terminal = OpenFile(standard: .standardError, in: files)
        var replay = Replay(
            options.pace, target, ReplayProgress(options.progress, total: status.size, terminal), clock: clock
        ) { clock.sleep(until: $0) }
        let ending = replay.play(
            RecordedLog(InputReader(log.file), options: options.reading.engine, referenceTime: reference))
        return report(ending, of: replay, options)
    }

    private static func openTarget(
        _ path: String, _ rotation: (how: LiveFile.Rotation, records: Int)?, unless log: FileStatus,
        _ files: any FileSystem
    ) throws(UsageError) -> LiveFile? {
        let target: LiveFile
        let status: FileStatus
        do throws(FileSystemError) {
            target = try LiveFile(path, rotation: rotation, in: files)
            status = try target.status
        } catch {
            Terminal.say(path, error.reason)
            return nil
        }
        let isRegular = status.kind == .regular
        if isRegular, status.device == log.device, status.inode == log.inode {
            throw .invalid(
                path, for: "into", of: .replay, because: "it is the log itself; name another file")
        }
        if !isRegular, rotation != nil {
            throw .invalid(
                path, for: "into", of: .replay,
                because: "it is no regular file, so it cannot be rotated; leave '--rotate' out")
        }
        return target
    }

    private static func report(
        _ ending: Replay.Ending, of replay: borrowing Replay, _ options: ReplayOptions
    ) -> ExitCode {
        defer { Terminal.say(replay.summary) }
        switch ending {
        case .all: return .done
        case .unreadable(let error):
            Terminal.say(LogFile.name(of: options.log), error.reason)
            return replay.records == 0 ? .nothingToWorkWith : .incomplete
        case .unwritable(let error):
            // Somebody who stops reading has seen enough.
            if error.isBrokenPipe { return .done }
            Terminal.say(error.path, error.reason)
            return .incomplete
        }
    }
}

extension ReplayOptions {
    /// Opens the log; where that is not possible it is said, and nil the answer.
    func openLog(in files: any FileSystem) -> LogFile? {
        do throws(InputError) {
            return try LogFile(log, in: files)
        } catch {
            Terminal.say(LogFile.name(of: log), error.reason)
            return nil
        }
    }
}
