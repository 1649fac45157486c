import Glibc
import LogfoldCore
import LogfoldIO
import LogfoldParsing

/// The default command: records in, events out.
enum FilterCommand {
    /// Reads all inputs, one after the other.
    static func run(_ arguments: ParsedArguments) throws(UsageError) -> ExitCode {
        let files = PosixFileSystem()
        // Somebody who stops reading is noticed by the failed write, as ripgrep does, and ends the program quietly.
        let options = try FilterOptions(arguments, in: files)
        let output = EventOutput(options, OpenFile(standard: .standardOutput, in: files))
        var filter = Filter(options, output, files)
        return filter.run(arguments.positionals.isEmpty ? ["-"] : arguments.positionals)
    }
}

/// The filter while it runs.
struct Filter: ~Copyable {
    private let options: FilterOptions
    private let output: EventOutput
    private let files: PosixFileSystem
    private let clock = SystemClock()
    private var engine: Engine
    private var progress: ProgressBar
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var bytesRead = 0
    private var counts = EventCounts()

    init(_ options: FilterOptions, _ output: EventOutput, _ files: PosixFileSystem) {
        self.options = options
        self.output = output
        self.files = files
        engine = Engine(options: options.reading.engine)
        progress = ProgressBar(options.progress, OpenFile(standard: .standardError, in: files))
    }

    /// Reads the inputs in their order; what cannot be read is said, the others are read all the same.
    mutating func run(_ paths: [String]) -> ExitCode {
        progress.total = paths.reduce(0) { $0 + size(of: $1) }
        var readable = 0
        var isComplete = true
        for path in paths {
            switch read(path) {
            case .all: readable += 1
            case .part:
                readable += 1
                isComplete = false
            case .nothing: isComplete = false
            case .stopped: return finish(isComplete ? .done : .incomplete)
            }
        }
        if readable == 0 { return finish(.nothingToWorkWith) }
        return finish(isComplete ? .done : .incomplete)
    }

    private mutating func finish(_ code: ExitCode) -> ExitCode {
        progress.clear()
        guard output.flush() else { return output.isClosedByReader ? code : .incomplete }
        if let rebuilt = output.rebuiltMessage { Terminal.say(rebuilt) }
        if options.showsStatistics {
            _ = Terminal.write(
                Statistics.text(counts, bytes: bytesRead, tally: output.tally), to: STDERR_FILENO)
        }
        guard output.unwritten == 0 else {
            Terminal.say("events that this shape cannot read: \(output.unwritten); '-o ecs' shows them")
            return .incomplete
        }
        return code
    }

    private func size(of path: String) -> Int64 {
        guard path != "-", let status = try? files.status(at: path), status.kind == .regular else { return 0 }
        return status.size
    }
}

// MARK: - One input

extension Filter {
    /// How far an input could be read.
    private enum Outcome {
        case all, part, nothing
        /// Nobody takes the output any more.
        case stopped
    }

    private mutating func read(_ path: String) -> Outcome {
        let name = LogFile.name(of: path)
        do throws(InputError) {
            let log = try LogFile(path, in: files)
            // A file that grows by what is read from it has no end.
            if log.status.kind == .regular, output.isFile(log.status) {
                Terminal.say(name, "it is also the output; write to another file")
                return .nothing
            }
            return read(log, name, path == "-" ? nil : path)
        } catch {
            progress.clear()
            let question = error.isNotFound ? CommandTable(formats: []).question(aboutMissingFile: path) : nil
            Terminal.say(name, error.reason + (question.map { "; \($0)" } ?? ""))
            return .nothing
        }
    }

    private mutating func read(_ log: LogFile, _ name: String, _ path: String?) -> Outcome {
        let isLive = log.status.kind != .regular
        let now = clock.now
        var reference = options.reading.referenceTime ?? (isLive ? now : log.status.modified)
        if reference == 0 { reference = now }
        engine.now = now
        engine.open(source: 0, facts: options.facts(of: path), referenceTime: reference)
        var reader = InputReader(log.file)
        let before = engine.counts
        defer { counts.add(engine.counts, since: before) }
        var outcome = Outcome.all
        do throws(InputError) {
            if try !pump(&reader, log.file, isLive: isLive) { return .stopped }
        } catch {
            progress.clear()
            Terminal.say(name, error.reason)
            outcome = reader.position > 0 ? .part : .nothing
        }
        return engine.finish(source: 0, to: output) ? outcome : .stopped
    }

    /// Pushes all bytes of an input into the engine; false when the output is gone.
    private mutating func pump(
        _ reader: inout InputReader, _ file: OpenFile, isLive: Bool
    ) throws(InputError) -> Bool {
        var offset = 0
        while true {
            if isLive, !reader.hasBuffered, try !waitLive(file) { return false }
            let count = try reader.read(into: &buffer)
            if count == 0 { return true }
            if isLive { engine.now = clock.now }
            guard engine.push(buffer, count, source: 0, at: offset, to: output) else { return false }
            if isLive, !output.flushLive() { return false }
            offset += count
            bytesRead += count
            progress.advance(to: reader.position, clock.monotonic)
        }
    }

    /// Waits until a live input has bytes or ends; folds that have been silent for long enough end meanwhile.
    private mutating func waitLive(_ file: OpenFile) throws(InputError) -> Bool {
        do throws(FileSystemError) {
            if try file.wait(for: .input, milliseconds: 0) { return true }
            while true {
                guard engine.expire(source: 0, now: clock.monotonic, to: output), output.flushLive() else {
                    return false
                }
                if try file.wait(for: .input, milliseconds: untilDeadline()) { return true }
            }
        } catch { throw .file(error) }
    }

    /// Milliseconds until the engine has something to do, rounded up; nil for no time.
    private func untilDeadline() -> Int32? {
        guard let deadline = engine.nextDeadline(source: 0) else { return nil }
        let rest = Swift.max(0, deadline - clock.monotonic)
        return Int32(clamping: (rest + 999_999) / 1_000_000)
    }
}

extension EventCounts {
    /// Adds what was counted since another state of the same engine.
    fileprivate mutating func add(_ now: EventCounts, since before: EventCounts) {
        written += now.written - before.written
        filtered += now.filtered - before.filtered
        folded += now.folded - before.folded
        unparsed += now.unparsed - before.unparsed
        redacted += now.redacted - before.redacted
    }
}
