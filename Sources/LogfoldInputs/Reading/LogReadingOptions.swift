package import LogfoldConfig
import LogfoldCore
package import LogfoldIO
package import LogfoldParsing

/// How the lines of an input are read, whatever they come from: `format`, `timezone`, `crlf`, `fold`, `service`,
/// `labels`, `tags`.
package struct LogReadingOptions: Sendable {
    /// What the engine is told.
    package var engine = EngineOptions()
    /// `service.name` of all events; nil for what path or lines tell.
    package var service: String?
    /// `labels.*` of all events, in the order of the file.
    package var labels: [(name: String, value: String)] = []
    /// `tags` of all events.
    package var tags: [String] = []

    /// The defaults.
    package init() {}

    /// Reads the options of a section. What is wrong is noted there.
    ///
    /// - Parameter timeZone: the zone where the section names none, as `timezone:` has it at the top.
    package init(_ section: ConfigSection, timeZone: String, in files: any FileSystem) {
        readFormat(section, files)
        readTimeZone(section, timeZone, files)
        engine.lineEnds = section.choice("crlf", default: EngineOptions.LineEnds.auto)
        if let fold = section.section("fold") { readFold(fold) }
        service = section.text("service")
        labels = section.pairs("labels")
        tags = section.texts("tags")
    }

    /// A word, or `{ oslo_config: /etc/nova/nova.conf }`.
    private mutating func readFormat(_ section: ConfigSection, _ files: any FileSystem) {
        guard section.isSection("format"), let format = section.section("format") else {
            engine.format = section.choice("format", default: EngineOptions.Format.auto)
            return
        }
        let paths = format.texts("oslo_config")
        guard !paths.isEmpty else {
            format.problem(
                "nothing says what the format is; give 'oslo_config: /etc/nova/nova.conf', or a word instead")
            return
        }
        do throws(OsloConfigFailure) {
            engine.customFormat = try CustomFormat.read(osloConfig: paths, in: files)
        } catch {
            for reason in error.reasons { format.problem(reason, at: "oslo_config") }
        }
    }

    private mutating func readTimeZone(_ section: ConfigSection, _ fallback: String, _ files: any FileSystem) {
        let isOwn = section.has("timezone")
        let name = section.text("timezone", default: fallback)
        do throws(TimeZoneLookupError) {
            engine.timeZone = try TimeZoneFiles(fileSystem: files).rules(named: name)
            engine.timeZoneName = engine.timeZone.name
        } catch {
            // The zone of the whole configuration is said to be wrong once, where it stands.
            if isOwn { section.problem(error.description, at: "timezone") }
        }
    }

    private mutating func readFold(_ section: ConfigSection) {
        engine.fold.maxLines = section.integer("max_lines", in: 1...1_000_000, default: engine.fold.maxLines)
        engine.fold.maxBytes = section.size("max_bytes", in: 1 << 10...1 << 20, default: engine.fold.maxBytes)
        engine.fold.timeout = section.duration(
            "timeout", in: .milliseconds(10) ... .seconds(3_600), default: engine.fold.timeout)
        engine.fold.quiet = section.duration(
            "quiet", in: .milliseconds(1) ... .seconds(3_600), default: engine.fold.quiet)
    }
}
