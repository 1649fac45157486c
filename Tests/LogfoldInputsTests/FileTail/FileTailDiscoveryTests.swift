import Foundation
import Glibc
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldInputs

@Suite("Finding files to tail")
struct FileTailDiscoveryTests {
    private func makeDirectory(_ world: TailWorld, _ name: String) throws {
        try FileManager.default.createDirectory(atPath: world.path(name), withIntermediateDirectories: true)
    }

    @Test(
        "directories that appear late are looked into",
        arguments: ["*/*.log", "**/*.log", "nova/x/*.log", "{nova,glance}/**"])
    func lateDirectories(pattern: String) throws {
        let world = try TailWorld(include: [pattern])
        world.settle()
        try makeDirectory(world, "nova")
        world.settle()
        let name = pattern == "*/*.log" ? "nova/a.log" : "nova/x/a.log"
        try makeDirectory(world, "nova/x")
        world.settle()
        try world.append("1\n", to: name)
        world.settle()
        try world.append("2\n", to: name)
        world.settle()
        #expect(world.lines(name) == ["1", "2"])
    }

    @Test("a directory that is replaced by another is watched again")
    func replacedDirectory() throws {
        let world = try TailWorld(include: ["nova/*.log"])
        try world.append("1\n", to: "nova/a.log")
        world.settle()
        try world.rename("nova", to: "old")
        world.settle()
        try world.append("2\n", to: "nova/a.log")
        world.settle()
        try world.append("3\n", to: "nova/a.log")
        world.settle()
        #expect(world.lines("nova/a.log") == ["1", "2", "3"])
    }

    @Test("what is excluded is not read", arguments: [("*-access.log", true), ("/elsewhere/*", false), ("a*", true)])
    func excluded(pattern: String, isExcluded: Bool) throws {
        let world = try TailWorld { $0.exclude = (try? [GlobPattern(pattern)]) ?? [] }
        try world.append("1\n", to: "a-access.log")
        try world.append("1\n", to: "b.log")
        world.settle()
        #expect(world.lines("a-access.log") == (isExcluded ? [] : ["1"]))
        #expect(world.lines("b.log") == ["1"])
    }

    @Test("what the agent itself writes is not read, under its name or after a rotation, and that is said")
    func ownOutput() throws {
        let world = try TailWorld()
        try world.append("1\n", to: "agent.log")
        try world.append("1\n", to: "b.log")
        world.tail.ownStreams = OwnStreams([try PosixFileSystem().status(at: world.path("agent.log"))])
        world.settle()
        try world.append("2\n", to: "agent.log")
        world.settle()
        #expect(world.lines("agent.log") == [] && world.lines("b.log") == ["1"])
        let problem = "is what this agent itself writes; exclude it, or send its output elsewhere"
        #expect(world.tail.status.problems == ["'\(world.path("agent.log"))' \(problem)"])

        try world.rename("agent.log", to: "agent.log.1")
        world.settle()
        try world.append("3\n", to: "agent.log")
        world.settle()
        #expect(world.lines("agent.log") == ["3"])
    }

    @Test("a file with two names is read once, under the first, and that is said once", arguments: [true, false])
    func twoNames(isSymbolic: Bool) throws {
        let world = try TailWorld(include: ["a.log", "*.log"])
        try world.append("1\n")
        if isSymbolic {
            _ = try world.scratch.link("b.log", to: world.path("a.log"))
        } else {
            #expect(link(world.path("a.log"), world.path("b.log")) == 0)
        }
        world.settle()
        try world.append("2\n", to: "b.log")
        world.later(seconds: 200)
        #expect(world.lines() == ["1", "2"])
        #expect(world.lines("b.log") == [])
        let expected =
            "'\(world.path("b.log"))' is the same file as '\(world.path("a.log"))' and is read once, under that name"
        #expect(world.said == [expected])
    }

    @Test("a symbolic link is followed: to changes, through rotations beside its target, and when it is turned")
    func symbolicLink() throws {
        let world = try TailWorld(include: ["logs/*.log"])
        try makeDirectory(world, "logs")
        try world.append("1\n", to: "data/real.txt")
        _ = try world.scratch.link("logs/a.log", to: world.path("data/real.txt"))
        world.settle()
        try world.append("2\n", to: "data/real.txt")
        world.settle()
        #expect(world.lines("logs/a.log") == ["1", "2"])

        world.feed.saveAll()
        world.end()
        try world.append("3\n", to: "data/real.txt")
        try world.rename("data/real.txt", to: "data/real.txt.1")
        try world.append("4\n", to: "data/real.txt")
        world.begin()
        world.later(seconds: 1)
        #expect(world.lines("logs/a.log") == ["1", "2", "3", "4"])

        try world.append("5\n", to: "data/other.txt")
        try world.remove("logs/a.log")
        _ = try world.scratch.link("logs/a.log", to: world.path("data/other.txt"))
        world.later(seconds: 1)
        #expect(world.lines("logs/a.log") == ["1", "2", "3", "4", "5"])
        #expect(world.feed.violations == [])
    }

