import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldInputs

/// inotify of a user whose watches are used up.
private final class FewWatches: ChangeNotices {
    private let inotify: Inotify
    private var left: Int

    init(_ count: Int) throws {
        inotify = try Inotify()
        left = count
    }

    var descriptor: FileDescriptor { inotify.descriptor }
    var hasEvents: Bool { inotify.hasEvents }
    func watch(_ directory: String, contents: Bool) throws(FileSystemError) -> Int32 {
        guard left > 0 else { throw FileSystemError(code: 28, operation: .watch, path: directory) }
        left -= 1
        return try inotify.watch(directory, contents: contents)
    }
    func unwatch(_ watch: Int32) { inotify.unwatch(watch) }
    func events() throws(FileSystemError) -> [Inotify.Event] { try inotify.events() }
}

@Suite("Tailing when inotify has no more watches")
struct FewWatchesTests {
    @Test("directories without a watch are looked at every two seconds, and that is said once", arguments: [0, 1, 2])
    func polled(watches: Int) throws {
        let world = try TailWorld(include: ["{a,b,c}/*.log"], notices: try FewWatches(watches))
        let names = ["a/1.log", "b/1.log", "c/1.log"]
        for name in names { try world.append("1\n", to: name) }
        world.settle()
        for name in names { try world.append("2\n", to: name) }
        world.later(seconds: 2.1)
        for name in names { try world.rename(name, to: name + ".1") }
        for name in names { try world.append("3\n", to: name) }
        world.later(seconds: 4.2)
        for name in names { #expect(world.lines(name) == ["1", "2", "3"]) }
        #expect(world.said.count == 1)
        #expect(world.said.first?.contains("fs.inotify.max_user_watches") == true)
        #expect(world.tail.status.problems.count == 1)
    }
}
