package import LogfoldConfig

extension FileTailOptions {
    /// Reads the options of a section; how lines are read is left to ``LogReadingOptions``. What is wrong is noted there.
    package init(_ section: ConfigSection) {
        include = Self.patterns(section, "include", mustBeWhole: true)
        if section.texts("include").isEmpty {
            section.problem("nothing says which files to read; give 'include: [/var/log/nova/*.log]'", at: "include")
        }
        exclude = Self.patterns(section, "exclude", mustBeWhole: false)
        startAt = section.choice("start_at", default: startAt)
        ignoreOlder = section.optionalDuration("ignore_older", in: .seconds(1) ... .seconds(3_660 * 86_400))
        maxOpenFiles = section.integer("max_open_files", in: 8...1_000_000, default: maxOpenFiles)
        maxPinnedBytes = Int64(
            section.size("max_pinned_bytes", in: 0...1 << 50, default: Int(clamping: maxPinnedBytes)))
        rotateWait = section.duration("rotate_wait", in: .seconds(1) ... .seconds(86_400), default: rotateWait)
        quietAfter = section.optionalDuration("quiet_after", in: .seconds(1) ... .seconds(366 * 86_400))
        service = section.text("service")
    }

    private static func patterns(_ section: ConfigSection, _ key: String, mustBeWhole: Bool) -> [GlobPattern] {
        section.texts(key).compactMap { text in
            if mustBeWhole, !text.hasPrefix("/") {
                section.problem(
                    "the pattern '\(text)' does not begin at the root; write whole paths, such as '/var/log/nova/*.log'",
                    at: key)
                return nil
            }
            do throws(GlobPattern.Failure) {
                return try GlobPattern(text)
            } catch {
                section.problem("the pattern '\(text)' cannot be read: \(error)", at: key)
                return nil
            }
        }
    }
}
