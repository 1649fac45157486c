import Foundation
import LogfoldTestSupport
import Testing

@testable import logfold

@Suite("logfold replay through a configuration")
struct ConfiguredReplayTests {
    private let scratch: Scratch
    private let recording = Fixtures.path("corpus/glance/zed-failures.log")

    init() throws { scratch = try Scratch() }

    private func configuration(_ text: String) throws -> String {
        try scratch.file("logfold.yaml", text.replacing("DIR", with: scratch.folder.path))
    }

    /// An agent of two inputs: what it tails is not there.
    private static let full = """
        data_dir: DIR/data
        timezone: UTC
        metrics: { enabled: false }
        inputs:
          nova: { type: file, include: ["/nowhere/nova/*.log"], labels: { site: paris } }
          other: { type: file, include: ["/nowhere/other/*.log"], service: other-service }
        transforms:
          drop_info: { type: filter, drop: 'log.level <= info' }
        sinks:
          all: { type: file, path: "DIR/all.jsonl" }
          of_nova: { type: file, path: "DIR/nova.jsonl", inputs: [nova] }

        """

    private func events(_ name: String) throws -> [EventLine] {
        let path = scratch.folder.appending(path: name).path
        let content = [UInt8](FileManager.default.contents(atPath: path) ?? Data())
        return content.split(separator: 0x0A).compactMap { EventLine($0) }
    }

    private func replay(_ words: [String]) throws -> Program.Outcome {
        try Program.run(["replay", "--speed", "max"] + words)
    }

    @Test("its events go through the transforms to the sinks, as those of the first input")
    func throughAll() throws {
        let run = try replay([recording, "-c", try configuration(Self.full)])
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.messages.contains("logfold: played ") && run.messages.hasSuffix(" s\n"))
        let filtered = try Program.run(["--timezone", "UTC", "--level", "notice", recording])
        let expected = filtered.output.split(separator: "\n").compactMap { EventLine(ArraySlice($0.utf8)) }
        #expect(!expected.isEmpty)
        for sink in ["all.jsonl", "nova.jsonl"] {
            let events = try events(sink)
            #expect(events.map(\.message) == expected.map(\.message))
            #expect(events.allSatisfy { $0["labels.site"] == "paris" && $0["log.file.path"] == recording })
        }
    }

    @Test("another input may be named: its service, its labels and its way are those of the events")
    func named() throws {
        let run = try replay([recording, "-c", try configuration(Self.full), "--input", "other"])
        #expect(run.status == 0, "\(run.messages)")
        let all = try events("all.jsonl")
        #expect(!all.isEmpty && all.allSatisfy { $0["service.name"] == "other-service" && $0["labels.site"] == nil })
        #expect(try events("nova.jsonl").isEmpty)
    }

    @Test("the next replay begins with the first record, and its events are the same ones")
    func again() throws {
        let configuration = try configuration(Self.full)
        let ids = try (1...2).map { _ in
            #expect(try replay([recording, "-c", configuration]).status == 0)
            return try events("all.jsonl").map { $0["event.id"] }
        }
        #expect(ids[1] == ids[0] + ids[0])
    }

    @Test("a compressed log is read as it was before")
    func compressed() throws {
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/bin/gzip")
        gzip.arguments = [try scratch.file("old.log", Data(head(1, "one").utf8) + Data(head(2, "two").utf8))]
        try gzip.run()
        gzip.waitUntilExit()
        let configuration = try configuration(
            "data_dir: DIR/data\npreset: kolla\nmetrics: { enabled: false }\n"
                + "sinks: { screen: { type: console, shape: ecs } }\n")
        let run = try replay([scratch.folder.appending(path: "old.log.gz").path, "-c", configuration])
        #expect(run.status == 0, "\(run.messages)")
        let events = run.output.split(separator: "\n").compactMap { EventLine(ArraySlice($0.utf8)) }
        #expect(events.map(\.message) == ["one", "two"])
    }

    @Test("a signal ends it before its end, with what was read delivered and the exit status 1")
    func interrupted() throws {
        let log = try scratch.file("old.log", head(1, "one") + head(2, "two") + head(9, "nine"))
        let configuration = try configuration(
            "data_dir: DIR/data\nmetrics: { enabled: false }\ninputs: { a: { type: file, include: [/nowhere] } }\n"
                + "sinks: { screen: { type: console, shape: ecs } }\n")
        let program = try LiveProgram(["replay", "--speed", "0.001x", log, "-c", configuration])
        #expect(program.lines(1).first?.contains(#""message":"one""#) == true)
        let end = try program.terminate()
        #expect(end.status == 1)
        #expect(end.lines.count == 1)
    }

    @Test(
        "when nobody reads the console any more it ends without a word, or plays on for another sink",
        arguments: ["", "  all: { type: file, path: DIR/all.jsonl }\n"])
    func unread(other: String) throws {
        let configuration = try configuration(
            "data_dir: DIR/data\nmetrics: { enabled: false }\ninputs: { a: { type: file, include: [/nowhere] } }\n"
                + "sinks:\n  screen: { type: console, shape: ecs }\n" + other)
        let log = try scratch.file("old.log", (1...20_000).map { head($0 % 10, "event \($0)") }.joined())
        let pipeline = Process()
        pipeline.executableURL = URL(filePath: "/bin/bash")
        pipeline.arguments = [
            "-c", #""$0" replay --speed max "$1" -c "$2" 2>"$3" | head -n 1 >"$4"; echo "${PIPESTATUS[0]}" >>"$4""#,
            Program.url.path, log, configuration, scratch.folder.appending(path: "messages").path,
            scratch.folder.appending(path: "first").path,
        ]
        try pipeline.run()
        pipeline.waitUntilExit()
        let first = try String(contentsOf: scratch.folder.appending(path: "first"), encoding: .utf8)
        let lines = first.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains(#""message":"event 1""#) == true)
        #expect(lines.last == "0")
        let messages = try String(contentsOf: scratch.folder.appending(path: "messages"), encoding: .utf8)
        if other.isEmpty {
            #expect(messages.isEmpty)
        } else {
            #expect(messages.contains("played 20000 records"))
            #expect(try events("all.jsonl").count == 20_000)
        }
    }

    @Test(
        "what cannot be done is said with the way out",
        arguments: [
            (
                ["LOG", "-c", "CONFIG", "--input", "glance"], 2,
                "the value 'glance' is invalid for '--input': the configuration has no input of that name; it has nova, other"
            ),
            (["LOG", "-c", "WRONG"], 2, "unknown key 'sinkz'; did you mean 'sinks'?"),
            (["nothing.log", "-c", "CONFIG"], 3, "nothing.log: there is no such file or directory"),
            (["/", "-c", "CONFIG"], 3, "/: it is a directory; name a file in it"),
            (["/dev/null", "-c", "CONFIG"], 3, "/dev/null: it is no regular file"),
            (["LOG", "-c", "LOCKED"], 3, "/proc/nowhere"),
        ])
    func refusals(words: [String], status: Int32, message: String) throws {
        let paths = [
            "LOG": recording, "CONFIG": try configuration(Self.full),
            "WRONG": try scratch.file("wrong.yaml", "preset: kolla\nsinkz: {}\n"),
            "LOCKED": try scratch.file(
                "locked.yaml",
                "data_dir: /proc/nowhere\npreset: kolla\nsinks: { out: { type: console } }\n"),
        ]
        let run = try replay(words.map { paths[$0] ?? $0 })
        #expect(run.status == status)
        #expect(run.messages.contains(message), "\(run.messages)")
    }
}
