import LogfoldConfig
import LogfoldIO
import LogfoldParsing
import LogfoldTestSupport
import Testing

@testable import LogfoldInputs

/// A section of these lines, and the configuration that it is in.
private func section(_ yaml: String) throws -> (ConfigSection, Configuration) {
    let text = "input:\n" + yaml.split(separator: "\n").map { "  \($0)\n" }.joined()
    let environment = ConfigEnvironment(variable: { _ in nil }) { _ throws(ConfigFileError) in
        throw ConfigFileError(reason: "no file")
    }
    let configuration = Configuration.read(Array(text.utf8), file: "a.yaml", environment: environment)
    return (try #require(configuration.root.section("input")), configuration)
}

@Suite("File input: options")
struct FileTailOptionsTests {
    @Test("patterns are enough")
    func defaults() throws {
        let (section, configuration) = try section("include: /var/log/nova/*.log")
        let options = FileTailOptions(section)
        section.finish()
        #expect(configuration.problems.map(\.description) == [])
        var expected = FileTailOptions()
        expected.include = [try GlobPattern("/var/log/nova/*.log")]
        #expect(options == expected)
        #expect(options.startAt == .beginning && options.rotateWait == .seconds(60) && options.maxOpenFiles == 1024)
    }

    @Test("every option is read")
    func all() throws {
        let (section, configuration) = try section(
            """
            include: ["/var/log/{nova,glance}/*.log", /var/log/heat/*.log]
            exclude: ["*-access.log"]
            start_at: end
            ignore_older: 24h
            max_open_files: 100
            max_pinned_bytes: 10MiB
            rotate_wait: 2m
            quiet_after: 1h
            service: nova-api
            """)
        let options = FileTailOptions(section)
        section.finish()
        #expect(configuration.problems.map(\.description) == [])
        var expected = FileTailOptions()
        expected.include = [try GlobPattern("/var/log/{nova,glance}/*.log"), try GlobPattern("/var/log/heat/*.log")]
        expected.exclude = [try GlobPattern("*-access.log")]
        expected.startAt = .end
        expected.ignoreOlder = .seconds(86_400)
        expected.maxOpenFiles = 100
        expected.maxPinnedBytes = 10 << 20
        expected.rotateWait = .seconds(120)
        expected.quietAfter = .seconds(3600)
        expected.service = "nova-api"
        #expect(options == expected)
    }

    @Test(
        "what is wrong is said where it stands",
        arguments: [
            ("exclude: a", "a.yaml:1:1: nothing says which files to read; give 'include: [/var/log/nova/*.log]'"),
            (
                "include: var/log/*.log",
                "a.yaml:2:12: the pattern 'var/log/*.log' does not begin at the root; write whole paths, such as"
                    + " '/var/log/nova/*.log'"
            ),
            (
                "include: \"/var/log/[a\"",
                "a.yaml:2:12: the pattern '/var/log/[a' cannot be read: a '[' without ']'; write '\\[' for the character"
                    + " itself"
            ),
        ])
    func problems(yaml: String, expected: String) throws {
        let (section, configuration) = try section(yaml)
        _ = FileTailOptions(section)
        #expect(configuration.problems.map(\.description) == [expected])
    }
}

@Suite("How an input's lines are read: options")
struct LogReadingOptionsTests {
    @Test("every option is read")
    func all() throws {
        let (section, configuration) = try section(
            """
            format: oslo_json
            timezone: "+02:00"
            crlf: strip
            fold: { max_lines: 100, max_bytes: 64KiB, timeout: 5s, quiet: 50ms }
            service: nova-api
            labels: { region: one, rack: "7" }
            tags: [a, b]
            """)
        let options = LogReadingOptions(section, timeZone: "UTC", in: PosixFileSystem())
        section.finish()
        #expect(configuration.problems.map(\.description) == [])
        #expect(options.engine.format == .osloJSON)
        #expect(options.engine.timeZoneName == "+02:00")
        #expect(options.engine.lineEnds == .strip)
        #expect(options.engine.fold.maxLines == 100)
        #expect(options.engine.fold.maxBytes == 64 << 10)
        #expect(options.engine.fold.timeout == .seconds(5))
        #expect(options.engine.fold.quiet == .milliseconds(50))
        #expect(options.service == "nova-api")
        #expect(options.labels.map { "\($0.name)=\($0.value)" } == ["region=one", "rack=7"])
        #expect(options.tags == ["a", "b"])
    }

    @Test("the format of a service's own configuration is taken from its file")
    func osloConfig() throws {
        let scratch = try ScratchDirectory()
        let path = try scratch.write(
            Array("[DEFAULT]\nlogging_default_format_string = %(asctime)s|%(levelname)s|%(message)s\n".utf8),
            to: "nova.conf")
        let (section, configuration) = try section("format: { oslo_config: \(path) }")
        let options = LogReadingOptions(section, timeZone: "UTC", in: PosixFileSystem())
        section.finish()
        #expect(configuration.problems.map(\.description) == [])
        #expect(options.engine.customFormat != nil)
    }

    @Test(
        "what is wrong is said where it stands",
        arguments: [
            ("format: { oslo_config: /nowhere.conf }", "a.yaml:2:26: cannot look at '/nowhere.conf'"),
            ("format: {}", "a.yaml:2:3: nothing says what the format is"),
            ("timezone: Nowhere/City", "a.yaml:2:13: no zone file for 'Nowhere/City'"),
        ])
    func problems(yaml: String, expected: String) throws {
        let (section, configuration) = try section(yaml)
        _ = LogReadingOptions(section, timeZone: "UTC", in: PosixFileSystem())
        let text = try #require(configuration.problems.first).description
        #expect(text.hasPrefix(expected), "\(text)")
        #expect(configuration.problems.count == 1)
    }

    @Test("the zone of the whole configuration counts where the input names none, and its problems are not repeated")
    func zone() throws {
        let (section, configuration) = try section("crlf: keep")
        #expect(LogReadingOptions(section, timeZone: "+01:00", in: PosixFileSystem()).engine.timeZoneName == "+01:00")
        _ = LogReadingOptions(section, timeZone: "Nowhere", in: PosixFileSystem())
        #expect(configuration.problems.map(\.description) == [])
    }
}
