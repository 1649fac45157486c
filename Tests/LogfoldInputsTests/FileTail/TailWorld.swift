import Foundation
import Glibc
import LogfoldCore
import LogfoldIO
import LogfoldInputs
import LogfoldTestSupport

/// A directory of logs, the programs that write and rotate them, and the input that reads them.
final class TailWorld {
    let scratch: ScratchDirectory
    let feed = RecordingFeed()
    let clock = FakeClock(now: 1_800_000_000_000_000_000)
    private(set) var tail: FileTail
    var options: FileTailOptions
    var fileSystem: any FileSystem
    private let usesInotify: Bool
    private let notices: (any ChangeNotices)?
    private(set) var said: [String] = []

    init(
        include: [String] = ["*.log"], fileSystem: any FileSystem = PosixFileSystem(), usesInotify: Bool = true,
        notices: (any ChangeNotices)? = nil, change: (inout FileTailOptions) -> Void = { _ in }
    ) throws {
        scratch = try ScratchDirectory()
        var options = FileTailOptions()
        options.include = try include.map { [path = scratch.path] in try GlobPattern(path + "/" + $0) }
        change(&options)
        self.options = options
        self.fileSystem = fileSystem
        self.usesInotify = usesInotify
        self.notices = notices
        tail = FileTail(name: "none", options: FileTailOptions(), inotify: nil)
        start([])
    }

    private func start(_ restored: [RestoredSource]) {
        tail = FileTail(
            name: "test", options: options, restored: restored, fileSystem: fileSystem, clock: clock,
            inotify: usesInotify ? notices ?? (try? Inotify()) : nil, say: { [weak self] in self?.said.append($0) })
    }

    func path(_ name: String) -> String { scratch.path + "/" + name }

    // The programs that write.

    func append(_ text: String, to name: String = "a.log") throws {
        if let file = FileHandle(forWritingAtPath: path(name)) {
            defer { try? file.close() }
            try file.seekToEnd()
            try file.write(contentsOf: Data(text.utf8))
        } else {
            try scratch.write(text.utf8, to: name)
        }
        try setTime(of: name)
    }

    /// Files are as old as the clock says that the input goes by.
    private func setTime(of name: String) throws {
        let time = timespec(tv_sec: Int(clock.now / 1_000_000_000), tv_nsec: Int(clock.now % 1_000_000_000))
        guard utimensat(AT_FDCWD, path(name), [time, time], 0) == 0 else { throw POSIXError(.EIO) }
    }

    func rename(_ name: String, to other: String) throws {
        guard Glibc.rename(path(name), path(other)) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

    func truncate(_ name: String = "a.log", to length: UInt64 = 0) throws {
        let file = try FileHandle(forWritingTo: URL(filePath: path(name)))
        try file.truncate(atOffset: length)
        try file.close()
        try setTime(of: name)
    }

    func copy(_ name: String, to other: String) throws {
        try scratch.write(try Data(contentsOf: URL(filePath: path(name))), to: other)
        try setTime(of: other)
    }

    /// Packs a file as gzip and zstd do: beside the original, with its time, and then the original goes.
    func pack(_ name: String, with program: String = "gzip", keepsOriginal: Bool = false) throws {
        let arguments = program == "zstd" ? ["-q", "--rm", path(name)] : ["-f", path(name)]
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + (keepsOriginal ? ["-k"] : []) + arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw POSIXError(.EIO) }
    }

    // The input.

    /// Runs the input until nothing is left to do, as the loop would: changes are gathered, deadlines that are near
    /// are met.
    func settle() {
        var quiet = 0
        for _ in 0..<10_000 where quiet < 3 {
            if tail.run(feed, now: clock.monotonic) {
                quiet = 0
                continue
            }
            quiet += 1
            clock.advance(milliseconds: 25)
        }
    }

    /// Lets time pass, and the input run as its deadlines ask for.
    func later(seconds: Double) {
        let end = clock.monotonic + Int64(seconds * 1e9)
        while clock.monotonic < end {
            settle()
            let next = min(max(tail.deadline ?? end, clock.monotonic + 1_000_000), end)
            clock.advance(milliseconds: max(1, (next - clock.monotonic) / 1_000_000))
        }
        settle()
    }

    private var restored: [RestoredSource] = []

    /// Ends the input; what was not saved is forgotten.
    func end() {
        tail.stop()
        restored = feed.kill()
    }

    /// Begins an input from what was saved.
    func begin(with sources: [RestoredSource]? = nil) {
        start(sources ?? restored)
        settle()
    }

    /// Puts another input in the place of this one, as a reload does; it has not run yet.
    func replace() {
        let old = tail
        feed.saveAll()
        start(feed.kill())
        tail.takeOver(from: old)
        old.stop()
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// The lines of a log as they were delivered.
    func lines(_ name: String = "a.log") -> [String] {
        feed.lines.filter { $0.log == path(name) }.map(\.text)
    }
}
