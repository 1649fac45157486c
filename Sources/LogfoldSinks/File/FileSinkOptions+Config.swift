package import LogfoldConfig
import LogfoldIO
import LogfoldParsing

extension FileSinkOptions {
    /// Reads the options of a section; nil where there is no usable path. What is wrong is noted in the section.
    package init?(_ section: ConfigSection) {
        let compression = section.choice("compression", default: OutputCompression.none)
        let path = Self.path(section, compression)
        // All keys are asked for, so that all problems come at once.
        var options = FileSinkOptions(path: path ?? .unusable, compression: compression)
        options.shape = section.choice("shape", default: FileShape.ecs).shape
        options.level = Self.level(section, compression)
        options.rotation = Self.rotation(section)
        options.mode = Self.mode(section)
        options.owner = Self.account(section, "owner", "user", userNumber)
        options.group = Self.account(section, "group", "group", groupNumber)
        options.flush = section.duration("flush", in: .zero ... .seconds(3_600), default: options.flush)
        options.synchronization = Self.synchronization(section)
        options.minFree = section.size("min_free", in: 0...(1 << 50), default: options.minFree)
        guard path != nil else { return nil }
        self = options
    }

    /// The shapes that a file may have; `pretty` is for people.
    private enum FileShape: String, CaseIterable {
        case ecs, otel, kolla, raw

        var shape: Shape {
            switch self {
            case .ecs: .ecs
            case .otel: .otel
            case .kolla: .kolla
            case .raw: .raw
            }
        }
    }

    private enum SynchronizationWord: String, CaseIterable {
        case never, interval, always
    }

    private static func path(_ section: ConfigSection, _ compression: OutputCompression) -> PathTemplate? {
        guard let text = section.requiredText("path") else { return nil }
        let path: PathTemplate
        do {
            path = try PathTemplate(text)
        } catch {
            section.problem(error.description, at: "path")
            return nil
        }
        for (ending, name) in [(".gz", OutputCompression.gzip), (".zst", .zstd)]
        where text.hasSuffix(ending) && compression != name {
            section.problem(
                "the path ends in \(ending), but compression is \(compression.rawValue);"
                    + " set 'compression: \(name.rawValue)', or end the path in \(suffix(compression))", at: "path")
        }
        return path
    }

    private static func suffix(_ compression: OutputCompression) -> String {
        switch compression {
        case .none: ".jsonl"
        case .gzip: ".gz"
        case .zstd: ".zst"
        }
    }

    private static func level(_ section: ConfigSection, _ compression: OutputCompression) -> Int {
        if let levels = compression.levels { return section.integer("level", in: levels, default: 1) }
        if section.has("level") {
            section.problem("there is no level without compression; remove it, or set 'compression: zstd'", at: "level")
        }
        return 1
    }

    private static func rotation(_ section: ConfigSection) -> Rotation {
        var rotation = Rotation()
        guard let section = section.section("rotate") else { return rotation }
        rotation.size = section.optionalSize("size", in: 64 << 10...(1 << 50))
        rotation.age = section.optionalDuration("age", in: .seconds(60) ... .seconds(3_660 * 86_400))
        rotation.keep = section.integer("keep", in: 1...1_000, default: rotation.keep)
        if !section.has("size"), !section.has("age") {
            section.problem("nothing says when to rotate; give 'size: 100MiB' or 'age: 24h'")
        }
        return rotation
    }

    private static func mode(_ section: ConfigSection) -> UInt32 {
        let text = section.text("mode", default: "0640")
        guard text.utf8.count <= 5, let mode = UInt32(text, radix: 8), mode <= 0o777, mode & 0o200 != 0 else {
            section.problem(
                "\(section.shown("mode")) are no permissions that logfold can write with; give octal digits such as"
                    + " \"0640\"", at: "mode")
            return 0o640
        }
        return mode
    }

    private static func account(
        _ section: ConfigSection, _ key: String, _ noun: String, _ number: (String) -> UInt32?
    ) -> UInt32? {
        guard let name = section.text(key) else { return nil }
        if let number = number(name) { return number }
        section.problem(
            "the system knows no \(noun) \(section.shown(key)); create it, or give a name or number that exists",
            at: key)
        return nil
    }

    private static func synchronization(_ section: ConfigSection) -> Synchronization {
        let word = section.choice("fsync", default: SynchronizationWord.never)
        if word == .interval {
            return .interval(
                section.duration(
                    "fsync_interval", in: .milliseconds(100) ... .seconds(3_600), default: .seconds(5)))
        }
        if section.has("fsync_interval") {
            section.problem("fsync_interval needs 'fsync: interval'; set that, or remove it", at: "fsync_interval")
        }
        return word == .always ? .always : .never
    }
}

extension PathTemplate {
    /// Stands for a path that could not be read, while the other options are.
    fileprivate static let unusable = PathTemplate(constant: "/")
}
