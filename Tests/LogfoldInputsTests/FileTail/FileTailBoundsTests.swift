import Glibc
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldInputs

@Suite("Tailing within bounds")
struct FileTailBoundsTests {
    private func openFiles(in world: TailWorld) -> Int {
        let numbers = (try? PosixFileSystem().names(inDirectory: "/proc/self/fd")) ?? []
        return numbers.count {
            ((try? PosixFileSystem().target(ofLink: "/proc/self/fd/\($0)")) ?? "").hasPrefix(world.scratch.path)
        }
    }

    @Test("no more files are open than may be, and all are read", arguments: [true, false])
    func maxOpenFiles(usesInotify: Bool) throws {
        let world = try TailWorld(usesInotify: usesInotify) { $0.maxOpenFiles = 8 }
        let names = (0..<30).map { "\($0).log" }
        for round in 0..<3 {
            for name in names { try world.append("\(round)\n", to: name) }
            world.later(seconds: 3)
            #expect(openFiles(in: world) <= 8)
        }
        for name in names { #expect(world.lines(name) == ["0", "1", "2"]) }
        for name in names { try world.rename(name, to: name + ".1") }
        for name in names { try world.append("3\n", to: name) }
        world.later(seconds: 200)
        #expect(openFiles(in: world) <= 8)
        for name in names { #expect(world.lines(name) == ["0", "1", "2", "3"]) }
        #expect(world.feed.violations == [])
        #expect(world.feed.losses.isEmpty)
    }

    @Test(
        "logs that are empty keep no other from being read, and are read when something comes",
        arguments: [true, false])
    func emptyLogs(usesInotify: Bool) throws {
        let world = try TailWorld(usesInotify: usesInotify) { $0.maxOpenFiles = 2 }
        let empty = (0..<5).map { "\($0).log" }
        for name in empty { try world.append("", to: name) }
        world.later(seconds: 3)
        try world.append("1\n")
        world.later(seconds: 3)
        #expect(world.lines() == ["1"])
        for name in empty { try world.append("1\n", to: name) }
        world.later(seconds: 3)
        #expect(openFiles(in: world) <= 2)
        for name in empty { #expect(world.lines(name) == ["1"]) }
        #expect(world.feed.losses.isEmpty)
    }

    @Test("a closed file that was cut and written anew meanwhile is not taken for the old one")
    func cutWhileClosed() throws {
        let world = try TailWorld { $0.maxOpenFiles = 1 }
        try world.append("1\n2\n")
        world.settle()
        try world.append("1\n", to: "b.log")
        world.settle()
        try world.truncate()
        try world.append("3\n4\n")
        world.later(seconds: 1)
        #expect(world.lines() == ["1", "2", "3", "4"])
        #expect(world.lines("b.log") == ["1"])
    }

    @Test("of what the process may have open, an input takes a quarter at the most", arguments: [(400, 100), (16, 8)])
    func shareOfTheProcess(limit: Int, share: Int) throws {
        var options = FileTailOptions()
        options.maxOpenFiles = 500
        #expect(FileTail(name: "a", options: options, inotify: nil, processLimit: limit).maxOpenFiles == share)
        #expect(FileTail(name: "a", options: options, inotify: nil, processLimit: nil).maxOpenFiles == 500)
    }

    @Test("a deleted file is read to its end and held open for as long as it is written to, and no longer")
    func deleted() throws {
        let world = try TailWorld()
        try world.append("1\n")
        world.settle()
        let writer = open(world.path("a.log"), O_WRONLY | O_APPEND)
        defer { close(writer) }
        try world.remove("a.log")
        try world.append("3\n")
        #expect(write(writer, "2\n", 2) == 2)
        world.later(seconds: 30)
        #expect(world.lines() == ["1", "2", "3"])
        #expect(world.tail.status.pinnedBytes == 4)
        #expect(write(writer, "late\n", 5) == 5)
        world.later(seconds: 50)
        // The writer has it open too.
        #expect(world.lines() == ["1", "2", "3", "late"])
        #expect(openFiles(in: world) == 3)
        world.later(seconds: 30)
        #expect(openFiles(in: world) == 2)
        #expect(world.tail.status.pinnedBytes == 0)
        #expect(world.feed.violations == [])
    }

    @Test("a late line in a file that is packed before there is room to open it is read when there is")
    func lateLineWithoutRoom() throws {
        let world = try TailWorld { $0.maxOpenFiles = 1 }
        try world.append("1\n")
        world.later(seconds: 1)
        try world.rename("a.log", to: "a.log.1")
        try world.append("2\n")
        world.later(seconds: 70)
        // A deleted file takes the only place for as long as somebody may write to it.
        try world.append("1\n", to: "b.log")
        world.later(seconds: 1)
        try world.remove("b.log")
        world.later(seconds: 1)
        try world.append("late\n", to: "a.log.1")
        world.later(seconds: 1)
        try world.pack("a.log.1")
        world.later(seconds: 1)
        #expect(world.lines() == ["1", "2"])
        world.later(seconds: 100)
        #expect(world.lines() == ["1", "2", "late"])
        #expect(world.feed.losses.isEmpty)
    }

    @Test("deleted files hold no more on the disk than they may; what was not read of one is counted as lost")
    func maxPinnedBytes() throws {
        let world = try TailWorld { $0.maxPinnedBytes = 1000 }
        for name in ["a.log", "b.log"] {
            try world.append("1\n", to: name)
            world.settle()
        }
        world.feed.isFull = true
        try world.append(String(repeating: "x", count: 700) + "\n", to: "a.log")
        try world.append(String(repeating: "x", count: 700) + "\n", to: "b.log")
        for name in ["a.log", "b.log"] { try world.remove(name) }
        world.later(seconds: 1)
        #expect(world.feed.losses.map(\.bytes) == [701])
        #expect(world.feed.losses.first?.reason.contains("max_pinned_bytes") == true)
        world.feed.isFull = false
        world.later(seconds: 1)
        #expect(world.lines("b.log").count == 2)
        #expect(world.feed.violations == [])
    }

    @Test("nothing more is read while the feed is full, and the rest when it is not")
    func fullFeed() throws {
        let world = try TailWorld()
        world.feed.isFull = true
        let text = String(repeating: "x", count: 3000) + "\n"
        try world.append(text + text)
        world.later(seconds: 10)
        #expect(world.lines() == [])
        #expect(world.tail.status.sources.map(\.lag) == [Int64(2 * text.utf8.count) - 1024])
        world.feed.isFull = false
        world.settle()
        #expect(world.lines().count == 2)
        #expect(world.tail.status.sources.map(\.lag) == [0])
    }

    @Test("a file is saved as soon as it is seen, though the feed is full: rotated and killed, it is found again")
    func savedAtOnce() throws {
        let world = try TailWorld()
        world.feed.isFull = true
        for name in ["a.log", "b.log"] { try world.append("1\n", to: name) }
        world.settle()
        world.end()
        world.feed.isFull = false
        for name in ["a.log", "b.log"] {
            try world.rename(name, to: name + ".1")
            try world.append("2\n", to: name)
        }
        world.begin()
        world.later(seconds: 1)
        #expect(world.lines() == ["1", "2"])
        #expect(world.lines("b.log") == ["1", "2"])
    }

    @Test("a turn reads a bounded number of bytes, of each file a piece, and begins with what is oldest")
    func fairness() throws {
        let world = try TailWorld()
        let line = String(repeating: "x", count: 999) + "\n"
        for name in ["c.log", "a.log", "b.log"] {
            try world.append(String(repeating: line, count: 1000), to: name)
            world.clock.advance(milliseconds: 1000)
        }
        #expect(world.tail.run(world.feed, now: world.clock.monotonic))
        // The first line of each was read when it was found.
        let turn = world.feed.lines.dropFirst(3)
        #expect(turn.count > 900 && turn.count < 1300)
        var seen: [String] = []
        for line in turn where seen.last != line.log { seen.append(line.log) }
        #expect(seen.prefix(3) == ["c.log", "a.log", "b.log"].map(world.path)[...])
        world.settle()
        #expect(world.feed.lines.count == 3000)
        #expect(world.feed.ends >= 3)
    }

    @Test("while lines come, they are gathered until the next beat and no descriptor wakes the loop")
    func gathering() throws {
        let world = try TailWorld()
        try world.append("1\n")
        world.settle()
        let start = world.clock.monotonic
        #expect(world.tail.descriptors.count == 1)
        #expect(world.tail.deadline.map { $0 > start + 10_000_000_000 } == true)
        try world.append("2\n")
        #expect(!world.tail.run(world.feed, now: start))
        #expect(world.tail.descriptors == [])
        let beat = (start / 20_000_000 + 1) * 20_000_000
        #expect(world.tail.deadline == beat)
        try world.append("3\n")
        #expect(!world.tail.run(world.feed, now: beat - 1))
        #expect(world.lines() == ["1"])
        #expect(!world.tail.run(world.feed, now: beat))
        #expect(world.lines() == ["1", "2", "3"])
        // More may come: it is looked for at the next beat, without being told.
        #expect(world.tail.descriptors == [])
        #expect(world.tail.deadline == beat + 20_000_000)
        #expect(!world.tail.run(world.feed, now: beat + 20_000_000))
        #expect(world.tail.descriptors.count == 1)
    }

    @Test("status tells of positions, of what waits, of silence")
    func status() throws {
        let world = try TailWorld { $0.quietAfter = .seconds(60) }
        try world.append("1\n2\n", to: "b.log")
        world.settle()
        let source = try #require(world.tail.status.sources.first)
        #expect(source.path == world.path("b.log"))
        #expect(source.position == 4)
        #expect(source.lag == 0)
        #expect(source.lastRead != nil)
        #expect(source.problem == nil)
        world.later(seconds: 90)
        #expect(world.tail.status.sources.first?.problem == "no line for 90 s")
    }

    @Test("where inotify cannot be had it is said once, and files are looked at every two seconds")
    func withoutInotify() throws {
        let world = try TailWorld(usesInotify: false)
        try world.append("1\n")
        world.settle()
        try world.append("2\n")
        world.later(seconds: 2.1)
        #expect(world.lines() == ["1", "2"])
        #expect(world.said.count == 1)
        #expect(world.tail.status.problems.count == 1)
        #expect(world.tail.descriptors == [])
    }
}
