import LogfoldTestSupport
import Testing

@testable import LogfoldInputs

@Suite("What is saved of a file")
struct FilePlaceTests {
    private let place = FilePlace(
        path: "/var/log/nova/nova-api.log.1", logicalPath: "/var/log/nova/nova-api.log",
        stamp: FileStamp(id: FileID(device: 64768, inode: 1 << 40), size: 12_345, modified: 1_800_000_000_000_000_000),
        head: FileHead(length: 57, hash: .max), generation: 3,
        marks: [FileMark(at: 12_000, behind: Array("abc".utf8)), FileMark(offset: 4096, length: 1024, hash: 7)],
        isDone: true, seen: -5)

    @Test("it is read back as it was written, in few bytes and without any text of the log")
    func roundTrip() throws {
        #expect(FilePlace(place.encoded) == place)
        var other = place
        other.logicalPath = "/elsewhere"
        #expect(FilePlace(other.encoded) == other)
        #expect(place.encoded.count < 120)
    }

    @Test("cut or changed anywhere it is another place or none, and never more")
    func damaged() {
        let whole = place.encoded
        for count in 0..<whole.count { #expect(FilePlace(Array(whole.prefix(count))) == nil) }
        #expect(FilePlace(whole + [0]) == nil)
        var random = SplitMix64(seed: 1)
        for _ in 0..<2000 {
            var bytes = whole
            bytes[random.number(in: 0...(bytes.count - 1))] = UInt8(truncatingIfNeeded: random.next())
            guard let read = FilePlace(bytes) else { continue }
            #expect(read.head.length <= FileHead.longest)
            #expect(read.marks.allSatisfy { $0.length <= FileMark.longest && $0.offset >= 0 })
        }
    }

    @Test("a version that is not known is no place")
    func version() {
        #expect(FilePlace([2] + place.encoded.dropFirst()) == nil)
    }

    @Test(
        "a first line is a head when it is complete or long",
        arguments: [
            ("", nil), ("half a line", nil), ("a line\n", 7), ("a line\nand more", 7),
            (String(repeating: "x", count: 1023), nil), (String(repeating: "x", count: 1024), 1024),
            (String(repeating: "x", count: 5000) + "\n", 1024),
        ] as [(String, Int?)])
    func head(text: String, length: Int?) {
        let head = FileHead(of: Array(text.utf8))
        #expect(head?.length == length)
        if let head {
            #expect(head.fits(Array(text.utf8)))
            #expect(head.fits(Array((text + "more").utf8)))
            #expect(!head.fits(Array(("x" + text).utf8.prefix(head.length)) + [1]) || text.hasPrefix("x"))
            #expect(!head.fits(Array(text.utf8.prefix(head.length - 1))))
        }
    }
}

@Suite("Marks on the way through a file")
struct FileMarksTests {
    @Test("there are few, and the nearer to the end the closer together", arguments: [100, 5000, 1 << 17])
    func spacing(piece: Int) throws {
        let bytes = [UInt8](repeating: 7, count: piece)
        var marks = FileMarks()
        var offset: Int64 = 0
        while offset < 50_000_000 {
            marks.pass(bytes[...], from: offset, tail: Array(repeating: 7, count: 1024))
            offset += Int64(piece)
        }
        #expect(marks.steps.count == 6)
        let distances = marks.steps.map { offset - $0.offset }
        #expect(distances == distances.sorted())
        let nearest = try #require(distances.first)
        #expect(nearest <= 2 * 4096)
        #expect(try #require(distances.last) > 100_000)
    }

    @Test("a mark is of the bytes that lie before it")
    func bytes() throws {
        let text = Array((0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) })
        var marks = FileMarks()
        marks.pass(text[...], from: 0, tail: Array(text.suffix(1024)))
        #expect(marks.steps.map(\.offset) == [20_000, 15_000, 10_000, 5_000, 3616])
        for step in marks.steps { #expect(step.fits(Array(text.prefix(Int(step.offset)).suffix(1024)))) }
        #expect(!marks.steps[0].fits(Array(text.prefix(1024))))
    }
}