    @Test("a file that is given another name which a pattern names too is not read again")
    func renamedToIncluded() throws {
        let world = try TailWorld()
        try world.append("1\n")
        world.settle()
        try world.rename("a.log", to: "a-old.log")
        try world.append("2\n")
        world.settle()
        try world.append("3\n", to: "a-old.log")
        world.later(seconds: 200)
        #expect(world.lines().sorted() == ["1", "2", "3"])
        #expect(world.lines("a-old.log") == [])
        world.feed.saveAll()
        world.end()
        world.begin()
        world.later(seconds: 200)
        #expect(world.lines().sorted() == ["1", "2", "3"])
        #expect(world.lines("a-old.log") == [])
        #expect(world.feed.violations == [])
    }

    @Test("rotated files are read at the first run only where a pattern names them, oldest first")
    func rotatedAtFirstRun() throws {
        for (pattern, expected) in [("a.log", ["3"]), ("a.log*", ["1", "2", "3"])] {
            let world = try TailWorld(include: [pattern])
            try world.append("3\n")
            try world.append("2\n", to: "a.log.1")
            try world.append("1\n", to: "a.log.2")
            world.later(seconds: 1)
            #expect(world.lines() == expected)
        }
    }

    @Test("siblings that are older than the first file that is known are left alone")
    func olderSiblings() throws {
        let world = try TailWorld()
        try world.append("1\n", to: "a.log.2")
        try world.append("2\n", to: "a.log.1")
        try world.append("3\n")
        world.settle()
        world.feed.saveAll()
        world.end()
        try world.rename("a.log.2", to: "a.log.3")
        try world.rename("a.log.1", to: "a.log.2")
        try world.rename("a.log", to: "a.log.1")
        try world.append("4\n")
        world.begin()
        world.later(seconds: 1)
        #expect(world.lines() == ["3", "4"])
    }

    @Test("with 'start_at: end' the lines that are there at the first run are left out, and no others")
    func startAtEnd() throws {
        let world = try TailWorld { $0.startAt = .end }
        try world.append("1\n2\nhal")
        world.settle()
        try world.append("f\n3\n")
        try world.append("4\n", to: "b.log")
        world.settle()
        #expect(world.lines() == ["half", "3"])
        #expect(world.lines("b.log") == ["4"])
        world.feed.saveAll()
        world.end()
        try world.append("5\n")
        try world.append("6\n", to: "c.log")
        world.begin()
        #expect(world.lines() == ["half", "3", "5"])
        #expect(world.lines("c.log") == ["6"])
    }

    @Test("'start_at: end' is remembered though nothing was ever read")
    func startAtEndKilled() throws {
        let world = try TailWorld { $0.startAt = .end }
        try world.append("1\n")
        world.settle()
        world.end()
        try world.append("2\n")
        try world.rename("a.log", to: "a.log.1")
        try world.append("3\n")
        world.begin()
        world.later(seconds: 1)
        #expect(world.lines() == ["2", "3"])
    }

    @Test("a file that is older than 'ignore_older' is read from its end on")
    func ignoreOlder() throws {
        let world = try TailWorld { $0.ignoreOlder = .seconds(3600) }
        try world.append("1\n")
        world.clock.advance(milliseconds: 7_200_000)
        try world.append("2\n", to: "b.log")
        world.settle()
        try world.append("3\n")
        world.settle()
        #expect(world.lines() == ["3"])
        #expect(world.lines("b.log") == ["2"])
    }

    @Test("a directory in the place of a log is said, and the log is read when it comes back")
    func directoryInPlace() throws {
        let world = try TailWorld(include: ["a.log"])
        try world.append("1\n")
        world.settle()
        try world.rename("a.log", to: "a.log.1")
        try makeDirectory(world, "a.log")
        world.settle()
        #expect(world.tail.status.problems == ["'\(world.path("a.log"))' is not a file that can be read like a log"])
        try world.remove("a.log")
        try world.append("2\n")
        world.settle()
        #expect(world.lines() == ["1", "2"])
        #expect(world.tail.status.problems == [])
    }

    @Test("a pipe in the place of a log holds nobody up")
    func pipeInPlace() throws {
        let world = try TailWorld()
        #expect(mkfifo(world.path("a.log"), 0o600) == 0)
        try world.append("1\n", to: "b.log")
        world.settle()
        #expect(world.lines("b.log") == ["1"])
    }

    @Test("a pattern that names no file is a problem until it does")
    func emptyPattern() throws {
        let world = try TailWorld()
        world.settle()
        #expect(world.tail.status.problems == ["the pattern '\(world.path("*.log"))' names no file"])
        try world.append("1\n")
        world.settle()
        #expect(world.tail.status.problems == [])
    }
}
