import Foundation
import Glibc
import LogfoldCore
import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldInputs

@Suite("Knowing a file again")
struct FileTailIdentityTests {
    private func inode(_ path: String) throws -> UInt64 { try PosixFileSystem().status(at: path).inode }

    @Test("a new file with the inode of one that was read is another file")
    func reusedInode() throws {
        let world = try TailWorld()
        try world.append("old 1\nold 2\n")
        world.settle()
        world.feed.saveAll()
        world.end()
        let old = try inode(world.path("a.log"))
        // Most file systems give the number that was freed last; where not, there is nothing to be shown.
        for attempt in 0..<1000 {
            try world.remove("a.log")
            try world.append("new \(attempt)\nnew b\nnew c\n")
            if try inode(world.path("a.log")) == old { break }
        }
        world.begin()
        world.later(seconds: 20)
        #expect(world.lines().count == 5)
        #expect(world.lines().last == "new c")
        #expect(world.feed.opened.last?.generation == 0)
    }

    @Test("four files with the same first kilobyte are told apart by path and by what follows")
    func sameFirstKilobyte() throws {
        let banner = String(repeating: "=", count: 1500) + "\n"
        let world = try TailWorld()
        let names = ["a.log", "b.log", "c.log", "d.log"]
        for name in names { try world.append(banner + "\(name) 1\n", to: name) }
        world.settle()
        world.feed.saveAll()
        world.end()
        for name in names {
            try world.append("\(name) 2\n", to: name)
            try world.rename(name, to: name + ".1")
            try world.append(banner + "\(name) 3\n", to: name)
        }
        world.begin()
        world.later(seconds: 1)
        for name in names {
            #expect(world.lines(name).filter { $0.hasPrefix(name) } == ["\(name) 1", "\(name) 2", "\(name) 3"])
            #expect(world.lines(name).count == 5)
        }
        #expect(world.feed.violations == [])
    }

    @Test("files of one log with the same first line, packed while nobody looked, are told apart by their bytes")
    func sameFirstLinePacked() throws {
        let world = try TailWorld()
        try world.append("begin\n1\n")
        world.settle()
        try world.rename("a.log", to: "a.log.1")
        try world.append("begin\n2\n2b\n")
        world.settle()
        world.feed.saveAll()
        world.end()
        try world.append("3\n")
        try world.pack("a.log.1")
        try world.rename("a.log.1.gz", to: "a.log.2.gz")
        try world.rename("a.log", to: "a.log.1")
        try world.pack("a.log.1")
        try world.append("begin\n4\n")
        world.begin()
        world.later(seconds: 1)
        #expect(world.lines() == ["begin", "1", "begin", "2", "2b", "3", "begin", "4"])
        #expect(world.feed.losses.isEmpty)
        #expect(world.feed.violations == [])
    }

    @Test("a file that was packed before more than its first line was read is the one with all of its bytes")
    func packedUnread() throws {
        let world = try TailWorld()
        // The next file waits until nobody writes the rest of this line.
        try world.append("begin\n1\nhalf")
        world.settle()
        try world.rename("a.log", to: "a.log.1")
        try world.append("begin\n2\n")
        world.settle()
        try world.rename("a.log.1", to: "a.log.3")
        try world.rename("a.log", to: "a.log.2")
        try world.pack("a.log.2")
        try world.append("begin\n3\n", to: "a.log.1")
        try world.pack("a.log.1")
        try world.append("begin\n4\n")
        world.later(seconds: 4)
        #expect(world.lines() == ["begin", "1", "half", "begin", "2", "begin", "3", "begin", "4"])
        #expect(world.feed.losses.isEmpty)
        #expect(world.feed.violations == [])
    }

    @Test("a file that is read once more and is cut before that has come as far as before is another one")
    func cutBeforeReadAgain() throws {
        let world = try TailWorld()
        try world.append("begin\n1\n2\n")
        world.settle()
        world.end()
        // The input takes up the file at its beginning, and has no room to read it.
        world.feed.isFull = true
        world.begin()
        try world.truncate()
        try world.append("begin\n3\n4\n5\n")
        world.feed.isFull = false
        world.later(seconds: 12)
        #expect(world.lines() == ["begin", "3", "4", "5"])
        #expect(world.feed.lines.map(\.generation) == [1, 1, 1, 1])
        #expect(world.feed.violations == [])
    }

