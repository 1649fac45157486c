import LogfoldIO

/// A log with the events that are expected of it.
///
/// `x.log` (or `x.log.gz`, `x.log.zst`) has its events in `x.expected.jsonl`. Options are one to a line, as on the
/// command line, in `logfold.args` for all tests of the folder and in `x.args` for one; `#` begins a comment. Paths
/// in them are relative to the folder.
struct GoldenTest {
    /// The log's path.
    let log: String
    /// The path of the expected events.
    let expectation: String
    private let folder: String
    private let ownArguments: String

    /// The test that a file is the log of; nil for other files.
    init?(_ path: String, in folder: String) {
        guard let suffix = [".log", ".log.gz", ".log.zst"].first(where: path.hasSuffix) else { return nil }
        let stem = path.dropLast(suffix.count)
        guard stem.last != "/" else { return nil }
        log = path
        expectation = "\(stem).expected.jsonl"
        ownArguments = "\(stem).args"
        self.folder = folder
    }

    /// The command's options with those of the folder and of this test; the last one given counts.
    func arguments(_ given: ParsedArguments, in files: PosixFileSystem) throws -> ParsedArguments {
        var all = given
        for path in ["\(folder)/logfold.args", ownArguments] where files.isReadable(path) {
            let text = String(decoding: try OpenFile(path, in: files).readAll(limit: 1 << 20), as: UTF8.self)
            for line in text.split(separator: "\n") { try add(line, of: path, to: &all) }
        }
        return all
    }

    private func add(_ line: Substring, of path: String, to arguments: inout ParsedArguments) throws(UsageError) {
        let line = line.trimmed
        if line.isEmpty || line.hasPrefix("#") { return }
        let name = line.prefix { $0 != "=" && $0 != " " }
        guard name.hasPrefix("--"), let option = arguments.command.option(named: String(name.dropFirst(2))),
            option.value != nil, name.count < line.count
        else {
            throw UsageError(
                kind: .unknownOption, message: "\(path): '\(line)' is no option with a value of 'logfold test'",
                command: arguments.command.name)
        }
        let value = line.dropFirst(name.count + 1).trimmed
        let isPath = option.name == "oslo-config" && !value.hasPrefix("/")
        arguments.add(isPath ? "\(folder)/\(value)" : String(value), to: option)
    }
}

extension Substring {
    /// Without blanks at both ends.
    fileprivate var trimmed: Substring {
        var rest = drop { $0 == " " || $0 == "\t" || $0 == "\r" }
        while let last = rest.last, last == " " || last == "\t" || last == "\r" { rest.removeLast() }
        return rest
    }
}
