import LogfoldCore
import LogfoldIO
import LogfoldParsing

/// `logfold test DIR…`.
enum TestCommand {
    /// Runs, or rewrites, the golden tests under the folders.
    static func run(_ arguments: ParsedArguments) throws(UsageError) -> ExitCode {
        let files = PosixFileSystem()
        var runner = GoldenRunner(arguments, files, isUpdating: arguments.flag("update"))
        var isReadable = true
        for folder in arguments.positionals {
            do throws(FileSystemError) {
                try runner.run(folder)
            } catch {
                Terminal.say(folder, error.reason)
                isReadable = false
            }
        }
        return runner.finish(isReadable: isReadable)
    }
}

/// Runs golden tests and counts them.
struct GoldenRunner {
    private let arguments: ParsedArguments
    private let files: PosixFileSystem
    private let isUpdating: Bool
    private var passed = 0
    private var failed = 0
    private var updated = 0

    /// Stamps without year, and text without time, are measured against this, so that no test depends on the day it
    /// runs: 2026-01-01T00:00:00Z.
    private static let referenceTime: Int64 = 1_767_225_600_000_000_000

    init(_ arguments: ParsedArguments, _ files: PosixFileSystem, isUpdating: Bool) {
        self.arguments = arguments
        self.files = files
        self.isUpdating = isUpdating
    }

    /// Runs the tests in a folder and below it, in the order of their names.
    mutating func run(_ folder: String) throws(FileSystemError) {
        for name in try files.names(inDirectory: folder).sorted() where !name.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            if try files.status(at: path).kind == .directory {
                try run(path)
            } else if let test = GoldenTest(path, in: folder) {
                run(test)
            }
        }
    }

    private mutating func run(_ test: GoldenTest) {
        do {
            let made = try events(of: test)
            let expected = try expectation(of: test)
            if made == expected {
                passed += 1
                say("ok \(test.log)")
            } else if isUpdating {
                try files.replace(test.expectation, isDurable: false) { (file) throws(FileSystemError) in
                    try file.write(made)
                }
                updated += 1
                say("updated \(test.expectation)")
            } else {
                fail(test, GoldenDifference.text(expected: expected ?? [], made: made, isNew: expected == nil))
            }
        } catch let error as FileSystemError {
            fail(test, "  \(error)\n")
        } catch let error as InputError {
            fail(test, "  \(error.reason)\n")
        } catch let error as UsageError {
            fail(test, "  \(error.message)\n")
        } catch {
            fail(test, "  \(error)\n")
        }
    }

    /// What is expected; nil where nothing is written down yet.
    private func expectation(of test: GoldenTest) throws(FileSystemError) -> [UInt8]? {
        do throws(FileSystemError) {
            return try OpenFile(test.expectation, in: files).readAll(limit: 1 << 30)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    private mutating func fail(_ test: GoldenTest, _ reason: String) {
        failed += 1
        say("FAILED \(test.log)")
        _ = Terminal.write(reason, to: 1)
    }

    private func say(_ line: String) { _ = Terminal.write(Terminal.harmless(line) + "\n", to: 1) }

    /// Says what came of it all.
    func finish(isReadable: Bool) -> ExitCode {
        let total = passed + failed + updated
        if total == 0 {
            if isReadable { Terminal.say("no tests: a test is a file x.log with x.expected.jsonl beside it") }
            return .nothingToWorkWith
        }
        say("\(passed) passed, \(failed) failed" + (isUpdating ? ", \(updated) updated" : ""))
        return failed == 0 && isReadable ? .done : .incomplete
    }

    // MARK: - Events

    /// The events that the engine makes of a test's log.
    private func events(of test: GoldenTest) throws -> [UInt8] {
        let options = try ReadingOptions(test.arguments(arguments, in: files), zone: "UTC", in: files)
        var engine = Engine(options: options.engine)
        let facts = SourceFacts(zone: options.engine.timeZoneName, service: options.service)
        engine.open(source: 0, facts: facts, referenceTime: options.referenceTime ?? Self.referenceTime)
        var reader = InputReader(try LogFile(test.log, in: files).file)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var made = ByteBuffer()
        var offset = 0
        while true {
            let count = try reader.read(into: &buffer)
            if count == 0 { break }
            buffer.withSpan { bytes in
                engine.push(bytes.extracting(0..<count), source: 0, at: offset) { batch in
                    batch.withLines { made.append($0, 0, $0.byteCount) }
                }
            }
            offset += count
        }
        engine.finish(source: 0) { batch in batch.withLines { made.append($0, 0, $0.byteCount) } }
        return (0..<made.count).map { made[$0] }
    }
}
