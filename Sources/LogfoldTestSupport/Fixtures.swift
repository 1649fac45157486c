import Foundation

/// The recordings in `Fixtures/`, found from this source file, so that tests run from any folder.
package enum Fixtures {
    /// The root of the package.
    package static let repository: String = {
        var root = #filePath
        for _ in 0..<3 { root = (root as NSString).deletingLastPathComponent }
        return root
    }()

    /// The path of a file below `Fixtures/`.
    package static func path(_ name: String) -> String { repository + "/Fixtures/" + name }

    /// The bytes of a file below `Fixtures/`; throws where it cannot be read.
    package static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// Names below `Fixtures/` of all files in `folder` that end in `suffix`, sorted.
    package static func names(in folder: String, suffix: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: path(folder))?.allObjects ?? []
        return all.compactMap { $0 as? String }.filter { $0.hasSuffix(suffix) }.map { folder + "/" + $0 }.sorted()
    }
}

/// A recording with the records that are known to be in it.
package struct TruthPair: Sendable, CustomStringConvertible {
    /// How a case is judged: services have to be exact, the variants together nearly so.
    package enum Group: String, Sendable {
        /// Written by a service to its file.
        case service
        /// One of oslo.log's formats, by the driver program.
        case variant
        /// Several processes on one file or pipe.
        case interleaved
    }

    /// `folder/case`, for tables and messages.
    package let name: String
    /// Path of the text.
    package let log: String
    /// Path of the truth.
    package let truth: String
    /// How the case is judged.
    package let group: Group

    /// The name.
    package var description: String { name }

    /// Every pair below `Fixtures/corpus`; the renderings of syslog and the journal share one truth each.
    package static let all: [TruthPair] = pairs(below: Fixtures.path("corpus"))

    /// Every pair below a folder that is laid out like `Fixtures/corpus`.
    package static func pairs(below folder: String) -> [TruthPair] {
        let found = FileManager.default.enumerator(atPath: folder)?.allObjects ?? []
        let names = found.compactMap { $0 as? String }.filter { $0.hasSuffix(".truth.jsonl") }.sorted()
        return names.flatMap { name -> [TruthPair] in
            let base = String(name.dropLast(".truth.jsonl".count))
            return renderings(of: base).compactMap { log -> TruthPair? in
                guard FileManager.default.fileExists(atPath: folder + "/" + log) else { return nil }
                let shown = log.hasSuffix(".log") ? String(log.dropLast(4)) : log
                return TruthPair(
                    name: shown, log: folder + "/" + log, truth: folder + "/" + name, group: group(of: shown))
            }
        }
    }

    private static func renderings(of base: String) -> [String] {
        switch (base as NSString).lastPathComponent {
        case "syslog": [base + ".log", base + "-iso.log", base + "5424.log"]
        case "journal": [base + ".export", base + ".json"]
        default: [base + ".log"]
        }
    }

    private static func group(of name: String) -> Group {
        if name.hasPrefix("oslo-formats/") { return .variant }
        return name.hasPrefix("interleaved/") ? .interleaved : .service
    }
}
