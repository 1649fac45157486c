import LogfoldIO
import LogfoldTestSupport
import Testing

@Suite("Inotify")
struct InotifyTests {
    @Test("tells of what happens in a directory, by name")
    func changes() throws {
        let scratch = try ScratchDirectory()
        let inotify = try Inotify()
        #expect(!inotify.hasEvents)
        let watch = try inotify.watch(scratch.path, contents: true)
        #expect(try inotify.watch(scratch.path + "/.", contents: true) == watch)
        try scratch.write([1], to: "a")
        #expect(inotify.hasEvents)
        let events = try inotify.events()
        #expect(events.allSatisfy { $0.watch == watch && $0.name.hasSuffix("a") || $0.name.isEmpty })
        #expect(events.contains { $0.change.contains(.content) || !$0.change.isDisjoint(with: .name) })
        #expect(!inotify.hasEvents)
    }

    @Test("without contents only names are told")
    func namesOnly() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write([1], to: "a")
        let files = PosixFileSystem()
        let inotify = try Inotify()
        _ = try inotify.watch(scratch.path, contents: false)
        try OpenFile(path, for: .appending, in: files).write([2].span.bytes)
        #expect(!inotify.hasEvents)
        try files.rename(path, to: scratch.path + "/b")
        #expect(try inotify.events().map(\.name) == ["a", "b"])
    }

    @Test("more events than a buffer holds all come")
    func many() throws {
        let scratch = try ScratchDirectory()
        let inotify = try Inotify()
        _ = try inotify.watch(scratch.path, contents: true)
        let names = (0..<2000).map { "a-rather-long-name-for-a-log-\($0)" }
        for name in names { try PosixFileSystem().makeDirectory(scratch.path + "/" + name, mode: 0o700) }
        #expect(Set(try inotify.events().map(\.name)) == Set(names))
    }

    @Test("a directory that goes says so")
    func gone() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path + "/d"
        try PosixFileSystem().makeDirectory(path, mode: 0o700)
        let inotify = try Inotify()
        _ = try inotify.watch(path, contents: true)
        try PosixFileSystem().rename(path, to: path + "2")
        #expect(try inotify.events().contains { !$0.change.isDisjoint(with: .watchGone) })
    }

    @Test("what is no directory cannot be watched")
    func noDirectory() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write([1], to: "a")
        let inotify = try Inotify()
        #expect(throws: FileSystemError.self) { try inotify.watch(path, contents: true) }
        #expect(throws: FileSystemError.self) { try inotify.watch(scratch.path + "/none", contents: true) }
    }

    @Test("a local directory is on no network file system, nor is one that is not there")
    func network() throws {
        let scratch = try ScratchDirectory()
        #expect(!isOnNetworkFileSystem(scratch.path))
        #expect(!isOnNetworkFileSystem("/nowhere"))
    }
}