    @Test("a file that came and was renamed since the last look is read though the one before it has no name")
    func renamedAfterNameless() throws {
        let world = try TailWorld(usesInotify: false)
        try world.append("1\n")
        world.later(seconds: 1)
        try world.remove("a.log")
        // Names are looked at every two seconds, a file without one every second: now comes a look at that file first.
        world.later(seconds: 1.5)
        try world.append("2\n")
        try world.rename("a.log", to: "a.log.1")
        world.later(seconds: 3)
        #expect(world.lines() == ["1", "2"])
        #expect(world.feed.violations == [])
    }

    @Test("a file that begins like an earlier one of its log is of the next generation")
    func generations() throws {
        let world = try TailWorld()
        try world.append("begin\n1\n")
        world.settle()
        try world.truncate()
        try world.append("begin\n2\n")
        world.later(seconds: 1)
        try world.rename("a.log", to: "a.log.1")
        try world.append("begin\n3\n")
        world.later(seconds: 1)
        world.feed.saveAll()
        world.end()
        try world.rename("a.log", to: "a.log.0")
        try world.append("begin\n4\n")
        world.begin()
        world.later(seconds: 1)
        #expect(world.feed.lines.map(\.text) == ["begin", "1", "begin", "2", "begin", "3", "begin", "4"])
        #expect(world.feed.lines.map(\.generation) == [0, 0, 1, 1, 2, 2, 3, 3])
    }

    @Test("without anything saved the same files give the same generations, offsets and paths again")
    func sameAgain() throws {
        let world = try TailWorld(include: ["*.log*"])
        try world.append("1\n2\n", to: "a.log.1")
        try world.append("3\n")
        try world.pack("a.log.1")
        world.later(seconds: 1)
        let first = world.feed.lines
        world.end()
        #expect(first.map(\.text) == ["1", "2", "3"])
        let other = RecordingFeed()
        let again = FileTail(name: "again", options: world.options, clock: world.clock)
        while again.run(other, now: world.clock.monotonic) {}
        again.stop()
        #expect(other.lines.map(\.offset) == first.map(\.offset))
        #expect(other.lines.map(\.generation) == first.map(\.generation))
        #expect(other.lines.map(\.log) == first.map(\.log))
    }

    @Test("a log that has lost its last bytes in a power failure goes on where it is still as it was")
    func powerFailure() throws {
        let world = try TailWorld()
        for number in 0..<2000 { try world.append("a record of some length, number \(number)\n") }
        world.settle()
        world.feed.saveAll()
        let size = UInt64(try PosixFileSystem().status(at: world.path("a.log")).size)
        world.end()
        try world.truncate(to: size - 3000)
        try world.append("\nafter the failure\n")
        world.begin()
        world.later(seconds: 1)
        let lines = world.feed.lines
        #expect(lines.last?.text == "after the failure")
        #expect(Set(lines.map(\.generation)) == [0])
        // What comes twice lies in the last steps before the end.
        #expect(lines.count < 2000 + 500)
        #expect(Set(lines.map(\.text)).count >= 2000)
        #expect(world.feed.losses.isEmpty)
    }

    @Test("a log that was cut at its end and goes on from there is not read from its beginning")
    func cutAtTheEnd() throws {
        let world = try TailWorld()
        for number in 0..<2000 { try world.append("a record of some length, number \(number)\n") }
        world.settle()
        let size = UInt64(try PosixFileSystem().status(at: world.path("a.log")).size)
        try world.truncate(to: size - 100)
        try world.append("\nafter the cut\n")
        world.later(seconds: 1)
        #expect(world.lines().last == "after the cut")
        #expect(world.lines().count < 2000 + 500)
        #expect(world.feed.violations == [])
    }

