import LogfoldIO

/// Looks for the files that patterns name, and for the directories in which such files may appear.
struct GlobScan {
    private let files: any FileSystem
    /// Is told of each directory before it is looked into, so that what appears in between is told by inotify; and
    /// whether the files themselves are in it, or only further directories.
    private let willLook: (_ directory: String, _ hasFiles: Bool) -> Void
    private var listings: [String: [String]] = [:]
    /// The paths that were found, in the order of the patterns.
    private(set) var found: [String] = []
    private var known: Set<String> = []
    /// Directories that could not be read.
    private(set) var failures: [FileSystemError] = []

    /// Deeper trees are links in a circle.
    private static let deepest = 40
    private static let mostDirectories = 20_000

    init(_ files: any FileSystem, willLook: @escaping (_ directory: String, _ hasFiles: Bool) -> Void) {
        self.files = files
        self.willLook = willLook
    }

    /// Adds what a pattern names. What excludes name is left out.
    mutating func add(_ pattern: GlobPattern, excluding excludes: GlobExcludes) {
        for components in pattern.alternatives { look(in: "", for: components[...], excludes, depth: 0) }
    }

    private mutating func look(
        in directory: String, for components: ArraySlice<GlobPattern.Component>, _ excludes: GlobExcludes, depth: Int
    ) {
        guard let first = components.first, depth < Self.deepest else { return }
        let rest = components.dropFirst()
        switch first {
        case .anyDirectories:
            let end: ArraySlice<GlobPattern.Component> = [.pattern([.anyText])]
            look(in: directory, for: rest.isEmpty ? end : rest, excludes, depth: depth)
            for name in names(in: directory, hasFiles: false) where !name.hasPrefix(".") {
                // A link may lead upwards, round and round.
                let path = directory + "/" + name
                guard isDirectory(path), (try? files.target(ofLink: path)) == nil else { continue }
                look(in: path, for: components, excludes, depth: depth + 1)
            }
        case .name(let name) where !rest.isEmpty:
            if isDirectory(directory + "/" + name) {
                look(in: directory + "/" + name, for: rest, excludes, depth: depth + 1)
            } else {
                willLook(directory.isEmpty ? "/" : directory, false)
            }
        case .name(let name):
            willLook(directory.isEmpty ? "/" : directory, true)
            add(directory + "/" + name, excludes)
        case .pattern:
            for name in names(in: directory, hasFiles: rest.isEmpty) where GlobPattern.matches(first, name[...]) {
                if rest.isEmpty {
                    add(directory + "/" + name, excludes)
                } else if isDirectory(directory + "/" + name) {
                    look(in: directory + "/" + name, for: rest, excludes, depth: depth + 1)
                }
            }
        }
    }

    private mutating func add(_ path: String, _ excludes: GlobExcludes) {
        guard !excludes.contain(path), known.insert(path).inserted else { return }
        guard let kind = try? files.look(at: path).kind, kind != .directory else { return }
        found.append(path)
    }

    private func isDirectory(_ path: String) -> Bool { (try? files.look(at: path).kind) == .directory }

    private mutating func names(in directory: String, hasFiles: Bool) -> [String] {
        let path = directory.isEmpty ? "/" : directory
        willLook(path, hasFiles)
        if let names = listings[directory] { return names }
        guard listings.count < Self.mostDirectories else { return [] }
        do throws(FileSystemError) {
            let names = try files.list(path).sorted()
            listings[directory] = names
            return names
        } catch {
            if !error.isNotFound { failures.append(error) }
            return []
        }
    }
}

/// What is not to be read: patterns for whole paths, where they have a slash, and for names.
struct GlobExcludes: Sendable {
    private let patterns: [GlobPattern]

    init(_ patterns: [GlobPattern]) { self.patterns = patterns }

    func contain(_ path: String) -> Bool {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return patterns.contains { $0.text.contains("/") ? $0.matches(path) : $0.matches(name: name) }
    }
}
