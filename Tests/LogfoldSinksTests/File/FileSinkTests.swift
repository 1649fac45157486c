import Foundation
import LogfoldCore
import LogfoldIO
import LogfoldParsing
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

@Suite("File sink")
struct FileSinkTests {
    @Test("events are lines, in their order, and the file is made with its directories and mode")
    func lines() throws {
        let bench = try FileSinkBench("a/b/out.jsonl")
        let sink = try bench.sink()
        sink.take(batch(["one", "two"]))
        #expect(bench.names.isEmpty, "nothing before a commit")
        try sink.commit()
        sink.take(batch(["three"]))
        try sink.commit()
        #expect(
            try bench.lines("a/b/out.jsonl").map { EventLine(Array($0.utf8)[...])?.message } == ["one", "two", "three"])
        #expect(sink.bytesWritten == Int64(try bench.bytes("a/b/out.jsonl").count))
        #expect(try mode(bench.path("a/b/out.jsonl")) == 0o640)
        #expect(try mode(bench.path("a/b")) == 0o750 && mode(bench.path("a")) == 0o750)
        #expect(bench.reports.lines.isEmpty)
    }

    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test("mode and owner are as asked, whatever the umask", arguments: [0o600, 0o644, 0o666] as [UInt32])
    func owner(asked: UInt32) throws {
        let bench = try FileSinkBench {
            $0.mode = asked
            $0.owner = getuid()
            $0.group = getgid()
        }
        let sink = try bench.sink()
        sink.take(batch(["one"]))
        try sink.commit()
        #expect(try mode(bench.path("out.jsonl")) == Int(asked))
    }

    @Test("an owner that this user may not give is a failure, and leaves no file behind")
    func ownerRefused() throws {
        let bench = try FileSinkBench { $0.owner = 12_345 }
        let files = ScriptedFileSystem {
            $0.operation == .setOwner && $0.path.hasSuffix("jsonl") ? .failed(EPERM) : .made
        }
        let sink = try bench.sink(files)
        sink.take(batch(["one"]))
        let error = #expect(throws: SinkFailure.self) { try sink.commit() }
        #expect(error?.description.contains("cannot set mode or owner of '\(bench.path("out.jsonl"))'") == true)
        #expect(bench.names.isEmpty)
        files.follow { _ in .made }
        if getuid() == 0 {
            try sink.commit()
            #expect(try bench.messages() == ["one"])
        }
    }

    @Test("each event goes to the file of its fields and its time")
    func templates() throws {
        let bench = try FileSinkBench("{service.name}/{+%Y-%m-%d}.jsonl")
        let sink = try bench.sink()
        let day: Int64 = 86_400_000_000_000
        sink.take(batch(["a", "b"], service: "nova-api", time: day))
        sink.take(batch(["c"], service: "nova-compute", time: day))
        sink.take(batch(["d"], service: "nova-api", time: 2 * day - 1))
        sink.take(batch(["e"], service: "../x", time: 2 * day))
        sink.take(EventBatch.of([#"{"message":"f"}"#]))
        try sink.commit()
        #expect(
            bench.names == [
                "_._x/1970-01-03.jsonl", "nova-api/1970-01-02.jsonl", "nova-compute/1970-01-02.jsonl",
                "unknown/1970-01-01.jsonl",
            ])
        #expect(try bench.lines("nova-api/1970-01-02.jsonl").count == 3)
        #expect(try bench.messages() == ["a", "b", "c", "d", "e", "f"])
    }

    @Test("only events on its route are written")
    func routes() throws {
        let bench = try FileSinkBench()
        let sink = try bench.sink()
        var batch = EventBatch()
        batch.append(#"{"message":"mine"}"#, routes: 0b10)
        batch.append(#"{"message":"yours"}"#, routes: 0b01)
        sink.take(batch.finish(), route: 0b10)
        try sink.commit()
        #expect(try bench.messages() == ["mine"])
        sink.take(EventBatch.of([#"{"message":"yours"}"#], routes: 1), route: 0b10)
        #expect(sink.deadline == nil)
    }

    @Test("plain files are due at once, compressed ones after flush; 1 MiB is full")
    func deadlines() throws {
        for (compression, delay) in [(OutputCompression.none, 0), (.gzip, 5_000_000_000), (.zstd, 5_000_000_000)] {
            let bench = try FileSinkBench(compression: compression)
            let sink = try bench.sink()
            #expect(sink.deadline == nil && !sink.isFull)
            bench.clock.advance(milliseconds: 70)
            sink.take(batch(["one"]))
            bench.clock.advance(milliseconds: 10)
            sink.take(batch(["two"]))
            #expect(sink.deadline == 70_000_000 + Int64(delay))
            sink.take(batch([String(repeating: "x", count: 1 << 20)]))
            #expect(sink.isFull)
            try sink.commit()
            #expect(sink.deadline == nil && !sink.isFull)
        }
    }

    @Test("a member holds no more than 256 KiB of JSON, and whole events", arguments: [OutputCompression.gzip, .zstd])
    func members(compression: OutputCompression) throws {
        let bench = try FileSinkBench(compression: compression)
        let sink = try bench.sink()
        let events = (0..<3_000).map { "\($0) \(String(repeating: "x", count: 290))" }
        sink.take(batch(events + [String(repeating: "y", count: 400_000), "last"]))
        try sink.commit()
        let members = try split(try bench.bytes("out.jsonl"), compression)
        #expect(members.count == 6)
        #expect(members.allSatisfy { $0.last == 0x0A })
        #expect(members.filter { $0.count > 256 << 10 }.count == 1, "the long event alone")
        #expect(try bench.lines("out.jsonl").count == 3_002)
    }

    /// The contents of the members of a file, by cutting it wherever what precedes is complete.
    private func split(_ bytes: [UInt8], _ compression: OutputCompression) throws -> [[UInt8]] {
        let magic: [UInt8] = compression == .gzip ? [0x1F, 0x8B, 0x08] : [0x28, 0xB5, 0x2F, 0xFD]
        let starts = bytes.indices.filter { bytes[$0...].starts(with: magic) } + [bytes.count]
        var members: [[UInt8]] = []
        var start = 0
        for end in starts.dropFirst() {
            guard let member = try? decompressed(Array(bytes[start..<end]), compression) else { continue }
            members.append(member)
            start = end
        }
        return members
    }

    @Test(
        "other shapes are written",
        arguments: [
            (Shape.otel, #""body":{"stringValue":"Failed"}"#), (.kolla, #""Payload":"Failed"#), (.raw, "\nFailed: "),
        ])
    func shapes(shape: Shape, part: String) throws {
        let bench = try FileSinkBench { $0.shape = shape }
        let sink = try bench.sink()
        let event = #"{"message":"Failed","openstack":{"error_summary":"x"},"logfold":{"flags":["unparsed"]}}"#
        sink.take(EventBatch.of([event]))
        try sink.commit()
        let text = "\n" + (try bench.text("out.jsonl"))
        #expect(text.contains(part), "\(text)")
    }

    @Test("what no shape can be made of is written as it is, and said")
    func noEvent() throws {
        let bench = try FileSinkBench { $0.shape = .kolla }
        let sink = try bench.sink()
        sink.take(EventBatch.of([#"{"no":"message"}"#]))
        try sink.commit()
        #expect(try bench.text("out.jsonl") == "{\"no\":\"message\"}\n")
        #expect(bench.reports.lines.count == 1)
    }

    @Test("more files than may be open are written, and each is remembered")
    func manyFiles() throws {
        let bench = try FileSinkBench("{service.name}.jsonl")
        let files = ScriptedFileSystem()
        let sink = try bench.sink(files)
        for round in 0..<3 {
            for service in 0..<150 { sink.take(batch(["\(round)"], service: "service-\(service)")) }
            try sink.commit()
        }
        #expect(bench.names.count == 150)
        for name in bench.names { #expect(try bench.lines(name).count == 3) }
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?
                .hasPrefix(bench.path("")) == true
        }
        #expect((1...64).contains(open.count))
        sink.close()
        #expect(bench.reports.lines.isEmpty)
    }

    @Test("of very many files the state knows the latest, and the others are gone on with all the same")
    func forgotten() throws {
        let bench = try FileSinkBench("{service.name}.jsonl")
        let sink = try bench.sink(ScriptedFileSystem())
        for service in 0..<600 {
            sink.take(batch(["first"], service: "service-\(service)"))
            if service % 50 == 49 { try sink.commit() }
        }
        let state = try FileSinkState(decoding: sink.state)
        #expect((384...512).contains(state.files.count))
        #expect(
            state.files[bench.path("service-599.jsonl")] != nil && state.files[bench.path("service-0.jsonl")] == nil)
        sink.take(batch(["second"], service: "service-0"))
        try sink.commit()
        #expect(try bench.lines("service-0.jsonl").count == 2)
    }
}

@Suite("File sink: rotation")
struct FileSinkRotationTests {
    @Test("a file that would become too long is begun anew, and only so many older ones stay")
    func size() throws {
        let bench = try FileSinkBench {
            $0.rotation.size = 200
            $0.rotation.keep = 3
        }
        let sink = try bench.sink()
        // Two lines of 77 bytes fit.
        for number in 0..<11 {
            sink.take(batch(["event number \(10 + number) \(String(repeating: "x", count: 20))"]))
            try sink.commit()
        }
        #expect(bench.names == ["out.jsonl", "out.jsonl.1", "out.jsonl.2", "out.jsonl.3"])
        #expect(try bench.lines("out.jsonl").count == 1 && bench.lines("out.jsonl.1").count == 2)
        #expect(try bench.messages().map { $0.split(separator: " ")[2] } == ["14", "15", "16", "17", "18", "19", "20"])
    }

    @Test(
        "one commit may fill several files, and an event that alone is too long has its own", arguments: [true, false])
    func atOnce(isRaw: Bool) throws {
        let bench = try FileSinkBench {
            $0.rotation.size = 100
            $0.rotation.keep = 50
            if isRaw { $0.shape = .raw }
        }
        let sink = try bench.sink()
        let long = #"first\nsecond\n"# + String(repeating: "x", count: 150)
        let events = (0..<9).map { $0 == 4 ? long : "short \($0) \(String(repeating: "x", count: 40))" }
        sink.take(EventBatch.of(events.map { #"{"message":"\#($0)","logfold":{"flags":["unparsed"]}}"# }))
        try sink.commit()
        let texts = try bench.names.map(bench.text)
        #expect(texts.filter { $0.utf8.count > 100 }.count == (isRaw ? 1 : 1))
        if isRaw { #expect(texts.contains("first\nsecond\n" + String(repeating: "x", count: 150) + "\n")) }
        #expect(texts.allSatisfy { $0.hasSuffix("\n") })
        #expect(texts.joined().components(separatedBy: "short").count == 9)
    }

    @Test("a file is begun anew with the first event after its age", arguments: OutputCompression.allCases)
    func age(compression: OutputCompression) throws {
        let bench = try FileSinkBench(compression: compression) { $0.rotation.age = .seconds(60) }
        var sink = try bench.sink()
        for number in 0..<4 {
            sink.take(batch(["\(number)"]))
            try sink.commit()
            bench.clock.advance(milliseconds: 29_000)
            // Its age is that of the file, not of the process.
            if number == 1 { sink = try bench.sink(restoring: sink.state) }
        }
        #expect(bench.names == ["out.jsonl", "out.jsonl.1"])
        #expect(try bench.lines("out.jsonl.1").count == 3 && bench.lines("out.jsonl").count == 1)
    }

    @Test("a clock that was set back does not keep a file for ever")
    func clockSetBack() throws {
        let bench = try FileSinkBench { $0.rotation.age = .seconds(60) }
        let sink = try bench.sink()
        sink.take(batch(["0"]))
        try sink.commit()
        bench.clock.step(to: bench.clock.now - 86_400_000_000_000)
        for number in 1...3 {
            sink.take(batch(["\(number)"]))
            try sink.commit()
            bench.clock.advance(milliseconds: 40_000)
        }
        #expect(try bench.lines("out.jsonl.1").count == 3 && bench.lines("out.jsonl").count == 1)
    }

    @Test("a gap in the numbers is filled before anything older is moved or removed")
    func gap() throws {
        let bench = try FileSinkBench {
            $0.rotation.size = 10
            $0.rotation.keep = 3
        }
        let sink = try bench.sink()
        for name in ["out.jsonl.2", "out.jsonl.3", "out.jsonl.4", "out.jsonl.x"] {
            try bench.scratch.write("{\"message\":\"\(name)\"}\n".utf8, to: "logs/\(name)")
        }
        for number in 0..<2 {
            sink.take(batch(["\(number)"]))
            try sink.commit()
        }
        #expect(
            bench.names == ["out.jsonl", "out.jsonl.1", "out.jsonl.2", "out.jsonl.3", "out.jsonl.x"], "4 is beyond 3")
        #expect(try bench.messages() == ["0", "1", "out.jsonl.2", "out.jsonl.3", "out.jsonl.x"])
        sink.take(batch(["2"]))
        try sink.commit()
        #expect(try bench.messages() == ["0", "1", "2", "out.jsonl.2", "out.jsonl.x"])
    }
}
