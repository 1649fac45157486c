import LogfoldConfig
import LogfoldPipeline
import LogfoldSpool
import Testing

/// What `spool:` comes to, and what is said where it is wrong.
@Suite struct SpoolSettingsTests {
    private func read(_ yaml: String) -> (settings: SpoolSettings, problems: [String]) {
        let environment = ConfigEnvironment(variable: { _ in nil }) { path throws(ConfigFileError) in
            throw ConfigFileError(reason: "no such file")
        }
        let configuration = Configuration.read(Array(yaml.utf8), file: "a.yaml", environment: environment)
        guard let section = configuration.root.section("spool") else { return (SpoolSettings(), ["no section"]) }
        let settings = SpoolSettings(section)
        configuration.root.finish()
        return (settings, configuration.problems.map { "\($0.line):\($0.column): \($0.text)" })
    }

    @Test func withoutAWordItIsOnTheDisk() {
        let settings = SpoolSettings()
        #expect(settings.type == .disk)
        #expect(settings.disk.maxBytes == 2 << 30)
        #expect(settings.disk.minFree == 1 << 30)
        #expect(settings.whenFull == .auto)
        #expect(settings == read("spool: {}").settings)
    }

    @Test func everySettingIsTaken() {
        let (settings, problems) = read(
            """
            spool:
              type: disk
              max_bytes: 64MiB
              min_free: 0
              when_full: drop_oldest
              memory: 8MiB
              compression: zstd
              sync: { interval: 100ms, bytes: 1MiB }
            """)
        #expect(problems == [])
        var disk = DiskSpoolOptions()
        disk.maxBytes = 64 << 20
        disk.minFree = 0
        disk.memory = 8 << 20
        disk.isCompressed = true
        disk.syncInterval = 100_000_000
        disk.syncBytes = 1 << 20
        #expect(settings.disk == disk)
        #expect(settings.whenFull == .dropOldest)
    }

    @Test func inMemoryItBlocksWhereNothingElseIsSaid() {
        #expect(read("spool: { type: memory }").settings.whenFull == .block)
        #expect(read("spool: { type: memory, max_bytes: 8MiB }").settings.memoryBytes == 8 << 20)
        #expect(read("spool: { type: memory, when_full: drop_oldest }").settings.whenFull == .dropOldest)
        #expect(
            read("spool: { type: memory, min_free: 1GiB }").problems.contains(
                "1:34: 'min_free' counts for a spool on the disk only; leave it out, or write 'type: disk'"))
    }

    @Test(arguments: [
        ("spool: { type: dsik }", "did you mean 'disk'?"),
        ("spool: { when_full: drop }", "when_full"),
        ("spool: { max_bytes: 1MiB }", "max_bytes"),
        ("spool: { maxbytes: 1GiB }", "did you mean 'max_bytes'?"),
    ])
    func whatIsWrongIsSaidWithAWayOut(yaml: String, words: String) {
        let problems = read(yaml).problems
        #expect(problems.count == 1 && problems[0].contains(words), "\(problems)")
    }
}
