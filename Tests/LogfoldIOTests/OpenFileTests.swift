import Foundation
import LogfoldIO
import LogfoldTestSupport
import Testing

@Suite("Open files")
struct OpenFileTests {
    static let text = (0..<1000).map { "line \($0)\n" }.joined()

    static func faults(transfer: Int = .max, interruptEvery: Int = 0) -> FaultyFileSystem {
        var faults = FaultyFileSystem.Faults()
        faults.largestTransfer = transfer
        faults.interruptEvery = interruptEvery
        return FaultyFileSystem(faults)
    }

    @Test("a file is read whole in short and interrupted reads", arguments: [1, 7, 4096, .max], [0, 2, 3])
    func faultyReads(transfer: Int, interruptEvery: Int) throws {
        let directory = try ScratchDirectory()
        let path = try directory.write(Self.text.utf8, to: "a.log")
        let files = Self.faults(transfer: transfer, interruptEvery: interruptEvery)
        let file = try OpenFile(path, in: files)
        #expect(String(decoding: try file.readAll(limit: .max), as: UTF8.self) == Self.text)
        #expect(files.calls(of: .read) > (transfer == 1 ? Self.text.utf8.count : 1))
    }

    @Test("a file is written whole in short and interrupted writes", arguments: [1, 7, .max], [0, 2, 3])
    func faultyWrites(transfer: Int, interruptEvery: Int) throws {
        let directory = try ScratchDirectory()
        let path = directory.path + "/out"
        let file = try OpenFile(
            path, for: .replacing, in: Self.faults(transfer: transfer, interruptEvery: interruptEvery))
        try file.write(Array(Self.text.utf8).span.bytes)
        try file.close()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.text)
    }

    @Test("appending keeps what is there, replacing does not")
    func purposes() throws {
        let directory = try ScratchDirectory()
        let path = try directory.write("one\n".utf8, to: "out")
        try OpenFile(path, for: .appending, in: PosixFileSystem()).write(Array("two\n".utf8).span.bytes)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\ntwo\n")
        try OpenFile(path, for: .replacing, in: PosixFileSystem()).write(Array("3\n".utf8).span.bytes)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "3\n")
    }

    @Test("an error in the middle of a file comes with its path and reason")
    func readError() throws {
        let directory = try ScratchDirectory()
        let path = try directory.write(Self.text.utf8, to: "a.log")
        var faults = FaultyFileSystem.Faults()
        faults.largestTransfer = 100
        faults.errors = [(.read, 3, EIO)]
        let file = try OpenFile(path, in: FaultyFileSystem(faults))
        let error = #expect(throws: FileSystemError.self) { try file.readAll(limit: .max) }
        #expect(error?.description == "cannot read '\(path)': the device reports an input/output error")
    }

    @Test("a limit ends reading there", arguments: [0, 1, 5000, 70_000])
    func limit(_ limit: Int) throws {
        let directory = try ScratchDirectory()
        let path = try directory.write([UInt8](repeating: 65, count: 80_000), to: "a")
        #expect(try OpenFile(path, in: PosixFileSystem()).readAll(limit: limit).count == limit)
    }

    @Test("reading at an offset leaves the current one alone")
    func positionedRead() throws {
        let directory = try ScratchDirectory()
        let file = try OpenFile(try directory.write("0123456789".utf8, to: "a"), in: PosixFileSystem())
        var bytes = [UInt8](repeating: 0, count: 4)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 8) }
        #expect(count == 2 && bytes[..<2] == [UInt8(ascii: "8"), UInt8(ascii: "9")])
        #expect(try file.readAll(limit: 3) == Array("012".utf8))
    }

    @Test("a path that cannot be opened says why")
    func openErrors() throws {
        let files = PosixFileSystem()
        let directory = try ScratchDirectory()
        let missing = directory.path + "/none"
        #expect(throws: FileSystemError(code: ENOENT, operation: .open, path: missing)) {
            try OpenFile(missing, in: files)
        }
        let folder = try OpenFile(directory.path, in: files)
        let error = #expect(throws: FileSystemError.self) { try folder.readAll(limit: 1) }
        #expect(error?.description == "cannot read '\(directory.path)': it is a directory")
        #expect(try folder.status().kind == .directory)
    }

    @Test(
        "an error is a sentence that names what was tried, on what, and why",
        arguments: [
            (ENOENT, .open, "cannot open 'f': there is no such file or directory"),
            (EACCES, .open, "cannot open 'f': permission denied to the user of this process"),
            (ENOSPC, .write, "cannot write 'f': no space is left on the device"),
            (EMFILE, .list, "cannot list 'f': this process has too many files open (see 'ulimit -n')"),
            (ENOTEMPTY, .status, "cannot look at 'f': directory not empty (error 39)"),
        ] as [(Int32, FileSystemError.Operation, String)])
    func sentences(_ code: Int32, _ operation: FileSystemError.Operation, _ sentence: String) {
        #expect(FileSystemError(code: code, operation: operation, path: "f").description == sentence)
    }

    @Test("a status tells kind, size and time of change")
    func status() throws {
        let directory = try ScratchDirectory()
        let path = try directory.write("0123456789".utf8, to: "a")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: path)
        let files = PosixFileSystem()
        let status = try files.status(at: try directory.link("b", to: path))
        #expect(status.kind == .regular && status.size == 10 && status.modified == 1_000_000_000_000_000_000)
        #expect(try OpenFile(path, in: files).status() == status)
        #expect(try files.status(at: "/dev/null").kind == .characterDevice)
        #expect(files.isReadable(path) && !files.isReadable(path + "x"))
        #expect(try files.names(inDirectory: directory.path).sorted() == ["a", "b"])
        #expect(try files.target(ofLink: directory.path + "/b") == path)
    }

    @Test("a reader that has gone is a broken pipe, and a pipe without room or bytes is waited for")
    func pipes() throws {
        ignoreBrokenPipeSignal()
        let files = PosixFileSystem()
        let pipe = Pipe()
        let input = OpenFile(standard: FileDescriptor(pipe.fileHandleForReading.fileDescriptor, name: "in"), in: files)
        let output = OpenFile(
            standard: FileDescriptor(pipe.fileHandleForWriting.fileDescriptor, name: "out"), in: files)
        #expect(try input.status().kind == .pipe)
        #expect(try !input.wait(for: .input, milliseconds: 0))
        #expect(try output.wait(for: .output, milliseconds: 0))
        try output.write(Array("x".utf8).span.bytes)
        #expect(try input.wait(for: .input, milliseconds: nil))
        #expect(!input.isTerminal)

        try pipe.fileHandleForReading.close()
        let error = #expect(throws: FileSystemError.self) { try output.write(Array("x".utf8).span.bytes) }
        #expect(error?.isBrokenPipe == true)
    }

    @Test("a pipe set not to block takes more than it holds, once another side reads")
    func nonBlockingPipe() throws {
        let files = Self.faults()
        let pipe = Pipe()
        let reading = pipe.fileHandleForReading
        let number = pipe.fileHandleForWriting.fileDescriptor
        try #require(fcntl(number, F_SETFL, O_NONBLOCK) == 0)
        let output = OpenFile(standard: FileDescriptor(number, name: "out"), in: files)
        let bytes = [UInt8](repeating: 65, count: 1_000_000)
        let reader = Thread {
            var rest = bytes.count
            while rest > 0 { rest -= reading.availableData.count }
        }
        reader.start()
        try output.write(bytes.span.bytes)
        #expect(files.calls(of: .write) > 1)
    }

    @Test("an interrupted wait is given back, so that the caller sees its clock")
    func interruptedWait() throws {
        let pipe = Pipe()
        let input = OpenFile(
            standard: FileDescriptor(pipe.fileHandleForReading.fileDescriptor, name: "in"),
            in: Self.faults(interruptEvery: 1))
        #expect(try !input.wait(for: .input, milliseconds: nil))
    }

    @Test("a close that fails says so, once")
    func closing() throws {
        let directory = try ScratchDirectory()
        var faults = FaultyFileSystem.Faults()
        faults.errors = [(.close, 1, EIO)]
        let file = try OpenFile(directory.path + "/out", for: .replacing, in: FaultyFileSystem(faults))
        #expect(throws: FileSystemError.self) { try file.close() }
        try file.close()
    }

    @Test("a fake clock moves when told to, and a step moves its wall time only")
    func fakeClock() {
        let clock = FakeClock(now: 1000)
        clock.advance(milliseconds: 30)
        #expect(clock.now == 30_001_000 && clock.monotonic == 30_000_000)
        clock.step(to: 5)
        #expect(clock.now == 5 && clock.monotonic == 30_000_000)
    }
}
