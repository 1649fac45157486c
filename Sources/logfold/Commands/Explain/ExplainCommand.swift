import LogfoldIO
import LogfoldParsing

/// `logfold explain [FILE...]`.
enum ExplainCommand {
    /// Reads files, or standard input, and prints what the engine decides about each line.
    static func run(_ arguments: ParsedArguments) throws(UsageError) -> ExitCode {
        let files = PosixFileSystem()
        let options = try ReadingOptions(arguments, in: files)
        let paths = arguments.positionals.isEmpty ? ["-"] : arguments.positionals
        let asJSON = arguments.flag("json")
        let text = ExplainedText(hasColors: Terminal.hasColors())
        var output = PageOutput(OpenFile(standard: .standardOutput, in: files))
        if !asJSON { output.write(text.heading) }
        var unread = 0
        for path in paths where !output.isClosed {
            if !asJSON, paths.count > 1 { output.write(text.heading(of: path)) }
            var explanation = Explanation(options, json: asJSON ? ExplainedJSON(file: path) : nil, text: text)
            do throws(InputError) {
                try explanation.read(path, in: files, to: &output)
            } catch {
                Terminal.say(LogFile.name(of: path), error.reason)
                unread += 1
            }
        }
        output.flush()
        if let error = output.failure, !error.isBrokenPipe {
            Terminal.say("standard output", error.reason)
            return .incomplete
        }
        return unread == 0 ? .done : unread == paths.count ? .nothingToWorkWith : .incomplete
    }
}

/// The decisions about one source while it is read.
private struct Explanation: ~Copyable {
    private var engine: Engine
    private let trace = DecisionTrace()
    private var numbers = LineNumbers()
    private var offset = 0
    private let json: ExplainedJSON?
    private let text: ExplainedText

    init(_ options: ReadingOptions, json: ExplainedJSON?, text: ExplainedText) {
        engine = Engine(options: options.engine)
        let facts = SourceFacts(zone: options.engine.timeZoneName, service: options.service)
        engine.open(source: 0, facts: facts, referenceTime: options.referenceTime, trace: trace)
        self.json = json
        self.text = text
    }

    /// Reads a source to its end; what was read before an error is explained.
    mutating func read(_ path: String, in files: any FileSystem, to output: inout PageOutput) throws(InputError) {
        var failure: InputError?
        do throws(InputError) {
            var reader = InputReader(try LogFile(path, in: files).file)
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while !output.isClosed {
                let count = try reader.read(into: &buffer)
                if count == 0 { break }
                take(buffer, count)
                print(to: &output)
            }
        } catch { failure = error }
        engine.finish(source: 0) { _ in }
        print(to: &output)
        if let failure { throw failure }
    }

    private mutating func take(_ buffer: [UInt8], _ count: Int) {
        numbers.note(buffer[..<count], at: offset)
        buffer.withSpan { engine.push($0.extracting(0..<count), source: 0, at: offset) { _ in } }
        offset += count
    }

    private func print(to output: inout PageOutput) {
        for entry in trace.takeEntries() {
            switch entry {
            case .line(let decision):
                let line = ExplainedLine(decision: decision, number: numbers.line(at: decision.offset))
                output.write(json?.row(line) ?? text.row(line))
            case .end(let event, let ending):
                output.write(json?.row(endOf: event, ending) ?? text.row(endOf: event, ending))
            }
        }
        output.flush()
    }
}

/// Text on its way to a file, written in large pieces.
private struct PageOutput {
    private let file: OpenFile
    private var pending: [UInt8] = []
    /// Why nothing more can be written.
    private(set) var failure: FileSystemError?

    init(_ file: OpenFile) { self.file = file }

    /// Whether nobody reads any more, or the device is full.
    var isClosed: Bool { failure != nil }

    mutating func write(_ text: String) {
        pending += text.utf8
        if pending.count >= 1 << 16 { flush() }
    }

    mutating func flush() {
        defer { pending.removeAll(keepingCapacity: true) }
        guard !pending.isEmpty, failure == nil else { return }
        do throws(FileSystemError) {
            try pending.withSpan { (span: RawSpan) throws(FileSystemError) in try file.write(span) }
        } catch { failure = error }
    }
}
