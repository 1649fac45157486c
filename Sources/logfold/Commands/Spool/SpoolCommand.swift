import LogfoldConfig
import LogfoldCore
import LogfoldIO
import LogfoldPipeline
import LogfoldSinks
import LogfoldSpool

/// `logfold spool`: what waits on the disk.
enum SpoolCommand {
    /// Does what the first argument says.
    static func run(_ arguments: ParsedArguments) throws(UsageError) -> ExitCode {
        let files = PosixFileSystem()
        let (action, sink) = try SpoolAction.read(arguments)
        let dataDirectory = try ConfigurationFile.dataDirectory(arguments, in: files)
        let folder = DiskSpool.folder(in: dataDirectory)
        guard DiskSpool.exists(in: dataDirectory, files) else {
            Terminal.say("there is no spool in '\(folder)'; -c or --data-dir says where one is")
            return .nothingToWorkWith
        }
        do throws(SpoolRefusal) {
            switch action {
            case .info:
                let report = try SpoolInspection.report(of: folder, files)
                return Logfold.show(
                    SpoolPage.text(of: report, folder) {
                        (try? RefusedFiles.held(of: $0, inDirectory: dataDirectory, files).events) ?? 0
                    })
            case .verify: return try verify(folder, files)
            case .export: return try export(folder, sink, files)
            case .forget: return try forget(sink ?? "", dataDirectory, files)
            }
        } catch {
            Terminal.say(error.description)
            return .nothingToWorkWith
        }
    }

    private static func verify(_ folder: String, _ files: any FileSystem) throws(SpoolRefusal) -> ExitCode {
        let (records, events, problems) = try SpoolInspection.verify(folder, files)
        for problem in problems { Terminal.say(problem) }
        let shown = Logfold.show(
            "\(HumanText.count(UInt64(records), of: "record")) with \(HumanText.count(events, of: "event")) are good\n")
        return problems.isEmpty ? shown : .incomplete
    }

    private static func export(
        _ folder: String, _ sink: String?, _ files: any FileSystem
    ) throws(SpoolRefusal) -> ExitCode {
        let output = OpenFile(standard: .standardOutput, in: files)
        var problem: FileSystemError?
        try SpoolInspection.export(folder, for: sink, files) { batch in
            guard problem == nil else { return }
            problem = write(batch, to: output)
        }
        guard let problem, !problem.isBrokenPipe else { return .done }
        Terminal.say(problem.description)
        return .incomplete
    }

    private static func write(_ batch: Batch, to output: OpenFile) -> FileSystemError? {
        batch.withLines { lines in
            do throws(FileSystemError) {
                for entry in batch.entries {
                    let range = Int(entry.start)..<Int(entry.start) + Int(entry.length)
                    try output.write(lines.extracting(range))
                }
                return nil
            } catch {
                return error
            }
        }
    }

    private static func forget(
        _ sink: String, _ dataDirectory: String, _ files: any FileSystem
    ) throws(SpoolRefusal) -> ExitCode {
        do throws(DataDirectory.Refusal) {
            let directory = try DataDirectory(dataDirectory, in: files)
            guard let waiting = try forget(sink, in: directory, files) else {
                Terminal.say("there is no cursor of a sink '\(sink)'; 'logfold spool info' names those there are")
                return .nothingToWorkWith
            }
            return Logfold.show("gave up \(HumanText.count(waiting, of: "event")) that waited for sink '\(sink)'\n")
        } catch {
            Terminal.say("\(error.description); the agent has to be stopped to forget a sink")
            return .nothingToWorkWith
        }
    }

    /// Returns how many events waited for the sink or were held; nil where there is no such sink.
    private static func forget(
        _ sink: String, in directory: DataDirectory, _ files: any FileSystem
    ) throws(DataDirectory.Refusal) -> UInt64? {
        let waiting: UInt64?
        do throws(SpoolRefusal) { waiting = try SpoolInspection.forget(sink, in: directory) } catch {
            switch error {
            case .file(let error): throw .file(error)
            case .version(let text): throw .unusable(text)
            }
        }
        guard let waiting else { return nil }
        do throws(FileSystemError) {
            let held = try RefusedFiles.held(of: sink, inDirectory: directory.path, files).events
            try RefusedFiles.forgetHeld(of: sink, inDirectory: directory.path, files)
            return waiting + held
        } catch {
            throw .file(error)
        }
    }
}

/// What can be done with a spool.
private enum SpoolAction: String, CaseIterable {
    case info, verify, export, forget

    /// Reads `ACTION [SINK]`.
    static func read(_ arguments: ParsedArguments) throws(UsageError) -> (SpoolAction, sink: String?) {
        let (action, sink) = try arguments.action(SpoolAction.self, needingSink: [.forget])
        if sink != nil, action == .info || action == .verify {
            throw UsageError(
                kind: .unexpectedArgument, message: "'spool \(action.rawValue)' takes no name of a sink",
                command: .spool)
        }
        return (action, sink)
    }
}

/// The page of `logfold spool info`.
private enum SpoolPage {
    static func text(
        of report: SpoolInspection.Report, _ folder: String, held: (String) -> UInt64
    ) -> String {
        let bytes = report.segments.reduce(Int64(0)) { $0 + $1.bytes }
        var lines = [
            "spool      \(folder)",
            "segments   \(report.segments.count), \(HumanText.bytes(bytes))",
            "events     \(report.segments.first?.first ?? report.end) to \(report.end), the last not included",
        ]
        if let oldest = report.segments.first { lines.append("oldest     \(TimestampText.rfc3339(oldest.time))") }
        for (input, counts) in report.read.sorted(by: { $0.key < $1.key }) {
            lines.append("input      \(text(of: input, counts))")
        }
        for (cursor, waiting) in report.cursors {
            var line =
                "sink       \(cursor.name): at \(cursor.position), \(HumanText.count(waiting, of: "event")) wait, "
                + "\(HumanText.count(cursor.delivered)) delivered"
            let held = held(cursor.name)
            if held > 0 { line += ", of which \(HumanText.count(held)) are held" }
            for (cause, count) in cursor.dropped.sorted(by: { $0.key < $1.key }) {
                line += ", dropped \(HumanText.count(count)) (\(cause))"
            }
            lines.append(line)
        }
        lines += report.findings.map { "warning    \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func text(of input: String, _ counts: InputCounts) -> String {
        var text =
            "\(input): \(HumanText.bytes(counts.inEvents.bytes)) in \(HumanText.count(counts.inEvents.events)) events"
        if counts.leftOut.events > 0 {
            text += ", \(HumanText.bytes(counts.leftOut.bytes)) in \(HumanText.count(counts.leftOut.events)) left out"
        }
        return counts.losses > 0 ? "\(text), \(HumanText.bytes(counts.lostBytes)) lost before they were read" : text
    }
}
