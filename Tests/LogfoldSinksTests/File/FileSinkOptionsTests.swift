import LogfoldConfig
import LogfoldIO
import LogfoldParsing
import LogfoldTestSupport
import Testing

@testable import LogfoldSinks

private func section(_ yaml: String) throws -> (ConfigSection, Configuration) {
    let text = "sink:\n" + yaml.split(separator: "\n").map { "  \($0)\n" }.joined()
    let environment = ConfigEnvironment(variable: { _ in nil }) { _ throws(ConfigFileError) in
        throw ConfigFileError(reason: "no file")
    }
    let configuration = Configuration.read(Array(text.utf8), file: "a.yaml", environment: environment)
    return (try #require(configuration.root.section("sink")), configuration)
}

@Suite("File sink: options")
struct FileSinkOptionsTests {
    @Test("a path is enough")
    func defaults() throws {
        let (section, configuration) = try section("path: /var/log/logfold/events.jsonl")
        let options = try #require(FileSinkOptions(section))
        section.finish()
        #expect(configuration.problems.isEmpty)
        #expect(options == FileSinkOptions(path: try PathTemplate("/var/log/logfold/events.jsonl")))
        #expect(options.flush == .zero && options.mode == 0o640 && options.synchronization == .never)
        #expect(!options.rotation.isOn && options.minFree == 64 << 20 && !options.needsOriginal)
    }

    @Test("every option is read")
    func all() throws {
        let (section, configuration) = try section(
            """
            path: "/l/{service.name}.jsonl.zst"
            shape: raw
            compression: zstd
            level: 19
            rotate: { size: 100MiB, age: 24h, keep: 3 }
            mode: "0600"
            owner: root
            group: 4
            flush: 10s
            fsync: interval
            fsync_interval: 1s
            min_free: 1GiB
            """)
        let options = try #require(FileSinkOptions(section))
        section.finish()
        #expect(configuration.problems.map(\.description) == [])
        var expected = FileSinkOptions(path: try PathTemplate("/l/{service.name}.jsonl.zst"), compression: .zstd)
        expected.shape = .raw
        expected.level = 19
        expected.rotation.size = 100 << 20
        expected.rotation.age = .seconds(86_400)
        expected.rotation.keep = 3
        expected.mode = 0o600
        expected.owner = 0
        expected.group = 4
        expected.flush = .seconds(10)
        expected.synchronization = .interval(.seconds(1))
        expected.minFree = 1 << 30
        #expect(options == expected)
        #expect(options.needsOriginal)
    }

    @Test("compressed files are flushed every 5 s by default", arguments: ["gzip", "zstd"])
    func flush(compression: String) throws {
        #expect(FileSinkOptions(try section("path: /l/a\ncompression: \(compression)").0)?.flush == .seconds(5))
    }

    @Test(
        "a wrong value is a problem with a way out",
        arguments: [
            ("shape: ecs", "a.yaml:1:1: 'path' is missing in sink; write 'path: …'"),
            ("path: a.jsonl", "the path does not begin with '/'; give it from the root"),
            ("path: /l/a.gz", "the path ends in .gz, but compression is none; set 'compression: gzip'"),
            ("path: /l/a.zst\ncompression: gzip", "set 'compression: zstd', or end the path in .gz"),
            ("path: /l/a\nshape: pretty", "is no value for 'shape'; give one of ecs, otel, kolla, raw"),
            ("path: /l/a\ncompression: lz4", "give one of none, gzip, zstd"),
            ("path: /l/a\nlevel: 3", "there is no level without compression; remove it"),
            ("path: /l/a\ncompression: gzip\nlevel: 13", "is out of range for 'level'; give 1 to 12"),
            ("path: /l/a\nrotate: { keep: 3 }", "nothing says when to rotate; give 'size: 100MiB' or 'age: 24h'"),
            ("path: /l/a\nrotate: { size: 1KiB }", "is out of range for 'size'"),
            ("path: /l/a\nrotate: { sise: 1MiB }", "unknown key 'sise' in sink.rotate; did you mean 'size'?"),
            ("path: /l/a\nmode: \"0888\"", "are no permissions that logfold can write with; give octal digits"),
            ("path: /l/a\nmode: \"0440\"", "are no permissions that logfold can write with"),
            ("path: /l/a\nmode: rw", "are no permissions"),
            ("path: /l/a\nowner: nobody-of-that-name", "the system knows no user 'nobody-of-that-name'; create it"),
            ("path: /l/a\ngroup: nobody-of-that-name", "the system knows no group 'nobody-of-that-name'"),
            ("path: /l/a\nflush: 2h", "is out of range for 'flush'"),
            ("path: /l/a\nfsync: sometimes", "give one of never, interval, always"),
            ("path: /l/a\nfsync_interval: 2s", "fsync_interval needs 'fsync: interval'; set that, or remove it"),
            ("path: /l/a\nmin_free: lots", "is no size for 'min_free'"),
        ])
    func problems(yaml: String, problem: String) throws {
        let (section, configuration) = try section(yaml)
        _ = FileSinkOptions(section)
        section.finish()
        let problems = configuration.problems.map(\.description)
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
        #expect(problems.count <= 2, "\(problems)")
    }

    @Test("several problems come at once")
    func several() throws {
        let (section, configuration) = try section("path: a\nmode: x\nfsync: y\nmin_free: z")
        #expect(FileSinkOptions(section) == nil)
        #expect(configuration.problems.count == 4)
    }
}

@Suite("Console sink: options")
struct ConsoleSinkOptionsTests {
    @Test("shape and colours are read")
    func read() throws {
        let (section, configuration) = try section("shape: ecs\ncolor: always")
        let options = ConsoleSinkOptions(section)
        section.finish()
        #expect(configuration.problems.isEmpty && options.shape == .ecs && options.color == .always)
        #expect(ConsoleSinkOptions(try self.empty()) == ConsoleSinkOptions())
    }

    private func empty() throws -> ConfigSection { try section("type: console").0 }
}
