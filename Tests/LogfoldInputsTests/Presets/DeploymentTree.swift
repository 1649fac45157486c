import Foundation
import LogfoldIO
import Testing

@testable import LogfoldInputs

/// The log files of a node, as a deployment lays them out, and what a preset has to make of each.
struct DeploymentTree: CustomTestStringConvertible {
    /// Which input reads a file.
    enum Reader: String {
        case openstack, infrastructure
        /// None does.
        case nobody
    }

    struct Log {
        let path: String
        let reader: Reader
        let service: String?
    }

    let name: String
    let preset: Preset
    let logs: [Log]

    var testDescription: String { name }

    /// A tree from its listing: below a line with a folder and a colon, a line for each file with its reader and its
    /// service, `-` for none.
    init(_ name: String, _ preset: Preset, _ listing: String) {
        self.name = name
        self.preset = preset
        var folder = ""
        var logs: [Log] = []
        for line in listing.split(separator: "\n") {
            if line.hasSuffix(":") {
                folder = String(line.dropLast())
                continue
            }
            let words = line.split(separator: " ").map(String.init)
            let reader = words.count > 1 ? Reader(rawValue: words[1]) : .nobody
            guard words.count <= 3, let reader, reader == .nobody || words.count == 3 else {
                preconditionFailure("this line is none of a listing: \(line)")
            }
            logs.append(
                Log(path: "\(folder)/\(words[0])", reader: reader, service: words.count == 3 ? words[2] : nil))
        }
        self.logs = logs
    }
}

/// Finds the files of a preset in a real tree, as the file input does.
struct PresetScan {
    /// The inputs that found a file, by its path in the deployment.
    private(set) var readers: [String: [String]] = [:]

    /// Lays the tree out in an empty folder, and looks.
    init(_ tree: DeploymentTree, in root: URL) throws {
        for log in tree.logs {
            let url = root.appending(path: log.path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
        for input in tree.preset.inputs {
            let includes = try input.include.map { try GlobPattern(root.path + $0) }
            let excludes = try input.exclude.map { try GlobPattern($0.hasPrefix("/") ? root.path + $0 : $0) }
            var scan = GlobScan(PosixFileSystem()) { _, _ in }
            for pattern in includes { scan.add(pattern, excluding: GlobExcludes(excludes)) }
            for path in scan.found { readers[String(path.dropFirst(root.path.count)), default: []].append(input.name) }
        }
    }
}
