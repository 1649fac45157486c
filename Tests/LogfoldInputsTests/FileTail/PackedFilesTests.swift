import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldInputs

@Suite("Tailing many compressed files at once")
struct PackedFilesTests {
    /// Twenty logs with a packed file each that is larger than what is read of one in a turn.
    private static let names = (1...20).map { "log-\($0).log" }
    private static let lines = (0..<8000).map { "line \($0) of a file that takes some turns to be read" }

    private func world(_ program: String) throws -> TailWorld {
        let world = try TailWorld(include: ["*.log", "*.log.1.*"])
        for name in Self.names {
            try world.append(Self.lines.joined(separator: "\n") + "\n", to: name + ".1")
            try world.pack(name + ".1", with: program)
            try world.append("last\n", to: name)
        }
        return world
    }

    private func unpacking(_ world: TailWorld) -> Int {
        world.tail.order.flatMap(\.files).count { $0.reader?.isUnpacking == true }
    }

    @Test("they are unpacked one after the other, each log in its order", arguments: ["gzip", "zstd"])
    func oneAfterTheOther(program: String) throws {
        let world = try world(program)
        var most = 0
        while world.tail.run(world.feed, now: world.clock.monotonic) { most = max(most, unpacking(world)) }
        world.later(seconds: 1)
        #expect(most == 1)
        for name in Self.names { #expect(world.lines(name) == Self.lines + ["last"]) }
        #expect(world.feed.violations == [])
        #expect(unpacking(world) == 0, "what was read to its end is closed")
    }

    @Test("one that waits for its rest holds up the others only until it is taken as it is")
    func unfinished() throws {
        let world = try world("zstd")
        try world.truncate("log-1.log.1.zst", to: 600)
        world.later(seconds: 9)
        #expect(world.feed.losses.isEmpty)
        world.later(seconds: 3)
        #expect(world.feed.losses.count == 1)
        #expect(world.said.count == 1)
        #expect(world.said.first?.hasSuffix(".zst': it ends in the middle of its compressed data") == true)
        for name in Self.names.dropFirst() { #expect(world.lines(name) == Self.lines + ["last"]) }
        #expect(world.lines("log-1.log").last == "last")
        #expect(world.feed.violations == [])
    }

    @Test("what is open at the end of a file that is closed and packed goes on in the next one")
    func goesOn() throws {
        let world = try TailWorld(usesInotify: false) { $0.maxOpenFiles = 1 }
        try world.append("1\n")
        world.later(seconds: 5)
        try world.append("1\n", to: "b.log")
        world.later(seconds: 5)
        try world.rename("a.log", to: "a.log.1")
        try world.pack("a.log.1")
        try world.append("2\n")
        world.later(seconds: 5)
        #expect(world.lines() == ["1", "2"])
        #expect(world.feed.successions.map(\.to) == [world.path("a.log")])
    }

    @Test("one that has to wait in its middle is known by what was read of it, as if it had been closed")
    func putAway() throws {
        let world = try world("gzip")
        let file = TailedFile(
            key: 1, of: TailedLog(world.path("log-1.log"), Agenda()), at: world.path("log-1.log.1.gz"))
        let opened = try OpenFile(file.path, for: .readingAtOnce, in: PosixFileSystem())
        let reader = ContentReader(opened, id: FileID(try opened.status()))
        file.open(reader, now: 0)
        var buffer = [UInt8](repeating: 0, count: FileTail.chunk + FileMark.longest)
        for _ in 0..<2 {
            guard case .bytes(let range) = try reader.read(into: &buffer, limit: FileTail.chunk) else { break }
            file.advance(by: buffer[range])
        }
        file.putAway()
        #expect(file.offset > 0)
        #expect(file.marks.latest?.offset == file.offset)
    }

    @Test("killed in the middle, each goes on where it was")
    func killed() throws {
        let world = try world("gzip")
        for _ in 0..<12 { _ = world.tail.run(world.feed, now: world.clock.monotonic) }
        world.feed.saveAll()
        world.end()
        world.begin()
        world.later(seconds: 1)
        for name in Self.names { #expect(world.lines(name) == Self.lines + ["last"]) }
        #expect(world.feed.violations == [])
    }

    @Test("killed with an event open at their ends, two that were packed meanwhile do not stop each other")
    func bothGoBack() throws {
        let names = ["a.log", "b.log"]
        let world = try TailWorld(include: ["*.log"])
        for name in names { try world.append(Self.lines.joined(separator: "\n") + "\nthe last", to: name) }
        world.settle()
        world.feed.saveAll()
        world.end()
        for name in names {
            try world.rename(name, to: name + ".1")
            try world.pack(name + ".1")
            try world.append("next\n", to: name)
        }
        world.begin()
        world.later(seconds: 5)
        for name in names { #expect(world.lines(name) == Self.lines + ["the last", "next"]) }
        #expect(world.feed.violations == [])
    }
}