    @Test("a place that cannot be understood is said, and the file is read from its beginning")
    func damagedPlace() throws {
        let world = try TailWorld()
        try world.append("1\n")
        world.settle()
        world.feed.saveAll()
        let position = SourcePosition(offset: 2)
        let restored = [[UInt8](), [0], [7], [1, 2, 3]].enumerated().map { number, place in
            RestoredSource(
                checkpoint: SourceCheckpoint(key: UInt64(number), input: "test", position: position, place: place),
                resume: ResumePoint(position: position, delivered: []))
        }
        world.end()
        world.begin(with: restored)
        #expect(world.lines() == ["1", "1"])
        #expect(
            world.said == ["Input 'test': the places of 3 files cannot be understood; they are read from the beginning"]
        )
    }

    @Test("what was not read of a file that has gone is counted as lost; what was read whole is not")
    func gone() throws {
        let world = try TailWorld()
        try world.append("1\n")
        try world.append("1\n", to: "b.log")
        world.settle()
        world.feed.isFull = true
        try world.append("22\n")
        world.settle()
        world.feed.saveAll()
        world.end()
        world.feed.isFull = false
        try world.remove("a.log")
        try world.append("3\n")
        world.begin()
        world.later(seconds: 15)
        #expect(world.lines() == ["1", "3"])
        #expect(world.feed.losses.count == 1)
        #expect(
            world.feed.losses.first?.reason.hasPrefix(
                "'\(world.path("a.log"))' has gone or was written anew after 2 bytes") == true)
        #expect(world.feed.forgotten.count == 1)
        try world.remove("b.log")
        // By it alone it is known that what comes next under this name is new.
        world.later(seconds: 100)
        #expect(world.feed.losses.count == 1)
        #expect(world.feed.forgotten.count == 1)
        world.later(seconds: 3600)
        #expect(world.feed.losses.count == 1)
        #expect(world.feed.forgotten.count == 2)
    }

    @Test("a log that came, was written and renamed while the agent was down is read though the one before it had gone")
    func comesAgain() throws {
        let world = try TailWorld()
        try world.append("1\n")
        world.settle()
        world.feed.saveAll()
        try world.remove("a.log")
        world.later(seconds: 100)
        world.end()
        try world.append("2\n")
        try world.rename("a.log", to: "a.log.1")
        world.begin()
        world.later(seconds: 1)
        #expect(world.lines() == ["1", "2"])
        #expect(world.feed.losses.isEmpty)
        #expect(world.feed.violations == [])
    }

    @Test("two files that begin alike and end alike where one was read to are told apart by what lies between")
    func sameEnd() throws {
        let world = try TailWorld()
        let same = String(repeating: "=", count: 2000) + "\n"
        try world.append("begin\n1\n")
        world.settle()
        try world.append(same)
        world.settle()
        world.feed.saveAll()
        world.end()
        try world.remove("a.log")
        try world.append("begin\n2\n" + same + "3\n")
        world.begin()
        world.later(seconds: 1)
        #expect(world.lines() == ["begin", "1", String(same.dropLast()), "begin", "2", String(same.dropLast()), "3"])
        #expect(world.feed.violations == [])
    }

    @Test("a rotated file is remembered as long as it lies anywhere, and forgotten when it has gone")
    func forgotten() throws {
        let world = try TailWorld()
        for number in 1...4 {
            try world.append("\(number)\n")
            world.settle()
            for older in (1..<5).reversed() where world.exists("a.log.\(older)") {
                try world.rename("a.log.\(older)", to: "a.log.\(older + 1)")
            }
            try world.rename("a.log", to: "a.log.1")
        }
        try world.append("5\n")
        world.later(seconds: 200)
        #expect(world.feed.forgotten == [])
        #expect(world.feed.savedKeys.count == 5)
        try world.remove("a.log.4")
        try world.pack("a.log.3")
        world.later(seconds: 200)
        #expect(world.feed.forgotten.count == 1)
        #expect(world.feed.savedKeys.count == 4)
        #expect(world.lines() == ["1", "2", "3", "4", "5"])
    }
}
