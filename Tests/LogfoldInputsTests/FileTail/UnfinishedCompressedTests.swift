import Foundation
import LogfoldTestSupport
import Testing

@testable import LogfoldInputs

@Suite("Tailing compressed files that are not what they should be")
struct UnfinishedCompressedTests {
    private static let text = (1...100_000).map { "record \($0) \($0 &* 7919 % 10007)\n" }.joined()

    /// A reader that had read the first record when it was stopped; now there is only the packed file, `count` bytes
    /// of it.
    private func world(_ program: String, ending: String, bytes count: (Int) -> Int) throws -> (TailWorld, Data) {
        let world = try TailWorld()
        try world.append("record 1 \(7919 % 10007)\n")
        world.settle()
        world.feed.saveAll()
        world.end()
        try world.append(String(Self.text.drop { $0 != "\n" }.dropFirst()))
        try world.rename("a.log", to: "a.log.1")
        try world.pack("a.log.1", with: program)
        let whole = try Data(contentsOf: URL(filePath: world.path("a.log.1" + ending)))
        try world.scratch.write(whole.prefix(count(whole.count)), to: "a.log.1" + ending)
        try world.append("after\n")
        return (world, whole)
    }

    @Test("one that is still being written is waited for", arguments: [("gzip", ".gz"), ("zstd", ".zst")])
    func growing(program: String, ending: String) throws {
        let (world, whole) = try world(program, ending: ending) { $0 / 3 }
        world.begin()
        world.later(seconds: 5)
        #expect(world.lines().last != "after")
        let file = try FileHandle(forWritingTo: URL(filePath: world.path("a.log.1" + ending)))
        try file.seekToEnd()
        try file.write(contentsOf: whole.dropFirst(whole.count / 3))
        try file.close()
        world.later(seconds: 5)
        #expect(world.lines().joined(separator: "\n") + "\n" == Self.text + "after\n")
        #expect(world.feed.losses.isEmpty)
        #expect(world.feed.violations == [])
    }

    @Test("one of which nothing can be seen yet is waited for, and what came after it waits too")
    func nothingToSee() throws {
        let world = try TailWorld()
        try world.append("1\n")
        world.settle()
        world.feed.saveAll()
        world.end()
        try world.append("2\n")
        try world.rename("a.log", to: "a.log.1")
        try world.pack("a.log.1", with: "zstd")
        let whole = try Data(contentsOf: URL(filePath: world.path("a.log.1.zst")))
        try world.scratch.write(whole.prefix(8), to: "a.log.1.zst")
        try world.append("3\n")
        world.begin()
        world.later(seconds: 8)
        #expect(world.lines() == ["1"])
        try world.scratch.write(whole, to: "a.log.1.zst")
        world.later(seconds: 2)
        #expect(world.lines() == ["1", "2", "3"])
        #expect(world.feed.losses.isEmpty)
    }

    @Test(
        "of one that stays cut what can be had is delivered, and the rest is reported",
        arguments: [("gzip", ".gz"), ("zstd", ".zst")])
    func cut(program: String, ending: String) throws {
        let (world, _) = try world(program, ending: ending) { $0 - 20 }
        world.begin()
        world.later(seconds: 30)
        #expect(world.lines().last == "after")
        #expect(world.feed.losses.count == 1)
        #expect(world.feed.losses.first?.reason.contains("ends in the middle") == true)
        #expect(world.feed.violations == [])
    }

    @Test("of one that is damaged what comes before the damage is delivered, and the rest is reported")
    func damaged() throws {
        let (world, whole) = try world("gzip", ending: ".gz") { $0 }
        var bytes = whole
        for index in (whole.count - 300)..<(whole.count - 200) { bytes[index] ^= 0xFF }
        try world.scratch.write(bytes, to: "a.log.1.gz")
        world.begin()
        world.later(seconds: 30)
        #expect(world.lines().first == "record 1 7919")
        #expect(world.lines().last == "after")
        #expect(world.lines().count > 1000)
        #expect(world.feed.losses.count == 1)
        #expect(world.feed.losses.first?.reason.contains("damaged") == true)
        #expect(world.feed.violations == [])
    }

    @Test("beside its original a packed file is not looked at, finished or not")
    func twin() throws {
        let world = try TailWorld()
        try world.append("1\n")
        world.settle()
        world.feed.saveAll()
        world.end()
        try world.append("2\n")
        try world.rename("a.log", to: "a.log.1")
        try world.scratch.write([0x1F, 0x8B, 0x08], to: "a.log.1.gz")
        try world.append("3\n")
        world.begin()
        world.later(seconds: 1)
        #expect(world.lines() == ["1", "2", "3"])
        #expect(world.feed.losses.isEmpty)
    }
}
