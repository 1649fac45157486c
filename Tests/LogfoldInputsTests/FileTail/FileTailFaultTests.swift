import Glibc
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Synchronization
import Testing

@testable import LogfoldInputs

@Suite("Tailing when system calls fail")
struct FileTailFaultTests {
    @Test("short reads and signals change nothing", arguments: RotationTests.live)
    func shortReads(_ example: RotationTests.Case) throws {
        var faults = FaultyFileSystem.Faults()
        faults.largestTransfer = 7
        faults.interruptEvery = 3
        let stage = Stage(try TailWorld(fileSystem: FaultyFileSystem(faults)))
        try stage.play(example.steps)
        for (name, written) in stage.written { #expect(stage.world.lines(name).sorted() == written.sorted()) }
        #expect(stage.world.feed.violations == [])
    }

    @Test("a file that is renamed between a look and its opening is read a moment later")
    func renamedBeforeOpening() throws {
        let isFirst = Mutex(true)
        let world = try TailWorld(
            fileSystem: ScriptedFileSystem { call in
                guard call.operation == .open, call.path.hasSuffix("a.log") else { return .made }
                return isFirst.withLock { first in
                    defer { first = false }
                    return first ? .failed(ENOENT) : .made
                }
            })
        try world.append("1\n")
        world.settle()
        #expect(world.lines() == ["1"])
        #expect(world.tail.status.problems == [])
    }

    @Test("a log that is cut while its copy is looked at is not read once more from the copy", arguments: [100, 1])
    func cutWhileItsCopyIsLookedAt(maxOpenFiles: Int) throws {
        let atOpening = AtOpening()
        let files = ScriptedFileSystem { atOpening.answer($0) }
        let world = try TailWorld(fileSystem: files) { $0.maxOpenFiles = maxOpenFiles }
        try world.append("1\n2\n")
        world.settle()
        // Where one may be open, the log is closed by now.
        try world.append("1\n", to: "b.log")
        world.later(seconds: 1)
        try world.copy("a.log", to: "a.log.1")
        let log = world.path("a.log")
        atOpening.next("a.log.1") { truncate(log, 0) }
        world.settle()
        try world.append("3\n")
        world.later(seconds: 1)
        #expect(world.lines() == ["1", "2", "3"])
        #expect(world.feed.losses.isEmpty)
    }

    @Test("what comes to a closed log that was renamed while the next one is opened is read before that")
    func writtenWhileTheNextOneIsOpened() throws {
        let atOpening = AtOpening()
        let files = ScriptedFileSystem { atOpening.answer($0) }
        let world = try TailWorld(fileSystem: files) { $0.maxOpenFiles = 2 }
        for name in ["a.log", "b.log", "c.log"] {
            try world.append("1\n", to: name)
            world.later(seconds: 1)
        }
        try world.rename("a.log", to: "a.log.1")
        try world.append("3\n")
        let old = world.path("a.log.1")
        atOpening.next("a.log") {
            guard let file = fopen(old, "a") else { return }
            fputs("2\n", file)
            fclose(file)
        }
        world.later(seconds: 1)
        #expect(world.lines() == ["1", "2", "3"])
    }

    @Test("a file that may not be read is read when it may, and status says what would help")
    func denied() throws {
        let files = ScriptedFileSystem { call in
            call.operation == .open && call.path.hasSuffix("a.log") ? .failed(EACCES) : .made
        }
        let world = try TailWorld(fileSystem: files)
        try world.append("1\n")
        try world.append("1\n", to: "b.log")
        world.later(seconds: 300)
        #expect(world.lines() == [])
        #expect(world.lines("b.log") == ["1"])
        let problem = try #require(world.tail.status.problems.first)
        #expect(problem.contains("cannot open '\(world.path("a.log"))': permission denied"))
        #expect(problem.contains("adm") && problem.contains("logfold.service.d/read-all.conf"))
        files.follow { _ in .made }
        world.later(seconds: 61)
        #expect(world.lines() == ["1"])
        #expect(world.tail.status.problems == [])
    }

    @Test("a change of permissions is tried at once")
    func granted() throws {
        let files = ScriptedFileSystem { $0.operation == .open && $0.path.hasSuffix("a.log") ? .failed(EACCES) : .made }
        let world = try TailWorld(fileSystem: files)
        try world.append("1\n")
        world.later(seconds: 300)
        files.follow { _ in .made }
        #expect(chmod(world.path("a.log"), 0o644) == 0)
        world.settle()
        #expect(world.lines() == ["1"])
    }

    @Test("a rotated file that may not be read holds nobody up and is read when it may")
    func deniedSibling() throws {
        let files = ScriptedFileSystem()
        let world = try TailWorld(fileSystem: files)
        try world.append("1\n")
        world.settle()
        world.feed.saveAll()
        world.end()
        try world.append("2\n")
        try world.rename("a.log", to: "a.log.1")
        try world.append("3\n")
        files.follow { $0.operation == .open && $0.path.hasSuffix("a.log.1") ? .failed(EACCES) : .made }
        world.begin()
        world.later(seconds: 100)
        #expect(world.lines() == ["1", "3"])
        #expect(world.feed.losses.isEmpty)
        files.follow { _ in .made }
        world.later(seconds: 61)
        #expect(world.lines() == ["1", "3", "2"])
        #expect(world.feed.violations == [])
    }

    @Test("files wait for a descriptor when none is left")
    func noDescriptors() throws {
        let files = ScriptedFileSystem { $0.operation == .open ? .failed(EMFILE) : .made }
        let world = try TailWorld(fileSystem: files)
        try world.append("1\n")
        world.later(seconds: 5)
        #expect(world.tail.status.problems.first?.contains("raise LimitNOFILE or lower max_open_files") == true)
        files.follow { _ in .made }
        world.later(seconds: 60)
        #expect(world.lines() == ["1"])
    }

    @Test("a read that fails is made again")
    func readError() throws {
        let files = ScriptedFileSystem()
        let world = try TailWorld(fileSystem: files)
        try world.append("1\n")
        world.settle()
        files.follow { $0.operation == .read ? .failed(EIO) : .made }
        try world.append("2\n")
        world.settle()
        #expect(world.lines() == ["1"])
        #expect(world.tail.status.sources.first?.problem?.contains("input/output error") == true)
        files.follow { _ in .made }
        world.later(seconds: 3)
        #expect(world.lines() == ["1", "2"])
        #expect(world.tail.status.sources.first?.problem == nil)
    }

    @Test(
        "a directory that cannot be listed or looked at for a while makes nothing forgotten", arguments: [EIO, EACCES])
    func unreadableDirectory(code: Int32) throws {
        let files = ScriptedFileSystem()
        let world = try TailWorld(fileSystem: files)
        try world.append("1\n")
        world.settle()
        world.feed.saveAll()
        world.end()
        files.follow { [.list, .status].contains($0.operation) ? .failed(code) : .made }
        world.begin()
        world.later(seconds: 1000)
        files.follow { _ in .made }
        try world.append("2\n")
        world.later(seconds: 61)
        #expect(world.lines() == ["1", "2"])
        #expect(world.feed.forgotten == [])
        #expect(world.feed.losses.isEmpty)
    }
}

/// Does something, once, when a file is opened.
private final class AtOpening: Sendable {
    private let due = Mutex<(suffix: String, act: @Sendable () -> Void)?>(nil)

    /// Does this before a file is opened whose path ends so.
    func next(_ suffix: String, _ act: @escaping @Sendable () -> Void) {
        due.withLock { $0 = (suffix, act) }
    }

    func answer(_ call: ScriptedFileSystem.Call) -> ScriptedFileSystem.Answer {
        if call.operation == .open { taken(call.path)?() }
        return .made
    }

    private func taken(_ path: String) -> (@Sendable () -> Void)? {
        due.withLock { due in
            guard let next = due, path.hasSuffix(next.suffix) else { return nil }
            due = nil
            return next.act
        }
    }
}
