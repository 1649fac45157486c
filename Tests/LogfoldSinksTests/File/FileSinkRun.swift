import Foundation
import LogfoldCompression
import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldSinks

/// What a sink has reported, as lines: message and fields.
final class Reports: Sendable {
    private let all = Mutex<[String]>([])
    var lines: [String] { all.withLock { $0 } }
    func add(_ message: String, _ fields: [(String, String)]) {
        all.withLock { $0.append(([message] + fields.map { "\($0)=\($1)" }).joined(separator: " ")) }
    }
}

/// A directory with a sink's files, and what it takes to start the sink again and again.
final class FileSinkBench {
    let scratch: ScratchDirectory
    let clock = FakeClock(now: 1_800_000_000_000_000_000)
    let reports = Reports()
    var options: FileSinkOptions

    /// A bench whose sink writes to `path` below the directory.
    init(
        _ path: String = "out.jsonl", compression: OutputCompression = .none,
        _ change: (inout FileSinkOptions) -> Void = { _ in }
    ) throws {
        scratch = try ScratchDirectory()
        options = FileSinkOptions(
            path: try PathTemplate("\(scratch.path)/logs/\(path)"), compression: compression)
        options.minFree = 0
        change(&options)
    }

    var journal: String { scratch.path + "/local.journal" }

    func sink(
        _ files: any FileSystem = PosixFileSystem(), restoring state: [UInt8] = []
    ) throws(SinkFailure) -> FileSink {
        try makeFileSink(
            options, name: "local", fileSystem: files, clock: clock, journal: journal,
            restoring: state, report: reports.add)
    }

    func path(_ name: String) -> String { "\(scratch.path)/logs/\(name)" }

    /// The names of all files below the directory, sorted.
    var names: [String] {
        let all = FileManager.default.enumerator(atPath: path(""))?.allObjects.compactMap { $0 as? String } ?? []
        return all.filter { (try? PosixFileSystem().status(at: path($0)))?.kind == .regular }.sorted()
    }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path(name)))) }

    /// The text of a file, decompressed; throws where it is not whole.
    func text(_ name: String) throws -> String {
        String(decoding: try decompressed(try bytes(name), options.compression), as: UTF8.self)
    }

    /// The lines of a file.
    func lines(_ name: String) throws -> [String] {
        let text = try text(name)
        #expect(text.isEmpty || text.hasSuffix("\n"), "\(name) ends in the middle of a line")
        return text.split(separator: "\n").map(String.init)
    }

    /// The messages in all files, sorted; each has to be an event's.
    func messages() throws -> [String] {
        try names.flatMap { name in
            try lines(name).map { try #require(EventLine(Array($0.utf8)[...]), "\(name): \($0)").message }
        }.sorted()
    }
}

/// Events with these messages, in one batch.
func batch(_ messages: [String], service: String = "nova-compute", time: Int64 = 0) -> Batch {
    EventBatch.of(messages.map { "{\"message\":\"\($0)\",\"service\":{\"name\":\"\(service)\"}}" }, time: time)
}

extension FileSink {
    func take(_ batch: Batch) { take(batch, route: 1) }
}

func decompressed(_ bytes: [UInt8], _ compression: OutputCompression) throws -> [UInt8] {
    guard !bytes.isEmpty, let reader = try compression.kind.makeReader() else { return bytes }
    var result: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    var at = 0
    while true {
        let progress = try bytes[at...].withUnsafeBytes { input in
            try room.withUnsafeMutableBytes { try reader.read(input, into: $0) }
        }
        at += progress.consumed
        result += room[..<progress.produced]
        if at == bytes.count, progress.produced < room.count { break }
    }
    try reader.finish()
    return result
}
