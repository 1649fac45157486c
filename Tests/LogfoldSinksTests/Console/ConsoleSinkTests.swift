import Foundation
import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

@Suite("Console sink")
struct ConsoleSinkTests {
    /// A sink whose standard output is a file, and what is in that file.
    private final class Bench {
        let scratch: ScratchDirectory
        let file: OpenFile
        let sink: ConsoleSink

        init(_ shape: Shape, _ files: any FileSystem = PosixFileSystem()) throws {
            scratch = try ScratchDirectory()
            file = try OpenFile(scratch.path + "/out", for: .appending, in: PosixFileSystem())
            var options = ConsoleSinkOptions()
            options.shape = shape
            sink = ConsoleSink(
                options, name: "console", fileSystem: files, clock: FakeClock(now: 0),
                output: FileDescriptor(file.descriptor.number, name: "standard output"), environment: { _ in nil })
        }

        var text: String { get throws { try String(contentsOfFile: scratch.path + "/out", encoding: .utf8) } }
    }

    static let event =
        #"{"@timestamp":"2026-11-22T16:59:18.071Z","message":"Failed","log":{"level":"error","logger":"nova"}}"#

    @Test(
        "an event is written in its shape",
        arguments: [
            (Shape.ecs, event + "\n"), (.pretty, "2026-11-22T16:59:18.071Z ERROR    nova Failed\n"),
            (.raw, "2026-11-22 16:59:18.071 ERROR nova [-] Failed\n"),
        ])
    func shapes(shape: Shape, expected: String) throws {
        let bench = try Bench(shape)
        bench.sink.take(EventBatch.of([Self.event]), route: 1)
        #expect(bench.sink.deadline == 0, "at once")
        try bench.sink.commit()
        #expect(try bench.text == expected)
        #expect(bench.sink.deadline == nil && bench.sink.bytesWritten == Int64(expected.utf8.count))
        #expect(bench.sink.state.isEmpty)
    }

    @Test("only events on its route are written")
    func routes() throws {
        let bench = try Bench(.ecs)
        var batch = EventBatch()
        batch.append(#"{"message":"mine"}"#, routes: 0b10)
        batch.append(#"{"message":"yours"}"#, routes: 0b01)
        bench.sink.take(batch.finish(), route: 0b10)
        try bench.sink.commit()
        #expect(try bench.text == "{\"message\":\"mine\"}\n")
    }

    @Test("after a failed write it goes on behind what was written", arguments: [EIO, EPIPE, ENOSPC])
    func failure(code: Int32) throws {
        let files = ScriptedFileSystem { $0.operation == .write && $0.number == 1 ? .failed(code) : .made }
        let bench = try Bench(.ecs, files)
        bench.sink.take(EventBatch.of([Self.event]), route: 1)
        let error = #expect(throws: SinkFailure.self) { try bench.sink.commit() }
        #expect(error?.description.hasPrefix("cannot write 'standard output': ") == true)
        #expect(bench.sink.deadline != nil)
        try bench.sink.commit()
        #expect(try bench.text == Self.event + "\n")
    }

    @Test("short, interrupted and blocked writes are gone on with")
    func faults() throws {
        var faults = FaultyFileSystem.Faults()
        faults.largestTransfer = 7
        faults.interruptEvery = 3
        faults.errors = [(.write, 5, EAGAIN)]
        let bench = try Bench(.ecs, FaultyFileSystem(faults))
        bench.sink.take(EventBatch.of([Self.event, Self.event]), route: 1)
        try bench.sink.commit()
        #expect(try bench.text == Self.event + "\n" + Self.event + "\n")
    }

    @Test("a reader that has gone is a failure that says so")
    func brokenPipe() throws {
        ignoreBrokenPipeSignal()
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let sink = ConsoleSink(
            ConsoleSinkOptions(), name: "console", fileSystem: PosixFileSystem(), clock: FakeClock(now: 0),
            output: FileDescriptor(ends[1], name: "standard output"))
        sink.take(EventBatch.of([Self.event]), route: 1)
        #expect(throws: SinkFailure("cannot write 'standard output': nobody reads the other end")) { try sink.commit() }
    }

    @Test("who is told that the reader has gone is told once, and nothing is held any more")
    func letGo() throws {
        let files = ScriptedFileSystem { $0.operation == .write ? .failed(EPIPE) : .made }
        let scratch = try ScratchDirectory()
        let file = try OpenFile(scratch.path + "/out", for: .appending, in: PosixFileSystem())
        var calls = 0
        let sink = ConsoleSink(
            ConsoleSinkOptions(), name: "console", fileSystem: files, clock: FakeClock(now: 0),
            output: FileDescriptor(file.descriptor.number, name: "standard output"), readerHasGone: { calls += 1 })
        for _ in 0..<2 {
            sink.take(EventBatch.of([Self.event]), route: 1)
            try sink.commit()
            #expect(sink.deadline == nil)
        }
        #expect(calls == 1)
        #expect(sink.bytesWritten == 0)
    }

    @Test("it is full when 1 MiB waits")
    func full() throws {
        let bench = try Bench(.ecs)
        let event = "{\"message\":\"\(String(repeating: "x", count: 500_000))\"}"
        bench.sink.take(EventBatch.of([event, event]), route: 1)
        #expect(!bench.sink.isFull)
        bench.sink.take(EventBatch.of([event]), route: 1)
        #expect(bench.sink.isFull)
        try bench.sink.commit()
        #expect(!bench.sink.isFull)
    }
}
