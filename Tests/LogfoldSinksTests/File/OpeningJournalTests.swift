import LogfoldIO
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

@Suite("Journal of openings")
struct OpeningJournalTests {
    private static func opening(_ number: Int) -> OpeningJournal.Opening {
        let extent = FileExtent(identity: .init(device: 1, inode: UInt64(number)), length: 0, since: 5)
        return .init(epoch: UInt64(number), record: FileRecord("/logs/\(number)", extent))
    }

    @Test("what was noted is read back, up to a record that is torn")
    func torn() throws {
        let scratch = try ScratchDirectory()
        let path = scratch.path + "/journal"
        let journal = OpeningJournal(path, in: PosixFileSystem(), isSynchronized: false)
        #expect(try journal.read() == [])
        try journal.reset(keeping: [Self.opening(0)])
        var ends: [Int64] = [try PosixFileSystem().status(at: path).size]
        for number in 1..<4 {
            try journal.append(Self.opening(number))
            ends.append(try PosixFileSystem().status(at: path).size)
        }
        let whole = try OpenFile(path, in: PosixFileSystem()).readAll(limit: .max)
        for length in 0...whole.count {
            try scratch.write(whole[..<length], to: "torn")
            let torn = OpeningJournal(scratch.path + "/torn", in: PosixFileSystem(), isSynchronized: false)
            #expect(try torn.read() == (0..<4).filter { ends[$0] <= length }.map(Self.opening))
        }
        for damaged in whole.indices {
            var bytes = whole
            bytes[damaged] ^= 0x40
            try scratch.write(bytes, to: "damaged")
            let read = try OpeningJournal(scratch.path + "/damaged", in: PosixFileSystem(), isSynchronized: false)
                .read()
            #expect(read == Array((0..<4).map(Self.opening)[..<(ends.firstIndex { damaged < $0 } ?? 4)]))
        }
    }

    @Test("a note that could not be written hides none of those that follow", arguments: 1...12)
    func failure(call: Int) throws {
        let scratch = try ScratchDirectory()
        let files = ScriptedFileSystem()
        let journal = OpeningJournal(scratch.path + "/journal", in: files, isSynchronized: true)
        try journal.reset(keeping: [])
        let first = files.calls
        files.follow { $0.number == first + call ? .halfDone(28) : .made }
        var noted: [OpeningJournal.Opening] = []
        for number in 1..<6 where (try? journal.append(Self.opening(number))) != nil {
            noted.append(Self.opening(number))
        }
        #expect(noted.count >= 4)
        #expect(try journal.read() == noted)
    }

    @Test("where somebody has removed it, all that was noted is noted again")
    func removed() throws {
        let scratch = try ScratchDirectory()
        let journal = OpeningJournal(scratch.path + "/journal", in: PosixFileSystem(), isSynchronized: false)
        try journal.reset(keeping: [Self.opening(1)])
        try journal.append(Self.opening(2))
        try PosixFileSystem().remove(scratch.path + "/journal")
        try journal.append(Self.opening(3))
        #expect(try journal.read() == (1...3).map(Self.opening))
    }

    @Test("it does not grow without end: the latest are kept")
    func bounded() throws {
        let scratch = try ScratchDirectory()
        let journal = OpeningJournal(scratch.path + "/journal", in: PosixFileSystem(), isSynchronized: false)
        try journal.reset(keeping: (0..<OpeningJournal.limit - 1).map(Self.opening))
        for number in OpeningJournal.limit - 1...OpeningJournal.limit + 1 { try journal.append(Self.opening(number)) }
        let read = try journal.read()
        #expect((OpeningJournal.limit / 2...OpeningJournal.limit / 2 + 3).contains(read.count))
        #expect(read.last == Self.opening(OpeningJournal.limit + 1))
    }

    @Test(
        "every sink has a journal of its own",
        arguments: [
            ("local", "sink-local.journal"), ("a/b.c", "sink-a%2fb%2ec.journal"), ("..", "sink-%2e%2e.journal"),
        ])
    func names(sink: String, name: String) {
        #expect(FileSink.journalName(of: sink) == name)
    }
}
