import Foundation
import LogfoldTestSupport
import Testing

@testable import LogfoldInputs

@Suite("Going on with the files that a replaced input has open")
struct TakeOverTests {
    /// The log of a world as a service has it open.
    private func writer(_ world: TailWorld, _ name: String = "a.log") throws -> FileHandle {
        let file = try FileHandle(forWritingTo: URL(filePath: world.path(name)))
        try file.seekToEnd()
        return file
    }

    @Test("a file that loses its name before the first look is read on")
    func namelessAtOnce() throws {
        let world = try TailWorld()
        try world.append("1\n")
        world.settle()
        let service = try writer(world)
        try service.write(contentsOf: Data("2\n".utf8))
        world.replace()
        try world.remove("a.log")
        try service.write(contentsOf: Data("3\n".utf8))
        world.later(seconds: 2)
        #expect(world.lines() == ["1", "2", "3"])
        #expect(world.feed.losses.isEmpty)
        #expect(world.feed.violations == [])
    }

    @Test("one of which not even the first line was complete is the same file afterwards")
    func withoutHead() throws {
        let world = try TailWorld()
        try world.append("1\n")
        world.settle()
        try world.rename("a.log", to: "a.log.1")
        try world.append("2")
        world.settle()
        let service = try writer(world)
        world.replace()
        try world.remove("a.log")
        try service.write(contentsOf: Data("b\n".utf8))
        try world.append("3\n")
        world.later(seconds: 3)
        #expect(world.lines() == ["1", "2b", "3"])
        #expect(world.feed.violations == [])
    }

    @Test("a deleted file comes before the one that has its place, as before")
    func order() throws {
        let world = try TailWorld()
        try world.append("1\n2")
        world.settle()
        let service = try writer(world)
        try world.remove("a.log")
        try world.append("3\n")
        world.settle()
        world.replace()
        try service.write(contentsOf: Data("b\n".utf8))
        world.later(seconds: 3)
        #expect(world.lines() == ["1", "2b", "3"])
        #expect(world.feed.violations == [])
    }

    @Test("a packed file goes on where it was")
    func packed() throws {
        let world = try TailWorld()
        let lines = (0..<40_000).map { "line \($0)" }
        try world.append(lines.joined(separator: "\n") + "\n")
        world.settle()
        try world.append("last\n")
        try world.rename("a.log", to: "a.log.1")
        try world.pack("a.log.1")
        while world.tail.run(world.feed, now: world.clock.monotonic), world.lines().count < 30_000 {}
        world.replace()
        try world.remove("a.log.1.gz")
        world.later(seconds: 3)
        #expect(world.lines() == lines + ["last"])
        #expect(world.feed.violations == [])
    }

    @Test("what was cut meanwhile is not taken for what it was")
    func cut() throws {
        let world = try TailWorld()
        try world.append("1\n2\n")
        world.settle()
        world.replace()
        try world.truncate()
        try world.append("3\n4\n5\n")
        world.later(seconds: 1)
        #expect(world.lines() == ["1", "2", "3", "4", "5"])
        #expect(world.feed.violations == [])
    }

    @Test("what the patterns name no more is let go")
    func excluded() throws {
        let world = try TailWorld(include: ["*.log"])
        try world.append("1\n", to: "a.log")
        try world.append("1\n", to: "b.log")
        world.settle()
        world.options.include = [try GlobPattern(world.path("b.log"))]
        world.replace()
        try world.append("2\n", to: "a.log")
        try world.append("2\n", to: "b.log")
        world.later(seconds: 1)
        #expect(world.lines("a.log") == ["1"])
        #expect(world.lines("b.log") == ["1", "2"])
    }
}
